/**
 * The engine: one per browser, whatever the number of tabs. It is signed out, locked or live; the
 * queries of all tabs live through the changes between these.
 */

import { attempt, type Failure, FailureError, type Result } from "../base/errors";
import type { EventId, RoomId } from "../base/ids";
import type {
  Args,
  CommandName,
  ListName,
  Lists,
  Notice,
  ValueName,
  Values,
} from "../bridge/protocol";
import { type Archive, makeArchive } from "./archive";
import { sealedFor } from "./cipher";
import { makeCommands } from "./commands";
import type { Fetched, Wasm } from "./crypto/wasm";
import { type Db, deleteDb, openDb } from "./db";
import { makeHttp, part } from "./http";
import { goLive, type Live } from "./live";
import type { Call, Crypto, CryptoNeeds, Media, MediaNeeds } from "./ports";
import { LISTS, type Stop, VALUES } from "./queries";
import { endMutes } from "./reading";
import type { ArrivalView, Content, SessionView } from "./records";
import { directRoom } from "./rooms";
import {
  credentialsOf,
  describeServer,
  labelOf,
  markOf,
  register,
  type SignedIn,
  signIn,
  signInByToken,
  type Tokens,
  type Who,
  whyOver,
} from "./session";
import { makeTopics } from "./topics";
import { type Keyring, openKeyring } from "./vault";

export interface Engine {
  watchValue<N extends ValueName>(
    name: N,
    ask: Values[N]["ask"],
    show: (value: Values[N]["value"]) => void,
  ): Stop;
  watchList<N extends ListName>(
    name: N,
    ask: Lists[N]["ask"],
    show: (head: Lists[N]["head"], rows: readonly Lists[N]["row"][]) => void,
  ): Stop;
  command<N extends CommandName>(name: N, args: Args<N>): Promise<Result<unknown>>;
  onNotice(hear: (notice: Notice) => void): Stop;
  /** What a tab shows; undefined when it is gone. */
  setVisible(tab: object, shown: { visible: boolean; roomId?: RoomId } | undefined): void;
  /** The network is said to be back. */
  hurry(): void;
  close(): Promise<void>;
}

export interface EngineNeeds {
  makeCrypto?: (needs: CryptoNeeds) => Crypto;
  makeMedia: (needs: MediaNeeds) => Media;
  /** The library of cryptography, where it is fetched before it is opened. */
  wasm?: Wasm;
  /** Deletes what is kept beside the archive, also while that is locked. */
  forgetAll?: () => Promise<void>;
  name?: string;
  fetch?: typeof fetch;
  now?: () => number;
}

const LOOK_EVERY_MS = 15_000;
/** How often a locked client asks if its session still goes on. */
const ASK_EVERY_MS = 30_000;

/** Any query; a tab of another build may ask for one that is not there. */
type Query = (live: Live, ask: never, show: never) => Stop;

