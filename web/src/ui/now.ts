/** The present minute, as a signal. */

import { createSignal } from "solid-js";

const [minute, setMinute] = createSignal(Date.now());
if (typeof window !== "undefined") setInterval(() => setMinute(Date.now()), 30_000);

/** Milliseconds since 1970, at most half a minute old. */
export const now = minute;
