/** The window that a timeline is over a room's line: what of it is let go. Pure. */

import { itemId } from "./items";
import type { Entry } from "./stored";

/** What is left of a window, and whether its end is no more that of the line. */
export interface Cut {
  entries: readonly Entry[];
  /** Something newer was let go. */
  isCut: boolean;
}

/** The entries from the item `from` to the item `to`; all of them where one is not there. */
export function between(entries: readonly Entry[], from: string, to: string): Cut {
  const first = entries.findIndex((entry) => itemId(entry) === from);
  const last = entries.findLastIndex((entry) => itemId(entry) === to);
  if (first < 0 || last < first) return { entries, isCut: false };
  return { entries: entries.slice(first, last + 1), isCut: last < entries.length - 1 };
}
