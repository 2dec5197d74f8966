/** What the tour tells, in order. Pure. */

import type { IconName } from "../../ui/icons";

/** The account data that remembers on all devices what of it was seen. */
export const TOUR = "org.depesha.tour";

type Stored = Readonly<Record<string, unknown>> | null | undefined;

/** What somebody is beside an employee. */
export type Role = "manager" | "administrator";

/** Steps by their texts; one that speaks of keys is not for touch screens. */
const common = [
  { id: "people", icon: "people" },
  { id: "jump", icon: "search", keys: "Mod+K" },
  { id: "write", icon: "edit" },
  { id: "encryption", icon: "lock" },
] as const satisfies readonly { id: string; icon: IconName; keys?: string }[];

const more = {
  manager: [
    { id: "requests", icon: "inbox" },
    { id: "units", icon: "people" },
  ],
  administrator: [
    { id: "console", icon: "settings" },
    { id: "tree", icon: "shield" },
  ],
} as const satisfies Record<Role, readonly { id: string; icon: IconName }[]>;

export type Step = (typeof common | (typeof more)[Role])[number];

function seenRoles(stored: Stored): readonly unknown[] {
  return Array.isArray(stored?.roles) ? stored.roles : [];
}

/**
 * The steps that somebody has yet to see: all at first, and later those of a role that is new.
 * `stored` is the account data, null where there is none yet, undefined before that is known.
 */
export function stepsFor(stored: Stored, roles: readonly Role[]): Step[] {
  if (stored === undefined) return [];
  const seen = seenRoles(stored);
  const own = roles
    .filter((role) => !seen.includes(role))
    .flatMap((role): readonly Step[] => more[role]);
  return [...(stored?.seen === true ? [] : common), ...own];
}

/** What is stored once it was seen. */
export function seenBy(stored: Stored, roles: readonly Role[]): Record<string, unknown> {
  return { seen: true, roles: [...new Set([...seenRoles(stored), ...roles])] };
}
