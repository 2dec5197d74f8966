/** One room as data: what a sync response makes of it, and what is read off it. Pure. */

import { plainName } from "../base/format";
import { type EventId, type RoomId, shortName, type UserId } from "../base/ids";
import { BEACON_INFO } from "./beacons";
import { ENCRYPTED, isPreviewed, MEMBER, saidOf } from "./content";
import type { ChatKind, Content, GroupKind, MentionGroup, RoomView } from "./records";
import type { Entry, MemberData, RoomData, Said, StateData } from "./stored";
import { ACK } from "./urgent";
import {
  isObject,
  numberOf,
  objectOf,
  type StrippedEvent,
  textOf,
  textsOf,
  type WireEvent,
  type WireRoom,
} from "./wire";

/** A room of which nothing is known yet. */
export function emptyRoom(id: RoomId): RoomData {
  return {
    id,
    membership: "join",
    state: {},
    line: [],
    heroes: [],
    joined: 0,
    invited: 0,
    isDm: false,
    bump: 0,
    notified: 0,
    highlighted: 0,
    found: [],
    account: {},
    read: {},
  };
}

export const stateKey = (type: string, key: string) => `${type} ${key}`;

/** Content of a state event, or undefined. */
export function stateOf(room: RoomData, type: string, key = ""): Content | undefined {
  return room.state[stateKey(type, key)]?.content;
}

/** The room with what a sync response says of it, its timeline aside. */
export function withWire(room: RoomData, wire: WireRoom, me: UserId): RoomData {
  const invited = wire.invite_state;
  let next: RoomData = invited ? withInvitation(room, invited, me) : { ...room };
  const state = [...(wire.required_state ?? []), ...stateIn(wire.timeline ?? [])];
  next = withState(next, state, me, wire.initial === true && !invited);
  if (wire.heroes) next.heroes = wire.heroes;
  else if (typeof wire.name === "string") next.heroes = [];
  if (wire.joined_count !== undefined) next.joined = wire.joined_count;
  if (wire.invited_count !== undefined) next.invited = wire.invited_count;
  if (wire.is_dm !== undefined) next.isDm = wire.is_dm;
  if (wire.bump_stamp !== undefined) next.bump = wire.bump_stamp;
  if (wire.notification_count !== undefined) next.notified = wire.notification_count;
  if (wire.highlight_count !== undefined) next.highlighted = wire.highlight_count;
  if (next.notified === 0) next.found = [];
  return next;
}

function stateIn(timeline: readonly WireEvent[]): WireEvent[] {
  return timeline.filter((event) => event.state_key !== undefined);
}

/** Of members, only one's own is kept with the room. `whole`: what is not told is gone. */
function withState(
  room: RoomData,
  events: readonly WireEvent[],
  me: UserId,
  whole: boolean,
): RoomData {
  if (events.length === 0) return room;
  const state: Record<string, StateData> = whole ? {} : { ...room.state };
  let next = room;
  for (const event of events) {
    const key = event.state_key ?? "";
    if (event.type === MEMBER && key !== me) continue;
    const before = state[stateKey(event.type, key)];
    // The timeline may reach further back than the state told with it.
    if (before?.ts !== undefined && before.ts > event.origin_server_ts) continue;
    state[stateKey(event.type, key)] = {
      id: event.event_id,
      sender: event.sender,
      ts: event.origin_server_ts,
      content: event.content,
    };
    if (event.type === MEMBER) next = { ...next, membership: membershipOf(event.content) };
  }
  const { inviter: _, ...rest } = next;
  return { ...(next.membership === "invite" ? next : rest), state };
}

function membershipOf(content: Content): RoomData["membership"] {
  const membership = textOf(content, "membership");
  switch (membership) {
    case "join":
    case "invite":
    case "knock":
    case "ban":
      return membership;
    default:
      return "leave";
  }
}

