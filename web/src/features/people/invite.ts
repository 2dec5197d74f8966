/** Taking people into a chat, one after the other, so that a refusal of one stops no other. */

import { createSignal } from "solid-js";
import type { Failure } from "../../base/errors";
import type { Client } from "../../bridge/client";
import type { EmployeeRecord } from "../../engine/records";

export interface Refused {
  person: EmployeeRecord;
  failure: Failure;
}

/** Invites each; gives those who could not be. `tell` hears how many are done. */
export async function inviteEach(
  client: Client,
  roomId: string,
  people: readonly EmployeeRecord[],
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

/** What is to be done with people: a new group of them, or into a chat. */
export interface Taking {
  people: readonly EmployeeRecord[];
  /** The chat; without it a new group is made. */
  room?: { id: string; name: string };
}

const [taking, setTaking] = createSignal<Taking>();

export { setTaking, taking };
