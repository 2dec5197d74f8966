/** Members of rooms and people beyond them. */

import { plainName } from "../base/format";
import { type RoomId, shortName, type UserId } from "../base/ids";
import { part } from "./http";
import type { Content, MemberRecord, PersonRecord } from "./records";
import { memberOf, powerOf } from "./room";
import type { MemberData, MembersData, ProfileData, StatusData } from "./stored";
import { isObject, numberOf, objectOf, textOf, type WireEvent } from "./wire";
import { loadMembers, type World } from "./world";

/** The whole list of members; fetched where it is not known whole. */
export async function allMembers(world: World, roomId: RoomId): Promise<MembersData> {
  const known = await loadMembers(world, roomId);
  if (known.complete) return known;
  const path = `/_matrix/client/v3/rooms/${part(roomId)}/members`;
  const answer = await world.http.json<{ chunk: WireEvent[] }>("GET", path, { retries: 2 });
  const list: Record<UserId, MemberData> = {};
  for (const event of answer.chunk ?? [])
    if (event.state_key !== undefined) list[event.state_key] = memberOf(event);
  const members = { complete: true, list };
  await world.archive.exclusive(async () => {
    await world.archive.commit([{ put: "members", key: roomId, value: members }]);
    world.members.set(roomId, members);
  });
  world.topics.touch(`members:${roomId}`);
  return members;
}

/** Those who are to get a room's keys. */
export async function readersOf(
  world: World,
  roomId: RoomId,
  withInvited: boolean,
): Promise<UserId[]> {
  const { list } = await allMembers(world, roomId);
  const isReader = (member: MemberData | undefined) =>
    withInvited ? isIn(member) : member?.membership === "join";
  return Object.keys(list).filter((id) => isReader(list[id]));
}

function isIn(member: MemberData | undefined): boolean {
  return member?.membership === "join" || member?.membership === "invite";
}

/** How a member is shown: by name, with the id where two share it. */
export interface Shown {
  name: string;
  ambiguous: boolean;
  avatar?: string;
}

