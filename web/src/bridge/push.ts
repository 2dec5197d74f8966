/** Web Push to this browser: its subscription, and the server's pusher that knows of it (MSC4174). */

import type { Failure } from "../base/errors";
import type { UserId } from "../base/ids";
import type { Client } from "./client";

/** What keeps notifications from coming, the nearest first. */
export type Hindrance =
  | { step: "browser" | "permission" | "off" | "worker" | "pusher" | "unreachable" }
  /** The browser could not subscribe at its own push service. */
  | { step: "subscription"; message: string }
  | { step: "server"; failure: Failure }
  /** The push service did not take the push. */
  | { step: "refused"; status: number };

/** What a person chose for this browser. */
export interface PushChoice {
  userId: UserId;
  lang: string;
  /** True where no text of a message may be told to a closed browser. */
  hidden: boolean;
}

const APP = "org.depesha.web";
const CHOICE = "depesha.push";

/** True where this browser can be pushed to at all. */
export function canPush(): boolean {
  return "serviceWorker" in navigator && "PushManager" in window && "Notification" in window;
}

/** The choice of this browser, if it was made by that person. */
export function pushChoice(userId: UserId): PushChoice | undefined {
  const kept = localStorage.getItem(CHOICE);
  if (kept === null) return undefined;
  const choice = JSON.parse(kept) as PushChoice;
  return choice.userId === userId ? choice : undefined;
}

/** Subscribes and tells the server; done again it renews what is old. Asks for no permission. */
export async function turnOnPush(
  client: Client,
  choice: PushChoice,
): Promise<Hindrance | undefined> {
  if (!canPush()) return { step: "browser" };
  if (Notification.permission !== "granted") return { step: "permission" };
  localStorage.setItem(CHOICE, JSON.stringify(choice));
  const registration = await navigator.serviceWorker.getRegistration();
  if (!registration) return { step: "worker" };
  const asked = await client.command("own.call", { method: "GET", path: "/_depesha/v1/push/key" });
  if (!asked.ok) return { step: "server", failure: asked.error };
  const { key } = asked.value.body as { key: string };
  let subscription: PushSubscription;
  try {
    subscription = await subscribe(registration, key);
  } catch (error) {
    return { step: "subscription", message: error instanceof Error ? error.message : "" };
  }
  const set = await client.command("push.set", { pusher: pusherOf(subscription, choice) });
  return set.ok ? undefined : { step: "server", failure: set.error };
}

/** The subscription of now, or a new one where the server's key is another. */
async function subscribe(
  registration: ServiceWorkerRegistration,
  key: string,
): Promise<PushSubscription> {
  const { pushManager } = registration;
  const old = await pushManager.getSubscription();
  const known = old?.options.applicationServerKey;
  if (old && known && base64(known) === key) return old;
  await old?.unsubscribe();
  return pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: key });
}

function pusherOf(subscription: PushSubscription, choice: PushChoice): Record<string, unknown> {
  const { endpoint, keys } = subscription.toJSON();
  return {
    app_id: APP,
    kind: "org.matrix.msc4174.webpush",
    pushkey: keys?.p256dh,
    app_display_name: "Depesha",
    device_display_name: "Depesha",
    lang: choice.lang,
    data: {
      url: endpoint,
      auth: keys?.auth,
      ...(choice.hidden && { format: "event_id_only" }),
    },
  };
}

function base64(bytes: ArrayBuffer): string {
  return btoa(String.fromCharCode(...new Uint8Array(bytes)))
    .replaceAll("+", "-")
    .replaceAll("/", "_")
    .replace(/=+$/, "");
}

/** No pushes to this browser any more; the server is told where a session is left to do it. */
export async function turnOffPush(client?: Client): Promise<void> {
  localStorage.removeItem(CHOICE);
  if ("clearAppBadge" in navigator) await navigator.clearAppBadge().catch(() => {});
  if (!canPush()) return;
  const registration = await navigator.serviceWorker.getRegistration();
  for (const shown of (await registration?.getNotifications()) ?? []) shown.close();
  const subscription = await registration?.pushManager.getSubscription();
  if (!subscription) return;
  const pushkey = subscription.toJSON().keys?.p256dh;
  await subscription.unsubscribe();
  await client?.command("push.set", { pusher: { app_id: APP, pushkey, kind: null } });
}

/** Tries the whole way to a notification, and says where it ends. */
export async function tryPush(client: Client, userId: UserId): Promise<Hindrance | undefined> {
  if (!canPush()) return { step: "browser" };
  if (Notification.permission !== "granted") return { step: "permission" };
  const choice = pushChoice(userId);
  if (!choice) return { step: "off" };
  const hindrance = await turnOnPush(client, choice);
  if (hindrance) return hindrance;
  const path = "/_depesha/v1/push/trial";
  const answer = await client.command("own.call", { method: "POST", path, body: {} });
  if (!answer.ok)
    return answer.error.code === "M_NOT_FOUND"
      ? { step: "pusher" }
      : { step: "server", failure: answer.error };
  const { status } = answer.value.body as { status: number | null };
  if (status === null) return { step: "unreachable" };
  return status < 300 ? undefined : { step: "refused", status };
}
