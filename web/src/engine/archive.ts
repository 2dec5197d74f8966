/** The archive: what the engine knows, at rest in IndexedDB, sealed. */

import type { EventId, Millis, RoomId } from "../base/ids";
import type { Db, Write } from "./db";
import type { EventRow, Store } from "./schema";
import type {
  Entry,
  EventData,
  MediaKind,
  MembersData,
  OutboxData,
  ReceiptsData,
  RoomData,
} from "./stored";
import type { Vault } from "./vault";

/** A change to be kept. A value is given as it is; it is sealed on the way. */
export type Change =
  | { put: SealedStore; key: string | number; value: unknown }
  | { put: "blobs"; key: string; bytes: Uint8Array<ArrayBuffer> }
  | { entry: Entry }
  | { drop: Store; key: IDBValidKey }
  | { dropRoom: RoomId };

type SealedStore = Exclude<Store, "events" | "keys" | "blobs">;
type Bytes = Uint8Array<ArrayBuffer>;

/** An event with its place and time. */
export interface Since {
  id: EventId;
  pos: number;
  ts: Millis;
}

/** An event whose time may be over, and what kind of thing it is listed as. */
export interface Aged {
  id: EventId;
  kind?: string | undefined;
}

/** Rows that are read at once where all of a room are looked through. */
const PAGE = 500;

export interface Archive {
  rooms(): Promise<RoomData[]>;
  account(): Promise<Map<string, Record<string, unknown>>>;
  outbox(): Promise<OutboxData[]>;
  value<T>(name: string): Promise<T | undefined>;
  members(roomId: RoomId): Promise<MembersData | undefined>;
  receipts(roomId: RoomId): Promise<ReceiptsData | undefined>;
  blob(key: string): Promise<Bytes | undefined>;
  words<T>(key: string): Promise<T | undefined>;
  /** Events by id, of those that are there. */
  events(roomId: RoomId, ids: Iterable<EventId>): Promise<Map<EventId, Entry>>;
  /** Events of a range of places, oldest first. */
  line(roomId: RoomId, low: number, high: number): Promise<Entry[]>;
  /** Relations to events, by parent. */
  kids(roomId: RoomId, parents: readonly EventId[]): Promise<Entry[]>;
  /** All known events of a thread, oldest first. */
  thread(roomId: RoomId, root: EventId): Promise<Entry[]>;
  /** Media, files, links or voice, newest first. */
  kind(roomId: RoomId, kind: MediaKind, before: number, most: number): Promise<Entry[]>;
  /** Events whose session's key was missing: of those sessions, or of all. */
  locked(roomId: RoomId, sessions: readonly string[] | undefined): Promise<Entry[]>;
  /** The first event of the line that is not older than a time. */
  firstSince(roomId: RoomId, ts: Millis): Promise<Since | undefined>;
  /** Events older than a time: those of the line before a place (undefined: all), and those of none. */
  olderThan(roomId: RoomId, ts: Millis, place: number | undefined): Promise<Aged[]>;
  /** All changes in one transaction. */
  commit(changes: readonly Change[]): Promise<void>;
  /** Runs one after the other what reads, decides and commits. */
  exclusive<T>(act: () => Promise<T>): Promise<T>;
}

