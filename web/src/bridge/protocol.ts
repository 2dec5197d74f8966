/**
 * All that a tab may ask of the engine: live queries and commands, as types.
 * A feature that needs more adds a line here and its answer in the engine.
 */

import type { Failure, Result } from "../base/errors";
import type { DeviceId, EventId, Millis, Mxc, RoomId, UserId } from "../base/ids";
import type { Secrecy } from "../base/secrecy";
import type {
  AlbumView,
  ArrivalView,
  Attachment,
  CardRecord,
  ChatRecord,
  ConnectionView,
  ContactsView,
  Content,
  DeviceRecord,
  DraftView,
  EmployeeRecord,
  EncryptionView,
  FoundRecord,
  GroupKind,
  HitRecord,
  ItemRecord,
  LabelView,
  MediaAsk,
  MemberRecord,
  MentionGroup,
  PersonRecord,
  ReachedView,
  ReminderRecord,
  RoomView,
  ScheduledRecord,
  SearchAsk,
  ServerView,
  SessionView,
  SpaceRoom,
  StaffedPost,
  TimelineHead,
  UnitInvitesView,
  UnitRecord,
  VerificationView,
} from "../engine/records";

/** Queries of one value, sent again whenever it changes. */
export interface Values {
  session: { ask: null; value: SessionView };
  connection: { ask: null; value: ConnectionView };
  /** Null when all is there. */
  arrival: { ask: null; value: ArrivalView | null };
  encryption: { ask: null; value: EncryptionView };
  room: { ask: { roomId: RoomId }; value: RoomView | null };
  typing: { ask: { roomId: RoomId }; value: readonly string[] };
  person: { ask: { userId: UserId; roomId?: RoomId }; value: PersonRecord };
  /** The levels that one sees; null until they are known. `kept`: the server could not be asked. */
  institution: { ask: null; value: { units: readonly UnitRecord[]; kept: boolean } | null };
  /** Somebody's card; null for who has none, or is not seen. */
  card: { ask: { userId: UserId }; value: CardRecord | null };
  contacts: { ask: null; value: ContactsView };
  unitInvites: { ask: null; value: UnitInvitesView };
  /** The posts that one sees or holds. */
  posts: { ask: null; value: readonly StaffedPost[] };
  /** Whom an urgent message has reached; null while the server does not tell. */
  reached: { ask: { roomId: RoomId; eventId: EventId }; value: ReachedView | null };
  /** Account data of one type, global or of a room. */
  account: { ask: { type: string; roomId?: RoomId }; value: Content | null };
  /** The state of one type in a room that is open, by state key. */
  states: { ask: { roomId: RoomId; type: string }; value: Readonly<Record<string, Content>> };
  /** The stored draft of a chat or thread. */
  draft: { ask: { roomId: RoomId; threadId?: EventId }; value: DraftView | null };
  /** Totals over all chats, for the title and the badge. */
  totals: { ask: null; value: { messages: number; mentions: number; chats: number } };
}

/** Queries of a list: a head and rows; only rows that changed cross the bridge. */
export interface Lists {
  /** Every chat, in the order of the list: pinned first, then by time. */
  chats: { ask: null; head: { complete: boolean }; row: ChatRecord };
  timeline: {
    ask: { roomId: RoomId; threadId?: EventId; at?: EventId };
    head: TimelineHead;
    row: ItemRecord;
  };
  members: { ask: { roomId: RoomId }; head: { complete: boolean }; row: MemberRecord };
  threads: { ask: { roomId?: RoomId }; head: { complete: boolean }; row: ItemRecord };
  /** Pinned messages of a chat, resolved. */
  pinned: { ask: { roomId: RoomId }; head: { complete: boolean }; row: ItemRecord };
  /** Media, files, links or voice of a chat, newest first. */
  shared: {
    ask: { roomId: RoomId; kind: "media" | "file" | "link" | "voice" };
    head: { complete: boolean; loading: boolean };
    row: ItemRecord;
  };
  /** Urgent messages of all chats that I have not acknowledged, the latest first. */
  awaiting: { ask: null; head: null; row: ItemRecord };
  /** Who shares where they are in a chat that is open: what they began it with. */
  sharing: { ask: { roomId: RoomId }; head: null; row: ItemRecord };
  /** What is to be sent to a chat later, the next first. */
  scheduled: { ask: { roomId: RoomId }; head: null; row: ScheduledRecord };
  /** Messages one wants to be reminded of, the next first. */
  reminders: { ask: null; head: { complete: boolean }; row: ReminderRecord };
  devices: { ask: null; head: null; row: DeviceRecord };
  verifications: { ask: null; head: null; row: VerificationView };
  ignored: { ask: null; head: null; row: PersonRecord };
  /** The people of a level, its manager first. `kept`: the server could not be asked. */
  unit: {
    ask: { unitId: number };
    head: { state: "loading" | "whole" | "kept" };
    row: EmployeeRecord;
  };
}

