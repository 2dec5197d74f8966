/**
 * The service worker: opens the client without a network, and shows pushes when it is closed.
 * The page and its scripts come from the cache of this build; everything else goes to the server.
 */

// The library's type of `self` is that of every worker.
const worker = self as unknown as ServiceWorkerGlobalScope;

// `build/finish.mjs` puts these before the script: every file of this build, and its hash.
declare const FILES: readonly string[];
declare const BUILD: string;
const SHELL = `shell-${BUILD}`;
/** What other applications shared with us, until the page takes it. */
const SHARED = "shared";

worker.addEventListener("install", (event) => {
  event.waitUntil(
    caches.open(SHELL).then(async (cache) => {
      const known = await caches.keys();
      for (const url of FILES) await keep(cache, url, known);
    }),
  );
});

/** A file named by its hash is taken from an older build's cache where it is there. */
async function keep(cache: Cache, url: string, known: readonly string[]): Promise<void> {
  if (url.startsWith("/assets/")) {
    for (const name of known) {
      const old = await (await caches.open(name)).match(url);
      if (old) return cache.put(url, old);
    }
  }
  await cache.add(new Request(url, { cache: "no-cache" }));
}

worker.addEventListener("activate", (event) => {
  event.waitUntil(
    caches
      .keys()
      .then((names) =>
        Promise.all(
          names
            .filter((name) => name.startsWith("shell-") && name !== SHELL)
            .map((name) => caches.delete(name)),
        ),
      )
      .then(() => worker.clients.claim()),
  );
});

/** What the page says. */
type Said = "take over" | { kind: "notice"; notice: Shown } | { kind: "read"; roomId: string };

worker.addEventListener("message", (event) => {
  const said = event.data as Said;
  // The page says when nobody is in the middle of a sentence.
  if (said === "take over") worker.skipWaiting();
  else if (said.kind === "notice") event.waitUntil(showOfPage(said.notice));
  else if (said.kind === "read") event.waitUntil(close(said.roomId));
});

worker.addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (url.origin !== worker.location.origin) return;
  if (request.method === "POST" && url.pathname === "/share") {
    event.respondWith(takeShared(request));
  } else if (request.method === "GET" && isShell(url.pathname)) {
    event.respondWith(fromShell(request, url));
  }
});

function isShell(path: string): boolean {
  return path === "/" || FILES.includes(path);
}

async function fromShell(request: Request, url: URL): Promise<Response> {
  const cache = await caches.open(SHELL);
  return (await cache.match(url.pathname)) ?? fetch(request);
}

/** Keeps what was shared, and opens the page that asks whom to send it to. */
async function takeShared(request: Request): Promise<Response> {
  const form = await request.formData();
  await caches.delete(SHARED);
  const cache = await caches.open(SHARED);
  let number = 0;
  for (const file of form.getAll("files")) {
    if (!(file instanceof File)) continue;
    const headers = { "content-type": file.type, "x-name": encodeURIComponent(file.name) };
    await cache.put(`/share/${number++}`, new Response(file, { headers }));
  }
  const words = ["title", "text", "url"].map((name) => form.get(name)).filter(Boolean);
  await cache.put("/share/text", new Response(words.join("\n")));
  return Response.redirect("/#/share", 303);
}

// ── Pushes ─────────────────────────────────────────────────────────────────────────────────────

/** What the server sends: see `depesha/push/webpush.py`. */
interface Push {
  room_id?: string;
  event_id?: string;
  title?: string;
  body?: string;
  unread?: number;
  urgent?: boolean;
  /** It comes in hours of quiet. */
  silent?: boolean;
  /** Asked for in the settings, to see that it comes. */
  trial?: boolean;
}

/** What a notification tells, by a push or by a page that is open and not looked at. */
type Shown = Pick<Push, "room_id" | "event_id" | "title" | "body" | "urgent" | "silent">;

const WORDS = worker.navigator.language.startsWith("ru") ? "Новое сообщение" : "New message";

worker.addEventListener("push", (event) => {
  event.waitUntil(show((event.data?.json() ?? {}) as Push));
});

async function show(push: Push): Promise<void> {
  const windows = await worker.clients.matchAll({ type: "window" });
  if (push.unread !== undefined) await setBadge(push.unread);
  if (push.trial) return notify(push, "trial");
  if (push.room_id === undefined) return push.unread === 0 ? close() : undefined;
  // A page that is seen tells by itself.
  if (windows.some((window) => window.visibilityState === "visible")) return;
  // One that is not seen may have told more already, such as the text of an encrypted message.
  const shown = await worker.registration.getNotifications({ tag: push.room_id });
  if (shown.some(({ data }) => (data as Shown).event_id === push.event_id)) return;
  await notify(push, push.room_id);
}

/** Each page tells of the same; nothing is shown to somebody who looks at one of them. */
async function showOfPage(notice: Shown): Promise<void> {
  const windows = await worker.clients.matchAll({ type: "window" });
  if (!windows.some((window) => window.focused)) await notify(notice, notice.room_id ?? "");
}

function notify(shown: Shown, tag: string): Promise<void> {
  return worker.registration.showNotification(shown.title ?? "Depesha", {
    body: shown.body ?? WORDS,
    tag,
    icon: "/static/icon-192.png",
    badge: "/static/badge-96.png",
    requireInteraction: shown.urgent ?? false,
    silent: shown.silent ?? false,
    data: shown,
  });
}

/** What was shown of one chat, or of all, goes away. */
async function close(roomId?: string): Promise<void> {
  const filter = roomId === undefined ? {} : { tag: roomId };
  for (const shown of await worker.registration.getNotifications(filter)) shown.close();
}

async function setBadge(unread: number): Promise<void> {
  const { navigator } = worker;
  if (!("setAppBadge" in navigator)) return;
  await (unread > 0 ? navigator.setAppBadge(unread) : navigator.clearAppBadge());
}

worker.addEventListener("notificationclick", (event) => {
  event.notification.close();
  const { room_id, event_id } = event.notification.data as Shown;
  const place = [room_id, event_id]
    .filter((part) => part)
    .map((part) => `/${encodeURIComponent(part ?? "")}`);
  event.waitUntil(open(room_id ? `/#/chat${place.join("")}` : "/"));
});

async function open(url: string): Promise<void> {
  const windows = await worker.clients.matchAll({ type: "window", includeUncontrolled: true });
  const window = windows[0];
  if (!window) {
    await worker.clients.openWindow(url);
    return;
  }
  window.postMessage({ kind: "open", url });
  await window.focus();
}
