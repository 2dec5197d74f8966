/** Items of a timeline: events and what waits to be sent, with all that later events did to them. */

import type { EventId, UserId } from "../base/ids";
import { isBeaconInfo, placeOf } from "./beacons";
import { preview } from "./chats";
import {
  bodyOf,
  contentOf,
  currentOf,
  isPoll,
  isShown,
  isUndecryptable,
  pollOf,
  reactionsOf,
  typeOf,
} from "./content";
import { type Meant, means } from "./meant";
import type { Shown } from "./people";
import type { Encryption, ItemRecord, Quote, ReactionRecord, SendState, Unread } from "./records";
import type { Entry, EventData, Kid, OutboxData } from "./stored";
import { ACK, isUrgent, urgentOf } from "./urgent";
import { objectOf, relationOf, replyOf, textOf } from "./wire";

/** What an item is made of beside its own event. */
export interface ItemAround {
  me: UserId;
  show(id: UserId): Shown;
  /** The event replied to; null: it is known not to be there. */
  quoted(id: EventId): Entry | null | undefined;
  readBy(id: EventId): readonly UserId[];
  isPinned(id: EventId): boolean;
  threadUnread(root: EventId): Unread;
  meant: Meant;
}

/** The id of an entry's item: what this device sent keeps the id it was first shown by. */
export function itemId(entry: Entry): string {
  return entry.data.event.unsigned?.transaction_id ?? entry.id;
}

const NOBODY: readonly UserId[] = [];
const NO_REACTIONS: readonly ReactionRecord[] = [];

/** The item of an event. */
export function itemOf(entry: Entry, around: ItemAround): ItemRecord {
  const { data } = entry;
  const { event } = data;
  const sender = around.show(event.sender);
  const { content, editedAt } = currentOf(data);
  const item: ItemRecord = {
    id: itemId(entry),
    eventId: entry.id,
    roomId: entry.room,
    sender: event.sender,
    senderName: sender.name,
    mine: event.sender === around.me,
    ts: entry.ts,
    type: typeOf(data),
    content,
    state: "sent",
    encryption: encryptionOf(data),
    reactions: data.kids ? reactionsOf(data.kids, around.me) : NO_REACTIONS,
    readBy: around.readBy(entry.id),
    mentionsMe: event.sender !== around.me && means(content, around.meant),
    pinned: around.isPinned(entry.id),
  };
  if (sender.avatar !== undefined) item.senderAvatar = sender.avatar;
  if (event.unsigned?.transaction_id !== undefined) item.txnId = event.unsigned.transaction_id;
  if (event.state_key !== undefined) item.stateKey = event.state_key;
  if (event.unsigned?.prev_content) item.prevContent = event.unsigned.prev_content;
  if (data.plain?.note !== undefined) item.encryptionNote = data.plain.note;
  if (data.plain?.keyFrom !== undefined) item.keyFrom = data.plain.keyFrom;
  if (editedAt !== undefined) item.editedAt = editedAt;
  if (data.redaction) item.redacted = data.redaction;
  if (entry.thread !== undefined) item.threadId = entry.thread;
  const quote = quoteOf(replyOf(content), around);
  if (quote) item.quote = quote;
  if (data.thread && data.thread.count > 0) item.thread = threadOf(entry.id, data, around);
  if (isPoll(item.type)) item.poll = pollOf(data, around.me);
  const place = isBeaconInfo(item.type) ? placeOf(data) : undefined;
  if (place) item.place = place;
  const urgent = urgentOf(data, around.me);
  if (urgent) item.urgent = urgent;
  return item;
}

function encryptionOf(data: EventData): Encryption {
  return data.plain?.encryption ?? "none";
}

function threadOf(
  root: EventId,
  data: EventData,
  around: ItemAround,
): NonNullable<ItemRecord["thread"]> {
  const { count = 0, mine = false, last } = data.thread ?? {};
  const shown = last && around.show(last.sender);
  return {
    count,
    participated: mine || data.event.sender === around.me,
    unread: around.threadUnread(root),
    ...(last && shown && { last: preview(last, shown.name, around.me, "sent") }),
  };
}

/** The message replied to, as far as it is known. */
function quoteOf(id: EventId | undefined, around: ItemAround): Quote | undefined {
  if (id === undefined) return undefined;
  const entry = around.quoted(id);
  if (!entry) return entry === null ? { eventId: id, missing: true } : { eventId: id };
  const type = typeOf(entry.data);
  const { content } = currentOf(entry.data);
  const body = bodyOf(type, content);
  const msgtype = textOf(content, "msgtype");
  const { sender } = entry.data.event;
  return {
    eventId: id,
    sender,
    senderName: around.show(sender).name,
    type,
    ...(msgtype !== undefined && { msgtype }),
    ...(body !== undefined && !isUndecryptable(entry.data) && { body }),
    ...(entry.data.redaction && { redacted: true }),
  };
}

