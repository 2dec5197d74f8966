/** Requests that people of a unit may be invited into a chat, as the sync last told of them. */

import { whoOf } from "./org";
import type { UnitInvitesView } from "./records";
import { numberOf, objectOf, objectsOf, textOf } from "./wire";
import type { World } from "./world";

export const UNIT_INVITES = "org.depesha.unit_invites";

export function unitInvitesOf(world: World): UnitInvitesView {
  const told = world.account.get(UNIT_INVITES) ?? {};
  return {
    incoming: objectsOf(told, "incoming").map((each) => ({
      ...inPlaceIn(textOf(each, "in_place_of")),
      id: textOf(each, "request_id") ?? "",
      roomId: textOf(each, "room_id") ?? "",
      roomName: textOf(each, "room_name") ?? "",
      unitId: numberOf(each, "unit_id", 0),
      sender: whoOf(objectOf(each, "sender"), ""),
      message: textOf(each, "message") ?? "",
      ts: numberOf(each, "ts", 0),
    })),
    outgoing: objectsOf(told, "outgoing").map((each) => ({
      id: textOf(each, "request_id") ?? "",
      roomId: textOf(each, "room_id") ?? "",
      unitId: numberOf(each, "unit_id", 0),
      message: textOf(each, "message") ?? "",
      ts: numberOf(each, "ts", 0),
      state: stateIn(textOf(each, "state")),
      invited: numberOf(each, "invited", 0),
      reason: textOf(each, "reason") ?? "",
    })),
  };
}

const inPlaceIn = (id: string | undefined) => (id === undefined ? {} : { inPlaceOf: id });

function stateIn(told: string | undefined): "waiting" | "approved" | "refused" {
  return told === "approved" || told === "refused" ? told : "waiting";
}
