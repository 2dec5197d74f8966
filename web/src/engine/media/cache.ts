/** Files seen lately, encrypted, in a database of their own. Its size is bounded. */

import { type Bytes, base64url, concat, random, utf8 } from "../../base/bytes";

const DATABASE = "depesha-media";
/** Bytes that all files take together before the longest unused go. */
const MOST = 256 * 2 ** 20;
/** A larger file alone is not kept. */
const MOST_ONE = 32 * 2 ** 20;
const NONCE = 12;

interface Use {
  name: string;
  size: number;
  at: number;
}

export interface Cache {
  get(name: string): Promise<Blob | undefined>;
  put(name: string, blob: Blob): Promise<void>;
  clear(): Promise<void>;
  close(): void;
}

/** `most` bytes at the most; `now` is the order in which files were used. */
export async function openCache(storeKey: Bytes, now: () => number, most = MOST): Promise<Cache> {
  const { seals, names } = await keysOf(storeKey);
  const db = await openDatabase();

  const nameOf = async (name: string) =>
    base64url(new Uint8Array(await crypto.subtle.sign("HMAC", names, utf8(name))));

  return {
    async get(plainName) {
      const name = await nameOf(plainName);
      const read = db.transaction(["bytes", "uses"], "readwrite");
      const sealed = await done<Bytes | undefined>(read.objectStore("bytes").get(name));
      if (!sealed) return undefined;
      read.objectStore("uses").put({ name, size: sealed.length, at: now() } satisfies Use);
      const how = { name: "AES-GCM", iv: sealed.slice(0, NONCE), additionalData: utf8(name) };
      try {
        return new Blob([await crypto.subtle.decrypt(how, seals, sealed.subarray(NONCE))]);
      } catch {
        return undefined; // kept under the key of an earlier session
      }
    },

    async put(plainName, blob) {
      if (blob.size > Math.min(MOST_ONE, most)) return;
      const name = await nameOf(plainName);
      const nonce = random(NONCE);
      const how = { name: "AES-GCM", iv: nonce, additionalData: utf8(name) };
      const plain = await blob.arrayBuffer();
      const sealed = concat(nonce, new Uint8Array(await crypto.subtle.encrypt(how, seals, plain)));
      const write = db.transaction(["bytes", "uses"], "readwrite");
      write.objectStore("bytes").put(sealed, name);
      write.objectStore("uses").put({ name, size: sealed.length, at: now() } satisfies Use);
      await makeRoom(write, most);
      await ended(write);
    },

    async clear() {
      const write = db.transaction(["bytes", "uses"], "readwrite");
      write.objectStore("bytes").clear();
      write.objectStore("uses").clear();
      await ended(write);
    },

    close: () => db.close(),
  };
}

async function keysOf(storeKey: Bytes) {
  const root = await crypto.subtle.importKey("raw", storeKey, "HKDF", false, ["deriveKey"]);
  const how = (info: string) => ({
    name: "HKDF",
    hash: "SHA-256",
    salt: new Uint8Array(),
    info: utf8(info),
  });
  const aes = { name: "AES-GCM", length: 256 };
  const hmac = { name: "HMAC", hash: "SHA-256", length: 256 };
  const uses: KeyUsage[] = ["encrypt", "decrypt"];
  return {
    seals: await crypto.subtle.deriveKey(how("media bytes"), root, aes, false, uses),
    names: await crypto.subtle.deriveKey(how("media names"), root, hmac, false, ["sign"]),
  };
}

async function makeRoom(write: IDBTransaction, most: number): Promise<void> {
  const uses = await done<Use[]>(write.objectStore("uses").index("at").getAll());
  let total = uses.reduce((sum, { size }) => sum + size, 0);
  for (const { name, size } of uses) {
    if (total <= most) return;
    write.objectStore("bytes").delete(name);
    write.objectStore("uses").delete(name);
    total -= size;
  }
}

function openDatabase(): Promise<IDBDatabase> {
  const request = indexedDB.open(DATABASE, 1);
  request.onupgradeneeded = () => {
    request.result.createObjectStore("bytes");
    request.result.createObjectStore("uses", { keyPath: "name" }).createIndex("at", "at");
  };
  return done(request);
}

function done<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

function ended(transaction: IDBTransaction): Promise<void> {
  return new Promise((resolve, reject) => {
    transaction.oncomplete = () => resolve();
    transaction.onabort = () => reject(transaction.error);
  });
}