/** The item of what waits in the outbox. */
export function waitingItem(
  item: OutboxData,
  state: SendState,
  upload: { sent: number; total: number } | undefined,
  encrypted: boolean,
  around: ItemAround,
): ItemRecord {
  const me = around.show(around.me);
  const quote = quoteOf(replyOf(item.content), around);
  return {
    id: item.txnId,
    ...(item.eventId !== undefined && { eventId: item.eventId }),
    txnId: item.txnId,
    roomId: item.roomId,
    sender: around.me,
    senderName: me.name,
    ...(me.avatar !== undefined && { senderAvatar: me.avatar }),
    mine: true,
    ts: item.ts,
    type: item.type,
    content: item.content,
    state,
    ...(item.failure && { error: item.failure }),
    ...(upload && { upload }),
    encryption: encrypted ? "verified" : "none",
    reactions: NO_REACTIONS,
    ...(quote && { quote }),
    ...(item.threadId !== undefined && { threadId: item.threadId }),
    readBy: NOBODY,
    mentionsMe: false,
    pinned: false,
    ...(isPoll(item.type) && { poll: { votes: {}, mine: [], closed: false } }),
    ...(isUrgent(item.type, item.content) && { urgent: { acks: [] } }),
  };
}

/** Whether what waits is an item of its own, and not a change of another. */
export function isOwnItem(item: OutboxData): boolean {
  if (item.redacts !== undefined) return false;
  const rel = relationOf(item.content)?.type;
  return rel !== "m.replace" && rel !== "m.annotation" && rel !== "m.reference" && rel !== ACK;
}

/** What waits in a room and changes an event, by that event. */
export function waitingChanges(
  items: readonly OutboxData[],
): ReadonlyMap<EventId, readonly OutboxData[]> {
  return Map.groupBy(
    items.filter((item) => !isOwnItem(item) && !item.failure),
    (item) => item.of ?? item.redacts ?? relationOf(item.content)?.parent ?? "",
  );
}

/** The entry as it will be once what waits is sent. */
export function withWaiting(
  entry: Entry,
  waiting: readonly OutboxData[] | undefined,
  me: UserId,
): Entry {
  if (!waiting) return entry;
  let { data } = entry;
  for (const item of waiting) {
    if (item.redacts === entry.id)
      data = { event: { ...data.event, content: {} }, redaction: { by: me } };
    else if (!isKnown(data, item))
      data = { ...data, kids: [...(data.kids ?? []), kidOf(item, me)] };
  }
  const taken = new Set(waiting.map((item) => item.redacts).filter((id) => id !== undefined));
  if (taken.size > 0 && data.kids)
    data = { ...data, kids: data.kids.filter((kid) => !taken.has(kid.id)) };
  return { ...entry, data };
}

function isKnown(data: EventData, item: OutboxData): boolean {
  return data.kids?.some((kid) => kid.txn === item.txnId || kid.id === item.eventId) ?? false;
}

function kidOf(item: OutboxData, me: UserId): Kid {
  const rel = relationOf(item.content)?.type ?? "";
  const { txnId, ts, type, content } = item;
  return { id: txnId, txn: txnId, sender: me, ts, rel, type, content };
}

/** Whether a timeline shows the entry: the main one leaves out what is in threads. */
export function isInView(entry: Entry, threadId: EventId | undefined): boolean {
  if (!isShown(entry.data)) return false;
  if (threadId !== undefined) return entry.thread === threadId || entry.id === threadId;
  return entry.thread === undefined;
}

/** Ids of events that entries reply to. */
export function quotedBy(entries: readonly Entry[]): EventId[] {
  return entries.map((entry) => replyOf(contentOf(entry.data))).filter((id) => id !== undefined);
}

/** The content that makes a message a part of a thread. */
export function inThread(
  content: Readonly<Record<string, unknown>>,
  root: EventId,
  last: EventId,
): Readonly<Record<string, unknown>> {
  const relates = objectOf(content, "m.relates_to");
  if (relates.rel_type !== undefined) return content;
  const isReply = "m.in_reply_to" in relates;
  const reply = isReply ? {} : { "m.in_reply_to": { event_id: last }, is_falling_back: true };
  const more = isReply ? { is_falling_back: false } : {};
  return {
    ...content,
    "m.relates_to": { ...relates, ...reply, ...more, rel_type: "m.thread", event_id: root },
  };
}
