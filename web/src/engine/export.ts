/** A whole chat, page by page and oldest first, for whoever writes it out; nothing is held. */

import type { Millis, RoomId } from "../base/ids";
import { fetchOlder } from "./fetch";
import type { Line } from "./line";
import type { World } from "./world";

/** Fetches one more page of the past; how far back the archive reaches without a gap by then. */
export async function fetchPast(
  world: World,
  roomId: RoomId,
): Promise<{ since: Millis; complete: boolean; events: number }> {
  const lineOf = () => world.rooms.get(roomId)?.line ?? [];
  const index = lineOf().findLastIndex((each) => each.back !== null);
  if (index >= 0) await fetchOlder(world, roomId, index);
  const line = lineOf();
  const gap = line.findLastIndex((each) => each.back !== null);
  return {
    since: line[Math.max(gap, 0)]?.since ?? 0,
    complete: gap < 0,
    events: line.reduce((sum, each) => sum + each.high - each.low + 1, 0),
  };
}

/** Places of at most `most` events after `after`, gaps passed over; null begins at the oldest. */
export function placesAfter(line: Line, after: number | null, most: number): [number, number][] {
  const ranges: [number, number][] = [];
  let left = most;
  for (const { low, high } of line) {
    const from = after === null ? low : Math.max(low, after + 1);
    if (from > high || left <= 0) continue;
    const to = Math.min(high, from + left - 1);
    ranges.push([from, to]);
    left -= to - from + 1;
  }
  return ranges;
}
