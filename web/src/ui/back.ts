/**
 * What stands above the page is closed by the browser's Back. On a touch screen, where Back is a
 * gesture that is made without thinking, it closes the uppermost alone and the page stays: while
 * something is open there is one more entry in the browser's history, of the same address.
 */

import { createEffect, onCleanup } from "solid-js";

const MARK = { above: true };

/** What is open, the uppermost last; each with what closes it. */
const open: { close: () => void }[] = [];
/** Where the page was when the entry was made. */
let address = "";
/** What waits until the entry is gone; the browser takes its time. */
let waiting: (() => void)[] | undefined;

const isTouch = () => window.matchMedia("(pointer: coarse)").matches;
const isMarked = () => (history.state as typeof MARK | null)?.above === true;

/** Lets `close` be called by Back while `isOpen`. */
export function closeOnBack(isOpen: () => boolean, close: () => void): void {
  createEffect(() => {
    if (!isOpen()) return;
    const mine = { close };
    open.push(mine);
    settleSoon();
    onCleanup(() => {
      open.splice(open.indexOf(mine), 1);
      settleSoon();
    });
  });
}

/** What closes and what opens in its place, such as a window from a menu, share the entry. */
const settleSoon = () => setTimeout(settle);

/** Makes the entry, or takes it away. */
function settle(): void {
  if (waiting) return;
  if (open.length > 0 && !isMarked() && isTouch()) {
    address = location.href;
    history.pushState(MARK, "");
  } else if (open.length === 0 && isMarked()) {
    waiting = [];
    history.back();
  }
}

function hear(): void {
  if (waiting) {
    const acts = waiting;
    waiting = undefined;
    for (const act of acts) act();
  } else if (isTouch() && location.href === address) open.at(-1)?.close();
  else for (const each of open.toReversed()) each.close();
  settleSoon();
}

/** Enters a new address into the history; the entry of what stands above gives its place. */
export function enter(hash: string, replace: boolean, then: () => void): void {
  if (waiting) {
    waiting.push(() => enter(hash, replace, then));
    return;
  }
  if (replace || isMarked()) history.replaceState(null, "", hash);
  else history.pushState(null, "", hash);
  then();
}

if (typeof window !== "undefined") window.addEventListener("popstate", hear);
