/**
 * A device of the account that sleeps on the server and takes keys while no other is signed in
 * (MSC3814). It exists where the account has a recovery key, which its pickle key is kept under.
 */

import type { DehydratedDeviceKey } from "@matrix-org/matrix-sdk-crypto-wasm";
import { base64, fromBase64 } from "../../base/bytes";
import { FailureError } from "../../base/errors";
import type { CryptoNeeds } from "../ports";
import type { Content } from "../records";
import type { Olm } from "./olm";
import type { Safe, SafeKey } from "./safe";

const PATH = "/_matrix/client/unstable/org.matrix.msc3814.v1/dehydrated_device";
const SECRET = "org.matrix.msc3814";
const NAME = "Sleeping device";
/** A server that never ends its list would keep us here for ever. */
const MOST_PAGES = 1000;

export function openSleeper(olm: Olm, needs: CryptoNeeds, safe: Safe) {
  const { lib, machine } = olm;
  const devices = machine.dehydratedDevices();

  /** What the server answers, or null where it has nothing or does not know such devices. */
  async function ask(method: "GET" | "POST", path: string, body?: string): Promise<Content | null> {
    try {
      return JSON.parse(await needs.call(method, path, body)) as Content;
    } catch (error) {
      if (error instanceof FailureError && error.failure.status === 404) return null;
      throw error;
    }
  }

  /** Wakes the device that sleeps, takes its keys, and lays a new one to sleep. */
  async function renew(safeKey: SafeKey): Promise<void> {
    const stored = fromBase64((await safe.read(safeKey, SECRET)) ?? "");
    const isGood = stored?.length === 32;
    if (isGood) await wake(lib.DehydratedDeviceKey.createKeyFromArray(stored));
    const key = lib.DehydratedDeviceKey.createRandomKey();
    await safe.put(safeKey, SECRET, base64(fromBase64(key.toBase64()) ?? new Uint8Array()));
    await devices.saveDehydratedDeviceKey(key);
    const asleep = await devices.create();
    const { body } = await asleep.keysForUpload(NAME, key);
    await needs.call("PUT", PATH, body);
  }

  async function wake(key: DehydratedDeviceKey): Promise<void> {
    const found = await ask("GET", PATH);
    if (!found) return;
    const { device_id: id, device_data: data } = found as {
      device_id: string;
      device_data: unknown;
    };
    const awake = await devices
      .rehydrate(key, new lib.DeviceId(id), JSON.stringify(data))
      .catch(() => undefined); // laid to sleep under another key
    let from = "";
    for (let page = 0; awake && page < MOST_PAGES; page++) {
      const query = from && `?from=${encodeURIComponent(from)}`;
      const answer = await ask("GET", `${PATH}/${encodeURIComponent(id)}/events${query}`);
      const { events = [], next_batch: next } = (answer ?? {}) as {
        events?: unknown[];
        next_batch?: string;
      };
      if (events.length > 0) await awake.receiveEvents(JSON.stringify(events));
      if (!next || events.length === 0) return;
      from = next;
    }
  }

  return { renew, close: () => devices.free() };
}
