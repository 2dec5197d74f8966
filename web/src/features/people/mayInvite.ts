/** Whose invitations are taken: everybody's, those of a list, nobody's (MSC4155, MSC4380). Pure. */

import type { Content } from "../../engine/records";

/** The account data that refuses all, and its name in older clients. */
export const CLOSING = "m.invite_permission_config";
export const CLOSING_BEFORE = "org.matrix.msc4380.invite_permission_config";
/** The account data with lists of people and servers. */
export const LISTS = "org.matrix.msc4155.invite_permission_config";

/** Who may invite, if no list says otherwise. */
export type Rest = "all" | "listed" | "nobody";

/** What becomes of an invitation; one that is ignored is not shown, and nobody is told. */
export const FATES = ["allowed", "ignored", "blocked"] as const;
export type Fate = (typeof FATES)[number];

/** A person or a server, or a pattern of them, and what becomes of their invitations. */
export interface Listed {
  fate: Fate;
  of: "users" | "servers";
  name: string;
}

export const MOST_LISTED = 200;

export const isClosing = (content: Content | null | undefined) =>
  content?.default_action === "block";

/** Everybody else is refused by a pattern that fits every server. */
const OTHERS: Listed = { fate: "blocked", of: "servers", name: "*" };
const isOthers = (one: Listed) => isSame(one, OTHERS) && one.fate === OTHERS.fate;
const isSame = (one: Listed, other: Listed) => one.of === other.of && one.name === other.name;

export function restOf(isClosed: boolean, lists: Content | null | undefined): Rest {
  if (isClosed) return "nobody";
  return all(lists).some(isOthers) ? "listed" : "all";
}

/** All that is listed, in the order in which the server asks it. */
export function readListed(lists: Content | null | undefined): Listed[] {
  return all(lists).filter((one) => !isOthers(one));
}

function all(lists: Content | null | undefined): Listed[] {
  return FATES.flatMap((fate) =>
    (["users", "servers"] as const).flatMap((of) => {
      const names: unknown = lists?.[`${fate}_${of}`];
      if (!Array.isArray(names)) return [];
      return names.flatMap((name) => (typeof name === "string" ? { fate, of, name } : []));
    }),
  );
}

/** The lists with another rule for everybody else; what else is kept there stays. */
export function withRest(lists: Content | null | undefined, rest: "all" | "listed"): Content {
  return written(lists, [...readListed(lists), ...(rest === "listed" ? [OTHERS] : [])]);
}

/** The lists with somebody in them, once. */
export function withListed(lists: Content | null | undefined, added: Listed): Content {
  return written(lists, [...all(lists).filter((one) => !isSame(one, added)), added]);
}

export function withoutListed(lists: Content | null | undefined, gone: Listed): Content {
  return written(
    lists,
    all(lists).filter((one) => !isSame(one, gone) || one.fate !== gone.fate),
  );
}

function written(before: Content | null | undefined, listed: readonly Listed[]): Content {
  const content: Record<string, unknown> = { ...before };
  for (const fate of FATES)
    for (const kind of ["users", "servers"] as const) {
      const names = listed.filter((one) => one.fate === fate && one.of === kind);
      if (names.length > 0) content[`${fate}_${kind}`] = names.map(({ name }) => name);
      else delete content[`${fate}_${kind}`];
    }
  return content;
}

/** What was typed: the address of a person, or a server; undefined for neither. */
export function readName(typed: string): Pick<Listed, "of" | "name"> | undefined {
  const name = typed.trim();
  if (name.length > 255) return undefined;
  if (/^@[^\s:]+:[^\s@]+$/.test(name)) return { of: "users", name };
  // All servers are for the choice above the list.
  return /^[^\s@/]+$/.test(name) && /[^*]/.test(name) ? { of: "servers", name } : undefined;
}
