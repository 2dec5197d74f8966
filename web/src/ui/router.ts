/**
 * Where we are: the part of the address after `#`, as segments and a query.
 * Hash addresses need nothing of a server and open from the archive.
 */

import { createSignal } from "solid-js";
import { enter } from "./back";

export interface Place {
  /** Decoded segments: `#/chat/!a/$b` gives `["chat", "!a", "$b"]`. */
  segments: readonly string[];
  query: Readonly<Record<string, string>>;
}

/** The place that a hash names. */
export function parsePlace(hash: string): Place {
  const [path = "", query = ""] = hash.replace(/^#\/?/, "").split("?");
  return {
    segments: path.split("/").filter(Boolean).map(decode),
    query: Object.fromEntries(new URLSearchParams(query)),
  };
}

function decode(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}

/** The hash of a place. */
export function writePlace(
  segments: readonly string[],
  query: Readonly<Record<string, string | undefined>> = {},
): string {
  const kept = Object.entries(query).filter((pair): pair is [string, string] => !!pair[1]);
  const search = kept.length > 0 ? `?${new URLSearchParams(kept)}` : "";
  return `#/${segments.map(encodeSegment).join("/")}${search}`;
}

/** Sigils stay readable; only what would break the address is escaped. */
function encodeSegment(segment: string): string {
  return encodeURIComponent(segment).replace(/%(21|24|3A|40)/g, (code) => decode(code));
}

const here = () => (typeof location === "undefined" ? "" : location.hash);
const [place, setPlace] = createSignal(parsePlace(here()));
if (typeof window !== "undefined") {
  const follow = () => {
    const next = parsePlace(here());
    // Back may have closed a window alone.
    if (JSON.stringify(next) !== JSON.stringify(place())) setPlace(next);
  };
  window.addEventListener("hashchange", follow);
  window.addEventListener("popstate", follow);
}

export { place };

/** Goes to a hash; `replace` leaves no trace in the browser's history. */
export function go(hash: string, replace = false): void {
  if (hash === (here() || "#/")) return;
  enter(hash, replace, () => setPlace(parsePlace(hash)));
}

/** The address of a chat, or of a message in it. */
export function chatPlace(
  roomId: string,
  eventId?: string,
  query?: Readonly<Record<string, string | undefined>>,
): string {
  return writePlace(eventId ? ["chat", roomId, eventId] : ["chat", roomId], query);
}
