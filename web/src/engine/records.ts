/**
 * What the engine shows of its data: plain, serialisable, immutable records.
 * A record that did not change keeps its identity inside the engine, so that only what changed
 * crosses to the tab. Types alone live here; tab and worker both read this file.
 */

import type { Failure } from "../base/errors";
import type { DeviceId, EventId, Millis, Mxc, RoomId, UserId } from "../base/ids";

export type Content = Readonly<Record<string, unknown>>;

// ── The session ────────────────────────────────────────────────────────────────────────────────

export type SessionView =
  | { phase: "starting" }
  | { phase: "signedOut"; reason?: Failure; homeserver?: string; userId?: UserId }
  /** The archive is locked by a PIN. */
  | { phase: "locked"; userId: UserId }
  | { phase: "signedIn"; userId: UserId; deviceId: DeviceId; homeserver: string; hasPin: boolean };

/** How the server can be entered: what it answers about itself before signing in. */
export interface ServerView {
  homeserver: string;
  serverName: string;
  password: boolean;
  /** Where people sign in on the server's pages: providers by name; absent where they cannot. */
  sso?: { providers: readonly { id: string; name: string }[] };
  /** The server's page for who has forgotten the password. */
  forgot?: string;
  registration: "closed" | "token" | "open";
  /** True where the OAuth 2.0 API is served. */
  oauth: boolean;
  /** Accounts of the demo institution, to sign in with one click; empty elsewhere. */
  demo: readonly { userId: UserId; name: string; post: string }[];
}

type InBoth = Readonly<Record<"en" | "ru", string>>;

/** What a server collects of people, for what, how long, and whether it is linked to who they are. */
export interface LabelView {
  advertising: boolean;
  trackers: boolean;
  given_to: InBoth;
  kinds: readonly {
    kind: string;
    linked_to_identity: boolean;
    what: InBoth;
    purpose: InBoth;
    kept: InBoth;
  }[];
}

export interface ConnectionView {
  state: "online" | "connecting" | "offline";
  /** Since when it is so. */
  since: Millis;
  /** What waits in the outbox to be sent. */
  waiting: number;
}

/** What is still to come before all is there: told of, because it may take long on a slow network. */
export interface ArrivalView {
  /** Whether all chats have been told; until then so many bytes of them have come. */
  chats: boolean;
  received: number;
  /** Whether encryption is open; until then so much of its library has come. */
  encryption: boolean;
  loaded: number;
  /** 0: not known yet. */
  total: number;
}

/** The state of this device's cryptography, for the settings and the first-run steps. */
export interface EncryptionView {
  ready: boolean;
  /** Whether this account has cross-signing keys, and whether this device is signed by them. */
  crossSigning: "none" | "unverified" | "verified";
  backup: "off" | "on" | "needsKey";
  /** Whether the account has a recovery key, so that losing all devices loses nothing. */
  recovery: boolean;
  /** So many of these officers of the institution together can open the backup of one's keys. */
  custody?: { threshold: number; holders: number };
  fingerprint?: string;
}

export interface DeviceRecord {
  id: DeviceId;
  name: string;
  current: boolean;
  verified: boolean;
  lastSeenAt?: Millis;
  lastSeenIp?: string;
}

/** A verification in progress, from either side. */
export interface VerificationView {
  id: string;
  userId: UserId;
  deviceId?: DeviceId;
  incoming: boolean;
  phase: "requested" | "ready" | "emoji" | "qr" | "confirming" | "done" | "cancelled";
  /** Seven emoji to compare, with their numbers in the specification's table. */
  emoji?: readonly { symbol: string; number: number }[];
  /** Our QR code, to be shown: its bytes, and its modules row by row, 1 for dark, `side` in a row. */
  qr?: Uint8Array;
  qrPicture?: { side: number; modules: Uint8Array };
  /** The other side shows a code, which can be scanned. */
  canScan?: boolean;
  reason?: string;
}