/** Commands: asked once, answered once, with a value or a failure. */
export interface Commands {
  // Signing in
  "session.server": { args: { homeserver: string }; value: ServerView };
  /** What a server collects of people: told before anybody registers; null where it does not tell. */
  "session.label": { args: { homeserver: string }; value: LabelView | null };
  "session.signIn": {
    /** `code` is the second factor's, after a refusal with `ORG.DEPESHA.CODE_NEEDED`. */
    args: {
      homeserver: string;
      user: string;
      password: string;
      code?: string;
      deviceName: string;
    };
    value: null;
  };
  /** With the login token that the server's pages gave. */
  "session.signInByToken": {
    args: { homeserver: string; token: string; deviceName: string };
    value: null;
  };
  "session.register": {
    args: {
      homeserver: string;
      user: string;
      password: string;
      token?: string;
      deviceName: string;
    };
    value: null;
  };
  "session.signOut": { args: { wipe: boolean }; value: null };
  "session.setPin": { args: { pin: string | null }; value: null };
  "session.unlock": { args: { pin: string }; value: null };
  "session.lock": { args: null; value: null };
  "session.changePassword": { args: { old: string; new: string }; value: null };
  "session.endDevices": { args: { ids: readonly DeviceId[]; password?: string }; value: null };
  "session.renameDevice": { args: { id: DeviceId; name: string }; value: null };
  // Me
  /** `status` "" takes it away; it ends by itself at `until`. */
  "profile.set": {
    args: { name?: string; avatar?: Blob | null; status?: string; until?: Millis };
    value: null;
  };
  "account.set": { args: { type: string; roomId?: RoomId; content: Content }; value: null };
  "presence.set": { args: { presence: "online" | "unavailable" | "offline" }; value: null };
  // Sending. The answer is the item's id, given as soon as it is safe in the outbox.
  "send.event": {
    /** `urgent` marks a message that reaches also who has muted the chat. */
    args: {
      roomId: RoomId;
      type: string;
      content: Content;
      threadId?: EventId;
      urgent?: boolean;
    };
    value: { id: string };
  };
  "send.files": {
    args: {
      roomId: RoomId;
      threadId?: EventId;
      replyTo?: EventId;
      caption?: Content;
      files: readonly Attachment[];
      /** Marks the first of them. */
      urgent?: boolean;
    };
    value: { ids: readonly string[] };
  };
  "send.edit": { args: { roomId: RoomId; eventId: EventId; content: Content }; value: null };
  /** `key` is an emoji, or the address of a picture that `shortcode` names. */
  "send.react": {
    args: { roomId: RoomId; eventId: EventId; key: string; shortcode?: string };
    value: null;
  };
  "send.unreact": { args: { roomId: RoomId; eventId: EventId; key: string }; value: null };
  "send.redact": { args: { roomId: RoomId; eventId: EventId; reason?: string }; value: null };
  /** Says that one knows of an urgent message. */
  "send.acknowledge": { args: { roomId: RoomId; eventId: EventId }; value: null };
  "send.retry": { args: { id: string }; value: null };
  "send.discard": { args: { id: string }; value: null };
  "send.later": {
    args: { roomId: RoomId; type: string; content: Content; at: Millis; urgent?: boolean };
    value: null;
  };
  /** Sends at once what `send.later` put off, or takes it back; `id` is of the list `scheduled`. */
  "send.scheduled": { args: { id: string; act: "send" | "cancel" }; value: null };
  /** Begins to share one's place in a chat, for `timeout` milliseconds. */
  "place.start": {
    args: { roomId: RoomId; since: Millis; timeout: number };
    value: { eventId: EventId };
  };
  /** Says where one is now; `eventId` is the answer of `place.start`, `uri` a geo: address. */
  "place.tell": { args: { roomId: RoomId; eventId: EventId; uri: string }; value: null };
  "place.stop": { args: { roomId: RoomId }; value: null };
  "draft.set": {
    args: { roomId: RoomId; threadId?: EventId; draft: Omit<DraftView, "updatedAt"> | null };
    value: null;
  };
  typing: { args: { roomId: RoomId; typing: boolean }; value: null };
  // Reading
  "timeline.more": {
    args: {
      roomId: RoomId;
      threadId?: EventId;
      at?: EventId;
      /** `newest`: in place of what is shown, the end of the room. */
      direction: "back" | "forward" | "newest";
    };
    value: null;
  };
  /** Lets go what lies before and after these items, unless another tab shows it too. */
  "timeline.trim": {
    args: { roomId: RoomId; at?: EventId; from: string; to: string };
    value: null;
  };
  "timeline.read": {
    args: { roomId: RoomId; threadId?: EventId; eventId: EventId; private: boolean };
    value: null;
  };
  "timeline.dateToEvent": {
    args: { roomId: RoomId; ts: Millis };
    value: { eventId: EventId };
  };
  "timeline.source": {
    args: { roomId: RoomId; eventId: EventId };
    value: { event: Content };
  };
  /** Fetches a page of the past; how far back the archive reaches by then, and how much it holds. */
  "export.fetch": {
    args: { roomId: RoomId };
    value: { since: Millis; complete: boolean; events: number };
  };
  /** Items after a place, oldest first, threads among them; `next` is null after the newest. */
  "export.page": {
    args: { roomId: RoomId; after: number | null };
    value: { items: readonly ItemRecord[]; next: number | null };
  };
  // Chats
  /** Kinds of chat that must be encrypted, and those that must not. */
  "room.secrecy": { args: Record<string, never>; value: Secrecy };
  "room.create": {
    args: {
      kind: "direct" | "group" | "channel" | "space";
      name?: string;
      topic?: string;
      avatar?: Blob;
      invite: readonly UserId[];
      encrypted: boolean;
      public: boolean;
      alias?: string;
      parent?: RoomId;
      group?: GroupKind;
    };
    value: { roomId: RoomId };
  };
  /** The direct chat with a person, made if there is none; with oneself, the saved messages. */
  "room.direct": { args: { userId: UserId }; value: { roomId: RoomId } };
  "room.join": {
    args: { roomIdOrAlias: string; via?: readonly string[] };
    value: { roomId: RoomId };
  };
  "room.knock": { args: { roomIdOrAlias: string; reason?: string }; value: { roomId: RoomId } };
  "room.leave": { args: { roomId: RoomId; forget: boolean }; value: null };
  "room.invite": { args: { roomId: RoomId; userIds: readonly UserId[] }; value: null };
  "room.kick": { args: { roomId: RoomId; userId: UserId; reason?: string }; value: null };
  "room.ban": { args: { roomId: RoomId; userId: UserId; reason?: string }; value: null };
  "room.unban": { args: { roomId: RoomId; userId: UserId }; value: null };
  "room.state": {
    args: { roomId: RoomId; type: string; stateKey: string; content: Content };
    value: null;
  };
  "room.avatar": { args: { roomId: RoomId; avatar: Blob | null }; value: null };
  "room.pin": { args: { roomId: RoomId; eventId: EventId; pinned: boolean }; value: null };
  /** How much power inviting needs. */
  "room.inviting": { args: { roomId: RoomId; level: number }; value: null };
  /** How much power sharing one's place for a while needs. */
  "room.sharing": { args: { roomId: RoomId; level: number }; value: null };
  /** Whether whoever comes into the unit of a basic group is invited. */
  "room.following": { args: { roomId: RoomId; isWhole: boolean }; value: null };
  /** Makes, changes or (`group` null) removes the group for mentions that is called `name`. */
  "room.mentionGroup": {
    args: { roomId: RoomId; name: string; group: MentionGroup | null };
    value: null;
  };
  "room.power": { args: { roomId: RoomId; userId: UserId; level: number }; value: null };
  "room.preview": {
    args: { roomIdOrAlias: string };
    value: {
      roomId: RoomId;
      name: string;
      topic?: string;
      avatar?: Mxc;
      members: number;
      joinRule: string;
      membership?: string;
    };
  };
  "room.directory": {
    args: { search?: string; since?: string };
    value: {
      rooms: readonly {
        roomId: RoomId;
        name: string;
        topic?: string;
        avatar?: Mxc;
        members: number;
        joinRule: string;
        space: boolean;
      }[];
      next?: string;
    };
  };
  /** What a space holds, the space itself first; `more`: there is more than is told. */
  "space.hierarchy": {
    args: { roomId: RoomId };
    value: { rooms: readonly SpaceRoom[]; more: boolean };
  };
  "room.report": {
    args: { roomId: RoomId; eventId?: EventId; reason: string };
    value: null;
  };
  /** Reminds of a message, or no longer where `at` is null. */
  "reminder.set": { args: { roomId: RoomId; eventId: EventId; at: Millis | null }; value: null };
  "chat.setPinned": { args: { roomId: RoomId; pinned: boolean; order?: number }; value: null };
  "chat.setArchived": { args: { roomId: RoomId; archived: boolean }; value: null };
  "chat.setNotify": {
    args: { roomId: RoomId; notify: "all" | "mentions" | "none"; until?: Millis };
    value: null;
  };
  "chat.markUnread": { args: { roomId: RoomId; unread: boolean }; value: null };
  "chat.markAllRead": { args: null; value: null };
  /** Compares the unread numbers with the server's now, which happens by itself from time to time. */
  "chat.checkCounts": { args: null; value: { repaired: number } };
  // People
  "people.search": {
    args: { text: string; limit: number };
    value: { people: readonly PersonRecord[]; limited: boolean };
  };
  "people.ignore": { args: { userId: UserId; ignored: boolean }; value: null };
  /**
   * Levels and people of the institution that answer `text`, also with a typo. While it is not
   * `complete`, not every level was looked into: ask again.
   */
  "org.find": {
    args: { text: string; limit: number };
    value: {
      units: readonly UnitRecord[];
      people: readonly FoundRecord[];
      complete: boolean;
    };
  };
  /** Everyone of the levels and of all below, without oneself. */
  "org.people": {
    args: { unitIds: readonly number[] };
    value: { people: readonly EmployeeRecord[] };
  };
  // Media
  /** Uploads a picture for all to see, unencrypted. */
  "media.upload": { args: { blob: Blob }; value: { mxc: Mxc } };
  "media.load": { args: MediaAsk; value: { blob: Blob } };
  "media.preview": {
    args: { url: string };
    value: {
      title?: string;
      description?: string;
      site?: string;
      image?: Mxc;
      width?: number;
      height?: number;
    };
  };
  // Searching
  "search.messages": {
    args: { ask: SearchAsk; limit: number; before?: EventId };
    value: { hits: readonly HitRecord[]; more: boolean };
  };
  // Cryptography
  "crypto.setUp": {
    /** `reset` begins anew where another device holds the keys; it needs the password. */
    args: { password?: string; passphrase?: string; reset?: boolean };
    value: { recoveryKey: string };
  };
  "crypto.recover": { args: { keyOrPassphrase: string }; value: null };
  /** A person's keys changed, and one goes on with them all the same. */
  "crypto.acceptIdentity": { args: { userId: UserId }; value: null };
  /** Room keys in a file that other clients read too. */
  "crypto.exportKeys": { args: { passphrase: string }; value: { file: Blob } };
  "crypto.importKeys": {
    args: { file: Blob; passphrase: string };
    value: { imported: number; total: number };
  };
  "verification.start": { args: { userId: UserId; deviceId?: DeviceId }; value: { id: string } };
  "verification.act": {
    args: {
      id: string;
      act: "accept" | "emoji" | "confirm" | "mismatch" | "cancel" | "scanned";
      qr?: Uint8Array;
    };
    value: null;
  };
  /** Sets a pusher of the specification; one of kind null is removed. */
  "push.set": { args: { pusher: Content }; value: null };
  /** Has messages with a word ring as mentions do, or no longer. */
  "push.keyword": { args: { keyword: string; on: boolean }; value: null };
  /** Whether messages of groups ring that name nobody. */
  "push.groups": { args: { all: boolean }; value: null };
  /** Any request of the server's own API under `/_depesha/v1/`, for features that are forms over it. */
  "own.call": {
    args: {
      method: "GET" | "POST" | "PUT" | "DELETE";
      path: string;
      body?: unknown;
      /** Proves who asks, where the server wants it. */
      password?: string;
    };
    value: { body: unknown };
  };
  /** A file of the server's own API; what a POST gives is asked for once, never again by itself. */
  "own.file": { args: { path: string; method?: "POST" }; value: { blob: Blob } };
}

