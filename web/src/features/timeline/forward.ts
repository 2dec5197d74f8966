/** Messages as they are sent on: without whom they answered, whom they named, and their urgency. */

import type { Client } from "../../bridge/client";
import type { Content, ItemRecord } from "../../engine/records";
import { orTell } from "../../ui/toasts";
import { albumAnew } from "./album";

/** The content to send elsewhere. Media keep their place: nothing is uploaded again. */
export function forwardContent(content: Content): Content {
  const {
    "m.relates_to": _relation,
    "m.mentions": _mentions,
    "m.new_content": _edit,
    "org.depesha.urgent": _urgent,
    "org.depesha.official": _official,
    "org.depesha.substitution": _substitution,
    ...kept
  } = content;
  return { ...kept, "m.mentions": {} };
}

/** Sends messages on to a chat, those of an album as an album of its own; false where one failed. */
export async function sendOn(
  client: Client,
  items: readonly ItemRecord[],
  roomId: string,
): Promise<boolean> {
  const contents = albumAnew(
    items.map((item) => forwardContent(item.content)),
    crypto.randomUUID(),
  );
  for (const [at, { type }] of items.entries()) {
    const content = contents[at] ?? {};
    if (!(await orTell(client.command("send.event", { roomId, type, content })))) return false;
  }
  return true;
}
