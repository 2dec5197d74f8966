/** The real server on a free port, and devices of people that drive the engine's cryptography. */

import "fake-indexeddb/auto";
import { type ChildProcess, spawn } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { FailureError } from "../src/base/errors";
import { makeCrypto } from "../src/engine/crypto/index";
import { makeMedia } from "../src/engine/media/index";
import type { Call, Crypto, Decrypted, Media, RoomCipher } from "../src/engine/ports";
import type { Content } from "../src/engine/records";

export const PASSWORD = "a long enough password";
/** Syncs after which a condition that does not hold never will. */
const ROUNDS = 60;
const ROUND_MS = 250;

export interface Server {
  url: string;
  stop(): Promise<void>;
}

const ROOT = join(import.meta.dirname, "../..");

/** A data folder that outlives a server; to be removed by whoever made it. */
export const makeFolder = () => mkdtemp(join(tmpdir(), "depesha-web-"));

export interface Earlier {
  /** Days by which the server's clock is behind. */
  days: number;
  data: string;
  /** HOST:PORT. */
  listen: string;
}

/** A server on a folder that is kept, as it was some days ago. */
export async function serveEarlier({ days, data, listen }: Earlier): Promise<Server> {
  const given = [join(ROOT, "tests/harness/earlier.py"), String(days), listen, data];
  const child = spawn(join(ROOT, ".venv/bin/python"), given, {
    env: { ...process.env, DEPESHA_OPEN_REGISTRATION: "true", DEPESHA_RATE_LIMITS: "false" },
    stdio: ["ignore", "pipe", "pipe"],
    cwd: ROOT,
  });
  const url = await listening(child);
  return {
    url,
    async stop() {
      const over = new Promise((resolve) => child.once("exit", resolve));
      child.kill();
      await over;
    },
  };
}

/** A fresh server; `DEPESHA` names another program than that of the repository. */
export async function serve(settings: Record<string, string> = {}): Promise<Server> {
  const program = process.env.DEPESHA ?? join(ROOT, ".venv/bin/depesha");
  const data = await makeFolder();
  const given = { OPEN_REGISTRATION: "true", RATE_LIMITS: "false", ...settings };
  const env = Object.fromEntries(
    Object.entries(given).map(([key, value]) => [`DEPESHA_${key}`, value]),
  );
  const where = ["--listen", "127.0.0.1:0", "--data", data, "--server-name", "web.test"];
  const child = spawn(program, ["serve", ...where], {
    env: { ...process.env, ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const url = await listening(child);
  return {
    url,
    async stop() {
      const over = new Promise((resolve) => child.once("exit", resolve));
      child.kill();
      await over;
      await rm(data, { recursive: true, force: true });
    },
  };
}

/** The address, from the server's first line. */
function listening(child: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    let said = "";
    const hear = (chunk: Buffer) => {
      said += chunk.toString();
      const url = /"url":"([^"]+)"/.exec(said)?.[1];
      if (url) resolve(url);
    };
    child.stdout?.on("data", hear);
    child.stderr?.on("data", hear);
    child.once("exit", () => reject(new Error(`The server did not start: ${said}`)));
  });
}

/** A request that throws `FailureError`, as the engine's own do. */
function caller(url: string, token: () => string | undefined): Call {
  return async (method, path, body) => {
    const headers: Record<string, string> = { "Content-Type": "application/json" };
    const held = token();
    if (held) headers.Authorization = `Bearer ${held}`;
    const init: RequestInit = { method, headers };
    if (body !== undefined) init.body = body;
    let response: Response;
    try {
      response = await fetch(url + path, init);
    } catch {
      throw new FailureError({ code: "offline", message: path });
    }
    const text = await response.text();
    if (response.ok) return text;
    const { errcode, error, ...fields } = JSON.parse(text) as Record<string, string>;
    const { status } = response;
    throw new FailureError({ code: errcode ?? "", message: error ?? "", status, fields });
  };
}

export interface Seen extends Decrypted {
  id: string;
  roomId: string;
  sender: string;
  raw: Content;
}

/** A new account without any device; its user id. */
export async function makeAccount({ url }: Server, username: string): Promise<string> {
  const call = caller(url, () => undefined);
  const auth = { type: "m.login.dummy" };
  const body = { username, password: PASSWORD, auth, inhibit_login: true };
  const text = await call("POST", "/_matrix/client/v3/register", JSON.stringify(body));
  return (JSON.parse(text) as { user_id: string }).user_id;
}

/** A device of a person, signed in, with the engine's cryptography and media. */
export class Device {
  crypto: Crypto;
  media: Media;
  readonly storeKey = crypto.getRandomValues(new Uint8Array(32));
  /** Requests whose path has this in it meet no network. */
  offline: string | undefined;
  readonly call: Call;
  /** How many requests for devices were under way at once, at the most. */
  mostQueries = 0;
  #queries = 0;
  readonly events = new Map<string, Seen>();
  readonly toDevice: Content[] = [];
  #since = "";
  #last = 0;
  #ciphers = new Map<string, RoomCipher>();

