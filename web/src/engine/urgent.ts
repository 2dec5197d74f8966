/** Urgent messages: their mark, and who has acknowledged one. Pure. */

import type { EventId, UserId } from "../base/ids";
import type { Content, UrgentRecord } from "./records";
import type { EventData, Kid } from "./stored";
import { isObject, objectOf, textOf } from "./wire";

/** Key of the mark by which a message reaches also who has muted the chat; in clear, always. */
export const URGENT = "org.depesha.urgent";

/** Type of an acknowledgement, and its kind of relation. In clear too: the server counts them. */
export const ACK = "org.depesha.ack";

/** Whether an event, as it came from the server, is an urgent message; no edit is one. */
export function isUrgent(type: string, content: Content | undefined): boolean {
  if (type !== "m.room.message" && type !== "m.room.encrypted") return false;
  const relation = objectOf(content, "m.relates_to");
  return isObject(content?.[URGENT]) && textOf(relation, "rel_type") !== "m.replace";
}

/** The content with the mark. */
export function urgently(content: Content): Content {
  return { ...content, [URGENT]: {} };
}

/** The content of an acknowledgement. */
export function ackOf(eventId: EventId): Content {
  return { "m.relates_to": { rel_type: ACK, event_id: eventId } };
}

/** Who has acknowledged an event, each once, the first one first; undefined for what is not urgent. */
export function urgentOf(data: EventData, me: UserId): UrgentRecord | undefined {
  if (data.redaction || !isUrgent(data.event.type, data.event.content)) return undefined;
  const first = new Map<UserId, Kid>();
  for (const kid of data.kids ?? [])
    if (kid.rel === ACK && kid.type === ACK && !first.has(kid.sender)) first.set(kid.sender, kid);
  first.delete(data.event.sender);
  const acks = [...first.values()].map(({ sender, ts }) => ({ id: sender, ts }));
  const mine = first.get(me);
  if (!mine) return { acks };
  // What waits in the outbox is known by its transaction alone.
  return { acks, mine: { ts: mine.ts, waiting: mine.id === mine.txn } };
}
