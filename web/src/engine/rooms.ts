/** Commands that make, enter, leave and change chats. They need the server, and say so without it. */

import { FailureError } from "../base/errors";
import { type Mxc, type RoomId, serverOf, type UserId } from "../base/ids";
import { forcedSecrecy, type Secrecy } from "../base/secrecy";
import type { Args, Commands } from "../bridge/protocol";
import { BEACON_INFO } from "./beacons";
import { cipherOf } from "./cipher";
import { part } from "./http";
import type { Live } from "./live";
import { isForNext, POSTS } from "./posts";
import { setAccount } from "./reading";
import type { Content } from "./records";
import { GROUP, groupContent, groupOf, MENTION_GROUPS, pinnedOf, stateOf } from "./room";
import { ACK } from "./urgent";
import { isObject, numberOf, objectOf, textOf, textsOf } from "./wire";

const V3 = "/_matrix/client/v3";
const roomPath = (roomId: RoomId) => `${V3}/rooms/${part(roomId)}`;
const ENCRYPTION = { algorithm: "m.megolm.v1.aes-sha2" };

type Create = Args<"room.create">;

export async function createRoom(live: Live, ask: Create): Promise<{ roomId: RoomId }> {
  const avatar = ask.avatar && (await uploadAvatar(live, ask.avatar));
  const { http } = live.world;
  const may = await capabilitiesOf(live);
  const encrypted = forcedSecrecy(secrecyOf(may), ask) ?? ask.encrypted;
  const content = bodyOfCreate({ ...ask, encrypted }, avatar, serverOf(live.world.me));
  const body = { ...content, ...levelsOf(may, ask.kind) };
  const answer = await http.json<{ room_id: RoomId }>("POST", `${V3}/createRoom`, { body });
  const roomId = answer.room_id;
  const [peer] = ask.invite;
  if (ask.kind === "direct" && peer !== undefined) await noteDirect(live, peer, roomId);
  if (ask.parent !== undefined) {
    const path = `${roomPath(ask.parent)}/state/m.space.child/${part(roomId)}`;
    await http.json("PUT", path, { body: { via: [serverOf(live.world.me)] } });
  }
  await isKnown(live, roomId);
  return { roomId };
}

function bodyOfCreate(ask: Create, avatar: Mxc | undefined, server: string): Content {
  const state: Content[] = [];
  const add = (type: string, content: Content) => state.push({ type, state_key: "", content });
  if (ask.encrypted && ask.kind !== "space") add("m.room.encryption", ENCRYPTION);
  if (avatar !== undefined) add("m.room.avatar", { url: avatar });
  if (ask.group !== undefined) add(GROUP, groupContent(ask.group));
  if (ask.parent !== undefined) {
    add("m.room.join_rules", parentRule(ask));
    const content = { canonical: true, via: [server] };
    state.push({ type: "m.space.parent", state_key: ask.parent, content });
  }
  return {
    ...(ask.name !== undefined && { name: ask.name }),
    ...(ask.topic !== undefined && { topic: ask.topic }),
    ...(ask.alias !== undefined && { room_alias_name: ask.alias }),
    invite: ask.invite,
    is_direct: ask.kind === "direct",
    preset:
      ask.kind === "direct" ? "trusted_private_chat" : ask.public ? "public_chat" : "private_chat",
    visibility: ask.public ? "public" : "private",
    initial_state: state,
    ...kindContent(ask.kind),
  };
}

function parentRule(ask: Create): Content {
  if (ask.public) return { join_rule: "public" };
  const allow = [{ type: "m.room_membership", room_id: ask.parent }];
  return { join_rule: "restricted", allow };
}

function kindContent(kind: Create["kind"]): Content {
  if (kind === "space") return { creation_content: { type: "m.space" } };
  if (kind === "channel") return { creation_content: { "org.depesha.kind": "channel" } };
  return {};
}

/**
 * What moderators may do, and what administrators alone. Where some levels of events are said, the
 * server gives none by itself: so all are.
 */
const GUARDED = {
  "m.room.avatar": 50,
  "m.room.canonical_alias": 50,
  "m.room.encryption": 100,
  "m.room.history_visibility": 100,
  "m.room.name": 50,
  "m.room.power_levels": 100,
  "m.room.server_acl": 100,
};

/** What may be done on this server, by the names of the specification. */
async function capabilitiesOf(live: Live): Promise<Content> {
  const answer = await live.world.http.json<Content>("GET", `${V3}/capabilities`);
  return objectOf(answer, "capabilities") ?? {};
}

function secrecyOf(capabilities: Content): Secrecy {
  const told = objectOf(capabilities, "org.depesha.encryption") ?? {};
  return { required: textsOf(told, "required"), off: textsOf(told, "off") };
}

