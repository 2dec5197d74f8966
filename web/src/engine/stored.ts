/** What the archive keeps, unsealed. */

import type { Failure } from "../base/errors";
import type { EventId, Millis, RoomId, UserId } from "../base/ids";
import type { Line } from "./line";
import type { Decrypted } from "./ports";
import type { Content, MediaSource } from "./records";
import type { Hero, WireEvent } from "./wire";

/** An event with what later events did to it. */
export interface Entry {
  room: RoomId;
  id: EventId;
  pos?: number;
  ts: Millis;
  thread?: EventId;
  parent?: EventId;
  kind?: MediaKind;
  locked?: string;
  data: EventData;
}

export type MediaKind = "media" | "file" | "link" | "voice";

export interface EventData {
  event: WireEvent;
  /** Of an encrypted event, after an attempt to decrypt it. */
  plain?: Decrypted;
  /** Edits, reactions, votes: relations to it, oldest first. */
  kids?: readonly Kid[];
  thread?: ThreadData;
  redaction?: { by: UserId; reason?: string };
}

/** A relation as its parent keeps it. */
export interface Kid {
  id: EventId;
  /** Given to it by this device; what is shown meanwhile is told by it. */
  txn?: string;
  sender: UserId;
  ts: Millis;
  rel: string;
  /** After decryption. */
  type: string;
  content: Content;
  /** It cannot be read yet. */
  locked?: boolean;
}

export interface ThreadData {
  count: number;
  mine: boolean;
  last?: Said;
  /** Replies up to this time were counted by the server; later ones are counted here. */
  upto?: Millis;
}

/** An event as a line of a list shows it. */
export interface Said {
  id?: EventId;
  sender: UserId;
  ts: Millis;
  /** After decryption. */
  type: string;
  content: Content;
  stateKey?: string;
  redacted?: boolean;
  undecryptable?: boolean;
}

/** The album that was last said something of. */
export interface AlbumData {
  mark: string;
  sender: UserId;
  /** The `msgtype` of each part. */
  parts: Readonly<Record<EventId, string>>;
  caption?: string;
}

export interface StateData {
  id?: EventId;
  sender: UserId;
  ts?: Millis;
  content: Content;
}

export interface RoomData {
  id: RoomId;
  membership: "join" | "invite" | "knock" | "leave" | "ban";
  /** By type and state key with a space between; members are kept apart, except one's own. */
  state: Readonly<Record<string, StateData>>;
  line: Line;
  heroes: readonly Hero[];
  joined: number;
  invited: number;
  isDm: boolean;
  bump: number;
  /** As the server counts. */
  notified: number;
  highlighted: number;
  /** Mentions found in encrypted messages, which the server cannot count. */
  found: readonly EventId[];
  account: Readonly<Record<string, Content>>;
  last?: Said;
  lastName?: string;
  /** The last album, which what was last said may be a part of. */
  album?: AlbumData;
  inviter?: { id: UserId; name: string; reason?: string };
  /** Own receipts by thread ("" for unthreaded): the event read up to. */
  read: Readonly<Record<string, EventId>>;
}

export interface MemberData {
  membership: string;
  name?: string;
  avatar?: string;
  ts?: Millis;
}

/** All members of a room that are known; `complete` once the whole list was fetched. */
export interface MembersData {
  complete: boolean;
  list: Readonly<Record<UserId, MemberData>>;
}

/** Where each person has read up to: of the main timeline, by threads, or unthreaded. */
export type ReceiptsData = Readonly<Record<UserId, Readonly<Record<string, ReceiptData>>>>;

export interface ReceiptData {
  id: EventId;
  ts: Millis;
}

export interface OutboxData {
  seq: number;
  txnId: string;
  roomId: RoomId;
  ts: Millis;
  type: string;
  content: Content;
  threadId?: EventId;
  /** Of a redaction: the event to be redacted. */
  redacts?: EventId;
  /** What the event to be redacted relates to. */
  of?: EventId;
  /** Of a file: how it is to be uploaded, and where it already is. */
  file?: OutboxFile;
  /** Content as it was encrypted: the same is sent again, so that it stays one event. */
  sealed?: Content;
  /** Set once the server has it. */
  eventId?: EventId;
  tries: number;
  failure?: Failure;
}

export interface OutboxFile {
  name: string;
  mimetype: string;
  size: number;
  into?: string;
  thumbnailMimetype?: string;
  thumbnailInto?: string;
  hasThumbnail: boolean;
  done?: MediaSource;
  thumbnailDone?: MediaSource;
}

/** What a person says of themselves, until then. */
export interface StatusData {
  text: string;
  emoji?: string;
  until?: Millis;
}

/** A person's profile, as far as it was asked for. */
export interface ProfileData {
  name?: string;
  avatar?: string;
  status?: StatusData;
}
