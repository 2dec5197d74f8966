/** The lock that closes by itself when nobody has touched the application for a while. */

import { createEffect, createSignal, onCleanup, onMount } from "solid-js";
import type { Client } from "../bridge/client";
import { createPreference, lockAfter } from "../ui/preferences";
import { go } from "../ui/router";
import { tell } from "../ui/toasts";
import { word } from "./words";

const MINUTE = 60_000;
const LOOK_EVERY_MS = 5_000;
/** A touch is noted so often, not with every move. */
const NOTE_EVERY_MS = 2_000;
/** How often the institution is asked. */
const ASK_EVERY_MS = 60 * MINUTE;
const POLICY = "/_depesha/v1/me/policy";

/** The last touch in any tab of this browser. */
const [touched, setTouched] = createPreference<number>("touched", 0);

const TOUCHES = ["pointerdown", "pointermove", "keydown", "wheel", "touchstart"] as const;

/** After how many minutes it locks: the sooner of one's own and the institution's; 0 is never. */
export function waitOf(own: number, asked: number | null): number {
  if (asked === null || asked <= 0) return Math.max(0, own);
  return own > 0 ? Math.min(own, asked) : asked;
}

/** Locks the archive once the time is over; where it is asked for and no PIN is set, says so. */
export function lockWhenIdle(client: Client): void {
  const [asked, setAsked] = createSignal<number | null>(null);
  const ask = async () => {
    const answer = await client.command("own.call", { method: "GET", path: POLICY });
    // Without an answer what was asked before still holds.
    if (answer.ok) setAsked((answer.value.body as { idle_minutes: number | null }).idle_minutes);
  };
  onMount(() => {
    void ask();
    const timer = setInterval(ask, ASK_EVERY_MS);
    onCleanup(() => clearInterval(timer));
  });
  createEffect(() => {
    const wait = waitOf(lockAfter(), asked()) * MINUTE;
    const isAsked = asked() !== null;
    let isTold = false;
    if (wait <= 0) return;
    const note = () => {
      if (Date.now() - touched() > NOTE_EVERY_MS) setTouched(Date.now());
      isTold = false;
    };
    const lock = async () => {
      isTold = true;
      const answer = await client.command("session.lock", null);
      if (!answer.ok && answer.error.code === "noPin" && isAsked)
        tell(word("needsPin"), { label: word("setPin"), run: () => go("#/settings/privacy") });
    };
    setTouched(Date.now());
    // A clock that was stopped with the lid closed is caught up with at the next look.
    const look = setInterval(() => {
      if (Date.now() - touched() >= wait && !isTold) void lock();
    }, LOOK_EVERY_MS);
    for (const touch of TOUCHES) window.addEventListener(touch, note, { passive: true });
    onCleanup(() => {
      clearInterval(look);
      for (const touch of TOUCHES) window.removeEventListener(touch, note);
    });
  });
}
