/** Which dialog of the list is open, and asking for the search field. */

import { createSignal } from "solid-js";

export type DialogKind = "direct" | "group" | "channel" | "space" | "join" | "folder";

const [dialog, setDialog] = createSignal<DialogKind>();
/** The address that is joined, where it is known. */
const [joined, setJoined] = createSignal("");
/** The space that a new chat is to be in. */
const [parent, setParent] = createSignal<string>();
/** The space that is looked into. */
const [shownSpace, showSpace] = createSignal<string>();
const [searchAsked, setSearchAsked] = createSignal(0);

export { dialog, joined, parent, searchAsked, shownSpace, showSpace };

export function openDialog(kind: DialogKind, inSpace?: string): void {
  setParent(inSpace);
  setDialog(kind);
}

/** Shows the chat of this address, to be joined. */
export function openJoin(address: string): void {
  setJoined(address);
  setDialog("join");
}

export function closeDialog(): void {
  setDialog(undefined);
  setJoined("");
}

/** Puts the focus into the search field of the list. */
export function askSearch(): void {
  setSearchAsked((times) => times + 1);
}