/** Where the institution requires encryption and where it has none; a server of others says nothing. */
export async function loadSecrecy(live: Live): Promise<Secrecy> {
  return secrecyOf(await capabilitiesOf(live));
}

/** The levels of a new room, where they are not the server's own. */
function levelsOf(capabilities: Content, kind: Create["kind"]): Content {
  if (kind === "space") return { power_level_content_override: { events_default: 100 } };
  const version = textOf(objectOf(capabilities, "m.room_versions"), "default") ?? "";
  // Where creators stand above all levels, replacing the room is theirs.
  const guarded = { ...GUARDED, "m.room.tombstone": Number(version) >= 12 ? 150 : 100 };
  const open = kind === "channel" ? { "m.reaction": 0, [ACK]: 0 } : { [BEACON_INFO]: 0 };
  return {
    power_level_content_override: {
      ...(kind === "channel" && { events_default: 50 }),
      events: { ...guarded, ...open },
    },
  };
}

const KNOWN_MS = 15_000;

/** Resolves once the sync has told of the room, so that it can be opened; or after a while. */
function isKnown(live: Live, roomId: RoomId): Promise<void> {
  const { rooms, topics } = live.world;
  const isIn = () => rooms.get(roomId)?.membership === "join";
  if (isIn()) return Promise.resolve();
  return new Promise((resolve) => {
    const end = () => {
      clearTimeout(timer);
      stop();
      resolve();
    };
    const timer = setTimeout(end, KNOWN_MS);
    const stop = topics.watch([`room:${roomId}`], () => {
      if (isIn()) end();
    });
  });
}

async function noteDirect(live: Live, userId: UserId, roomId: RoomId): Promise<void> {
  const before = live.world.account.get("m.direct") ?? {};
  const rooms = [roomId, ...textsOf(before, userId).filter((id) => id !== roomId)];
  await setAccount(live, "m.direct", { ...before, [userId]: rooms });
}

const making = new WeakMap<Live, Map<UserId, Promise<{ roomId: RoomId }>>>();

/** The direct chat with a person; asked twice at once, it is made once. */
export function directRoom(live: Live, userId: UserId): Promise<{ roomId: RoomId }> {
  const open = making.get(live) ?? new Map<UserId, Promise<{ roomId: RoomId }>>();
  making.set(live, open);
  const under = open.get(userId);
  if (under) return under;
  const made = findOrMake(live, userId).finally(() => open.delete(userId));
  open.set(userId, made);
  return made;
}

async function findOrMake(live: Live, userId: UserId): Promise<{ roomId: RoomId }> {
  const { world } = live;
  for (const roomId of textsOf(world.account.get("m.direct"), userId)) {
    const membership = world.rooms.get(roomId)?.membership;
    if (membership === "join") return { roomId };
    if (membership === "invite") return joinRoom(live, { roomIdOrAlias: roomId });
  }
  const isSelf = userId === world.me;
  const encrypted = !isForNext(world.account.get(POSTS), userId);
  const ask = { invite: isSelf ? [] : [userId], encrypted, public: false };
  const made = await createRoom(live, { ...ask, kind: isSelf ? "group" : "direct" });
  if (isSelf) await noteDirect(live, userId, made.roomId);
  return made;
}

export async function joinRoom(
  live: Live,
  ask: { roomIdOrAlias: string; via?: readonly string[] },
): Promise<{ roomId: RoomId }> {
  const { world } = live;
  const inviter = world.rooms.get(ask.roomIdOrAlias)?.inviter?.id;
  const isDm = world.rooms.get(ask.roomIdOrAlias)?.isDm === true;
  const query = (ask.via ?? []).map((server) => `via=${part(server)}`).join("&");
  const path = `${V3}/join/${part(ask.roomIdOrAlias)}${query === "" ? "" : `?${query}`}`;
  const { room_id: roomId } = await world.http.json<{ room_id: RoomId }>("POST", path, {
    body: {},
  });
  if (inviter !== undefined) {
    if (isDm) await noteDirect(live, inviter, roomId);
    void world.crypto?.takeHistory(roomId, inviter).catch(() => {});
  }
  await isKnown(live, roomId);
  return { roomId };
}

export async function knock(
  live: Live,
  ask: { roomIdOrAlias: string; reason?: string },
): Promise<{ roomId: RoomId }> {
  const body = ask.reason === undefined ? {} : { reason: ask.reason };
  const path = `${V3}/knock/${part(ask.roomIdOrAlias)}`;
  const answer = await live.world.http.json<{ room_id: RoomId }>("POST", path, { body });
  return { roomId: answer.room_id };
}