// ── People ─────────────────────────────────────────────────────────────────────────────────────

export interface PersonRecord {
  id: UserId;
  name: string;
  avatar?: Mxc;
  presence?: "online" | "unavailable" | "offline";
  lastActiveAt?: Millis;
  status?: string;
  ignored: boolean;
  /** Whether every device of theirs is signed, and signed by someone we verified. */
  trust?: "unknown" | "known" | "verified" | "changed";
}

export interface MemberRecord {
  id: UserId;
  name: string;
  /** True where two members share `name`, so the id is shown beside it. */
  ambiguous: boolean;
  avatar?: Mxc;
  membership: "join" | "invite" | "knock" | "ban" | "leave";
  power: number;
}

// ── The institution ────────────────────────────────────────────────────────────────────────────

/** A level of the tree that one sees. Above comes before below. */
export interface UnitRecord {
  id: number;
  parent?: number;
  /** "organisation", "unit", "rank" or "position". */
  kind: string;
  name: string;
  rights: readonly string[];
  manager?: UserId;
}

/** Somebody of a level. */
export interface EmployeeRecord {
  id: UserId;
  name: string;
  /** Their position in it; "" where none is said. */
  title: string;
  isManager: boolean;
  avatar?: Mxc;
  room?: string;
  phone?: string;
  presence?: "online" | "unavailable" | "offline";
  /** No person: whoever holds the post is written to. */
  isPost?: true;
}

/** Somebody found, with the level they were found in. */
export interface FoundRecord extends EmployeeRecord {
  unit?: string;
}

export interface PostRecord {
  unitId: number;
  /** Names of the levels, from the organisation down. */
  path: readonly string[];
  title: string;
}

/** A post that one may write to, such as the duty officer's; times of the roster until 0 have no end. */
export interface StaffedPost {
  id: UserId;
  name: string;
  unitId: number;
  path: readonly string[];
  /** What the next holder reads of a chat: all of it, or what is said from the turn on. */
  inherits: "whole" | "own";
  keeps: boolean;
  serves: boolean;
  /** Who holds it now, as far as one sees them; `isHeld` whether anybody does. */
  holders: readonly UserId[];
  roster: readonly { id: UserId; name: string; since: Millis; until: Millis }[];
  isHeld: boolean;
  isMine: boolean;
  maySet: boolean;
}

/** Who somebody is in the institution. */
export interface WhoRecord {
  id: UserId;
  name: string;
  avatar?: Mxc;
  room?: string;
  phone?: string;
  posts: readonly PostRecord[];
  /** Levels of which they are the manager. */
  manages: readonly PostRecord[];
  /** Who stands in for them, and when; those to come too. */
  deputies: readonly { id: UserId; since: Millis; until: Millis }[];
}

/** A card as one sees it: `rule` says why one may not write, `ask` who decides. */
export interface CardRecord extends WhoRecord {
  manager?: UserId;
  mayWrite: boolean;
  rule?: string;
  ask?: UserId;
  /** Of one's own card: whom one stands in for, and when. */
  standsFor: readonly { id: UserId; since: Millis; until: Millis }[];
  /** Of one's own card: what one's level allows; absent for who has no place in the tree. */
  rights?: readonly string[];
}

/** The request box, requests of one's own, blocks, and what becomes of strangers. */
export interface ContactsView {
  incoming: readonly { sender: WhoRecord; target: UserId; message: string; ts: Millis }[];
  outgoing: readonly { id: UserId; ts: Millis }[];
  held: readonly { roomId: RoomId; sender: WhoRecord }[];
  blocked: readonly UserId[];
  /** "ask", "open" or "closed"; absent while the sync had no reason to tell. */
  strangers?: string;
}

