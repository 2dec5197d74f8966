/** People and levels on their way from the tree into a chat. */

import { createSignal } from "solid-js";
import type { Client } from "../../bridge/client";
import type { EmployeeRecord } from "../../engine/records";
import { orTell } from "../../ui/toasts";
import { type Chosen, unique } from "./treeRows";

const TYPE = "application/x-depesha-people";

const [dragged, setDragged] = createSignal<Chosen>();

/** What is dragged just now. */
export { dragged };

export function startDrag(event: DragEvent, chosen: Chosen): void {
  const names = [...chosen.units, ...chosen.people].map((one) => one.name);
  event.dataTransfer?.setData("text/plain", names.join("\n"));
  event.dataTransfer?.setData(TYPE, "");
  if (event.dataTransfer) event.dataTransfer.effectAllowed = "copy";
  setDragged(chosen);
  const end = () => setDragged(undefined);
  event.target?.addEventListener("dragend", end, { once: true });
}

/** Lets people be dropped: to be called while they are dragged over a place. */
export function allowDrop(event: DragEvent): boolean {
  if (!event.dataTransfer?.types.includes(TYPE)) return false;
  event.preventDefault();
  event.dataTransfer.dropEffect = "copy";
  return true;
}

/** Everyone chosen, those of the levels too; undefined when the server could not say. */
export async function everyoneOf(
  client: Client,
  chosen: Chosen,
): Promise<EmployeeRecord[] | undefined> {
  if (chosen.units.length === 0) return unique(chosen.people);
  const unitIds = chosen.units.map((unit) => unit.id);
  const found = await orTell(client.command("org.people", { unitIds }));
  return found && unique([...chosen.people, ...found.people]);
}
