/**
 * Quietly fetches the past of encrypted chats, which only this device can search. Plain chats are
 * searched by the server; of them nothing is fetched before it is looked at.
 */

import { FailureError } from "../base/errors";
import type { RoomId } from "../base/ids";
import { fetchOlder } from "./fetch";
import { isPassing, sleep } from "./http";
import { isEncrypted } from "./room";
import type { RoomData } from "./stored";
import type { Sync } from "./sync";
import type { World } from "./world";

const PAUSE_MS = 3_000;
const REST_MS = 60_000;
/** How far back a chat is fetched. */
const REACH_MS = 365 * 24 * 3_600_000;
const MOST_ROOMS = 200;

/** Goes on until the signal ends it. */
export async function fillGaps(world: World, sync: Sync, signal: AbortSignal): Promise<void> {
  const refused = new Set<RoomId>();
  while (!signal.aborted) {
    const isReady = sync.isComplete() && sync.connection().state === "online";
    const next = isReady ? findGap(world, refused) : undefined;
    try {
      if (next) await fetchOlder(world, next.roomId, next.index);
    } catch (error) {
      const failure = error instanceof FailureError ? error.failure : undefined;
      if (next && !(failure && isPassing(failure))) refused.add(next.roomId);
    }
    await sleep(next ? PAUSE_MS : REST_MS, signal).catch(() => {});
  }
}

/** The newest gap of the chat that was last used. */
function findGap(
  world: World,
  refused: ReadonlySet<RoomId>,
): { roomId: RoomId; index: number } | undefined {
  const rooms = [...world.rooms.values()]
    .filter((room) => room.membership === "join" && isEncrypted(room) && !refused.has(room.id))
    .sort((a, b) => (b.last?.ts ?? 0) - (a.last?.ts ?? 0))
    .slice(0, MOST_ROOMS);
  for (const room of rooms) {
    const index = gapOf(room, world.now() - REACH_MS);
    if (index >= 0) return { roomId: room.id, index };
  }
  return undefined;
}

function gapOf({ line }: RoomData, since: number): number {
  return line.findLastIndex((each) => each.back !== null && each.since > since);
}
