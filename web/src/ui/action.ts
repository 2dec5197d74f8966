/**
 * An action is one object: menu, shortcut, context menu and command palette read the same.
 */

import type { IconName } from "./icons";

export interface Action {
  id: string;
  label: () => string;
  icon?: IconName;
  /** "Mod+K": Mod is Ctrl, and Command on a Mac. */
  shortcut?: string;
  /** Whether it can be done now; left out means always. */
  when?: () => boolean;
  /** Takes something away that does not come back. */
  danger?: boolean;
  /** A switch's state, for a menu's tick. */
  checked?: () => boolean;
  /** Begins a new group in a menu. */
  apart?: boolean;
  run: () => void;
}

/** The actions that can be done now. */
export function possible(actions: readonly Action[]): Action[] {
  return actions.filter((action) => action.when?.() ?? true);
}