/** Requests that people of a unit may be invited into a chat, to oneself and of one's own. */
export interface UnitInvitesView {
  incoming: readonly {
    id: string;
    roomId: RoomId;
    roomName: string;
    unitId: number;
    /** The manager for whom one stands in. */
    inPlaceOf?: UserId;
    sender: WhoRecord;
    message: string;
    ts: Millis;
  }[];
  outgoing: readonly {
    id: string;
    roomId: RoomId;
    unitId: number;
    message: string;
    ts: Millis;
    state: "waiting" | "approved" | "refused";
    /** How many people were invited. */
    invited: number;
    /** Why it was refused; "" where that is not said. */
    reason: string;
  }[];
}

/** Of what kind a group is: a basic one is of a unit (0: of the whole institution). */
export interface GroupKind {
  kind: "basic" | "project";
  unit: number;
  /** Whoever comes into the unit is invited. */
  isWhole: boolean;
}

/** A named group of a chat's participants, for mentions. */
export interface MentionGroup {
  name: string;
  userIds: readonly UserId[];
}

// ── Chats ──────────────────────────────────────────────────────────────────────────────────────

export type ChatKind = "direct" | "group" | "channel" | "space" | "self";

/** The last thing said, for a line of the list. Words are made of it in the tab, in its language. */
/** Of several pictures or videos sent together. */
export interface AlbumView {
  count: number;
  kind: "images" | "videos" | "mixed";
  caption?: string;
}

export interface Preview {
  eventId?: EventId;
  sender: UserId;
  senderName: string;
  mine: boolean;
  ts: Millis;
  type: string;
  msgtype?: string;
  /** Plain text of a message; the file's name of a file. */
  body?: string;
  /** Of what it is a part. */
  album?: AlbumView;
  state: SendState;
  redacted: boolean;
  /** Set where it cannot be read. */
  undecryptable?: boolean;
  /** Content of a state event, where words are made of it. */
  content?: Content;
  stateKey?: string;
}

export interface Unread {
  messages: number;
  mentions: number;
  /** Marked unread by hand. */
  marked: boolean;
}

/** One line of the list of chats. */
export interface ChatRecord {
  id: RoomId;
  kind: ChatKind;
  /** "" where only words could name it: an empty room, the chat with oneself. */
  name: string;
  avatar?: Mxc;
  /** The other person of a direct chat. */
  peer?: UserId;
  /** The post that the chat was made to write to. */
  post?: UserId;
  membership: "join" | "invite" | "knock" | "leave";
  /** Who invited, and their reason. */
  inviter?: { id: UserId; name: string; reason?: string };
  last?: Preview;
  /** What the list is ordered by. */
  ts: Millis;
  unread: Unread;
  notify: "all" | "mentions" | "none";
  /** Notifications sleep until then. */
  mutedUntil?: Millis;
  /** Order among the pinned (`m.favourite`), else absent. */
  pinned?: number;
  archived: boolean;
  encrypted: boolean;
  draft?: string;
  /** Names of those who write just now. */
  typing: readonly string[];
  /** Spaces it is in. */
  spaces: readonly RoomId[];
  /** Folders of the user (`org.depesha.folders`) it was put into. */
  folders: readonly string[];
}

