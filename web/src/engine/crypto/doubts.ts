/** Events read with a doubt of their sender, to be looked at again when more is known of them. */

import type { RoomId, UserId } from "../../base/ids";

export function makeDoubts(again: (roomId: RoomId, sessionIds: readonly string[]) => void) {
  const bySender = new Map<UserId, Map<RoomId, Set<string>>>();
  return {
    add(sender: UserId, roomId: RoomId, sessionId: string): void {
      const rooms = bySender.get(sender) ?? new Map<RoomId, Set<string>>();
      rooms.set(roomId, (rooms.get(roomId) ?? new Set()).add(sessionId));
      bySender.set(sender, rooms);
    },
    /** Devices or keys of this person changed. */
    lookAgain(sender: UserId): void {
      const rooms = bySender.get(sender);
      bySender.delete(sender);
      for (const [roomId, sessionIds] of rooms ?? []) again(roomId, [...sessionIds]);
    },
  };
}
