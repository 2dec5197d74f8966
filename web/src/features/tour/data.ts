/** What the tour tells, in order. Pure. */

import type { IconName } from "../../ui/icons";

/** The account data that remembers on all devices that it was seen. */
export const TOUR = "org.depesha.tour";

/** Steps by their texts; one that speaks of keys is not for touch screens. */
export const steps = [
  { id: "people", icon: "people" },
  { id: "jump", icon: "search", keys: "Mod+K" },
  { id: "write", icon: "edit" },
  { id: "encryption", icon: "lock" },
] as const satisfies readonly { id: string; icon: IconName; keys?: string }[];

/** Whether it is to be shown: `stored` is the account data, null where there is none yet. */
export function isDue(stored: Readonly<Record<string, unknown>> | null | undefined): boolean {
  return stored === null || (stored !== undefined && stored.seen !== true);
}