/** What is known of one chat beyond its line in the list. */
export interface RoomView {
  id: RoomId;
  kind: ChatKind;
  name: string;
  topic: string;
  avatar?: Mxc;
  alias?: string;
  peer?: UserId;
  post?: UserId;
  membership: "join" | "invite" | "knock" | "leave" | "ban";
  version: string;
  memberCount: number;
  encrypted: boolean;
  joinRule: string;
  historyVisibility: string;
  guestAccess: string;
  /** Nobody writes here any more: what was said of why, perhaps nothing. */
  closed?: string;
  /** Replaced by another room. */
  successor?: RoomId;
  predecessor?: RoomId;
  pinned: readonly EventId[];
  /** Absent of chats of no kind. */
  group?: GroupKind;
  mentionGroups: readonly MentionGroup[];
  /** The power that inviting needs. */
  inviteLevel: number;
  /** The power that sharing one's place for a while needs. */
  liveLevel: number;
  /** What I may do here, by power levels. */
  may: {
    send: boolean;
    redact: boolean;
    invite: boolean;
    kick: boolean;
    ban: boolean;
    pin: boolean;
    name: boolean;
    topic: boolean;
    avatar: boolean;
    /** Packs of stickers for all. */
    packs: boolean;
    /** Sharing where one is, for a while. */
    live: boolean;
    power: boolean;
    notifyAll: boolean;
    encrypt: boolean;
    joinRule: boolean;
    group: boolean;
    mentionGroups: boolean;
    acknowledge: boolean;
  };
  myPower: number;
  /** Widgets, parents and children of spaces come with later features. */
  children: readonly RoomId[];
}

/** A room that a space holds, as one who need not be in it sees it. */
export interface SpaceRoom {
  roomId: RoomId;
  name: string;
  topic?: string;
  avatar?: Mxc;
  members: number;
  joinRule: string;
  space: boolean;
  /** Of a space: what it holds, in its order, and the servers it can be joined through. */
  children: readonly { roomId: RoomId; via: readonly string[] }[];
}

/** What was written and not sent yet. */
export interface DraftView {
  text: string;
  replyTo?: EventId;
  edit?: EventId;
  updatedAt: Millis;
}

/** A message that the server will send at a time. */
export interface ScheduledRecord {
  id: string;
  roomId: RoomId;
  /** Of an encrypted chat and another device: as it is encrypted. */
  type: string;
  content: Content;
  at: Millis;
}

/** A message one wants to be reminded of. */
export interface ReminderRecord {
  id: EventId;
  roomId: RoomId;
  roomName: string;
  at: Millis;
  /** Null where the message is gone, or cannot be had now. */
  item: ItemRecord | null;
}

// ── The timeline ───────────────────────────────────────────────────────────────────────────────

/** `waiting` has not been tried since the network went; `failed` needs a person. */
export type SendState = "waiting" | "sending" | "sent" | "failed";

export interface ReactionRecord {
  /** An emoji, or the address of a picture. */
  key: string;
  /** What the picture is called. */
  shortcode?: string;
  count: number;
  /** My reaction's event (or the transaction of one under way), to take it back. */
  mine?: string;
  senders: readonly UserId[];
}

/** The message replied to, as far as it is known. */
export interface Quote {
  eventId: EventId;
  sender?: UserId;
  senderName?: string;
  type?: string;
  msgtype?: string;
  body?: string;
  redacted?: boolean;
  missing?: boolean;
}

export interface ThreadSummary {
  count: number;
  participated: boolean;
  last?: Preview;
  unread: Unread;
}

export type Encryption =
  | "none"
  /** Decrypted, and its sender's device is signed by its owner. */
  | "verified"
  /** Decrypted, with a doubt that `encryptionNote` names. */
  | "warning"
  | "undecryptable";

/** One event shown in a timeline, with all that later events did to it. */
export interface ItemRecord {
  /** Stays the same from the local echo to the server's event. */
  id: string;
  eventId?: EventId;
  txnId?: string;
  roomId: RoomId;
  sender: UserId;
  senderName: string;
  senderAvatar?: Mxc;
  mine: boolean;
  ts: Millis;
  /** The type after decryption. */
  type: string;
  stateKey?: string;
  /** The newest content: edits applied, decrypted. */
  content: Content;
  /** Of a state event. */
  prevContent?: Content;
  state: SendState;
  error?: Failure;
  /** Bytes sent of an upload under way. */
  upload?: { sent: number; total: number };
  encryption: Encryption;
  encryptionNote?: string;
  /** Who gave the key with an invitation: one has only their word for what is said. */
  keyFrom?: UserId;
  editedAt?: Millis;
  redacted?: { by: UserId; reason?: string };
  reactions: readonly ReactionRecord[];
  quote?: Quote;
  thread?: ThreadSummary;
  /** Root of the thread it is in. */
  threadId?: EventId;
  /** People whose latest receipt stands here. */
  readBy: readonly UserId[];
  /** Whether it names me, by its mentions. */
  mentionsMe: boolean;
  pinned: boolean;
  /** Votes by answer id, of a poll. */
  poll?: PollResult;
  /** Where its sender was last, of a place that is shared for a while. */
  place?: { uri: string; ts: Millis };
  urgent?: UrgentRecord;
}

