/** A person with an engine of their own, and a network that tests can cut. */

import "fake-indexeddb/auto";
import type {
  Args,
  CommandName,
  Commands,
  ListName,
  Lists,
  Notice,
  ValueName,
  Values,
} from "../src/bridge/protocol";
import { makeCrypto } from "../src/engine/crypto/index";
import { type Engine, openEngine } from "../src/engine/engine";
import { makeMedia } from "../src/engine/media/index";
import type { ItemRecord } from "../src/engine/records";
import { PASSWORD, type Server } from "./depesha";

const PATIENCE_MS = 20_000;

/** `deaf`: requests arrive, their answers are lost. */
export type Net = "up" | "down" | "deaf";

export class Person {
  net: Net = "up";
  /** How far the clock of the engine is ahead, in milliseconds. */
  ahead = 0;
  /** Answers in the server's place, where it gives an answer. */
  instead: (path: string) => Response | undefined = () => undefined;
  /** Changes answers on their way. */
  tamper: (text: string) => string = (text) => text;
  /** When the library of cryptography is at hand. */
  wasm: Promise<void> = Promise.resolve();
  /** Requests that arrived, as method and path. */
  readonly requests: string[] = [];
  readonly notices: Notice[] = [];
  readonly #hearers = new Set<() => void>();
  #engine: Engine | undefined;
  /** Engines that were killed, and of the present one whether it was. */
  readonly #left: Engine[] = [];
  #life = { isOver: false };

  private constructor(
    readonly server: Server,
    readonly name: string,
    readonly archive: string,
  ) {}

  static async register(server: Server, name: string): Promise<Person> {
    const person = new Person(server, name, `engine-${name}`);
    await person.open();
    await person.do("session.register", {
      homeserver: server.url,
      user: name,
      password: PASSWORD,
      deviceName: "test",
    });
    await person.#arrived();
    return person;
  }

  /** Another device of somebody. */
  static async signIn(
    server: Server,
    name: string,
    archive: string,
    wasm?: Promise<void>,
  ): Promise<Person> {
    const person = new Person(server, name, archive);
    if (wasm) person.wasm = wasm;
    await person.open();
    await person.do("session.signIn", {
      homeserver: server.url,
      user: name,
      password: PASSWORD,
      deviceName: "test 2",
    });
    if (!wasm) await person.#arrived();
    return person;
  }

  /** Until encryption is open, nobody can write to the device. */
  async #arrived(): Promise<void> {
    await this.value("arrival", null, (view) => view === null);
  }

  get id(): string {
    return `@${this.name}:web.test`;
  }

  get engine(): Engine {
    if (!this.#engine) throw new Error("The engine is closed");
    return this.#engine;
  }

  async open(): Promise<void> {
    const life = { isOver: false };
    this.#life = life;
    this.#engine = await openEngine({
      name: this.archive,
      makeCrypto: (needs) => makeCrypto(needs, () => this.wasm),
      makeMedia,
      now: () => Date.now() + this.ahead,
      fetch: (url, init) => this.#fetch(life, String(url), init),
    });
    this.#engine.onNotice((notice) => {
      this.notices.push(notice);
      for (const hear of this.#hearers) hear();
    });
  }

  /** As a browser that is killed: nothing is ended in order, only what is at rest stays. */
  async kill(): Promise<void> {
    const left = this.#engine;
    this.#life.isOver = true;
    await this.open();
    if (left) this.#left.push(left);
  }

  /** Closed in order, and opened again. */
  async reload(): Promise<void> {
    await this.close();
    await this.open();
  }

  async close(): Promise<void> {
    const engine = this.#engine;
    this.#engine = undefined;
    await engine?.close();
    for (const left of this.#left.splice(0)) await left.close();
  }

  async #fetch(life: { isOver: boolean }, url: string, init?: RequestInit): Promise<Response> {
    if (this.net === "down" || life.isOver) throw new TypeError("fetch failed");
    const answer = this.instead(new URL(url).pathname);
    if (answer) return answer;
    this.requests.push(`${init?.method ?? "GET"} ${new URL(url).pathname}`);
    const response = await fetch(url, init);
    const text = this.tamper(await response.text());
    // The network may have been cut meanwhile.
    if (this.net !== "up" || life.isOver) throw new TypeError("fetch failed");
    return new Response(text, { status: response.status, headers: response.headers });
  }

  /** The value of a command, which must succeed. */
  async do<N extends CommandName>(name: N, args: Args<N>): Promise<Commands[N]["value"]> {
    const answer = await this.engine.command(name, args);
    if (!answer.ok) throw new Error(`${name}: ${JSON.stringify(answer.error)}`);
    return answer.value as Commands[N]["value"];
  }

  /** The first value of the query that is wanted. */
  value<N extends ValueName, T>(
    name: N,
    ask: Values[N]["ask"],
    want: (value: Values[N]["value"]) => T | undefined | false,
  ): Promise<T> {
    return this.#wait((found) =>
      this.engine.watchValue(name, ask, (value) => found(want(value), value)),
    );
  }

  /** The first answer of the list that is wanted. */
  list<N extends ListName, T>(
    name: N,
    ask: Lists[N]["ask"],
    want: (rows: readonly Lists[N]["row"][], head: Lists[N]["head"]) => T | undefined | false,
  ): Promise<T> {
    return this.#wait((found) =>
      this.engine.watchList(name, ask, (head, rows) => found(want(rows, head), { head, rows })),
    );
  }

  /** The first notice that is wanted, of those told and those to come. */
  told(want: (notice: Notice) => boolean): Promise<Notice> {
    return this.#wait((found) => {
      const look = () => found(this.notices.find(want), this.notices);
      this.#hearers.add(look);
      look();
      return () => this.#hearers.delete(look);
    });
  }

  /** The item of a timeline with that text. */
  says(roomId: string, body: string, at: object = {}): Promise<ItemRecord> {
    return this.list("timeline", { roomId, ...at }, (rows) =>
      rows.find((row) => row.content.body === body),
    );
  }

  #wait<T>(
    watch: (found: (value: T | undefined | false, shown: unknown) => void) => () => void,
  ): Promise<T> {
    // Made here, it says where it was waited.
    const vain = new Error();
    return new Promise((resolve, reject) => {
      let last: unknown;
      let stop: (() => void) | undefined;
      let isOver = false;
      const end = () => {
        isOver = true;
        clearTimeout(timer);
        stop?.();
      };
      const timer = setTimeout(() => {
        end();
        vain.message = `${this.archive} waited in vain; last: ${JSON.stringify(last)?.slice(0, 3000)}`;
        reject(vain);
      }, PATIENCE_MS);
      stop = watch((value, shown) => {
        last = shown;
        if (value === undefined || value === false || isOver) return;
        end();
        resolve(value);
      });
      if (isOver) stop();
    });
  }
}

/** A chat of two in which both are. */
export async function chatOf(anna: Person, boris: Person, encrypted = false): Promise<string> {
  const { roomId } = await anna.do("room.create", {
    kind: "group",
    name: "Chat",
    invite: [boris.id],
    encrypted,
    public: false,
  });
  await boris.list("chats", null, (rows) => rows.find((row) => row.id === roomId));
  await boris.do("room.join", { roomIdOrAlias: roomId });
  return roomId;
}

export function text(body: string): { type: string; content: Record<string, unknown> } {
  return { type: "m.room.message", content: { msgtype: "m.text", body } };
}
