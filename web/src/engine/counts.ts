/**
 * Compares the unread numbers with the server's own from time to time, over a connection that has
 * no memory, and repairs those that differ. Nobody has to see a number that does not go away.
 */

import type { Duties } from "./duties";
import { sleep } from "./http";
import { PATH, type Sync } from "./sync";
import type { SlidingResponse } from "./wire";
import { changeRoom, type World } from "./world";

const EVERY_MS = 15 * 60_000;
const FIRST_MS = 60_000;
const MOST = 300;

/** Goes on until the signal ends it. */
export async function compareCounts(
  world: World,
  sync: Sync,
  duties: Duties,
  signal: AbortSignal,
): Promise<void> {
  await sleep(FIRST_MS, signal).catch(() => {});
  while (!signal.aborted) {
    if (sync.isComplete() && sync.connection().state === "online")
      await repairCounts(world, duties).catch(() => {});
    await sleep(EVERY_MS, signal).catch(() => {});
  }
}

/** The number of chats that were repaired. */
export async function repairCounts(world: World, duties: Duties): Promise<number> {
  const before = new Map(world.rooms);
  const response = await world.http.json<SlidingResponse>("POST", PATH, {
    query: { timeout: 0 },
    body: {
      conn_id: "counts",
      lists: { all: { ranges: [[0, MOST - 1]], timeline_limit: 0, required_state: [] } },
    },
  });
  let repaired = 0;
  for (const [roomId, wire] of Object.entries(response.rooms ?? {})) {
    const room = world.rooms.get(roomId);
    const { notification_count: notified, highlight_count: highlighted } = wire;
    // What changed while it was asked is not compared, nor what the server has yet to be told.
    if (!room || room !== before.get(roomId) || duties.has(`read/${roomId}`)) continue;
    if (notified === undefined || highlighted === undefined) continue;
    if (room.notified === notified && room.highlighted === highlighted) continue;
    repaired++;
    await changeRoom(world, roomId, (now) => ({
      ...now,
      notified,
      highlighted,
      found: notified === 0 ? [] : now.found,
    }));
  }
  return repaired;
}
