/** Pictures and files as addresses that the page can show, held while somebody shows them. */

import { type Accessor, createEffect, createSignal, onCleanup, untrack } from "solid-js";
import type { MediaAsk } from "../engine/records";
import { whenBack } from "./back";
import { type Client, useClient } from "./client";

interface Held {
  answer: Promise<string | undefined>;
  url?: string;
  users: number;
}

/** Addresses that nobody shows now are kept up to this number, the latest first. */
const IDLE = 150;
const held = new Map<string, Held>();

function hold(client: Client, ask: MediaAsk): [string, Held] {
  const key = JSON.stringify(ask);
  let entry = held.get(key);
  if (!entry) {
    const made: Held = { users: 0, answer: Promise.resolve(undefined) };
    made.answer = client.command("media.load", ask).then((answer) => {
      if (!answer.ok) {
        held.delete(key);
        return undefined;
      }
      made.url = URL.createObjectURL(answer.value.blob);
      return made.url;
    });
    entry = made;
  }
  held.delete(key);
  held.set(key, entry);
  entry.users++;
  return [key, entry];
}

function forgetIdle(): void {
  let idle = 0;
  for (const [key, entry] of [...held].reverse()) {
    if (entry.users > 0) continue;
    idle++;
    if (idle <= IDLE || !entry.url) continue;
    URL.revokeObjectURL(entry.url);
    held.delete(key);
  }
}

export interface Media {
  url: Accessor<string | undefined>;
  failed: Accessor<boolean>;
  /** Asks anew for what failed; this happens by itself when the server is back. */
  again: () => void;
}

/** The address of what `ask` names; undefined until it is here, and while nothing is asked. */
export function useMedia(ask: Accessor<MediaAsk | undefined>): Media {
  const client = useClient();
  const [url, setUrl] = createSignal<string>();
  const [failed, setFailed] = createSignal(false);
  const [tries, setTries] = createSignal(0);
  const again = () => {
    if (untrack(failed)) setTries((before) => before + 1);
  };
  createEffect(() => {
    tries();
    const wanted = ask();
    setFailed(false);
    if (!wanted) {
      setUrl(undefined);
      return;
    }
    const [, entry] = hold(client, wanted);
    setUrl(entry.url);
    let gone = false;
    let stopWaiting: (() => void) | undefined;
    onCleanup(() => {
      gone = true;
      stopWaiting?.();
      entry.users--;
      forgetIdle();
    });
    if (!entry.url)
      entry.answer.then((address) => {
        if (gone) return;
        setUrl(address);
        setFailed(address === undefined);
        if (address === undefined) stopWaiting = whenBack(client, again);
      });
  });
  return { url, failed, again };
}
