/** Searching as somebody types. */

import { type Accessor, createEffect, createSignal, on, onCleanup } from "solid-js";

const PAUSE_MS = 150;

/** What the server finds for `text`, asked once somebody pauses; the answer to the last text alone. */
export function useFound<T>(
  text: Accessor<string>,
  ask: (search: string) => Promise<readonly T[] | undefined>,
): Accessor<readonly T[]> {
  const [found, setFound] = createSignal<readonly T[]>([]);
  createEffect(() => {
    const search = text().trim();
    let gone = false;
    const timer = setTimeout(async () => {
      const answer = await ask(search);
      if (answer && !gone) setFound(() => answer);
    }, PAUSE_MS);
    onCleanup(() => {
      gone = true;
      clearTimeout(timer);
    });
  });
  return found;
}

/** Pages of what the server finds for `text`, begun anew once somebody pauses; `next` leads on. */
export function usePages<T, Next>(
  text: Accessor<string>,
  ask: (search: string, after?: Next) => Promise<{ found: readonly T[]; next?: Next } | undefined>,
) {
  const [found, setFound] = createSignal<readonly T[]>([]);
  const [next, setNext] = createSignal<Next>();
  const load = async (after?: Next) => {
    const asked = text();
    const page = await ask(asked.trim(), after);
    if (!page || asked !== text()) return;
    setFound((before) => (after ? [...before, ...page.found] : page.found));
    setNext(() => page.next);
  };
  createEffect(
    on(text, () => {
      const timer = setTimeout(() => load(), PAUSE_MS);
      onCleanup(() => clearTimeout(timer));
    }),
  );
  return { found, next, load };
}
