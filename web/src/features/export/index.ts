/** A chat in one's own hands: saved as a file, or printed. */

import { createSignal, lazy } from "solid-js";

/** The chat that is saved or printed. */
const [exported, setExported] = createSignal<{ id: string; name: string }>();

export { exported };

export function openExport(chat: { id: string; name: string }): void {
  setExported({ id: chat.id, name: chat.name });
}

export function closeExport(): void {
  setExported(undefined);
}

export const ExportDialog = lazy(() => import("./ExportDialog"));

export { sweep } from "./sink";
