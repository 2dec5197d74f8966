/**
 * IndexedDB as the engine uses it. A transaction ends by itself when nothing is asked of it, so
 * whatever must be awaited (unsealing, the network) happens before or after, never within.
 */

import { MIGRATIONS, type Store } from "./schema";

/** The result of one request. */
export function result<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

function finished(tx: IDBTransaction): Promise<void> {
  return new Promise((resolve, reject) => {
    tx.oncomplete = () => resolve();
    tx.onabort = () => reject(tx.error ?? new Error("The transaction was aborted"));
  });
}

/** One change of the archive. */
export type Write =
  | { store: Exclude<Store, "events">; key: string | number; value: unknown }
  | { store: "events"; value: object }
  | { store: Store; key: IDBValidKey | IDBKeyRange; gone: true }
  | { store: Store; all: true };

export interface Db {
  get<T>(store: Store, key: IDBValidKey): Promise<T | undefined>;
  /** Values of several keys, read together; undefined where there is none. */
  getMany<T>(store: Store, keys: readonly IDBValidKey[]): Promise<(T | undefined)[]>;
  /** Keys with their values. */
  entries<T>(store: Store): Promise<[IDBValidKey, T][]>;
  /** Rows within a range, in the order of their keys, at most `most`. */
  rows<T>(store: Store, range: IDBKeyRange, most: number): Promise<T[]>;
  /** Rows of an index within a range, in its order, at most `most`. */
  range<T>(store: Store, index: string, range: IDBKeyRange, most?: number): Promise<T[]>;
  /** Rows of an index for each of several keys, read together. */
  rangeMany<T>(store: Store, index: string, keys: readonly IDBValidKey[]): Promise<T[][]>;
  /** The newest rows of an index within a range, newest first. */
  newest<T>(store: Store, index: string, range: IDBKeyRange, most: number): Promise<T[]>;
  /** All changes in one transaction: all of them or none. Durable when it resolves. */
  write(changes: readonly Write[]): Promise<void>;
  close(): void;
}

/** Opens the database of that name, migrated. */
export async function openDb(name: string, factory: IDBFactory = indexedDB): Promise<Db> {
  const request = factory.open(name, MIGRATIONS.length);
  request.onupgradeneeded = (event) => {
    const upgrade = request.transaction;
    if (upgrade === null) return;
    for (const migrate of MIGRATIONS.slice(event.oldVersion)) migrate(request.result, upgrade);
  };
  const db = await result(request);
  db.onversionchange = () => db.close();
  const read = (store: Store) => db.transaction(store, "readonly").objectStore(store);
  return {
    get: (store, key) => result(read(store).get(key)),
    getMany: (store, keys) => {
      if (keys.length === 0) return Promise.resolve([]);
      const from = read(store);
      return Promise.all(keys.map((key) => result(from.get(key))));
    },
    async entries<T>(store: Store) {
      const from = read(store);
      const [keys, values] = await Promise.all([
        result(from.getAllKeys()),
        result(from.getAll() as IDBRequest<T[]>),
      ]);
      return keys.map((key, at) => [key, values[at] as T] as [IDBValidKey, T]);
    },
    rows: (store, range, most) => result(read(store).getAll(range, most)),
    range: (store, index, range, most) => result(read(store).index(index).getAll(range, most)),
    rangeMany: (store, index, keys) => {
      if (keys.length === 0) return Promise.resolve([]);
      const from = read(store).index(index);
      return Promise.all(keys.map((key) => result(from.getAll(IDBKeyRange.only(key)))));
    },
    newest: (store, index, range, most) => newest(read(store).index(index), range, most),
    async write(changes) {
      const stores = [...new Set(changes.map((change) => change.store))];
      if (stores.length === 0) return;
      const tx = db.transaction(stores, "readwrite", { durability: "strict" });
      const done = finished(tx);
      try {
        for (const change of changes) put(tx, change);
      } catch (error) {
        tx.abort();
        await done.catch(() => {});
        throw error;
      }
      await done;
    },
    close: () => db.close(),
  };
}

function put(tx: IDBTransaction, change: Write): void {
  const store = tx.objectStore(change.store);
  if ("all" in change) store.clear();
  else if ("gone" in change) store.delete(change.key);
  else if (change.store === "events") store.put(change.value);
  else store.put(change.value, change.key);
}

function newest<T>(index: IDBIndex, range: IDBKeyRange, most: number): Promise<T[]> {
  return new Promise((resolve, reject) => {
    const found: T[] = [];
    const request = index.openCursor(range, "prev");
    request.onerror = () => reject(request.error);
    request.onsuccess = () => {
      const cursor = request.result;
      if (cursor === null || found.length >= most) return resolve(found);
      found.push(cursor.value as T);
      cursor.continue();
    };
  });
}

/** Deletes the database of that name. */
export async function deleteDb(name: string, factory: IDBFactory = indexedDB): Promise<void> {
  await result(factory.deleteDatabase(name));
}