function withInvitation(room: RoomData, events: readonly StrippedEvent[], me: UserId): RoomData {
  const state: Record<string, StateData> = {};
  const names = new Map<UserId, string>();
  for (const event of events) {
    const name = plainName(textOf(event.content, "displayname"));
    if (event.type === MEMBER && name !== undefined) names.set(event.state_key, name);
    if (event.type === MEMBER && event.state_key !== me) continue;
    state[stateKey(event.type, event.state_key)] = { sender: event.sender, content: event.content };
  }
  const mine = state[stateKey(MEMBER, me)];
  const next: RoomData = { ...room, state, membership: membershipOf(mine?.content ?? {}) };
  if (!mine || next.membership !== "invite") return next;
  const reason = textOf(mine.content, "reason");
  const inviter = { id: mine.sender, name: names.get(mine.sender) ?? shortName(mine.sender, me) };
  return {
    ...next,
    isDm: mine.content.is_direct === true,
    inviter: reason === undefined ? inviter : { ...inviter, reason },
    heroes: [{ user_id: mine.sender, displayname: inviter.name }],
  };
}

/** The room with its last message, of entries in the order of the line, oldest first. */
export function withLast(
  room: RoomData,
  entries: readonly Entry[],
  nameOf: (id: UserId) => string,
): RoomData {
  const candidate = entries.findLast((entry) => isPreviewed(entry.data));
  if (!candidate) return room;
  const isOlder = room.last && room.last.id !== candidate.id && room.last.ts > candidate.ts;
  if (isOlder) return room;
  return { ...room, last: saidOf(candidate), lastName: nameOf(candidate.data.event.sender) };
}

/** The members that events of a response tell of. */
export function membersIn(events: readonly WireEvent[]): Map<UserId, MemberData> {
  const found = new Map<UserId, MemberData>();
  for (const event of events) {
    if (event.type !== MEMBER || event.state_key === undefined) continue;
    const before = found.get(event.state_key);
    if (before?.ts !== undefined && before.ts > event.origin_server_ts) continue;
    found.set(event.state_key, memberOf(event));
  }
  return found;
}

export function memberOf(event: Pick<WireEvent, "content" | "origin_server_ts">): MemberData {
  const name = plainName(textOf(event.content, "displayname"));
  const avatar = textOf(event.content, "avatar_url");
  return {
    membership: textOf(event.content, "membership") ?? "leave",
    ts: event.origin_server_ts,
    ...(name !== undefined && { name }),
    ...(avatar?.startsWith("mxc://") && { avatar }),
  };
}

// ── What is read off a room ────────────────────────────────────────────────────────────────────

export function isEncrypted(room: RoomData): boolean {
  return stateOf(room, "m.room.encryption") !== undefined;
}

/** The post that the chat was made to write to. */
export function postOf(room: RoomData): UserId | undefined {
  return textOf(stateOf(room, "org.depesha.post"), "user_id");
}

/** Whose chat with a post it is, for the post's holders; the post, for who made the chat. */
function postName(room: RoomData, me: UserId): string | undefined {
  const post = postOf(room);
  const maker = room.state[stateKey("m.room.create", "")]?.sender;
  const id = maker === me ? post : maker;
  const hero = post === undefined ? undefined : room.heroes.find((each) => each.user_id === id);
  return hero && (plainName(hero.displayname) ?? shortName(hero.user_id, me));
}

/** The name to show; "" where only words of the tab's language could be said. */
export function nameOf(room: RoomData, me: UserId): string {
  const name = plainName(textOf(stateOf(room, "m.room.name"), "name"));
  if (name !== undefined) return name;
  const alias = textOf(stateOf(room, "m.room.canonical_alias"), "alias");
  if (alias) return alias;
  const post = postName(room, me);
  if (post !== undefined) return post;
  const heroes = room.heroes.map(
    (hero) => plainName(hero.displayname) ?? shortName(hero.user_id, me),
  );
  const others = Math.max(0, room.joined + room.invited - 1 - heroes.length);
  const named = heroes.join(", ");
  return others > 0 && named !== "" ? `${named} +${others}` : named;
}

export function avatarOf(room: RoomData, kind: ChatKind): string | undefined {
  const own = textOf(stateOf(room, "m.room.avatar"), "url");
  if (own?.startsWith("mxc://")) return own;
  return kind === "direct" ? room.heroes[0]?.avatar_url : undefined;
}

