/**
 * Marks by which the server itself speaks. It lets nobody else use them where it can read; what
 * comes encrypted is never its own, so they are taken off there.
 */

import type { Content } from "./records";

const MARKS = new Set(["org.depesha.official", "org.depesha.substitution"]);
const NOTICE = "m.server_notice";
const NEW = "m.new_content";

/** The content of something encrypted, which only a person can have said. */
export function saidByPerson(content: Content): Content {
  const kept = Object.fromEntries(Object.entries(content).filter(([name]) => !MARKS.has(name)));
  if (kept.msgtype === NOTICE) kept.msgtype = "m.text";
  const edited = kept[NEW];
  if (typeof edited === "object" && edited !== null) kept[NEW] = saidByPerson(edited as Content);
  return kept;
}
