/** My rights, asked for once: they say whether there is a console at all. */

import { createSignal } from "solid-js";
import type { Client } from "../../bridge/client";
import { type Me, sectionsFor } from "./data";

const [me, setMe] = createSignal<Me>();

export { me };

/** Asks the server who I am; without an answer there is no console. */
export async function loadMe(client: Client): Promise<void> {
  const answer = await client.command("own.call", { method: "GET", path: "/_depesha/v1/me" });
  setMe(answer.ok ? (answer.value.body as Me) : undefined);
}

/** Whether I have a right that opens some part of the console. */
export function hasConsole(): boolean {
  return sectionsFor(me()).length > 0;
}
