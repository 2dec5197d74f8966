/** The homeserver's JSON, as far as the engine reads it. Nothing in it is trusted to be there. */

import type { EventId, Millis, RoomId, UserId } from "../base/ids";
import type { Content } from "./records";

/** An event in client form. */
export interface WireEvent {
  type: string;
  event_id: EventId;
  sender: UserId;
  origin_server_ts: Millis;
  content: Content;
  room_id?: RoomId;
  state_key?: string;
  redacts?: EventId;
  unsigned?: {
    transaction_id?: string;
    prev_content?: Content;
    redacted_because?: WireEvent;
    "m.relations"?: Readonly<Record<string, unknown>>;
  };
}

/** Stripped state of an invitation: no id, no time. */
export interface StrippedEvent {
  type: string;
  sender: UserId;
  state_key: string;
  content: Content;
}

export interface Hero {
  user_id: UserId;
  displayname?: string;
  avatar_url?: string;
}

/** One room of a sliding sync response (MSC4186, the form from before its acceptance). */
export interface WireRoom {
  initial?: boolean;
  unstable_expanded_timeline?: boolean;
  name?: string | null;
  avatar?: string | null;
  heroes?: readonly Hero[];
  is_dm?: boolean;
  bump_stamp?: number;
  prev_batch?: string;
  limited?: boolean;
  num_live?: number;
  joined_count?: number;
  invited_count?: number;
  notification_count?: number;
  highlight_count?: number;
  required_state?: readonly WireEvent[];
  timeline?: readonly WireEvent[];
  invite_state?: readonly StrippedEvent[];
}

export interface AccountEvent {
  type: string;
  content: Content;
}

/** `m.receipt`: event id → receipt type → user id → when and of which thread. */
export type ReceiptContent = Readonly<
  Record<
    EventId,
    Readonly<Record<string, Readonly<Record<UserId, { ts?: Millis; thread_id?: string }>>>>
  >
>;

export interface PresenceEvent {
  sender: UserId;
  content: {
    presence?: string;
    last_active_ago?: number;
    currently_active?: boolean;
    status_msg?: string;
  };
}

export interface SlidingResponse {
  pos: string;
  lists?: Readonly<Record<string, { count: number }>>;
  rooms?: Readonly<Record<RoomId, WireRoom>>;
  extensions?: {
    to_device?: { next_batch: string; events?: readonly Content[] };
    e2ee?: {
      device_one_time_keys_count?: Readonly<Record<string, number>>;
      device_unused_fallback_key_types?: readonly string[];
      device_lists?: { changed?: readonly UserId[]; left?: readonly UserId[] };
    };
    account_data?: {
      global?: readonly AccountEvent[];
      rooms?: Readonly<Record<RoomId, readonly AccountEvent[]>>;
    };
    receipts?: { rooms?: Readonly<Record<RoomId, { content: ReceiptContent }>> };
    typing?: { rooms?: Readonly<Record<RoomId, { content: { user_ids?: readonly UserId[] } }>> };
    "org.depesha.presence"?: { events?: readonly PresenceEvent[] };
    "org.matrix.msc4262.profiles"?: {
      users?: Readonly<Record<UserId, { updated?: Content; removed?: readonly string[] } | null>>;
    };
  };
}

/** The text at `key`, or undefined when it is no text. */
export function textOf(content: Content | undefined, key: string): string | undefined {
  const value = content?.[key];
  return typeof value === "string" ? value : undefined;
}

/** The number at `key`, or `fallback`. Numbers as text count, as old rooms write them so. */
export function numberOf(content: Content | undefined, key: string, fallback: number): number {
  const value = content?.[key];
  if (typeof value === "number") return value;
  if (typeof value === "string" && /^-?\d+$/.test(value)) return Number(value);
  return fallback;
}

/** The object at `key`, or an empty one. */
export function objectOf(content: Content | undefined, key: string): Content {
  const value = content?.[key];
  return isObject(value) ? value : {};
}

/** The texts of the list at `key`. */
export function textsOf(content: Content | undefined, key: string): string[] {
  const value = content?.[key];
  return Array.isArray(value) ? value.filter((each) => typeof each === "string") : [];
}

export function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

/** The objects of the list at `key`. */
export function objectsOf(content: Content, key: string): Content[] {
  return listOf(content[key]).filter(isObject);
}

export function isObject(value: unknown): value is Content {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

export interface Relation {
  type: string;
  parent: EventId;
  key?: string;
}

/** What `m.relates_to` says of a child and its parent; a rich reply alone is no relation. */
export function relationOf(content: Content): Relation | undefined {
  const relates = objectOf(content, "m.relates_to");
  const type = textOf(relates, "rel_type");
  const parent = textOf(relates, "event_id");
  const key = textOf(relates, "key");
  if (type === undefined || parent === undefined) return undefined;
  return key === undefined ? { type, parent } : { type, parent, key };
}

/** The event a message replies to; the fallback inside a thread is none. */
export function replyOf(content: Content): EventId | undefined {
  const relates = objectOf(content, "m.relates_to");
  if (relates.is_falling_back === true) return undefined;
  return textOf(objectOf(relates, "m.in_reply_to"), "event_id");
}
