/**
 * The sync loop: simplified sliding sync over one connection. The rooms of the top come with their
 * latest events, all others with one; rooms that are open are subscribed to.
 */

import { FailureError } from "../base/errors";
import type { RoomId } from "../base/ids";
import { isPassing, retryDelay, sleep } from "./http";
import { type Echoes, type Intake, type SyncToken, takeResponse } from "./intake";
import type { ConnectionView } from "./records";
import type { SlidingResponse } from "./wire";
import type { World } from "./world";

export const PATH = "/_matrix/client/unstable/org.matrix.simplified_msc3575/sync";
const POLL_MS = 30_000;
/** Silence after which the answer is not waited for any longer. */
const SILENT_MS = 15_000;
/** What is not waited for by the server may be long in the making. */
const MAKING_MS = 60_000;
const TOP = 20;
const FIRST_WINDOW = 100;

const STATE = [
  ["m.room.create", ""],
  ["m.room.name", ""],
  ["m.room.topic", ""],
  ["m.room.avatar", ""],
  ["m.room.canonical_alias", ""],
  ["m.room.encryption", ""],
  ["m.room.power_levels", ""],
  ["m.room.join_rules", ""],
  ["m.room.history_visibility", ""],
  ["m.room.guest_access", ""],
  ["m.room.tombstone", ""],
  ["m.room.pinned_events", ""],
  ["org.depesha.group", ""],
  ["org.depesha.post", ""],
  ["org.depesha.mention_groups", ""],
  ["m.space.child", "*"],
  ["m.space.parent", "*"],
  // Packs of pictures are used in other chats too.
  ["im.ponies.room_emotes", "*"],
  ["m.room.member", "$ME"],
  ["m.room.member", "$LAZY"],
] as const;

const OPEN_STATE = [
  ...STATE,
  ["im.vector.modular.widgets", "*"],
  ["m.image_pack", "*"],
  ["m.beacon_info", "*"],
  ["org.matrix.msc3672.beacon_info", "*"],
] as const;

export interface Sync {
  start(): void;
  stop(): Promise<void>;
  /** Asks the server for a room's latest events and state while it is open. */
  subscribe(roomId: RoomId): () => void;
  connection(): Omit<ConnectionView, "waiting">;
  /** Bytes of the rooms that have come, until all are there. */
  received(): number;
  /** Whether all rooms have been told once. */
  isComplete(): boolean;
  /** The network is said to be back: try now. */
  hurry(): void;
  /** What the server tells others of this person's presence. */
  setPresence(presence: "online" | "unavailable" | "offline"): void;
}

export interface SyncHears {
  /**
   * Before the response is kept: keys first, so that its messages can be read. `isFirst`: of changes
   * before it nothing was told.
   */
  before(response: SlidingResponse, isFirst: boolean): Promise<void>;
  after(intake: Intake, isFirst: boolean): void;
}

