/** The way from a tab to the engine: a shared worker, or a worker that one tab runs for all. */

import { type Client, connect, type Port } from "./client";
import type { OnChannel, ToEngine } from "./protocol";

/** A client of the engine that all tabs share; it is started where it is not running. */
export function openClient(): Client {
  if (typeof SharedWorker === "undefined") return connect(throughChannel());
  const worker = new SharedWorker(new URL("../engine/worker.ts", import.meta.url), {
    type: "module",
    name: "depesha",
  });
  return connect(worker.port);
}

/**
 * Whichever tab gets the lock runs the worker; when that tab closes, the next one does. All speak
 * over a channel, the one with the worker too.
 */
function throughChannel(): Port {
  const tab = crypto.randomUUID();
  const channel = new BroadcastChannel("depesha-bridge");
  const say = (message: ToEngine | "gone") =>
    channel.postMessage({ kind: "up", tab, message } satisfies OnChannel);
  const port: Port = { postMessage: say, onmessage: null };
  channel.onmessage = ({ data }: MessageEvent<OnChannel>) => {
    if (data.kind === "here") port.onrestart?.();
    else if (data.kind === "down" && data.tab === tab)
      port.onmessage?.(new MessageEvent("message", { data: data.message }));
  };
  addEventListener("pagehide", () => say("gone"));
  addEventListener("pageshow", (event) => {
    if (event.persisted) port.onrestart?.();
  });
  void navigator.locks.request("depesha-engine", () => {
    new Worker(new URL("../engine/worker.ts", import.meta.url), { type: "module" });
    // Held for as long as the tab lives.
    return new Promise(() => {});
  });
  return port;
}
