/** Commands that share one's place for a while: begun, told of, ended. */

import type { EventId, RoomId } from "../base/ids";
import type { Args } from "../bridge/protocol";
import { BEACON, BEACON_INFO, BEACON_PLACE, BEACON_TS, isBeacon } from "./beacons";
import { part } from "./http";
import type { Live } from "./live";
import { stateOf } from "./room";
import { relationOf } from "./wire";

const pathOf = (live: Live, roomId: RoomId) =>
  `/_matrix/client/v3/rooms/${part(roomId)}/state/${part(BEACON_INFO)}/${part(live.world.me)}`;

/** Begins to share; the answer is the event that places are told of. */
export async function startSharing(
  live: Live,
  { roomId, since, timeout }: Args<"place.start">,
): Promise<{ eventId: EventId }> {
  const body = {
    live: true,
    timeout,
    [BEACON_TS]: since,
    "org.matrix.msc3488.asset": { type: "m.self" },
  };
  const { http } = live.world;
  const answer = await http.json<{ event_id: EventId }>("PUT", pathOf(live, roomId), { body });
  return { eventId: answer.event_id };
}

export async function stopSharing(live: Live, { roomId }: Args<"place.stop">): Promise<null> {
  const room = live.world.rooms.get(roomId);
  const before = (room && stateOf(room, BEACON_INFO, live.world.me)) ?? {};
  const body = { ...before, live: false };
  await live.world.http.json("PUT", pathOf(live, roomId), { body, retries: 3 });
  return null;
}

/** Says where one is. While the last place waits for the network, another one is not put behind it. */
export async function tellPlace(
  live: Live,
  { roomId, eventId, uri }: Args<"place.tell">,
): Promise<null> {
  const waits = live.outbox
    .of(roomId)
    .some((item) => isBeacon(item.type) && relationOf(item.content)?.parent === eventId);
  if (waits) return null;
  const content = {
    [BEACON_PLACE]: { uri },
    [BEACON_TS]: live.world.now(),
    "m.relates_to": { rel_type: "m.reference", event_id: eventId },
  };
  await live.outbox.add([{ roomId, type: BEACON, content }]);
  return null;
}
