/** People: how they are found and what is said of them. */

import type { Failure } from "../../base/errors";
import { match } from "../../base/fuzzy";
import type {
  ChatRecord,
  ContactsView,
  MemberRecord,
  MentionGroup,
  PersonRecord,
  PostRecord,
  UnitInvitesView,
  WhoRecord,
} from "../../engine/records";

/** `@name:server`, typed whole. */
export function isUserId(text: string): boolean {
  return /^@[^:\s]+:[^\s]+$/.test(text.trim());
}

/** Chats that answer `query`, the best first; all in their order for an empty query. */
export function findChats(chats: readonly ChatRecord[], query: string): ChatRecord[] {
  const joined = chats.filter((chat) => chat.membership === "join" && chat.kind !== "space");
  if (!query.trim()) return joined;
  return joined
    .map((chat, place) => ({ chat, place, score: match(query, `${chat.name} ${chat.peer ?? ""}`) }))
    .filter(({ score }) => score > 0)
    .sort((a, b) => b.score - a.score || a.place - b.place)
    .map(({ chat }) => chat);
}

/** Found people with the one that `text` names as an address first, if the search knows it not. */
export function withAddress(people: readonly PersonRecord[], text: string): PersonRecord[] {
  const id = text.trim();
  if (!isUserId(id) || people.some((person) => person.id === id)) return [...people];
  return [{ id, name: id, ignored: false }, ...people];
}

/** Those one has a direct chat with, the latest first: whom one likely looks for. */
export function acquaintances(chats: readonly ChatRecord[]): PersonRecord[] {
  return chats.flatMap((chat): PersonRecord[] => {
    if (chat.kind !== "direct" || chat.peer === undefined || chat.membership !== "join") return [];
    const person = { id: chat.peer, name: chat.name, ignored: false };
    return [chat.avatar === undefined ? person : { ...person, avatar: chat.avatar }];
  });
}

/** `next`, by the objects of `before` where nothing of a person has changed. */
export function kept(
  before: readonly PersonRecord[],
  next: readonly PersonRecord[],
): readonly PersonRecord[] {
  const known = new Map(before.map((person) => [JSON.stringify(person), person]));
  return next.map((person) => known.get(JSON.stringify(person)) ?? person);
}

/** A refusal by a rule of the institution: whom it concerns, and who can change it. */
export interface Refusal {
  rule: string;
  /** Whom the refused request was to reach. */
  target?: string;
  ask?: string;
}

/** The rule by which the server refused, if that was why. */
export function refusalOf(failure: Failure): Refusal | undefined {
  const field = (name: string) => {
    const value = failure.fields?.[`org.depesha.${name}`];
    return typeof value === "string" ? value : undefined;
  };
  const [rule, target, ask] = [field("rule"), field("target"), field("ask")];
  if (rule === undefined) return undefined;
  return { rule, ...(target !== undefined && { target }), ...(ask !== undefined && { ask }) };
}

/** Rules that a contact request gets round. */
export function isForRequest(rule: string): boolean {
  return rule === "contact" || rule === "write_upward";
}

/** Who stands in for somebody at `now`, and until when: the one who does so longest. */
export function deputyNow(who: WhoRecord, now: number): { id: string; until: number } | undefined {
  return who.deputies
    .filter((each) => each.since <= now && now < each.until)
    .toSorted((a, b) => b.until - a.until)[0];
}

/** "Counsel, Ministry › Law": what somebody is, in a line; "" for who has no post. */
export function postLine(who: WhoRecord): string {
  const post = who.posts[0] ?? who.manages[0];
  if (!post) return "";
  return [post.title, post.path.join(" › ")].filter(Boolean).join(", ");
}

/** The levels somebody belongs to or manages, each once. */
export function placesOf(who: WhoRecord): { post: PostRecord; isManager: boolean }[] {
  const managed = new Set(who.manages.map((post) => post.unitId));
  const own = new Set(who.posts.map((post) => post.unitId));
  const all = [...who.posts, ...who.manages.filter((post) => !own.has(post.unitId))];
  return all.map((post) => ({ post, isManager: managed.has(post.unitId) }));
}

/** How many a mention of the group reaches. */
export function reached(group: MentionGroup, members: readonly MemberRecord[]): number {
  const named = new Set(group.userIds);
  return members.filter(({ id, membership }) => membership === "join" && named.has(id)).length;
}

/** How much waits in the request box. */
export function countWaiting(
  contacts: ContactsView | undefined,
  units: UnitInvitesView | undefined,
): number {
  const people = contacts ? contacts.incoming.length + contacts.held.length : 0;
  return people + (units?.incoming.length ?? 0);
}
