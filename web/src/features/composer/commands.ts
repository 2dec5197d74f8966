/** What can be done with what is being written: the composer's menu, the keys and the palette. */

import { type Accessor, createSignal, onCleanup, onMount } from "solid-js";
import type { Action } from "../../ui/action";
import type { Composing } from "./state";
import { word } from "./words";

/** A composer on the page. */
interface Open {
  composing: Accessor<Composing>;
  /** Whether an urgent message may be sent from it. */
  mayBeUrgent: Accessor<boolean>;
}

/** The composers on the page; the one last used is the last. */
const [open, setOpen] = createSignal<readonly Open[]>([]);

/** Makes a composer known for as long as it is there; call what is given when it is used. */
export function registerComposer(one: Open): () => void {
  const use = () =>
    setOpen((all) => (all.at(-1) === one ? all : [...all.filter((each) => each !== one), one]));
  onMount(use);
  onCleanup(() => setOpen((all) => all.filter((each) => each !== one)));
  return use;
}

/** Marks the next message as urgent, or no longer; of the composer last used. */
export function urgentAction(): Action {
  const composing = () => open().at(-1)?.composing();
  return {
    id: "urgent",
    icon: "warning",
    label: () => word("urgent"),
    shortcut: "Alt+U",
    checked: () => composing()?.urgent() ?? false,
    when: () => (open().at(-1)?.mayBeUrgent() ?? false) && !composing()?.edit(),
    run: () => {
      const state = composing();
      state?.setUrgent(!state.urgent());
      state?.askFocus();
    },
  };
}