export async function leaveRoom(
  live: Live,
  ask: { roomId: RoomId; forget: boolean },
): Promise<null> {
  const { world } = live;
  await world.http.json("POST", `${roomPath(ask.roomId)}/leave`, { body: {} });
  if (ask.forget) await world.http.json("POST", `${roomPath(ask.roomId)}/forget`, { body: {} });
  await world.archive.exclusive(async () => {
    const room = world.rooms.get(ask.roomId);
    if (ask.forget) {
      await world.archive.commit([{ dropRoom: ask.roomId }]);
      world.rooms.delete(ask.roomId);
    } else if (room) {
      const left = { ...room, membership: "leave" as const };
      await world.archive.commit([{ put: "rooms", key: room.id, value: left }]);
      world.rooms.set(room.id, left);
    }
  });
  world.topics.touch("chats", `room:${ask.roomId}`);
  return null;
}

export async function invite(
  live: Live,
  ask: { roomId: RoomId; userIds: readonly UserId[] },
): Promise<null> {
  const { world } = live;
  const cipher = cipherOf(world.rooms.get(ask.roomId));
  if (cipher && cipher.historyVisibility !== "joined")
    await world.crypto?.shareHistory(ask.roomId, ask.userIds, cipher);
  for (const userId of ask.userIds)
    await world.http.json("POST", `${roomPath(ask.roomId)}/invite`, { body: { user_id: userId } });
  return null;
}

/** Kicks, bans or lifts a ban. */
export async function remove(
  live: Live,
  how: "kick" | "ban" | "unban",
  ask: { roomId: RoomId; userId: UserId; reason?: string },
): Promise<null> {
  const body = { user_id: ask.userId, ...(ask.reason !== undefined && { reason: ask.reason }) };
  await live.world.http.json("POST", `${roomPath(ask.roomId)}/${how}`, { body });
  return null;
}

export async function setState(
  live: Live,
  ask: { roomId: RoomId; type: string; stateKey: string; content: Content },
): Promise<null> {
  const path = `${roomPath(ask.roomId)}/state/${part(ask.type)}/${part(ask.stateKey)}`;
  await live.world.http.json("PUT", path, { body: ask.content, retries: 1 });
  return null;
}

export async function setAvatar(
  live: Live,
  ask: { roomId: RoomId; avatar: Blob | null },
): Promise<null> {
  const url = ask.avatar && (await uploadAvatar(live, ask.avatar));
  const content = url === null ? {} : { url };
  return setState(live, { roomId: ask.roomId, type: "m.room.avatar", stateKey: "", content });
}

export async function uploadAvatar(live: Live, blob: Blob): Promise<Mxc> {
  const source = await live.world.media.upload({ blob, encrypt: false, mimetype: blob.type });
  if ("mxc" in source) return source.mxc;
  throw new FailureError({ code: "bug", message: "A picture for all was encrypted" });
}

export function pin(
  live: Live,
  ask: { roomId: RoomId; eventId: string; pinned: boolean },
): Promise<null> {
  const room = live.world.rooms.get(ask.roomId);
  const others = (room ? pinnedOf(room) : []).filter((id) => id !== ask.eventId);
  const pinned = ask.pinned ? [...others, ask.eventId] : others;
  const content = { pinned };
  return setState(live, {
    roomId: ask.roomId,
    type: "m.room.pinned_events",
    stateKey: "",
    content,
  });
}

export function setPower(
  live: Live,
  ask: { roomId: RoomId; userId: UserId; level: number },
): Promise<null> {
  const room = live.world.rooms.get(ask.roomId);
  const levels = (room && stateOf(room, "m.room.power_levels")) ?? {};
  const { [ask.userId]: _, ...others } = objectOf(levels, "users");
  const isDefault = ask.level === numberOf(levels, "users_default", 0);
  const users = isDefault ? others : { ...others, [ask.userId]: ask.level };
  const content = { ...levels, users };
  return setState(live, { roomId: ask.roomId, type: "m.room.power_levels", stateKey: "", content });
}

/** How much power inviting needs. */
export function setInviting(live: Live, ask: { roomId: RoomId; level: number }): Promise<null> {
  const room = live.world.rooms.get(ask.roomId);
  const levels = (room && stateOf(room, "m.room.power_levels")) ?? {};
  const content = { ...levels, invite: ask.level };
  return setState(live, { roomId: ask.roomId, type: "m.room.power_levels", stateKey: "", content });
}