/** Opens the archive and goes on where it was left. */
export async function openEngine(needs: EngineNeeds): Promise<Engine> {
  const name = needs.name ?? "depesha";
  const now = needs.now ?? Date.now;
  const doFetch: typeof fetch = needs.fetch ?? ((...ask) => fetch(...ask));
  const topics = makeTopics();
  const tabs = new Map<object, { visible: boolean; roomId?: RoomId }>();
  const hearers = new Set<(notice: Notice) => void>();
  const watches = new Set<Watch>();
  let db: Db = await openDb(name);
  let keyring: Keyring = await openKeyring(db, now);
  let who = await db.get<Who>("keys", "who");
  let session: SessionView = { phase: "starting" };
  let open: Open | undefined;
  let turning: Promise<unknown> = Promise.resolve();

  /** A query of a tab: bound anew whenever who is signed in changes. */
  interface Watch {
    bind(live: Live | undefined): Stop;
    stop: Stop;
  }

  interface Open {
    live: Live;
    commands: ReturnType<typeof makeCommands>;
    crypto: Crypto | undefined;
    media: Media;
    looking: ReturnType<typeof setInterval>;
    /** Encryption is open, or will not be. */
    isEncrypting: boolean;
  }

  function setSession(next: SessionView): void {
    session = next;
    topics.touch("session");
    for (const watch of watches) {
      watch.stop();
      watch.stop = watch.bind(open?.live);
    }
  }

  const tell = (notice: Notice) => {
    for (const hear of hearers) hear(notice);
  };

  /** One change of who is signed in after the other. */
  function inTurn<T>(act: () => Promise<T>): Promise<T> {
    const run = turning.then(act, act);
    turning = run.catch(() => {});
    return run;
  }

  // ── Opening and closing ──────────────────────────────────────────────────────────────────────

  async function resume(): Promise<void> {
    if (!who) return setSession({ phase: "signedOut" });
    const vault = keyring.vault();
    if (!vault) return setSession({ phase: "locked", userId: who.userId });
    const archive = makeArchive(db, vault);
    const tokens = await archive.value<Tokens>("session");
    if (!tokens) {
      const { homeserver, userId } = who;
      return setSession({ phase: "signedOut", homeserver, userId });
    }
    await keepMark(who, tokens.token);
    await openSession(who, archive, tokens);
  }

  async function openSession(
    signedIn: Who,
    archive: Archive,
    kept: Tokens,
    password?: string,
  ): Promise<void> {
    const credentials = credentialsOf(
      signedIn,
      kept,
      async (tokens) => {
        await archive.commit([{ put: "values", key: "session", value: tokens }]);
        await keepMark(signedIn, tokens.token);
      },
      (failure) => void inTurn(() => endSession(failure, credentials.isOver)),
      doFetch,
    );
    const http = makeHttp(credentials, doFetch);
    const call: Call = (method, path, body) =>
      http.text(method, path, body === undefined ? {} : { text: body });
    const storeKey = bytesOf(kept.storeKey);
    const media = needs.makeMedia({
      homeserver: signedIn.homeserver,
      token: credentials.fresh,
      call,
      storeKey,
    });
    let live: Live | undefined;
    const crypto = needs.makeCrypto?.({
      call,
      media,
      directRoom: async (userId) => (await directRoom(existing(live), userId)).roomId,
      sendEvent: (roomId, type, content, txnId) =>
        sendNow(existing(live), roomId, type, content, txnId),
    });
    const cryptoReady =
      crypto?.start(signedIn.userId, signedIn.deviceId, storeKey) ?? Promise.resolve();
    cryptoReady.catch((error) => {
      const failure = failureOf(error);
      if (failure.code !== "cancelled") tell({ kind: "failure", failure });
    });
    live = await goLive({
      who: signedIn,
      http,
      archive,
      topics,
      crypto,
      cryptoReady,
      media,
      now,
      tell: (told) => tell(told),
      isSeen: (roomId) => [...tabs.values()].some((tab) => tab.visible && tab.roomId === roomId),
    });
    const opened = live;
    const looking = setInterval(() => lookAtClock(opened), LOOK_EVERY_MS);
    const made: Open = {
      live,
      commands: makeCommands(live),
      crypto,
      media,
      looking,
      isEncrypting: false,
    };
    open = made;
    const opensKeys = () => {
      made.isEncrypting = true;
      topics.touch("connection");
    };
    cryptoReady.then(opensKeys, opensKeys);
    lookAtClock(live);
    presence();
    const { userId, deviceId, homeserver } = signedIn;
    setSession({ phase: "signedIn", userId, deviceId, homeserver, hasPin: keyring.hasPin() });
    // Quietly: without an answer the next sign-in or the settings will do it.
    if (password !== undefined) cryptoReady.then(() => crypto?.begin(password)).catch(() => {});
  }

  /** Who is signed in, with the mark by which a locked client asks if they still are. */
  async function keepMark(signedIn: Who, token: string): Promise<void> {
    const mark = await markOf(token);
    if (who?.mark === mark) return;
    who = { ...signedIn, mark };
    await db.write([{ store: "keys", key: "who", value: who }]);
  }

  /** Locked, or signed in no more: what is kept here goes once the server knows the session not. */
  async function lookIfOver(): Promise<void> {
    if (open || !who?.mark) return;
    const { homeserver, mark } = who;
    const why = await whyOver(homeserver, mark, doFetch);
    if (why) await inTurn(async () => (open || who?.mark !== mark ? undefined : wipe(why)));
  }

  function existing(live: Live | undefined): Live {
    if (live) return live;
    throw new FailureError({ code: "locked", message: "Not signed in" });
  }

  async function closeSession(): Promise<Open | undefined> {
    const closing = open;
    open = undefined;
    if (!closing) return undefined;
    clearInterval(closing.looking);
    closing.crypto?.cancel();
    await closing.live.world.cryptoReady.catch(() => {});
    await closing.live.stop();
    closing.crypto?.stop();
    closing.media.close();
    return closing;
  }

  /** The server ended the session: by a soft logout all stays, to be gone on with. */
  async function endSession(failure: Failure, isOver: () => Promise<boolean>): Promise<void> {
    if (!open || !who || !(await isOver())) return;
    if (failure.fields?.soft_logout !== true) return wipe(failure);
    const archive = open.live.world.archive;
    await closeSession();
    await archive.commit([{ drop: "values", key: "session" }]);
    const { homeserver, userId } = who;
    setSession({ phase: "signedOut", reason: failure, homeserver, userId });
  }

  /** Nothing of the person stays on this device. */
  async function wipe(reason?: Failure): Promise<void> {
    const closed = await closeSession();
    if (closed && who) await closed.crypto?.wipe(who.userId, who.deviceId).catch(() => {});
    await needs.forgetAll?.().catch(() => {});
    db.close();
    await deleteDb(name);
    db = await openDb(name);
    keyring = await openKeyring(db, now);
    const homeserver = who?.homeserver;
    who = undefined;
    setSession({
      phase: "signedOut",
      ...(reason && { reason }),
      ...(homeserver !== undefined && { homeserver }),
    });
  }

  /** After signing in: the archive of the same person is gone on with, of another it is begun anew. */
  async function enter(signedIn: SignedIn, password?: string): Promise<null> {
    const { token, refresh, expiresAt, ...next } = signedIn;
    const isSame = who?.userId === next.userId && who.deviceId === next.deviceId;
    if (who && !isSame) await wipe();
    const vault = keyring.vault();
    if (!vault) throw new FailureError({ code: "locked", message: "The archive is locked" });
    const archive = makeArchive(db, vault);
    const storeKey = (await archive.value<{ key: string }>("storeKey"))?.key ?? freshKey();
    const tokens: Tokens = {
      token,
      storeKey,
      ...(refresh !== undefined && { refresh }),
      ...(expiresAt !== undefined && { expiresAt }),
    };
    await archive.commit([
      { put: "values", key: "session", value: tokens },
      { put: "values", key: "storeKey", value: { key: storeKey } },
    ]);
    await keepMark(next, token);
    await openSession(next, archive, tokens, password);
    return null;
  }

  async function signOut(): Promise<null> {
    const http = open?.live.world.http;
    if (http) {
      open?.crypto?.cancel();
      await open?.live.stop();
      await http
        .json("POST", "/_matrix/client/v3/logout", { body: {}, timeout: 5_000 })
        .catch(() => {});
    }
    await wipe();
    return null;
  }

  // ── Commands ─────────────────────────────────────────────────────────────────────────────────

  function sessionCommand(command: CommandName, args: unknown): Promise<unknown> | undefined {
    switch (command) {
      case "session.server":
        return describeServer((args as Args<"session.server">).homeserver, doFetch);
      case "session.label":
        return labelOf((args as Args<"session.label">).homeserver, doFetch);
      case "session.signIn": {
        const ask = args as Args<"session.signIn">;
        const { homeserver, user, password, deviceName } = ask;
        return inTurn(async () => {
          // The same person comes back to the same device, and finds the archive and the keys.
          const device =
            isAgain(user) && who ? { name: deviceName, id: who.deviceId } : { name: deviceName };
          const proof = { password, ...(ask.code !== undefined && { code: ask.code }) };
          return enter(await signIn(homeserver, user, proof, device, doFetch), password);
        });
      }
      case "session.signInByToken": {
        const { homeserver, token, deviceName } = args as Args<"session.signInByToken">;
        return inTurn(async () => {
          const device = { name: deviceName, ...(who && { id: who.deviceId }) };
          return enter(await signInByToken(homeserver, token, device, doFetch));
        });
      }
      case "session.register": {
        const { homeserver, deviceName, ...account } = args as Args<"session.register">;
        return inTurn(async () =>
          enter(await register(homeserver, account, deviceName, doFetch), account.password),
        );
      }
      case "session.signOut":
        return inTurn(signOut);
      case "session.setPin":
        return inTurn(async () => {
          await keyring.setPin((args as Args<"session.setPin">).pin);
          if (session.phase === "signedIn") setSession({ ...session, hasPin: keyring.hasPin() });
          return null;
        });
      case "session.unlock":
        return inTurn(async () => {
          if (open) return null;
          await keyring.unlock((args as Args<"session.unlock">).pin);
          await resume();
          return null;
        });
      case "session.lock":
        return inTurn(async () => {
          if (!keyring.hasPin())
            throw new FailureError({ code: "noPin", message: "No PIN is set" });
          await closeSession();
          keyring.lock();
          await resume();
          return null;
        });
      default:
        return undefined;
    }
  }

  function isAgain(user: string): boolean {
    if (!who) return false;
    return who.userId === user || who.userId.startsWith(`@${user}:`);
  }

  function presence(): void {
    const isSeen = [...tabs.values()].some((tab) => tab.visible);
    open?.live.sync.setPresence(isSeen || tabs.size === 0 ? "online" : "unavailable");
  }

  // ── Queries ──────────────────────────────────────────────────────────────────────────────────

  function watch(bind: (live: Live | undefined) => Stop): Stop {
    const made: Watch = { bind, stop: () => {} };
    watches.add(made);
    made.stop = bind(open?.live);
    return () => {
      watches.delete(made);
      made.stop();
    };
  }

  needs.wasm?.onProgress(() => topics.touch("connection"));
  // While a person types their name.
  void needs.wasm?.fetch();
  await resume();
  const asking = setInterval(() => void lookIfOver(), ASK_EVERY_MS);
  void lookIfOver();
  return {
    watchValue(query, ask, show) {
      if (query === "session") {
        const tellSession = () => show(session as never);
        tellSession();
        return topics.watch(["session"], tellSession);
      }
      if (query === "connection") return watch((live) => watchConnection(live, show as never));
      if (query === "arrival") return watch(() => watchArrival(show as never));
      const found = VALUES[query as keyof typeof VALUES] as Query | undefined;
      return watch((live) => (live && found ? found(live, ask as never, show as never) : () => {}));
    },
    watchList(query, ask, show) {
      const found = LISTS[query] as Query | undefined;
      return watch((live) => (live && found ? found(live, ask as never, show as never) : () => {}));
    },
    command: (command, args) =>
      attempt(async () => {
        const session = sessionCommand(command, args);
        if (session) return session;
        const answer = open?.commands[command as keyof Open["commands"]];
        if (!answer) throw new FailureError({ code: "locked", message: "Not signed in" });
        return answer(args as never);
      }),
    onNotice(hear) {
      hearers.add(hear);
      return () => hearers.delete(hear);
    },
    setVisible(tab, shown) {
      if (shown) tabs.set(tab, shown);
      else tabs.delete(tab);
      presence();
    },
    hurry() {
      if (open) lookAtClock(open.live);
      open?.live.sync.hurry();
      open?.live.outbox.hurry();
      open?.live.duties.hurry();
      void lookIfOver();
    },
    close: () =>
      inTurn(async () => {
        clearInterval(asking);
        await closeSession();
        db.close();
      }),
  };

  function watchArrival(show: (value: ArrivalView | null) => void): Stop {
    let last = "";
    const tellIt = () => {
      const view = arrivalOf(open, needs.wasm?.fetched());
      const text = JSON.stringify(view);
      if (text === last) return;
      last = text;
      show(view);
    };
    tellIt();
    return topics.watch(["connection", "chats"], tellIt);
  }

  function watchConnection(live: Live | undefined, show: (value: unknown) => void): Stop {
    if (!live) {
      show({ state: "offline", since: now(), waiting: 0 });
      return () => {};
    }
    let last = "";
    const tellIt = () => {
      const view = { ...live.sync.connection(), waiting: live.outbox.waiting() };
      const text = JSON.stringify(view);
      if (text === last) return;
      last = text;
      show(view);
    };
    tellIt();
    return topics.watch(["connection"], tellIt);
  }
}

