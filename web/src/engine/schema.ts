/** The archive's stores. Migrations are only ever appended: the index is the version before. */

export type Store =
  /** In clear: how the archive's key is kept, and who is signed in. */
  | "keys"
  /** Small sealed values by name: the session's tokens, the sync's token, what is to be done. */
  | "values"
  /** Rooms by id. */
  | "rooms"
  /** Events by room and id. In clear beside the sealed event: what they are looked for by. */
  | "events"
  /** Members of a room, all in one value. */
  | "members"
  /** Receipts of a room, all in one value. */
  | "receipts"
  /** Global account data by type. */
  | "account"
  /** What waits to be sent, in order. */
  | "outbox"
  /** Files that wait to be sent. */
  | "blobs"
  /** Pieces of the full-text index. */
  | "words";

/** A row of `events`. What is absent is not indexed. */
export interface EventRow {
  room: string;
  id: string;
  /** Place in the room's line; absent for events known without their neighbours. */
  pos?: number;
  ts: number;
  thread?: string;
  /** Set where the event is a relation to another. */
  parent?: string;
  /** What is listed in the chat's panel: media, file, link, voice. */
  kind?: string;
  /** The Megolm session whose key is missing. */
  locked?: string;
  data: Uint8Array<ArrayBuffer>;
}

type Migration = (db: IDBDatabase, upgrade: IDBTransaction) => void;

export const MIGRATIONS: readonly Migration[] = [
  (db) => {
    db.createObjectStore("keys");
    db.createObjectStore("values");
    db.createObjectStore("rooms");
    const events = db.createObjectStore("events", { keyPath: ["room", "id"] });
    events.createIndex("line", ["room", "pos"]);
    events.createIndex("thread", ["room", "thread", "ts"]);
    events.createIndex("parent", ["room", "parent"]);
    events.createIndex("kind", ["room", "kind", "ts"]);
    events.createIndex("locked", ["room", "locked"]);
    db.createObjectStore("members");
    db.createObjectStore("receipts");
    db.createObjectStore("account");
    db.createObjectStore("outbox");
    db.createObjectStore("blobs");
    db.createObjectStore("words");
  },
];
