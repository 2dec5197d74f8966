/** Deleting that can be undone for a moment: until then the message is only out of sight. */

import { createSignal } from "solid-js";
import type { Client } from "../../bridge/client";
import type { ItemRecord } from "../../engine/records";
import { OFFER_MS, orTell, tell } from "../../ui/toasts";
import { word } from "./words";

const [going, setGoing] = createSignal<ReadonlySet<string>>(new Set());
const waiting = new Set<() => void>();

/** Whether the item is about to be deleted, and so is not shown. */
export function isGoing(id: string): boolean {
  return going().has(id);
}

// A page that closes deletes at once: nobody can undo any more.
if (typeof window !== "undefined")
  window.addEventListener("pagehide", () => {
    for (const remove of waiting) remove();
  });

/** Takes the messages out of sight, and deletes them unless that is undone. */
export function removeSoon(client: Client, items: readonly ItemRecord[]): void {
  const ids = items.map((item) => item.id);
  const showAgain = () => setGoing(new Set([...going()].filter((id) => !ids.includes(id))));
  const remove = async () => {
    stop();
    for (const { roomId, eventId } of items)
      if (eventId) await orTell(client.command("send.redact", { roomId, eventId }));
    showAgain();
  };
  const timer = setTimeout(remove, OFFER_MS);
  const stop = () => {
    clearTimeout(timer);
    waiting.delete(remove);
  };
  waiting.add(remove);
  setGoing(new Set([...going(), ...ids]));
  tell(word("deletedMany", { count: ids.length }), {
    label: word("undo"),
    run: () => {
      stop();
      showAgain();
    },
  });
}
