/** Which dialog of the list is open, and asking for the search field. */

import { createSignal } from "solid-js";

export type DialogKind = "direct" | "group" | "channel" | "join" | "folder";

const [dialog, setDialog] = createSignal<DialogKind>();
const [searchAsked, setSearchAsked] = createSignal(0);

export { dialog, searchAsked };

export function openDialog(kind: DialogKind): void {
  setDialog(kind);
}

export function closeDialog(): void {
  setDialog(undefined);
}

/** Puts the focus into the search field of the list. */
export function askSearch(): void {
  setSearchAsked((times) => times + 1);
}
