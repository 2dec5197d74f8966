/** When the server can be reached again. */

import type { Client } from "./client";

/** Calls `act` once, when the connection has been away and is back; to be stopped before that. */
export function whenBack(client: Pick<Client, "watchValue">, act: () => void): () => void {
  let away = false;
  let over = false;
  let unwatch: (() => void) | undefined;
  const stop = () => {
    over = true;
    unwatch?.();
  };
  unwatch = client.watchValue("connection", null, ({ state }) => {
    if (over) return;
    if (state !== "online") away = true;
    else if (away) {
      stop();
      act();
    }
  });
  return stop;
}
