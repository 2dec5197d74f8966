/** What the browser around the page is told: the title, the badge, notifications; and what it tells. */

import { type Accessor, createEffect, onCleanup } from "solid-js";
import { type Client, useValue } from "../bridge/client";
import type { Notice } from "../bridge/protocol";
import { pushChoice, turnOnPush } from "../bridge/push";
import { tellAlbum } from "../features/timeline";
import { sound } from "../ui/preferences";
import { isQuiet, QUIET, readQuiet } from "../ui/quiet";
import { chatPlace, go } from "../ui/router";
import { tell, tellFailure } from "../ui/toasts";
import { word } from "./words";

/** The engine is told which chat is seen, and whether. */
export function tellVisibility(client: Client, roomId: Accessor<string | undefined>): void {
  const tell = () => client.setVisible(document.visibilityState === "visible", roomId());
  createEffect(tell);
  document.addEventListener("visibilitychange", tell);
  onCleanup(() => document.removeEventListener("visibilitychange", tell));
}

/** The count of unread in the title, on the tab's icon, and on the installed application. */
export function showTotals(): void {
  const totals = useValue("totals", () => null);
  createEffect(() => {
    const count = totals()?.chats ?? 0;
    document.title = count > 0 ? `(${count}) ${word("app")}` : word("app");
    drawIcon(count);
    if (!("setAppBadge" in navigator)) return;
    const done = count > 0 ? navigator.setAppBadge(count) : navigator.clearAppBadge();
    done.catch(() => undefined);
  });
}

let plainIcon: string | undefined;

function drawIcon(count: number): void {
  const link = document.querySelector<HTMLLinkElement>('link[rel="icon"]');
  if (!link) return;
  plainIcon ??= link.href;
  if (count === 0) {
    link.href = plainIcon;
    return;
  }
  const image = new Image();
  image.onload = () => {
    const canvas = document.createElement("canvas");
    canvas.width = canvas.height = 64;
    const pen = canvas.getContext("2d");
    if (!pen) return;
    pen.drawImage(image, 0, 0, 64, 64);
    pen.beginPath();
    pen.arc(46, 18, 18, 0, Math.PI * 2);
    pen.fillStyle = "#d5342b";
    pen.fill();
    pen.fillStyle = "#fff";
    pen.font = "bold 26px system-ui, sans-serif";
    pen.textAlign = "center";
    pen.textBaseline = "middle";
    pen.fillText(count > 9 ? "9+" : String(count), 46, 19);
    link.href = canvas.toDataURL();
  };
  image.src = plainIcon;
}

function bodyOf({ album, sender, body }: Extract<Notice, { kind: "message" }>): string {
  return album ? [sender, tellAlbum(album)].filter(Boolean).join(": ") : body;
}

/** Shows what must be told at once, while the page is not looked at: by the service worker. */
export function showNotices(client: Client): void {
  const say = async (said: object) => {
    const registration = await navigator.serviceWorker?.getRegistration();
    registration?.active?.postMessage(said);
  };
  const stored = useValue("account", () => ({ type: QUIET }));
  const hear = (notice: Notice) => {
    if (notice.kind === "read") say({ kind: "read", roomId: notice.roomId });
    else if (notice.kind === "failure") tellFailure(notice.failure);
    else if (notice.kind === "reminder") remind(notice);
    else show(notice);
  };
  const show = (notice: Extract<Notice, { kind: "message" }>) => {
    const { roomId: room_id, eventId: event_id, title, urgent } = notice;
    const body = bodyOf(notice);
    const hours = readQuiet(stored());
    const silent = !urgent && isQuiet(hours, new Date());
    if (silent && hours.show === "none") return;
    if (notice.sound && sound() && !silent) ring();
    if (!("Notification" in window) || Notification.permission !== "granted") return;
    say({ kind: "notice", notice: { room_id, event_id, title, body, urgent, silent } });
  };
  /** Asked for at this very time, it comes in quiet hours too. */
  const remind = ({ roomId, eventId, title, body }: Extract<Notice, { kind: "reminder" }>) => {
    const text = [title, body].filter(Boolean).join(": ");
    const open = { label: word("open"), run: () => go(chatPlace(roomId, eventId)) };
    tell(word("reminder", { text }), open);
    if (sound()) ring();
    if (!("Notification" in window) || Notification.permission !== "granted") return;
    const shown = { title: word("reminder", { text: title }), body, urgent: true };
    say({ kind: "notice", notice: { room_id: roomId, event_id: eventId, ...shown } });
  };
  onCleanup(client.onNotice(hear));
}

const RENEW_AFTER_MS = 5_000;

/** A subscription may have ended while the page was closed: where pushes are wanted, it is renewed. */
export function keepPush(client: Client, me: Accessor<string>): void {
  createEffect(() => {
    const choice = me() ? pushChoice(me()) : undefined;
    if (!choice) return;
    const timer = setTimeout(() => void turnOnPush(client, choice), RENEW_AFTER_MS);
    onCleanup(() => clearTimeout(timer));
  });
}

/** So long after the start somebody has come to stay, in milliseconds. */
const STAYED_MS = 60_000;

/**
 * Asks that the browser does not throw the archive away when the disk fills, once there is one and
 * the person works with it. Some browsers ask the person, so it is not done at the first sight.
 */
export function keepStorage(): void {
  const timer = setTimeout(async () => {
    if (await navigator.storage?.persisted?.().catch(() => true)) return;
    await navigator.storage?.persist?.().catch(() => false);
  }, STAYED_MS);
  onCleanup(() => clearTimeout(timer));
}

let context: AudioContext | undefined;
const RING_PAUSE_MS = 2_000;

/** Rings in one tab of all, not more often than every two seconds. */
function ring(): void {
  void navigator.locks.request("depesha-ring", { ifAvailable: true }, async (held) => {
    if (!held) return;
    sing();
    await new Promise((resolve) => setTimeout(resolve, RING_PAUSE_MS));
  });
}

/** Two soft tones. */
function sing(): void {
  context ??= new AudioContext();
  const start = context.currentTime;
  for (const [delay, pitch] of [
    [0, 660],
    [0.12, 880],
  ] as const) {
    const tone = context.createOscillator();
    const volume = context.createGain();
    tone.frequency.value = pitch;
    volume.gain.setValueAtTime(0, start + delay);
    volume.gain.linearRampToValueAtTime(0.08, start + delay + 0.02);
    volume.gain.exponentialRampToValueAtTime(0.0001, start + delay + 0.35);
    tone.connect(volume).connect(context.destination);
    tone.start(start + delay);
    tone.stop(start + delay + 0.4);
  }
}