export function makeSync(
  world: World,
  kept: SyncToken | undefined,
  echoes: Echoes,
  hears: SyncHears,
): Sync {
  let token: SyncToken = kept ?? { complete: false };
  /** On a new device the rooms come first, while encryption is still being loaded. */
  let isEarly = isBegun(kept) && world.crypto !== undefined;
  /** Encryption has been told nothing yet. */
  let isUntold = isEarly;
  let received = 0;
  let window = token.complete ? Infinity : TOP;
  let presence: "online" | "unavailable" | "offline" = "online";
  let state: Omit<ConnectionView, "waiting"> = { state: "connecting", since: world.now() };
  const open = new Map<RoomId, number>();
  let stopping = new AbortController();
  let interrupt = new AbortController();
  let waking = new AbortController();
  let running: Promise<void> = Promise.resolve();
  /** Rooms told since the connection began anew: those missing then are gone. */
  let told = new Set<RoomId>();

  function setState(next: ConnectionView["state"]): void {
    if (state.state === next) return;
    state = { state: next, since: world.now() };
    world.topics.touch("connection");
  }

  async function loop(): Promise<void> {
    for (let failed = 0; !stopping.signal.aborted; ) {
      try {
        await turn();
        failed = 0;
      } catch (error) {
        if (!stopping.signal.aborted && (await recover(error, failed))) failed++;
      }
    }
  }

  /** True after a pause for something that went wrong. */
  async function recover(error: unknown, failed: number): Promise<boolean> {
    if (isCode(error, "cancelled")) return false;
    if (isCode(error, "timeout")) {
      // Nobody knows where it is stuck: it is asked for anew, at once, and told of.
      setState("offline");
      return false;
    }
    if (isCode(error, "M_UNKNOWN_POS")) {
      restart();
      return false;
    }
    await pause(error, failed);
    return true;
  }

  function restart(): void {
    const { pos: _, ...rest } = token;
    token = { ...rest, complete: false };
    window = TOP;
    told = new Set();
  }

  /** Waits until it makes sense to try again. What is no fault of the network is not hidden. */
  async function pause(error: unknown, failed: number): Promise<void> {
    const failure = error instanceof FailureError ? error.failure : undefined;
    if (failure && isPassing(failure)) setState("offline");
    const wait = (failure && retryDelay(failure, failed)) ?? Math.min(1_000 * 2 ** failed, 60_000);
    waking = new AbortController();
    await sleep(wait, AbortSignal.any([waking.signal, stopping.signal])).catch(() => {});
  }

  /** Once encryption is open it is told of, with what was not told before. */
  async function waitForKeys(): Promise<void> {
    await world.cryptoReady;
    isEarly = false;
    // What is under way may be long, and is not asked for anew.
    if (token.complete) interrupt.abort();
  }

  /** The next response, for which the server waits so many milliseconds. */
  function next(wait: number): Promise<SlidingResponse> {
    const before = received;
    return world.http.json("POST", PATH, {
      query: { pos: token.pos, timeout: wait, set_presence: presence },
      body: request(),
      timeout: wait === 0 ? MAKING_MS : wait + SILENT_MS,
      onBytes: (bytes) => {
        if (!token.complete) hearBytes(before + bytes);
      },
      signal: AbortSignal.any([interrupt.signal, stopping.signal]),
    });
  }

  function reachedBy(response: SlidingResponse, withKeys: boolean): SyncToken {
    const toDevice = response.extensions?.to_device?.next_batch ?? token.toDevice;
    return {
      pos: response.pos,
      complete: window >= (response.lists?.all?.count ?? 0),
      ...(toDevice !== undefined && { toDevice }),
      ...(!withKeys && { early: true }),
    };
  }

  async function turn(): Promise<void> {
    interrupt = new AbortController();
    const isFirst = token.pos === undefined;
    const isGrowing = !token.complete;
    const withKeys = !isEarly;
    const response = await next(isFirst || isGrowing || state.state !== "online" ? 0 : POLL_MS);
    if (withKeys) {
      await hears.before(response, isFirst || isUntold);
      isUntold = false;
    }
    if (isFirst) told = new Set();
    for (const roomId of Object.keys(response.rooms ?? {})) told.add(roomId);
    const reached = reachedBy(response, withKeys);
    const isDone = reached.complete;
    const becomesComplete = isDone && isGrowing;
    const intake = await takeResponse(world, response, reached, echoes);
    token = reached;
    if (!isDone) window = Math.max(window * 4, FIRST_WINDOW);
    if (becomesComplete) await dropUntold();
    setState("online");
    hears.after(intake, isFirst || isGrowing);
    if (becomesComplete) world.topics.touch("chats");
  }

  /** A new connection tells of all rooms one is in: what it did not tell is over. */
  async function dropUntold(): Promise<void> {
    const gone = [...world.rooms.values()].filter(
      (room) => room.membership !== "leave" && room.membership !== "ban" && !told.has(room.id),
    );
    if (gone.length === 0 || told.size === 0) return;
    await world.archive.exclusive(async () => {
      const left = gone.map((room) => ({ ...room, membership: "leave" as const }));
      await world.archive.commit(
        left.map((room) => ({ put: "rooms" as const, key: room.id, value: room })),
      );
      for (const room of left) world.rooms.set(room.id, room);
    });
    world.topics.touch("chats", ...gone.map((room) => `room:${room.id}`));
  }

  function hearBytes(bytes: number): void {
    received = bytes;
    world.topics.touch("connection");
  }

  function request(): unknown {
    const subscriptions: Record<RoomId, unknown> = {};
    for (const roomId of open.keys())
      subscriptions[roomId] = { timeline_limit: 30, required_state: OPEN_STATE };
    const last = Number.isFinite(window) ? window - 1 : 99_999;
    return {
      conn_id: "main",
      lists: {
        top: { ranges: [[0, TOP - 1]], timeline_limit: 10, required_state: STATE },
        all: { ranges: [[0, last]], timeline_limit: 1, required_state: STATE },
      },
      room_subscriptions: subscriptions,
      extensions: {
        to_device: {
          enabled: !isEarly,
          ...(token.toDevice !== undefined && { since: token.toDevice }),
        },
        e2ee: { enabled: !isEarly },
        account_data: { enabled: true },
        receipts: { enabled: true },
        typing: { enabled: true },
        "org.depesha.presence": { enabled: true },
        "org.matrix.msc4262.profiles": { enabled: true, fields: ["m.status"] },
      },
    };
  }

  return {
    start() {
      stopping = new AbortController();
      running = loop();
      if (isEarly) void waitForKeys().catch(() => {});
    },
    async stop() {
      stopping.abort();
      await running;
    },
    subscribe(roomId) {
      const count = open.get(roomId) ?? 0;
      open.set(roomId, count + 1);
      if (count === 0) interrupt.abort();
      return () => {
        const left = (open.get(roomId) ?? 1) - 1;
        if (left > 0) open.set(roomId, left);
        else open.delete(roomId);
      };
    },
    connection: () => state,
    received: () => received,
    isComplete: () => token.complete,
    hurry: () => waking.abort(),
    setPresence(next) {
      presence = next;
    },
  };
}

/** Whether a device is new, or was left before its encryption was open. */
export function isBegun(kept: SyncToken | undefined): boolean {
  return kept === undefined || kept.early === true;
}

function isCode(error: unknown, code: string): boolean {
  return error instanceof FailureError && error.failure.code === code;
}