/** The other person of a direct chat. `direct` is `m.direct`, turned round: room → user. */
export function peerOf(room: RoomData, direct: ReadonlyMap<RoomId, UserId>): UserId | undefined {
  const told = direct.get(room.id);
  if (told !== undefined) return told;
  if (!room.isDm) return undefined;
  return room.inviter?.id ?? room.heroes[0]?.user_id;
}

export function kindOf(room: RoomData, direct: ReadonlyMap<RoomId, UserId>, me: UserId): ChatKind {
  const created = stateOf(room, "m.room.create");
  if (textOf(created, "type") === "m.space") return "space";
  const peer = peerOf(room, direct);
  if (peer === me) return "self";
  if (peer !== undefined && room.joined + room.invited <= 2) return "direct";
  if (textOf(created, "org.depesha.kind") === "channel") return "channel";
  const levels = stateOf(room, "m.room.power_levels");
  const isChannel = numberOf(levels, "events_default", 0) > numberOf(levels, "users_default", 0);
  return isChannel && levels ? "channel" : "group";
}

/** The power of a user. Creators of room version 12 have all of it. */
export function powerOf(room: RoomData, user: UserId): number {
  const created = room.state[stateKey("m.room.create", "")];
  if (created && hasCreators(created.content) && creatorsOf(created).includes(user))
    return Infinity;
  const levels = stateOf(room, "m.room.power_levels");
  if (!levels) return created && created.sender === user ? 100 : 0;
  return numberOf(objectOf(levels, "users"), user, numberOf(levels, "users_default", 0));
}

function hasCreators(created: Content): boolean {
  const version = textOf(created, "room_version") ?? "1";
  return /^\d+$/.test(version) && Number(version) >= 12;
}

function creatorsOf(created: StateData): UserId[] {
  return [created.sender, ...textsOf(created.content, "additional_creators")];
}

/** The power needed to send an event of that type. */
export function neededFor(room: RoomData, type: string, isState: boolean): number {
  const levels = stateOf(room, "m.room.power_levels");
  const events = objectOf(levels, "events");
  if (type in events) return numberOf(events, type, 0);
  return isState
    ? numberOf(levels, "state_default", levels ? 50 : 0)
    : numberOf(levels, "events_default", 0);
}

function mayDo(room: RoomData, me: UserId): RoomView["may"] {
  const power = powerOf(room, me);
  const levels = stateOf(room, "m.room.power_levels");
  const isIn = room.membership === "join";
  const can = (needed: number) => isIn && power >= needed;
  const canState = (type: string) => can(neededFor(room, type, true));
  const type = isEncrypted(room) ? ENCRYPTED : "m.room.message";
  return {
    send: can(neededFor(room, type, false)) && stateOf(room, "m.room.tombstone") === undefined,
    redact: can(numberOf(levels, "redact", 50)),
    invite: can(numberOf(levels, "invite", 0)),
    kick: can(numberOf(levels, "kick", 50)),
    ban: can(numberOf(levels, "ban", 50)),
    pin: canState("m.room.pinned_events"),
    name: canState("m.room.name"),
    topic: canState("m.room.topic"),
    avatar: canState("m.room.avatar"),
    packs: canState("im.ponies.room_emotes"),
    live: canState(BEACON_INFO),
    power: canState("m.room.power_levels"),
    notifyAll: can(numberOf(objectOf(levels, "notifications"), "room", 50)),
    encrypt: canState("m.room.encryption"),
    joinRule: canState("m.room.join_rules"),
    group: canState(GROUP),
    mentionGroups: canState(MENTION_GROUPS),
    acknowledge: can(neededFor(room, ACK, false)),
  };
}

/** The contents of all state of a type, by state key. */
export function statesOf(room: RoomData | undefined, type: string): Record<string, Content> {
  const found: Record<string, Content> = {};
  for (const [key, { content }] of Object.entries(room?.state ?? {}))
    if (key.startsWith(`${type} `)) found[key.slice(type.length + 1)] = content;
  return found;
}

export function pinnedOf(room: RoomData): EventId[] {
  return textsOf(stateOf(room, "m.room.pinned_events"), "pinned");
}

/** Type of the state that says of what kind a group is. */
export const GROUP = "org.depesha.group";

