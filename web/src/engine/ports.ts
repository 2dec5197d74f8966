/**
 * What cryptography and media offer the rest of the engine, and what they need of it.
 * `crypto/` and `media/` answer for these; nothing else of theirs is used from outside.
 */

import type { DeviceId, EventId, Mxc, RoomId, UserId } from "../base/ids";
import type {
  Content,
  Encryption,
  EncryptionView,
  MediaAsk,
  MediaSource,
  PersonRecord,
  VerificationView,
} from "./records";

/**
 * A request to the homeserver with the session's token, once; the decoded body's text is given.
 * Throws `FailureError`: `offline` without an answer, else the server's error with its status and
 * fields. `path` begins with `/_matrix`, its parts are escaped.
 */
export type Call = (
  method: "GET" | "POST" | "PUT" | "DELETE",
  path: string,
  body?: string,
) => Promise<string>;

// ── Cryptography ───────────────────────────────────────────────────────────────────────────────

/** What cryptography asks of the engine. */
export interface CryptoNeeds {
  call: Call;
  /** Sends a message event, encrypted where the room is; used by verifications inside rooms. */
  sendEvent(roomId: RoomId, type: string, content: Content, txnId: string): Promise<EventId>;
  /** The direct chat with a person, made if there is none. */
  directRoom(userId: UserId): Promise<RoomId>;
  media: Media;
}

/** The part of a sync response that is cryptography's. */
export interface CryptoChanges {
  toDevice: readonly Content[];
  deviceLists?: { changed?: readonly UserId[]; left?: readonly UserId[] };
  /** `device_one_time_keys_count`; left out where the response has none. */
  otkCounts?: Readonly<Record<string, number>>;
  /** `device_unused_fallback_key_types`. */
  fallbackTypes?: readonly string[];
  /** The first response of a connection: it does not tell whose devices changed before it. */
  isFirst?: boolean;
}

/** What `m.room.encryption` and `m.room.history_visibility` of a room say. */
export interface RoomCipher {
  /** Content of `m.room.encryption`. */
  encryption: Content;
  historyVisibility: string;
}

/** An event after an attempt to decrypt it. */
export interface Decrypted {
  encryption: Exclude<Encryption, "none">;
  /**
   * A name, words are made of it in the tab. Of a warning: `unknownDevice`, `unsignedDevice`,
   * `unverifiedIdentity`, `identityChanged`, `notGuaranteed`, `mismatchedSender`. Of what cannot be
   * read: `loading` (encryption is not open yet), `missingKey`, `oldKey`, `beforeDevice` (sent before
   * this device was made), `notMember` (sent while one was not in the room), `withheld`,
   * `mismatchedSender`, `broken`.
   */
  note?: string;
  /** After decryption; of an undecryptable event as it came. */
  type: string;
  content: Content;
  /** The Megolm session, to try again when its key arrives. */
  sessionId?: string;
  /** Who gave the key with an invitation (MSC4268), where it was so. */
  keyFrom?: UserId;
}

/**
 * Sessions of the room whose events are to be decrypted anew, read or not: their key came, or more
 * is known of their sender.
 */
export type KeysArrived = (roomId: RoomId, sessionIds: readonly string[]) => void;

export interface Crypto {
  /**
   * Loads the library and opens this device's keys, encrypted with `storeKey` (32 bytes). Then keys
   * are uploaded and the backup looked for as the network allows; it does not wait for that.
   */
  start(userId: UserId, deviceId: DeviceId, storeKey: Uint8Array): Promise<void>;
  stop(): void;
  /** Gives up a start that still waits for the library, which then throws `cancelled`. */
  cancel(): void;
  /** Deletes all keys of this device. After `stop`. */
  wipe(userId: UserId, deviceId: DeviceId): Promise<void>;
  /** Takes in a sync response before its token is kept. The messages to this device, decrypted. */
  receiveSync(changes: CryptoChanges): Promise<readonly Content[]>;
  /** Sends what waits to be sent; after each sync response. Resolves when done or offline. */
  pump(): Promise<void>;
  /** Tries to decrypt an `m.room.encrypted` event; throws only `locked`, after `stop`. */
  decrypt(roomId: RoomId, event: Content): Promise<Decrypted>;
  /** Content of the `m.room.encrypted` event; keys are shared with all `memberIds` before. */
  encrypt(
    roomId: RoomId,
    memberIds: readonly UserId[],
    cipher: RoomCipher,
    type: string,
    content: Content,
  ): Promise<Content>;
  /** True of a room that something was encrypted for: nothing may be sent to it in clear any more. */
  mustEncrypt(roomId: RoomId): Promise<boolean>;
  /** Shares the room's key ahead of the first message, when a person begins to write. */
  prepare(roomId: RoomId, memberIds: readonly UserId[], cipher: RoomCipher): Promise<void>;
  /** A decrypted live event, own ones too, whose type or msgtype begins with `m.key.verification.`. */
  receiveRoomEvent(roomId: RoomId, event: Content): Promise<void>;
  onKeysArrived(hear: KeysArrived): () => void;

