/** The list of chats: a record of each room, made anew only where something of it changed. */

import { type RoomId, shortName, type UserId } from "../base/ids";
import { albumView } from "./album";
import { bodyOf } from "./content";
import { type NotifySettings, notifyOf } from "./push";
import type { ChatRecord, Preview, SendState } from "./records";
import { avatarOf, isEncrypted, kindOf, nameOf, peerOf, postOf, tsOf } from "./room";
import type { OutboxData, RoomData, Said } from "./stored";
import { isObject, numberOf, objectOf, textOf, textsOf } from "./wire";

/** What a chat's line is made of, beside its room. All immutable: the same object, nothing changed. */
export interface Around {
  me: UserId;
  direct: ReadonlyMap<RoomId, UserId>;
  notify: NotifySettings;
  spaces: ReadonlyMap<RoomId, readonly RoomId[]>;
  folders: ReadonlyMap<RoomId, readonly string[]>;
}

/** What changes in the life of one chat beside its room. */
export interface Beside {
  typing: readonly string[];
  waiting: OutboxData | undefined;
  waitingState: SendState | undefined;
  draft: string | undefined;
  /** It was read here to its end, which the server does not know yet. */
  isRead: boolean;
}

const ARCHIVED = "org.depesha.archived";
const NONE: readonly string[] = [];

export function chatOf(room: RoomData, around: Around, beside: Beside): ChatRecord {
  const kind = kindOf(room, around.direct, around.me);
  const last = previewOf(room, around.me, beside);
  const tags = objectOf(room.account["m.tag"], "tags");
  const record: ChatRecord = {
    id: room.id,
    kind,
    name: nameOf(room, around.me),
    membership: room.membership === "ban" ? "leave" : room.membership,
    ts: Math.max(tsOf(room, room.last, around.me), beside.waiting?.ts ?? 0),
    unread: {
      messages: beside.isRead ? 0 : room.notified,
      mentions: beside.isRead ? 0 : room.highlighted + room.found.length,
      marked: room.account["m.marked_unread"]?.unread === true,
    },
    notify: notifyOf(around.notify, room.id),
    archived: ARCHIVED in tags,
    encrypted: isEncrypted(room),
    typing: beside.typing,
    spaces: around.spaces.get(room.id) ?? NONE,
    folders: around.folders.get(room.id) ?? NONE,
  };
  const avatar = avatarOf(room, kind);
  if (avatar !== undefined) record.avatar = avatar;
  const peer = peerOf(room, around.direct);
  if (peer !== undefined && (kind === "direct" || kind === "self")) record.peer = peer;
  const post = postOf(room);
  if (post !== undefined) record.post = post;
  if (room.inviter) record.inviter = room.inviter;
  if (last) record.last = last;
  const until = numberOf(room.account["org.depesha.mute"], "until", 0);
  if (until > 0) record.mutedUntil = until;
  const favourite = tags["m.favourite"];
  if (isObject(favourite)) record.pinned = numberOf(favourite, "order", 1);
  if (beside.draft) record.draft = beside.draft;
  return record;
}

function previewOf(room: RoomData, me: UserId, beside: Beside): Preview | undefined {
  const { waiting, waitingState } = beside;
  if (waiting && waitingState && waiting.ts >= (room.last?.ts ?? 0)) {
    const said: Said = { sender: me, ts: waiting.ts, type: waiting.type, content: waiting.content };
    return preview(said, "", me, waitingState);
  }
  if (!room.last) return undefined;
  const said = preview(room.last, room.lastName ?? shortName(room.last.sender, me), me, "sent");
  const album = albumView(room.album, room.last.id);
  return album ? { ...said, album } : said;
}

/** The words of a line are made of this in the tab. */
export function preview(said: Said, senderName: string, me: UserId, state: SendState): Preview {
  const body = bodyOf(said.type, said.content) ?? textOf(said.content, "body");
  const msgtype = textOf(said.content, "msgtype");
  return {
    ...(said.id !== undefined && { eventId: said.id }),
    sender: said.sender,
    senderName,
    mine: said.sender === me,
    ts: said.ts,
    type: said.type,
    ...(msgtype !== undefined && { msgtype }),
    ...(body !== undefined && { body }),
    state,
    redacted: said.redacted === true,
    ...(said.undecryptable && { undecryptable: true }),
    ...(said.stateKey !== undefined && { content: said.content, stateKey: said.stateKey }),
  };
}

/** Pinned chats first in their order, then by time, the newest first. */
export function compareChats(a: ChatRecord, b: ChatRecord): number {
  const invited = Number(b.membership === "invite") - Number(a.membership === "invite");
  if (invited !== 0) return invited;
  if (a.pinned !== undefined || b.pinned !== undefined) {
    const order = (a.pinned ?? Infinity) - (b.pinned ?? Infinity);
    if (order !== 0 && !Number.isNaN(order)) return order;
  }
  return b.ts - a.ts || (a.id < b.id ? -1 : 1);
}

/** `m.direct` turned round. */
export function directOf(content: Record<string, unknown> | undefined): Map<RoomId, UserId> {
  const found = new Map<RoomId, UserId>();
  for (const user of Object.keys(content ?? {}))
    for (const roomId of textsOf(content, user)) found.set(roomId, user);
  return found;
}

/** The user's folders (`org.depesha.folders`: `{folders: [{id, name, rooms}]}`) by room. */
export function foldersOf(content: Record<string, unknown> | undefined): Map<RoomId, string[]> {
  const found = new Map<RoomId, string[]>();
  const folders = content?.folders;
  for (const folder of Array.isArray(folders) ? folders.filter(isObject) : []) {
    const id = textOf(folder, "id");
    for (const roomId of id === undefined ? [] : textsOf(folder, "rooms"))
      found.set(roomId, [...(found.get(roomId) ?? []), id as string]);
  }
  return found;
}
