/** The lock that closes by itself when nobody has touched the application for a while. */

import { createEffect, onCleanup } from "solid-js";
import type { Client } from "../bridge/client";
import { createPreference, lockAfter } from "../ui/preferences";

const MINUTE = 60_000;
const LOOK_EVERY_MS = 5_000;
/** A touch is noted so often, not with every move. */
const NOTE_EVERY_MS = 2_000;

/** The last touch in any tab of this browser. */
const [touched, setTouched] = createPreference<number>("touched", 0);

const TOUCHES = ["pointerdown", "pointermove", "keydown", "wheel", "touchstart"] as const;

/** Locks the archive once the chosen time is over; does nothing where no PIN is set. */
export function lockWhenIdle(client: Client): void {
  createEffect(() => {
    const wait = lockAfter() * MINUTE;
    if (wait <= 0) return;
    const note = () => {
      if (Date.now() - touched() > NOTE_EVERY_MS) setTouched(Date.now());
    };
    setTouched(Date.now());
    // A clock that was stopped with the lid closed is caught up with at the next look.
    const look = setInterval(() => {
      if (Date.now() - touched() >= wait) void client.command("session.lock", null);
    }, LOOK_EVERY_MS);
    for (const touch of TOUCHES) window.addEventListener(touch, note, { passive: true });
    onCleanup(() => {
      clearInterval(look);
      for (const touch of TOUCHES) window.removeEventListener(touch, note);
    });
  });
}
