/** The Olm machine of this device: the library, and its keys in IndexedDB. */

import type { OlmMachine } from "@matrix-org/matrix-sdk-crypto-wasm";
import type { Bytes } from "../../base/bytes";
import type { DeviceId, UserId } from "../../base/ids";
import { inTurn } from "./turns";

type Library = typeof import("@matrix-org/matrix-sdk-crypto-wasm");

/** The library is loaded when it is first needed, so its names come with the machine. */
export interface Olm {
  lib: Library;
  machine: OlmMachine;
  userId: UserId;
  deviceId: DeviceId;
  /** One sender at a time. */
  sending: ReturnType<typeof inTurn>;
  /** Messages to rooms that are under way. */
  speaking: Set<string>;
}

/** The library writes one line or more for each request; what matters is thrown or shown. */
const SILENT = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };

const storeName = (userId: UserId, deviceId: DeviceId) => `depesha-keys ${userId} ${deviceId}`;

export async function openOlm(userId: UserId, deviceId: DeviceId, storeKey: Bytes): Promise<Olm> {
  const lib = await import("@matrix-org/matrix-sdk-crypto-wasm");
  await lib.initAsync();
  const name = storeName(userId, deviceId);
  const store = await lib.StoreHandle.openWithKey(name, storeKey, SILENT);
  const machine = await lib.OlmMachine.initFromStore(
    new lib.UserId(userId),
    new lib.DeviceId(deviceId),
    store,
    SILENT,
  );
  store.free();
  return { lib, machine, userId, deviceId, sending: inTurn(), speaking: new Set() };
}

/**
 * Deletes the keys for good. While anything still has them open the browser puts it off until that
 * is gone; without the store's key they cannot be read even so.
 */
export async function deleteOlm(userId: UserId, deviceId: DeviceId): Promise<void> {
  // The library keeps a second database beside each, of what the store itself is encrypted with.
  for (const part of ["matrix-sdk-crypto", "matrix-sdk-crypto-meta"])
    await new Promise<void>((resolve, reject) => {
      const request = indexedDB.deleteDatabase(`${storeName(userId, deviceId)}::${part}`);
      request.onsuccess = () => resolve();
      request.onblocked = () => resolve();
      request.onerror = () => reject(request.error);
    });
}

/** Reads an object of the library and gives it back: while one is held, the store stays open. */
export async function reading<T extends { free(): void }, R>(
  object: T,
  read: (object: T) => Promise<R> | R,
): Promise<R> {
  try {
    return await read(object);
  } finally {
    object.free();
  }
}

/** The library takes its ids away from the caller, so each call makes them anew. */
export const userIds = (olm: Olm, ids: Iterable<UserId>) =>
  Array.from(ids, (id) => new olm.lib.UserId(id));