  private constructor(
    readonly server: Server,
    call: Call,
    readonly token: string,
    readonly userId: string,
    readonly deviceId: string,
  ) {
    this.call = async (method, path, body) => {
      if (this.offline !== undefined && path.includes(this.offline))
        throw new FailureError({ code: "offline", message: path });
      if (!path.endsWith("/keys/query")) return call(method, path, body);
      this.mostQueries = Math.max(this.mostQueries, ++this.#queries);
      return call(method, path, body).finally(() => this.#queries--);
    };
    const { call: asked } = this;
    this.media = makeMedia({
      homeserver: server.url,
      token: async () => token,
      call: asked,
      storeKey: this.storeKey,
    });
    this.crypto = this.#makeCrypto();
  }

  static register(server: Server, name: string): Promise<Device> {
    return Device.registerOffline(server, name, undefined);
  }

  /** An account whose first device cannot reach what has `offline` in its path. */
  static async registerOffline(
    server: Server,
    name: string,
    offline: string | undefined,
  ): Promise<Device> {
    const auth = { type: "m.login.dummy" };
    const body = { username: name, password: PASSWORD, auth };
    return Device.#enter(server, "register", body, offline);
  }

  static async signIn(server: Server, name: string): Promise<Device> {
    const identifier = { type: "m.id.user", user: name };
    return Device.#enter(server, "login", {
      type: "m.login.password",
      identifier,
      password: PASSWORD,
    });
  }