export type ValueName = keyof Values;
export type ListName = keyof Lists;
export type CommandName = keyof Commands;
export type Args<N extends CommandName> = Commands[N]["args"];
export type Answer<N extends CommandName> = Result<Commands[N]["value"]>;

// ── The messages themselves ────────────────────────────────────────────────────────────────────

/** From the tab to the engine. `id` is the tab's own number for the query or command. */
export type ToEngine =
  | { kind: "watch"; id: number; name: ValueName | ListName; ask: unknown }
  | { kind: "unwatch"; id: number }
  | { kind: "command"; id: number; name: CommandName; args: unknown }
  /** The tab shows or hides: presence, receipts and notifications depend on it. */
  | { kind: "visible"; visible: boolean; roomId?: RoomId };

/** From the engine to the tab. */
export type ToTab =
  | { kind: "value"; id: number; value: unknown }
  | { kind: "rows"; id: number; patch: RowsPatch }
  | { kind: "answer"; id: number; answer: Result<unknown> }
  /** Something that must be told at once, wherever the person is. */
  | { kind: "notice"; notice: Notice }
  /** This engine ends, since one of a newer build takes over: the page begins anew. */
  | { kind: "over" };

/** `order` is left out where it did not change; `put` holds rows that are new or changed. */
export interface RowsPatch {
  head?: unknown;
  order?: readonly string[];
  put: readonly { id: string }[];
}

export type Notice =
  | {
      kind: "message";
      roomId: RoomId;
      /** "" for an invitation. */
      eventId: EventId;
      title: string;
      body: string;
      avatar?: Mxc;
      sound: boolean;
      urgent: boolean;
      /** What words are found for in place of the body, and who sent it where that is not plain. */
      album?: AlbumView;
      sender?: string;
    }
  /** One asked to be reminded of a message. */
  | { kind: "reminder"; roomId: RoomId; eventId: EventId; title: string; body: string }
  /** Read elsewhere: what was shown of this room goes away. */
  | { kind: "read"; roomId: RoomId }
  | { kind: "failure"; failure: Failure; roomId?: RoomId };

/** What goes over the channel of all tabs, where there is no shared worker. */
export type OnChannel =
  | { kind: "up"; tab: string; message: ToEngine | "hello" | "gone" }
  /** To a tab that said hello: the engine is there already. */
  | { kind: "welcome"; tab: string }
  | { kind: "down"; tab: string; message: ToTab }
  /** An engine began; whoever wants something of it asks. */
  | { kind: "here" };