/** How much power sharing one's place for a while needs. */
export function setSharing(live: Live, ask: { roomId: RoomId; level: number }): Promise<null> {
  const room = live.world.rooms.get(ask.roomId);
  const levels = (room && stateOf(room, "m.room.power_levels")) ?? {};
  const events = { ...objectOf(levels, "events"), [BEACON_INFO]: ask.level };
  const content = { ...levels, events };
  return setState(live, { roomId: ask.roomId, type: "m.room.power_levels", stateKey: "", content });
}

/** Whether a basic group follows its unit. */
export async function setFollowing(
  live: Live,
  ask: { roomId: RoomId; isWhole: boolean },
): Promise<null> {
  const room = live.world.rooms.get(ask.roomId);
  const group = room && groupOf(room);
  if (!group) throw new FailureError({ code: "M_NOT_FOUND", message: "The chat has no kind" });
  const content = groupContent({ ...group, isWhole: ask.isWhole });
  return setState(live, { roomId: ask.roomId, type: GROUP, stateKey: "", content });
}

/** Makes, renames, changes or removes (`group` null) one of the chat's groups for mentions. */
export async function setMentionGroup(live: Live, ask: Args<"room.mentionGroup">): Promise<null> {
  const room = live.world.rooms.get(ask.roomId);
  const before = objectOf(room && stateOf(room, MENTION_GROUPS), "groups");
  const { [ask.name]: _, ...others } = before;
  const { group } = ask;
  const groups = group ? { ...others, [group.name]: { user_ids: group.userIds } } : others;
  return setState(live, {
    roomId: ask.roomId,
    type: MENTION_GROUPS,
    stateKey: "",
    content: { groups },
  });
}

export async function previewRoom(
  live: Live,
  ask: { roomIdOrAlias: string },
): Promise<Commands["room.preview"]["value"]> {
  const path = `/_matrix/client/v1/room_summary/${part(ask.roomIdOrAlias)}`;
  const found = await live.world.http.json<Content>("GET", path, { retries: 1 });
  return { ...summary(found), ...membership(found) };
}

function membership(found: Content): { membership?: string } {
  const value = textOf(found, "membership");
  return value === undefined ? {} : { membership: value };
}

function summary(found: Content) {
  const topic = textOf(found, "topic");
  const avatar = textOf(found, "avatar_url");
  return {
    roomId: textOf(found, "room_id") ?? "",
    name: textOf(found, "name") ?? textOf(found, "canonical_alias") ?? "",
    members: numberOf(found, "num_joined_members", 0),
    joinRule: textOf(found, "join_rule") ?? "public",
    ...(topic !== undefined && { topic }),
    ...(avatar?.startsWith("mxc://") && { avatar }),
  };
}

export async function directory(
  live: Live,
  ask: { search?: string; since?: string },
): Promise<Commands["room.directory"]["value"]> {
  const body = {
    limit: 30,
    ...(ask.since !== undefined && { since: ask.since }),
    ...(ask.search && { filter: { generic_search_term: ask.search } }),
  };
  const answer = await live.world.http.json<{ chunk: Content[]; next_batch?: string }>(
    "POST",
    `${V3}/publicRooms`,
    { body },
  );
  return {
    rooms: answer.chunk.map((room) => ({
      ...summary(room),
      space: textOf(room, "room_type") === "m.space",
    })),
    ...(answer.next_batch !== undefined && { next: answer.next_batch }),
  };
}

/** The rooms of a space and of the spaces in it that one may see, the space itself first. */
export async function hierarchy(
  live: Live,
  ask: { roomId: RoomId },
): Promise<Commands["space.hierarchy"]["value"]> {
  const path = `/_matrix/client/v1/rooms/${part(ask.roomId)}/hierarchy`;
  const query = { limit: 100, max_depth: 3 };
  const answer = await live.world.http.json<{ rooms?: Content[]; next_batch?: string }>(
    "GET",
    path,
    { query, retries: 1 },
  );
  return {
    rooms: (answer.rooms ?? []).map((room) => ({
      ...summary(room),
      space: textOf(room, "room_type") === "m.space",
      children: childrenIn(room),
    })),
    more: answer.next_batch !== undefined,
  };
}

function childrenIn({ children_state: events }: Content): { roomId: RoomId; via: string[] }[] {
  return (Array.isArray(events) ? events : []).filter(isObject).flatMap((event) => {
    const roomId = textOf(event, "state_key");
    return roomId === undefined
      ? []
      : [{ roomId, via: textsOf(objectOf(event, "content"), "via") }];
  });
}

export async function report(
  live: Live,
  ask: { roomId: RoomId; eventId?: string; reason: string },
): Promise<null> {
  const event = ask.eventId === undefined ? "" : `/${part(ask.eventId)}`;
  const body = { reason: ask.reason };
  await live.world.http.json("POST", `${roomPath(ask.roomId)}/report${event}`, { body });
  return null;
}
