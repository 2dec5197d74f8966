/**
 * What the server has erased because its time was over goes from the archive as well: events, the
 * words they are found by, files seen lately, and what the list of chats shows of them. The room's
 * account data `org.depesha.erased` says before which time (`before_ts`, ms) nothing that was said is
 * there any more, but for what is kept for other reasons. So all that is so old is dropped, and what
 * is left of it is fetched again when somebody reads so far back.
 */

import { FailureError } from "../base/errors";
import type { EventId, RoomId } from "../base/ids";
import type { Aged, Since } from "./archive";
import { fetchNewest, tokenBefore } from "./fetch";
import { isPassing } from "./http";
import { cut } from "./line";
import type { RoomData } from "./stored";
import type { WordIndex } from "./word-index";
import type { World } from "./world";

const TYPE = "org.depesha.erased";

export interface Follower {
  /** Looks whether the server has erased something. */
  follow(): void;
  stop(): Promise<void>;
}

/** `forget` is the index's. What is interrupted is done again the next time. */
export function makeFollower(world: World, forget: WordIndex["forget"]): Follower {
  /** By room, the time up to which the archive has followed. */
  let followed: Record<RoomId, number> | undefined;
  let running: Promise<void> | undefined;
  let isWanted = false;
  let isStopped = false;

  async function run(): Promise<void> {
    followed ??= (await world.archive.value<Record<RoomId, number>>("erased")) ?? {};
    for (const room of [...world.rooms.values()]) {
      const before = room.account[TYPE]?.before_ts;
      if (isStopped || typeof before !== "number" || before <= (followed[room.id] ?? 0)) continue;
      await drop(world, forget, room.id, before);
      followed = { ...followed, [room.id]: before };
      await world.archive.commit([{ put: "values", key: "erased", value: followed }]);
    }
  }

  async function runs(): Promise<void> {
    while (isWanted && !isStopped) {
      isWanted = false;
      // Without a network it is done after the next response.
      await run().catch((error) => isAway(error) || world.fault(error));
    }
  }

  return {
    follow() {
      isWanted = true;
      running ??= runs().finally(() => {
        running = undefined;
      });
    },
    async stop() {
      isStopped = true;
      await running;
    },
  };
}

const isAway = (error: unknown) => error instanceof FailureError && isPassing(error.failure);

async function drop(
  world: World,
  forget: WordIndex["forget"],
  roomId: RoomId,
  before: number,
): Promise<void> {
  const first = await world.archive.firstSince(roomId, before);
  const back = first ? await tokenOr(world, roomId, first.id) : null;
  const gone = await world.archive.exclusive(() =>
    dropKept(world, forget, roomId, { before, first, back }),
  );
  if (gone.size > 0) {
    for (const hear of world.erased) hear(roomId, gone);
    world.topics.touch("chats", `room:${roomId}`);
  }
  if (world.rooms.get(roomId)?.line.length === 0) await fetchNewest(world, roomId);
}

/** The token before an event; null where the server gives none, as of an event that it hides. */
async function tokenOr(world: World, roomId: RoomId, id: EventId): Promise<string | null> {
  try {
    return await tokenBefore(world, roomId, id);
  } catch (error) {
    if (isAway(error)) throw error;
    return null;
  }
}

interface Cut {
  before: number;
  first: Since | undefined;
  back: string | null;
}

async function dropKept(
  world: World,
  forget: WordIndex["forget"],
  roomId: RoomId,
  { before, first, back }: Cut,
): Promise<ReadonlySet<EventId>> {
  const aged = await world.archive.olderThan(roomId, before, first?.pos);
  const room = world.rooms.get(roomId);
  if (!room || aged.length === 0) return new Set();
  const gone = new Set(aged.map(({ id }) => id));
  await forget(gone);
  if (aged.some(hasFile)) await world.media.clear();
  const next = without(room, gone, first, back);
  await world.archive.commit([
    ...aged.map(({ id }) => ({ drop: "events" as const, key: [roomId, id] })),
    { put: "rooms", key: roomId, value: next },
  ]);
  world.rooms.set(roomId, next);
  return gone;
}

const hasFile = ({ kind }: Aged) => kind !== undefined && kind !== "link";

function without(
  room: RoomData,
  gone: ReadonlySet<EventId>,
  first: Since | undefined,
  back: string | null,
): RoomData {
  const { last, lastName, ...rest } = room;
  const left = {
    ...rest,
    line: cut(room.line, first, back),
    found: room.found.filter((id) => !gone.has(id)),
  };
  if (!last || (last.id !== undefined && gone.has(last.id))) return left;
  return { ...left, last, ...(lastName !== undefined && { lastName }) };
}
