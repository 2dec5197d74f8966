/** Whom mentions mean: people, all, units of the institution, named groups of participants. Pure. */

import type { UserId } from "../base/ids";
import { MENTIONS } from "../base/mentions";
import type { Content } from "./records";
import { groupsIn, MENTION_GROUPS, stateOf } from "./room";
import type { RoomData } from "./stored";
import { isObject, objectOf, textsOf } from "./wire";

/** Of more units and groups than this, an event mentions none. */
const MOST_NAMED = 20;

/** By what somebody is meant in a chat. */
export interface Meant {
  me: UserId;
  /** Their levels, and all above. */
  units: ReadonlySet<number>;
  /** Names of the chat's groups that they are in. */
  groups: ReadonlySet<string>;
}

/** Whether the content names the person, everybody, a unit or a group of theirs. */
export function means(content: Content, { me, units, groups }: Meant): boolean {
  const named = objectOf(content, "m.mentions");
  if (named.room === true || textsOf(named, "user_ids").includes(me)) return true;
  const more = mentionedIn(content);
  return more.units.some((id) => units.has(id)) || more.groups.some((name) => groups.has(name));
}

export interface Mentioned {
  units: readonly number[];
  groups: readonly string[];
}

const NOBODY: Mentioned = { units: [], groups: [] };

/** The units and groups that an event mentions. */
export function mentionedIn(content: Content): Mentioned {
  const found = content[MENTIONS];
  if (!isObject(found)) return NOBODY;
  const { units = [], groups = [] } = found;
  if (!Array.isArray(units) || !Array.isArray(groups)) return NOBODY;
  if (units.length + groups.length > MOST_NAMED) return NOBODY;
  return {
    units: units.filter((each) => Number.isInteger(each)),
    groups: groups.filter((each) => typeof each === "string"),
  };
}

/** What of a message's mentions stands in clear beside what is sealed: whom the server is to call. */
export function clearMentions(content: Content): Content {
  const { units, groups } = mentionedIn(content);
  if (units.length + groups.length === 0) return {};
  return { [MENTIONS]: { units, groups } };
}

const known = new WeakMap<object, Meant>();
const NO_STATE: Content = {};

/** By what I am meant in a chat; the same object until that changes. */
export function meantIn(room: RoomData | undefined, me: UserId, units: ReadonlySet<number>): Meant {
  const state = (room && stateOf(room, MENTION_GROUPS)) ?? NO_STATE;
  const before = known.get(state);
  if (before?.me === me && before.units === units) return before;
  const mine = groupsIn(state).filter((group) => group.userIds.includes(me));
  const meant = { me, units, groups: new Set(mine.map((group) => group.name)) };
  known.set(state, meant);
  return meant;
}
