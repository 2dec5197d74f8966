/** Taking people into a chat, one after the other, so that a refusal of one stops no other. */

import { createSignal } from "solid-js";
import type { Failure } from "../../base/errors";
import type { Client } from "../../bridge/client";
import type { EmployeeRecord, UnitRecord } from "../../engine/records";
import { askUnit } from "./AskUnit";
import type { Chosen } from "./treeRows";

/** Somebody to be invited, as they are shown. */
type Invited = Pick<EmployeeRecord, "id" | "name" | "avatar">;

export type Refused = { failure: Failure } & ({ person: Invited } | { unit: UnitRecord });

/** Invites each; gives those who could not be. `tell` hears how many are done. */
export async function inviteEach(
  client: Client,
  roomId: string,
  people: readonly Invited[],
  tell: (done: number) => void,
): Promise<Refused[]> {
  const refused: Refused[] = [];
  for (const [index, person] of people.entries()) {
    tell(index);
    const answer = await client.command("room.invite", { roomId, userIds: [person.id] });
    if (!answer.ok) refused.push({ person, failure: answer.error });
  }
  return refused;
}

/** Asks the managers of units; gives those who could not be asked. */
export async function askEach(
  client: Client,
  roomId: string,
  units: readonly UnitRecord[],
): Promise<Refused[]> {
  const refused: Refused[] = [];
  for (const unit of units) {
    const answer = await askUnit(client, roomId, unit.id, "");
    if (!answer.ok) refused.push({ unit, failure: answer.error });
  }
  return refused;
}

/** What is to be done with people: a new group of them, or into a chat. */
export interface Taking {
  /** Everyone, also of the units that were chosen. */
  people: readonly EmployeeRecord[];
  /** As it was chosen. */
  chosen: Chosen;
  /** The chat; without it a new group is made. */
  room?: { id: string; name: string };
}

const [taking, setTaking] = createSignal<Taking>();

export { setTaking, taking };
