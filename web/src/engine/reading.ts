/** Commands about what was read, is written, and is set for a chat. */

import { FailureError } from "../base/errors";
import type { EventId, RoomId } from "../base/ids";
import { prepareToSend } from "./cipher";
import { part } from "./http";
import type { Live } from "./live";
import { rulesFor } from "./push";
import type { Content } from "./records";
import { numberOf, objectOf } from "./wire";
import { changeRoom, deriveAccount } from "./world";

const roomPath = (roomId: RoomId) => `/_matrix/client/v3/rooms/${part(roomId)}`;

/** Notes how far one has read, here at once and at the server when it can be reached. */
export async function markRead(
  live: Live,
  ask: { roomId: RoomId; threadId?: EventId; eventId: EventId; private: boolean },
): Promise<null> {
  const { roomId, eventId, threadId } = ask;
  const { world, duties } = live;
  const thread = threadId ?? "main";
  const room = world.rooms.get(roomId);
  if (!room || (room.read[thread] === eventId && room.notified === 0)) return null;
  await changeRoom(world, roomId, (before) => ({
    ...before,
    read: { ...before.read, [thread]: eventId },
    ...(threadId === undefined && {
      found: [],
      account: { ...before.account, "m.fully_read": { event_id: eventId } },
    }),
  }));
  const type = ask.private ? "m.read.private" : "m.read";
  const receipt = (kind: string) => `${roomPath(roomId)}/receipt/${kind}/${part(eventId)}`;
  const key = threadId === undefined ? `read/${roomId}` : `read/${roomId}/${threadId}`;
  if (threadId === undefined) {
    if (room.account["m.marked_unread"]?.unread === true) await markUnread(live, roomId, false);
    await duties.add(`marker/${roomId}`, {
      method: "POST",
      path: receipt("m.fully_read"),
      body: {},
    });
  }
  await duties.add(key, { method: "POST", path: receipt(type), body: { thread_id: thread } });
  world.topics.touch("chats");
  return null;
}

export async function markUnread(live: Live, roomId: RoomId, unread: boolean): Promise<null> {
  return setAccount(live, "m.marked_unread", { unread }, roomId);
}

/** Reads all chats to their end, threads included. */
export async function markAllRead(live: Live): Promise<null> {
  for (const chat of live.chats()) {
    const { messages, mentions, marked } = chat.unread;
    if (messages === 0 && mentions === 0 && !marked) continue;
    if (marked) await markUnread(live, chat.id, false);
    const eventId = live.world.rooms.get(chat.id)?.last?.id;
    if (eventId === undefined || (messages === 0 && mentions === 0)) continue;
    await changeRoom(live.world, chat.id, (room) => ({
      ...room,
      read: { ...room.read, main: eventId, "": eventId },
      found: [],
    }));
    await live.duties.add(`read/${chat.id}`, {
      method: "POST",
      path: `${roomPath(chat.id)}/read_markers`,
      body: { "m.fully_read": eventId, "m.read": eventId },
    });
  }
  return null;
}

/** Sets account data, here at once and at the server when it can be reached. */
export async function setAccount(
  live: Live,
  type: string,
  content: Content,
  roomId?: RoomId,
): Promise<null> {
  const { world, duties } = live;
  const user = `/_matrix/client/v3/user/${part(world.me)}`;
  if (roomId === undefined) {
    await world.archive.commit([{ put: "account", key: type, value: content }]);
    world.account.set(type, content);
    deriveAccount(world, type);
    world.topics.touch(`account:${type}`, "chats");
    const path = `${user}/account_data/${part(type)}`;
    await duties.add(`account/${type}`, { method: "PUT", path, body: content });
    return null;
  }
  await changeRoom(world, roomId, (room) => ({
    ...room,
    account: { ...room.account, [type]: content },
  }));
  const path = `${user}/rooms/${part(roomId)}/account_data/${part(type)}`;
  await duties.add(`account/${roomId}/${type}`, { method: "PUT", path, body: content });
  return null;
}

export async function setTag(
  live: Live,
  roomId: RoomId,
  tag: string,
  content: Content | null,
): Promise<null> {
  const { world, duties } = live;
  await changeRoom(world, roomId, (room) => {
    const { [tag]: _, ...rest } = objectOf(room.account["m.tag"], "tags");
    const tags = content === null ? rest : { ...rest, [tag]: content };
    return { ...room, account: { ...room.account, "m.tag": { tags } } };
  });
  const path = `/_matrix/client/v3/user/${part(world.me)}/rooms/${part(roomId)}/tags/${part(tag)}`;
  const key = `tag/${roomId}/${tag}`;
  await duties.add(
    key,
    content === null ? { method: "DELETE", path } : { method: "PUT", path, body: content },
  );
  return null;
}

const MUTE = "org.depesha.mute";

/** What of a chat is notified, for good or until a time. */
export async function setNotify(
  live: Live,
  ask: { roomId: RoomId; notify: "all" | "mentions" | "none"; until?: number },
): Promise<null> {
  const { put, drop } = rulesFor(ask.roomId, ask.notify);
  const rules = "/_matrix/client/v3/pushrules/global";
  const { http } = live.world;
  if (put) await http.json("PUT", `${rules}/${put.path}`, { body: put.body, retries: 2 });
  for (const path of drop)
    await http.json("DELETE", `${rules}/${path}`, { retries: 2 }).catch((error) => {
      if (!(error instanceof FailureError) || error.failure.status !== 404) throw error;
    });
  const before = numberOf(live.world.rooms.get(ask.roomId)?.account[MUTE], "until", 0);
  const until = ask.notify === "all" ? 0 : (ask.until ?? 0);
  if (until !== before) await setAccount(live, MUTE, until > 0 ? { until } : {}, ask.roomId);
  return null;
}

/** Ends what was muted for a time that is over. */
export async function endMutes(live: Live): Promise<void> {
  const now = live.world.now();
  for (const room of live.world.rooms.values()) {
    const until = numberOf(room.account[MUTE], "until", 0);
    if (until > 0 && until <= now && room.membership === "join")
      await setNotify(live, { roomId: room.id, notify: "all" });
  }
}

const TYPING_MS = 20_000;
const TYPING_AGAIN_MS = 12_000;

/** Tells others that one writes; not with every key. */
export function makeTyping(live: Live): (roomId: RoomId, typing: boolean) => Promise<null> {
  const told = new Map<RoomId, number>();
  return async (roomId, typing) => {
    const { world } = live;
    const at = told.get(roomId) ?? 0;
    if (typing ? world.now() - at < TYPING_AGAIN_MS : at === 0) return null;
    if (typing) {
      told.set(roomId, world.now());
      prepareToSend(world, roomId).catch(() => {}); // what is wrong is told when it is sent
    } else told.delete(roomId);
    const body = typing ? { typing, timeout: TYPING_MS } : { typing };
    const path = `${roomPath(roomId)}/typing/${part(world.me)}`;
    await world.http.json("PUT", path, { body, timeout: 5_000 }).catch(() => {});
    return null;
  };
}
