/** The worker's entry: shared by all tabs where the browser can, else owned by one tab for all. */

import { type Host, serve, serveChannel } from "../bridge/host";
import { makeCrypto } from "./crypto";
import { makeWasm } from "./crypto/wasm";
import { type Engine, openEngine } from "./engine";
import { forgetAll } from "./forget";
import { makeMedia } from "./media";

/**
 * Two engines on one archive would ruin its keys. After an update the old worker may still run: it
 * is asked to end, its tabs to begin anew, and the archive is opened once the lock is free.
 */
const siblings = new BroadcastChannel("depesha-engines");
const hosts = new Set<Host>();
const opening = open();

async function open(): Promise<Engine> {
  siblings.postMessage("end");
  await new Promise<void>((held) => {
    void navigator.locks.request("depesha-archive", () => {
      held();
      return new Promise<void>((release) => {
        siblings.onmessage = () => void end().finally(release);
      });
    });
  });
  const wasm = makeWasm();
  return openEngine({
    makeCrypto: (asks) => makeCrypto(asks, wasm.fetch),
    makeMedia,
    wasm,
    forgetAll,
  });
}

async function end(): Promise<void> {
  for (const host of hosts) host.end();
  hosts.clear();
  await (await opening).close();
}

if ("onconnect" in globalThis) {
  (globalThis as unknown as SharedWorkerGlobalScope).onconnect = ({ ports }) => {
    const [port] = ports;
    if (port) hosts.add(serve(opening, port));
  };
} else hosts.add(serveChannel(opening, new BroadcastChannel("depesha-bridge")));

globalThis.addEventListener("online", () => void opening.then((engine) => engine.hurry()));
