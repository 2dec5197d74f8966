/** How much of a thread is unread, counted by the replies that are in the archive. */

import type { EventId, Millis, RoomId, UserId } from "../base/ids";
import { contentOf, isShown } from "./content";
import { means, meantIn } from "./meant";
import type { Unread } from "./records";
import type { Entry, ReceiptsData } from "./stored";
import { loadReceipts, type World } from "./world";

export const NONE_UNREAD: Unread = { messages: 0, mentions: 0, marked: false };

/** The time of one's latest receipt in a thread. */
function readUntil(receipts: ReceiptsData, me: UserId, root: EventId): Millis {
  const mine = receipts[me];
  return Math.max(mine?.[root]?.ts ?? 0, mine?.[""]?.ts ?? 0);
}

/** Whether the last reply of a thread is another's, and not read. */
export function isThreadUnread(root: Entry, receipts: ReceiptsData, me: UserId): boolean {
  const last = root.data.thread?.last;
  return !!last && last.sender !== me && readUntil(receipts, me, root.id) < last.ts;
}

/** What is unread of those threads that have something unread; at least one message each. */
export async function unreadOf(
  world: World,
  roomId: RoomId,
  roots: readonly Entry[],
): Promise<ReadonlyMap<EventId, Unread>> {
  const receipts = await loadReceipts(world, roomId);
  const { me } = world;
  const meant = meantIn(world.rooms.get(roomId), me, world.units);
  const found = new Map<EventId, Unread>();
  for (const root of roots) {
    if (!isThreadUnread(root, receipts, me)) continue;
    const read = readUntil(receipts, me, root.id);
    const replies = (await world.archive.thread(roomId, root.id)).filter(
      ({ ts, data }) =>
        ts > read && data.event.sender !== me && isShown(data) && data.redaction === undefined,
    );
    const mentions = replies.filter((reply) => means(contentOf(reply.data), meant)).length;
    found.set(root.id, { messages: Math.max(1, replies.length), mentions, marked: false });
  }
  return found;
}