/** Of what kind a group is, where that is said and understood. */
export function groupOf(room: RoomData): GroupKind | undefined {
  const state = stateOf(room, GROUP);
  const kind = textOf(state, "kind");
  if (kind === "project") return { kind, unit: 0, isWhole: false };
  if (kind !== "basic") return undefined;
  return { kind, unit: numberOf(state, "unit", 0), isWhole: state?.is_whole === true };
}

/** The state that says so. */
export function groupContent({ kind, unit, isWhole }: GroupKind): Content {
  if (kind === "project") return { kind };
  return { kind, ...(unit > 0 && { unit }), ...(isWhole && { is_whole: true }) };
}

/** Type of the state that names groups of participants, for mentions. */
export const MENTION_GROUPS = "org.depesha.mention_groups";

/** The named groups that the state tells of, by name. */
export function groupsIn(state: Content | undefined): MentionGroup[] {
  return Object.entries(objectOf(state, "groups"))
    .flatMap(([name, group]) =>
      isObject(group) ? { name, userIds: textsOf(group, "user_ids") } : [],
    )
    .sort((a, b) => a.name.localeCompare(b.name));
}

/** Rooms of a space, in its order. */
export function childrenOf(room: RoomData): RoomId[] {
  return Object.entries(room.state)
    .filter(([key, each]) => key.startsWith("m.space.child ") && Array.isArray(each.content.via))
    .map(([key, each]) => ({
      id: key.slice("m.space.child ".length),
      order: textOf(each.content, "order") ?? "\uffff",
      ts: each.ts ?? 0,
    }))
    .sort((a, b) => (a.order < b.order ? -1 : a.order > b.order ? 1 : a.ts - b.ts))
    .map((each) => each.id);
}

/** What the chat's panel shows. */
export function viewOf(room: RoomData, direct: ReadonlyMap<RoomId, UserId>, me: UserId): RoomView {
  const kind = kindOf(room, direct, me);
  const created = stateOf(room, "m.room.create");
  const view: RoomView = {
    id: room.id,
    kind,
    name: nameOf(room, me),
    topic: textOf(stateOf(room, "m.room.topic"), "topic") ?? "",
    membership: room.membership,
    version: textOf(created, "room_version") ?? "1",
    memberCount: room.joined,
    encrypted: isEncrypted(room),
    joinRule: textOf(stateOf(room, "m.room.join_rules"), "join_rule") ?? "invite",
    historyVisibility: historyVisibility(room),
    guestAccess: textOf(stateOf(room, "m.room.guest_access"), "guest_access") ?? "forbidden",
    pinned: pinnedOf(room),
    may: mayDo(room, me),
    myPower: powerOf(room, me),
    mentionGroups: groupsIn(stateOf(room, MENTION_GROUPS)),
    liveLevel: neededFor(room, BEACON_INFO, true),
    inviteLevel: numberOf(stateOf(room, "m.room.power_levels"), "invite", 0),
    children: kind === "space" ? childrenOf(room) : [],
  };
  const group = groupOf(room);
  if (group) view.group = group;
  const avatar = avatarOf(room, kind);
  if (avatar !== undefined) view.avatar = avatar;
  const alias = textOf(stateOf(room, "m.room.canonical_alias"), "alias");
  if (alias) view.alias = alias;
  const peer = peerOf(room, direct);
  if (kind === "direct" && peer !== undefined) view.peer = peer;
  const post = postOf(room);
  if (post !== undefined) view.post = post;
  const tombstone = stateOf(room, "m.room.tombstone");
  if (tombstone) view.closed = textOf(tombstone, "body")?.slice(0, 500) ?? "";
  const successor = textOf(tombstone, "replacement_room");
  if (successor) view.successor = successor;
  const predecessor = textOf(objectOf(created, "predecessor"), "room_id");
  if (predecessor) view.predecessor = predecessor;
  return view;
}

export function historyVisibility(room: RoomData): string {
  return textOf(stateOf(room, "m.room.history_visibility"), "history_visibility") ?? "shared";
}

/** What the list is ordered by: when something was last said, or one was invited or came in. */
export function tsOf(room: RoomData, last: Said | undefined, me: UserId): number {
  return last?.ts ?? room.state[stateKey(MEMBER, me)]?.ts ?? 0;
}
