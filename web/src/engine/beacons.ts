/** Places that are shared for a while, as events tell of them (MSC3489, MSC3672). Pure. */

import type { EventId, Millis } from "../base/ids";
import type { Content } from "./records";
import type { EventData, Kid, RoomData } from "./stored";
import { numberOf, objectOf, textOf } from "./wire";

/** Type of the state that begins and ends the sharing of one's place. */
export const BEACON_INFO = "org.matrix.msc3672.beacon_info";
export const BEACON = "org.matrix.msc3672.beacon";
export const BEACON_TS = "org.matrix.msc3488.ts";
export const BEACON_PLACE = "org.matrix.msc3488.location";
const INFOS = [BEACON_INFO, "m.beacon_info"];
const BEACONS = [BEACON, "m.beacon"];

export const isBeaconInfo = (type: string) => INFOS.includes(type);
export const isBeacon = (type: string) => BEACONS.includes(type);

/** The events by which places are shared in a room, as far as its state tells. */
export function sharedIn(room: RoomData | undefined): EventId[] {
  return Object.entries(room?.state ?? {}).flatMap(([key, { id, content }]) => {
    const isOn = isBeaconInfo(key.slice(0, key.indexOf(" "))) && content.live !== false;
    return isOn && id !== undefined ? [id] : [];
  });
}

/** Where its sender was last said to be; undefined while nothing was said. */
export function placeOf(data: EventData): { uri: string; ts: Millis } | undefined {
  const last = (data.kids ?? []).reduce<Kid | undefined>((newest, kid) => {
    const isMore = !newest || kid.ts >= newest.ts;
    const isOwn = kid.sender === data.event.sender && isBeacon(kid.type) && !kid.locked;
    return isOwn && isMore && uriIn(kid.content) !== undefined ? kid : newest;
  }, undefined);
  const uri = last && uriIn(last.content);
  if (!last || uri === undefined) return undefined;
  return { uri, ts: Math.min(numberOf(last.content, BEACON_TS, last.ts), last.ts) };
}

function uriIn(content: Content): string | undefined {
  const stable = textOf(objectOf(content, "m.location"), "uri");
  return textOf(objectOf(content, BEACON_PLACE), "uri") ?? stable;
}