  static async #enter(
    server: Server,
    path: string,
    body: Content,
    offline?: string,
  ): Promise<Device> {
    const call = caller(server.url, () => undefined);
    const text = await call("POST", `/_matrix/client/v3/${path}`, JSON.stringify(body));
    const { access_token: token, user_id, device_id } = JSON.parse(text) as Record<string, string>;
    if (!token || !user_id || !device_id) throw new Error(text);
    const device = new Device(
      server,
      caller(server.url, () => token),
      token,
      user_id,
      device_id,
    );
    device.offline = offline;
    await device.start(PASSWORD);
    return device;
  }

  #makeCrypto(): Crypto {
    const made = makeCrypto({
      call: this.call,
      media: this.media,
      sendEvent: (roomId, type, content) => this.send(roomId, content, type),
      directRoom: async (userId) => this.createRoom([userId]),
    });
    made.onKeysArrived((roomId, sessionIds) => void this.#retry(roomId, sessionIds));
    return made;
  }

  /** With the password as after a sign-in, without it as after a reload. */
  async start(password?: string): Promise<void> {
    await this.crypto.start(this.userId, this.deviceId, this.storeKey);
    const begun = password === undefined ? undefined : this.crypto.begin(password);
    await Promise.all([this.crypto.pump(), begun?.catch(() => {})]);
  }

  /** As after a reload: the same keys, opened anew. */
  async restart(): Promise<void> {
    this.crypto.stop();
    this.crypto = this.#makeCrypto();
    await this.start();
  }

  async json(
    method: "GET" | "POST" | "PUT" | "DELETE",
    path: string,
    body?: Content,
  ): Promise<Content> {
    const text = await this.call(method, `/_matrix/client/v3${path}`, body && JSON.stringify(body));
    return JSON.parse(text) as Content;
  }

  async createRoom(invite: readonly string[], more: Content = {}): Promise<string> {
    const content = { algorithm: "m.megolm.v1.aes-sha2" };
    const state = { type: "m.room.encryption", state_key: "", content };
    const ask = { invite, initial_state: [state], ...more };
    return String((await this.json("POST", "/createRoom", ask)).room_id);
  }

  async join(roomId: string): Promise<void> {
    await this.json("POST", `/rooms/${encodeURIComponent(roomId)}/join`, {});
  }

  async invite(roomId: string, userId: string): Promise<void> {
    await this.json("POST", `/rooms/${encodeURIComponent(roomId)}/invite`, { user_id: userId });
  }

  async cipher(roomId: string): Promise<RoomCipher | undefined> {
    const known = this.#ciphers.get(roomId);
    if (known) return known;
    const state = async (type: string) =>
      this.json("GET", `/rooms/${encodeURIComponent(roomId)}/state/${type}`).catch(() => undefined);
    const encryption = await state("m.room.encryption");
    if (!encryption) return undefined;
    const { history_visibility: seen } = (await state("m.room.history_visibility")) ?? {};
    const cipher = { encryption, historyVisibility: String(seen ?? "shared") };
    this.#ciphers.set(roomId, cipher);
    return cipher;
  }

  async members(roomId: string): Promise<string[]> {
    const { chunk } = await this.json("GET", `/rooms/${encodeURIComponent(roomId)}/members`);
    return (chunk as { state_key: string; content: Content }[])
      .filter(({ content }) => content.membership === "join" || content.membership === "invite")
      .map(({ state_key }) => state_key);
  }

  /** Sends an event, encrypted where the room is; its id. */
  async send(roomId: string, content: Content, type = "m.room.message"): Promise<string> {
    const cipher = await this.cipher(roomId);
    const sealed =
      cipher &&
      (await this.crypto.encrypt(roomId, await this.members(roomId), cipher, type, content));
    const [name, body] = sealed ? ["m.room.encrypted", sealed] : [type, content];
    const txnId = `${this.deviceId}.${++this.#last}`;
    const path = `/rooms/${encodeURIComponent(roomId)}/send/${name}/${txnId}`;
    return String((await this.json("PUT", path, body)).event_id);
  }

  say(roomId: string, body: string): Promise<string> {
    return this.send(roomId, { msgtype: "m.text", body });
  }

  async sync(): Promise<void> {
    const since = this.#since && `&since=${this.#since}`;
    const answer = await this.json("GET", `/sync?timeout=${ROUND_MS}${since}`);
    const {
      to_device,
      device_lists,
      device_one_time_keys_count,
      device_unused_fallback_key_types,
    } = answer as Record<string, never>;
    const clear = await this.crypto.receiveSync({
      isFirst: since === "",
      toDevice: (to_device as { events?: Content[] } | undefined)?.events ?? [],
      deviceLists: device_lists ?? {},
      otkCounts: device_one_time_keys_count ?? {},
      fallbackTypes: device_unused_fallback_key_types ?? [],
    });
    this.toDevice.push(...clear);
    const { join = {} } = (answer.rooms ?? {}) as { join?: Record<string, Content> };
    for (const [roomId, room] of Object.entries(join))
      for (const event of (room.timeline as { events: Content[] }).events)
        await this.#take(roomId, event);
    this.#since = String(answer.next_batch);
    await this.crypto.pump();
  }

  async #take(roomId: string, raw: Content): Promise<void> {
    const plain = {
      encryption: "verified",
      type: String(raw.type),
      content: raw.content,
    } as Decrypted;
    const isSealed = raw.type === "m.room.encrypted";
    const found = isSealed ? await this.crypto.decrypt(roomId, raw) : plain;
    const [id, sender] = [String(raw.event_id), String(raw.sender)];
    this.events.set(id, { ...found, id, roomId, sender, raw });
    const { msgtype } = found.content;
    const names = [found.type, msgtype].map(String);
    if (names.some((name) => name.startsWith("m.key.verification.")))
      await this.crypto.receiveRoomEvent(roomId, {
        ...raw,
        type: found.type,
        content: found.content,
      });
  }

  async #retry(roomId: string, sessionIds: readonly string[]): Promise<void> {
    for (const event of this.events.values()) {
      const { session_id } = event.raw.content as Content;
      if (event.roomId === roomId && sessionIds.includes(String(session_id)))
        await this.#take(roomId, event.raw);
    }
  }

  /** What `holds` gives once it is true, syncing as often as needed. */
  async until<T>(holds: () => T | Promise<T>, what = String(holds)): Promise<NonNullable<T>> {
    for (let round = 0; round < ROUNDS; round++) {
      const found = await holds();
      if (found) return found as NonNullable<T>;
      await this.sync();
    }
    throw new Error(`${this.userId} waited in vain: ${what}`);
  }

  /** An event once it was decrypted. */
  read(eventId: string): Promise<Seen> {
    const readable = () => {
      const seen = this.events.get(eventId);
      return seen && seen.encryption !== "undecryptable" ? seen : undefined;
    };
    return this.until(readable, `reading ${eventId}: ${this.events.get(eventId)?.note}`);
  }

  /** All of a room before now, as a person scrolls up. */
  async history(roomId: string): Promise<Seen[]> {
    const path = `/rooms/${encodeURIComponent(roomId)}/messages?dir=b&limit=100`;
    const { chunk } = await this.json("GET", path);
    for (const event of chunk as Content[]) await this.#take(roomId, event);
    return [...this.events.values()].filter((event) => event.roomId === roomId);
  }

  stop(): void {
    this.crypto.stop();
    this.media.close();
  }
}

/** Lets two devices sync in turn until `holds`. */
export async function together<T>(
  devices: readonly Device[],
  holds: () => T | Promise<T>,
): Promise<NonNullable<T>> {
  for (let round = 0; round < ROUNDS; round++) {
    const found = await holds();
    if (found) return found as NonNullable<T>;
    for (const device of devices) await device.sync();
  }
  throw new Error(`Waited in vain: ${holds}`);
}