/** What is missing yet of who is signed in; null where nothing is. */
function arrivalOf(
  open: { live: Live; isEncrypting: boolean } | undefined,
  { loaded, total }: Fetched = { loaded: 0, total: 0 },
): ArrivalView | null {
  if (!open) return null;
  const { sync } = open.live;
  const chats = sync.isComplete();
  if (chats && open.isEncrypting) return null;
  return { chats, received: sync.received(), encryption: open.isEncrypting, loaded, total };
}

/** What comes with the time: mutes end, reminders ring. */
function lookAtClock(live: Live): void {
  void endMutes(live).catch(() => {});
  void live.ringer.ring();
}

/** Sends at once, past the outbox: for verifications, which are of the moment. */
async function sendNow(
  { world }: Live,
  roomId: RoomId,
  type: string,
  content: Content,
  txnId: string,
): Promise<EventId> {
  const sealed = await sealedFor(world, roomId, type, content);
  const path = `/_matrix/client/v3/rooms/${part(roomId)}/send/${part(sealed.type)}/${part(txnId)}`;
  const ask = { body: sealed.content, retries: 2 };
  return (await world.http.json<{ event_id: EventId }>("PUT", path, ask)).event_id;
}

function failureOf(error: unknown): Failure {
  if (error instanceof FailureError) return error.failure;
  return { code: "bug", message: error instanceof Error ? error.message : String(error) };
}

function freshKey(): string {
  return btoa(String.fromCharCode(...crypto.getRandomValues(new Uint8Array(32))));
}

function bytesOf(base64: string): Uint8Array {
  return Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
}
