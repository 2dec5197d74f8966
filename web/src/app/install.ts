/** The service worker: taken in after the first paint, and asked to change places by the person. */

import { createSignal } from "solid-js";
import type { Client } from "../bridge/client";
import { go } from "../ui/router";

const HOUR_MS = 3_600_000;

const [fresh, setFresh] = createSignal<ServiceWorker>();

/** True when a newer build waits to take over. */
export const isUpdateReady = () => fresh() !== undefined;

/** Changes to the newer build; the page begins anew, and what is half written stays. */
export function takeUpdate(): void {
  fresh()?.postMessage("take over");
}

/** So long after the page has loaded, in milliseconds, the first one is taken in at the latest. */
const LATEST_MS = 60_000;

/** Runs `then` once: when all that a new device waits for is there, or after a while. */
function whenArrived(client: Client, then: () => void): void {
  const end = () => {
    clearTimeout(timer);
    stop();
    then();
  };
  const timer = setTimeout(end, LATEST_MS);
  const stop = client.watchValue("encryption", null, ({ ready }) => {
    if (ready) queueMicrotask(end);
  });
}

/**
 * Registers the service worker where the browser has one and the build wrote one. The first one
 * fetches all of the client: on a slow network that would hold up the sign-in.
 */
export function installWorker(client: Client): void {
  if (!("serviceWorker" in navigator) || import.meta.env.DEV) return;
  const { serviceWorker } = navigator;
  const hadOne = serviceWorker.controller !== null;
  const register = () => void serviceWorker.register("/sw.js").then(follow, () => {});
  addEventListener("load", () => (hadOne ? register() : whenArrived(client, register)));
  let reloading = false;
  serviceWorker.addEventListener("controllerchange", () => {
    if (!hadOne || reloading) return;
    reloading = true;
    location.reload();
  });
  serviceWorker.addEventListener(
    "message",
    ({ data }: MessageEvent<{ kind?: string; url?: string }>) => {
      if (data.kind === "open" && data.url) go(data.url.slice(data.url.indexOf("#")));
    },
  );
  takeLaunches();
}

/** Watches for newer builds: a page may stay open for weeks. */
function follow(registration: ServiceWorkerRegistration): void {
  const offer = (worker: ServiceWorker | null) => {
    const { active } = registration;
    // The first one of all replaces nobody, and may be slow to say that it is more than installed.
    if (worker?.state === "installed" && active && active !== worker) setFresh(worker);
  };
  offer(registration.waiting);
  registration.addEventListener("updatefound", () => {
    const worker = registration.installing;
    worker?.addEventListener("statechange", () => offer(worker));
  });
  setInterval(() => void registration.update().catch(() => {}), HOUR_MS);
}

/** What the operating system opens us with: one of our shortcuts, a link, or files. */
interface LaunchParams {
  targetURL?: string;
  files?: readonly { getFile(): Promise<File> }[];
}

function takeLaunches(): void {
  const { launchQueue } = window as {
    launchQueue?: { setConsumer(take: (launch: LaunchParams) => void): void };
  };
  launchQueue?.setConsumer(async ({ targetURL, files = [] }) => {
    if (files.length > 0) {
      await keepToShare(await Promise.all(files.map((file) => file.getFile())));
      go("#/share");
    } else if (targetURL && new URL(targetURL).hash) go(new URL(targetURL).hash);
  });
}

/** Leaves files where the page that asks whom to send to looks for them, as `sw.ts` does. */
async function keepToShare(files: readonly File[]): Promise<void> {
  await caches.delete("shared");
  const cache = await caches.open("shared");
  for (const [number, file] of files.entries()) {
    const headers = { "content-type": file.type, "x-name": encodeURIComponent(file.name) };
    await cache.put(`/share/${number}`, new Response(file, { headers }));
  }
}
