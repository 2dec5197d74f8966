/** Which of the application's own windows are open. */

import { createSignal } from "solid-js";

export const [paletteOpen, setPaletteOpen] = createSignal(false);
export const [shortcutsOpen, setShortcutsOpen] = createSignal(false);