  view(): EncryptionView;
  verifications(): readonly VerificationView[];
  /** Trust of people changed, or `view`, or `verifications`; asked anew by whoever shows them. */
  onChange(hear: (what: "view" | "verifications" | "trust") => void): () => void;
  trust(userId: UserId): Promise<NonNullable<PersonRecord["trust"]>>;
  /** Own or another's devices by id. One that is `asleep` only keeps messages for the others. */
  devices(
    userId: UserId,
  ): Promise<ReadonlyMap<DeviceId, { verified: boolean; asleep: boolean; fingerprint: string }>>;
  /** Accepts that a person's identity changed. */
  acceptIdentity(userId: UserId): Promise<void>;

  /**
   * At sign-in, quietly: makes cross-signing keys and a backup where the account has none.
   * `password` is what the person just signed in with, for servers that want it the first time too.
   * Where it could not be done, it is tried again without it after each start.
   */
  begin(password?: string): Promise<void>;
  setUp(ask: {
    password?: string;
    passphrase?: string;
    reset?: boolean;
  }): Promise<{ recoveryKey: string }>;
  recover(keyOrPassphrase: string): Promise<void>;
  exportKeys(passphrase: string): Promise<Blob>;
  importKeys(file: Blob, passphrase: string): Promise<{ imported: number; total: number }>;

  startVerification(ask: { userId: UserId; deviceId?: DeviceId }): Promise<{ id: string }>;
  actOnVerification(ask: {
    id: string;
    act: "accept" | "emoji" | "confirm" | "mismatch" | "cancel" | "scanned";
    qr?: Uint8Array;
  }): Promise<void>;

  /** Before inviting: gives those invited the keys of the history they may see (MSC4268). */
  shareHistory(roomId: RoomId, userIds: readonly UserId[], cipher: RoomCipher): Promise<void>;
  /** After joining by an invitation: takes the keys the inviter gave, now or when they come. */
  takeHistory(roomId: RoomId, inviter: UserId): Promise<void>;
}

// ── Media ──────────────────────────────────────────────────────────────────────────────────────

/** What media asks of the engine. */
export interface MediaNeeds {
  homeserver: string;
  /** The access token of now; asked before each request. */
  token(): Promise<string>;
  call: Call;
  /** 32 bytes; what is cached is encrypted with a key derived of it. */
  storeKey: Uint8Array;
}

export interface UploadAsk {
  blob: Blob;
  /** True where it is sent to an encrypted room: the server gets ciphertext, no name, no type. */
  encrypt: boolean;
  /** Given to the server of plain files only. */
  name?: string;
  mimetype?: string;
  /** An address made earlier by `reserve`: trying again can then not store the file twice. */
  into?: Mxc;
  onProgress?: (sent: number, total: number) => void;
  signal?: AbortSignal;
}

export interface Media {
  /** An address to upload to, or undefined where the server gives none. */
  reserve(): Promise<Mxc | undefined>;
  /** Throws `FailureError`: `M_TOO_LARGE` before a byte is sent, `offline`, `cancelled`. */
  upload(ask: UploadAsk): Promise<MediaSource>;
  /** From the cache, else from the server, decrypted and its hash checked. */
  load(ask: MediaAsk, signal?: AbortSignal): Promise<Blob>;
  /** The bytes at a path of the server, which is not cached. */
  fetch(path: string): Promise<Blob>;
  /** Bytes of the largest file that the server takes; undefined: it does not say. */
  limit(): Promise<number | undefined>;
  /** Forgets all that is cached. */
  clear(): Promise<void>;
  close(): void;
}
