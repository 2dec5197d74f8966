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
  const port: Port = worker.port;
  port.onover = beginAnew;
  return connect(port);
}

const BEGAN = "depesha.beganAnew";
const RARELY_MS = 30_000;

/** Loads the page again, which then has the scripts of the newer build; not over and over. */
function beginAnew(): void {
  const last = Number(sessionStorage.getItem(BEGAN) ?? 0);
  if (Date.now() - last < RARELY_MS) return;
  sessionStorage.setItem(BEGAN, String(Date.now()));
  location.reload();
}

/**
 * Whichever tab gets the lock runs the worker; when that tab closes, the next one does. All speak
 * over a channel, the one with the worker too.
 */
function throughChannel(): Port {
  const tab = crypto.randomUUID();
  const channel = new BroadcastChannel("depesha-bridge");
  const say = (message: ToEngine | "hello" | "gone") =>
    channel.postMessage({ kind: "up", tab, message } satisfies OnChannel);
  /** What is asked before an engine is there; then nothing waits any more. */
  let waiting: ToEngine[] | undefined = [];
  const port: Port = {
    postMessage(message) {
      if (waiting) waiting.push(message);
      else say(message);
    },
    onmessage: null,
    onover: beginAnew,
  };
  function begin(): boolean {
    const asked = waiting;
    waiting = undefined;
    for (const message of asked ?? []) say(message);
    return asked !== undefined;
  }
  channel.onmessage = ({ data }: MessageEvent<OnChannel>) => {
    if (data.kind === "here") {
      if (!begin()) port.onrestart?.();
    } else if (data.kind === "up" || data.tab !== tab) return;
    else if (data.kind === "welcome") begin();
    else port.onmessage?.(new MessageEvent("message", { data: data.message }));
  };
  addEventListener("pagehide", () => say("gone"));
  addEventListener("pageshow", (event) => {
    if (event.persisted) port.onrestart?.();
  });
  say("hello");
  void navigator.locks.request("depesha-engine", () => {
    new Worker(new URL("../engine/worker.ts", import.meta.url), { type: "module" });
    // Held for as long as the tab lives.
    return new Promise(() => {});
  });
  return port;
}