/** Shows members of one list; what it worked out is kept with the list. */
export function shownIn(members: MembersData, me: UserId): (id: UserId) => Shown {
  const known = memo.get(members);
  if (known) return known;
  const counts = new Map<string, number>();
  for (const [id, member] of Object.entries(members.list)) {
    if (!isIn(member)) continue;
    const name = member.name ?? shortName(id, me);
    counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  const shown = new Map<UserId, Shown>();
  const show = (id: UserId) => {
    const found = shown.get(id);
    if (found) return found;
    const made = showMember(id, members.list[id], counts, me);
    shown.set(id, made);
    return made;
  };
  memo.set(members, show);
  return show;
}

const memo = new WeakMap<MembersData, (id: UserId) => Shown>();

function showMember(
  id: UserId,
  member: MemberData | undefined,
  counts: ReadonlyMap<string, number>,
  me: UserId,
): Shown {
  const name = member?.name ?? shortName(id, me);
  const shown: Shown = { name, ambiguous: (counts.get(name) ?? 0) > 1 };
  return member?.avatar === undefined ? shown : { ...shown, avatar: member.avatar };
}

const ORDER = ["join", "invite", "knock", "ban"];

/** Rows of the list of members: those with power first, then by name. */
export function memberRows(
  world: World,
  roomId: RoomId,
  members: MembersData,
  before: ReadonlyMap<UserId, MemberRecord>,
): MemberRecord[] {
  const room = world.rooms.get(roomId);
  const show = shownIn(members, world.me);
  const rows: MemberRecord[] = [];
  for (const [id, member] of Object.entries(members.list)) {
    const membership = member.membership;
    if (membership === "leave" || !ORDER.includes(membership)) continue;
    const { name, ambiguous, avatar } = show(id);
    const power = room ? powerOf(room, id) : 0;
    const row: MemberRecord = {
      id,
      name,
      ambiguous,
      membership: membership as MemberRecord["membership"],
      power,
      ...(avatar !== undefined && { avatar }),
    };
    rows.push(same(before.get(id), row));
  }
  const collator = new Intl.Collator();
  return rows.sort(
    (a, b) =>
      ORDER.indexOf(a.membership) - ORDER.indexOf(b.membership) ||
      (b.power === a.power ? 0 : b.power - a.power) ||
      collator.compare(a.name, b.name),
  );
}

/** The old record where the new one says the same: it need not cross to the tab again. */
export function same<T extends object>(before: T | undefined, after: T): T {
  return before && isEqual(before, after) ? before : after;
}

function isEqual(a: unknown, b: unknown): boolean {
  if (Object.is(a, b)) return true;
  if (typeof a !== "object" || typeof b !== "object" || a === null || b === null) return false;
  const keys = Object.keys(a);
  if (keys.length !== Object.keys(b).length || Array.isArray(a) !== Array.isArray(b)) return false;
  return keys.every((key) =>
    isEqual((a as Record<string, unknown>)[key], (b as Record<string, unknown>)[key]),
  );
}

export function isIgnored(world: World, userId: UserId): boolean {
  return userId in objectOf(world.account.get("m.ignored_user_list"), "ignored_users");
}

/** A person as far as rooms and presence tell. */
export async function personOf(
  world: World,
  userId: UserId,
  roomId: RoomId | undefined,
): Promise<PersonRecord> {
  const shown =
    roomId === undefined ? undefined : shownIn(await loadMembers(world, roomId), world.me)(userId);
  const unnamed = shortName(userId, world.me);
  const profile = shown && shown.name !== unnamed ? undefined : world.profiles.get(userId);
  const presence = world.presence.get(userId);
  const avatar = shown?.avatar ?? profile?.avatar;
  const trust = await world.crypto?.trust(userId);
  const status = statusText(world, userId) ?? presence?.status;
  return {
    id: userId,
    name: profile?.name ?? shown?.name ?? unnamed,
    ignored: isIgnored(world, userId),
    ...(avatar !== undefined && { avatar }),
    ...presence,
    ...(trust !== undefined && { trust }),
    ...(status !== undefined && { status }),
  };
}

/** The status of a person, unless its time is over. */
function statusText(world: World, userId: UserId): string | undefined {
  const status = world.statuses[userId] ?? world.profiles.get(userId)?.status;
  if (!status || (status.until !== undefined && status.until <= world.now())) return undefined;
  return [status.emoji, status.text].filter(Boolean).join(" ") || undefined;
}

/** `m.status` of a profile (MSC4426), and when it ends. */
export function statusOf(field: Content): StatusData {
  const emoji = textOf(field, "emoji");
  const until = numberOf(field, "org.depesha.until", 0);
  return {
    text: textOf(field, "text") ?? "",
    ...(emoji !== undefined && { emoji }),
    ...(until > 0 && { until }),
  };
}

/** Asks the server for a person's profile and presence; nothing is told of what it refuses. */
export async function fetchPerson(world: World, userId: UserId): Promise<void> {
  const id = part(userId);
  const ask = <T>(path: string) => world.http.json<T>("GET", path).catch(() => undefined);
  const [profile, presence] = await Promise.all([
    ask<Record<string, unknown>>(`/_matrix/client/v3/profile/${id}`),
    ask<Record<string, unknown>>(`/_matrix/client/v3/presence/${id}/status`),
  ]);
  if (profile) world.profiles.set(userId, profileOf(profile));
  if (presence) {
    const { presence: state, last_active_ago: ago, status_msg: status } = presence;
    world.presence.set(userId, {
      presence: state === "online" || state === "unavailable" ? state : "offline",
      ...(typeof ago === "number" && { lastActiveAt: world.now() - ago }),
      ...(typeof status === "string" && status !== "" && { status }),
    });
  }
  if (profile || presence) world.topics.touch(`person:${userId}`);
}

function profileOf(fields: Content): ProfileData {
  const { avatar_url: avatar, "m.status": status } = fields;
  const name = plainName(textOf(fields, "displayname"));
  return {
    ...(name !== undefined && { name }),
    ...(typeof avatar === "string" && avatar.startsWith("mxc://") && { avatar }),
    ...(isObject(status) && { status: statusOf(status) }),
  };
}

/** People found by the server's directory. */
export async function searchPeople(
  world: World,
  text: string,
  limit: number,
): Promise<{ people: PersonRecord[]; limited: boolean }> {
  const path = "/_matrix/client/v3/user_directory/search";
  const answer = await world.http.json<{
    results: { user_id: UserId; display_name?: string; avatar_url?: string }[];
    limited: boolean;
  }>("POST", path, { body: { search_term: text, limit } });
  const people = answer.results.map((found): PersonRecord => {
    const avatar = found.avatar_url;
    return {
      id: found.user_id,
      name: found.display_name || shortName(found.user_id, world.me),
      ignored: isIgnored(world, found.user_id),
      ...(avatar?.startsWith("mxc://") && { avatar }),
      ...world.presence.get(found.user_id),
    };
  });
  return { people, limited: answer.limited };
}