/** Of an urgent message: who has acknowledged it, as far as is known here. */
export interface UrgentRecord {
  acks: readonly { id: UserId; ts: Millis }[];
  /** My own acknowledgement; `waiting`: the server does not have it yet. */
  mine?: { ts: Millis; waiting: boolean };
}

/** Whom an urgent message has reached, as the server tells its sender. */
export interface ReachedView {
  /** How many it is to reach. */
  addressed: number;
  acknowledged: readonly { id: UserId; ts: Millis }[];
  /** Read, and not acknowledged. */
  seen: readonly { id: UserId; ts: Millis }[];
  notReached: readonly UserId[];
  /** Deputies who were told, in whose place, and when they acknowledged that. */
  substituted: readonly { id: UserId; deputy: UserId; ts: Millis; ackedAt?: Millis }[];
}

export interface PollResult {
  votes: Readonly<Record<string, readonly UserId[]>>;
  mine: readonly string[];
  closed: boolean;
}

/** A page of a timeline beside its items. */
export interface TimelineHead {
  roomId: RoomId;
  threadId?: EventId;
  /** No older event exists, or may be seen. */
  atStart: boolean;
  /** The newest event is in this page, and new ones are added as they come. */
  live: boolean;
  /** Newer items are left out, though nothing may be missing: this page is of the past. */
  cut: boolean;
  loading: { back: boolean; forward: boolean };
  /** Where the fully-read marker stood when the timeline was opened. */
  firstUnread?: string;
  /** The item this page was opened at. */
  anchor?: string;
  error?: Failure;
}

// ── Media ──────────────────────────────────────────────────────────────────────────────────────

/** Where bytes are: a plain `mxc`, or an encrypted file as the specification's `EncryptedFile`. */
export type MediaSource = { mxc: Mxc } | { file: Content };

/** A tile of the map: z/x/y. */
export interface TileSource {
  tile: string;
}

export interface MediaAsk {
  source: MediaSource | TileSource;
  /** A thumbnail of at least this size, made by the server; absent for the file itself. */
  thumbnail?: { width: number; height: number; crop: boolean };
  mimetype?: string;
}

/** What is sent: files with captions, before upload. */
export interface Attachment {
  blob: Blob;
  name: string;
  mimetype: string;
  kind: "image" | "video" | "audio" | "voice" | "file";
  /** Of a video: recorded to be shown in a circle. */
  round?: boolean;
  width?: number;
  height?: number;
  durationMs?: number;
  /** Amplitudes, 0 to 1024, of a voice message. */
  waveform?: readonly number[];
  thumbnail?: { blob: Blob; width: number; height: number; mimetype: string };
  blurhash?: string;
}

// ── Search ─────────────────────────────────────────────────────────────────────────────────────

export interface SearchAsk {
  text: string;
  roomId?: RoomId;
  sender?: UserId;
  from?: Millis;
  until?: Millis;
  kind?: "text" | "file" | "image" | "link" | "voice";
}

export interface HitRecord {
  id: EventId;
  roomId: RoomId;
  roomName: string;
  sender: UserId;
  senderName: string;
  ts: Millis;
  /** Text around the match, with the matches' places as [start, end) pairs. */
  snippet: string;
  marks: readonly (readonly [number, number])[];
}