export function makeArchive(db: Db, vault: Vault): Archive {
  let queue: Promise<unknown> = Promise.resolve();

  async function sealed<T>(store: SealedStore, key: string): Promise<T | undefined> {
    const bytes = await db.get<Bytes>(store, key);
    return bytes && vault.unseal<T>(`${store}/${key}`, bytes);
  }

  async function all<T>(store: SealedStore): Promise<[string, T][]> {
    const rows = await db.entries<Bytes>(store);
    return Promise.all(
      rows.map(
        async ([key, bytes]): Promise<[string, T]> => [
          String(key),
          await vault.unseal<T>(`${store}/${key}`, bytes),
        ],
      ),
    );
  }

  async function entryOf(row: EventRow): Promise<Entry> {
    const { data, ...rest } = row;
    const event = await vault.unseal<EventData>(`events/${row.room}/${row.id}`, data);
    return { ...(rest as Omit<Entry, "data">), data: event };
  }

  const entriesOf = (rows: readonly EventRow[]) => Promise.all(rows.map(entryOf));

  async function prepared(change: Change): Promise<Write | Write[]> {
    if ("drop" in change) return { store: change.drop, key: change.key, gone: true };
    if ("dropRoom" in change) return dropsOfRoom(change.dropRoom);
    if ("bytes" in change) {
      const value = await vault.sealBytes(`blobs/${change.key}`, change.bytes);
      return { store: "blobs", key: change.key, value };
    }
    if ("put" in change) {
      const value = await vault.seal(`${change.put}/${change.key}`, change.value);
      return { store: change.put, key: change.key, value };
    }
    const { data, ...rest } = change.entry;
    const row = { ...rest, data: await vault.seal(`events/${rest.room}/${rest.id}`, data) };
    return { store: "events", value: row };
  }

  return {
    rooms: async () => (await all<RoomData>("rooms")).map(([, room]) => room),
    account: async () => new Map(await all<Record<string, unknown>>("account")),
    outbox: async () =>
      (await all<OutboxData>("outbox")).map(([, each]) => each).sort((a, b) => a.seq - b.seq),
    value: (name) => sealed("values", name),
    members: (roomId) => sealed("members", roomId),
    receipts: (roomId) => sealed("receipts", roomId),
    words: (key) => sealed("words", key),
    async blob(key) {
      const bytes = await db.get<Bytes>("blobs", key);
      return bytes && vault.unsealBytes(`blobs/${key}`, bytes);
    },
    async events(roomId, ids) {
      const keys = [...new Set(ids)].map((id) => [roomId, id]);
      const rows = await db.getMany<EventRow>("events", keys);
      const entries = await entriesOf(rows.filter((row) => row !== undefined));
      return new Map(entries.map((entry) => [entry.id, entry]));
    },
    line: async (roomId, low, high) =>
      entriesOf(
        await db.range<EventRow>(
          "events",
          "line",
          IDBKeyRange.bound([roomId, low], [roomId, high]),
        ),
      ),
    kids: async (roomId, parents) => {
      const keys = parents.map((parent) => [roomId, parent]);
      return entriesOf((await db.rangeMany<EventRow>("events", "parent", keys)).flat());
    },
    thread: async (roomId, root) => {
      const range = IDBKeyRange.bound([roomId, root, 0], [roomId, root, Infinity]);
      return entriesOf(await db.range<EventRow>("events", "thread", range));
    },
    kind: async (roomId, kind, before, most) => {
      const range = IDBKeyRange.bound([roomId, kind, 0], [roomId, kind, before], false, true);
      return entriesOf(await db.newest<EventRow>("events", "kind", range, most));
    },
    locked: async (roomId, sessions) => {
      const all = IDBKeyRange.bound([roomId], [roomId, []]);
      if (sessions === undefined)
        return entriesOf(await db.range<EventRow>("events", "locked", all));
      const keys = sessions.map((session) => [roomId, session]);
      return entriesOf((await db.rangeMany<EventRow>("events", "locked", keys)).flat());
    },
    async firstSince(roomId, ts) {
      for (let from = -Infinity; ; ) {
        const range = IDBKeyRange.bound([roomId, from], [roomId, Infinity], true);
        const rows = await db.range<EventRow>("events", "line", range, PAGE);
        const found = rows.find((row) => row.ts >= ts);
        if (found?.pos !== undefined) return { id: found.id, pos: found.pos, ts: found.ts };
        const last = rows.at(-1);
        if (rows.length < PAGE || last?.pos === undefined) return undefined;
        from = last.pos;
      }
    },
    async olderThan(roomId, ts, place = Infinity) {
      const older: Aged[] = [];
      let range = IDBKeyRange.bound([roomId], [roomId, []], true, true);
      for (;;) {
        const rows = await db.rows<EventRow>("events", range, PAGE);
        for (const { id, kind, pos, ts: at } of rows)
          if (pos === undefined ? at < ts : pos < place) older.push({ id, kind });
        const last = rows.at(-1);
        if (rows.length < PAGE || !last) return older;
        range = IDBKeyRange.bound([roomId, last.id], [roomId, []], true, true);
      }
    },
    async commit(changes) {
      // Sealing waits, a transaction does not: all is sealed first.
      await db.write((await Promise.all(changes.map(prepared))).flat());
    },
    exclusive(act) {
      const run = queue.then(act, act);
      queue = run.catch(() => {});
      return run;
    },
  };
}

function dropsOfRoom(roomId: RoomId): Write[] {
  const events = IDBKeyRange.bound([roomId], [roomId, []]);
  return [
    { store: "rooms", key: roomId, gone: true },
    { store: "members", key: roomId, gone: true },
    { store: "receipts", key: roomId, gone: true },
    { store: "events", key: events, gone: true },
  ];
}
