/** A message as it is sent on: what it says, without whom it answered and whom it named. */

import type { Content } from "../../engine/records";

/** The content to send elsewhere. Media keep their place: nothing is uploaded again. */
export function forwardContent(content: Content): Content {
  const {
    "m.relates_to": _relation,
    "m.mentions": _mentions,
    "m.new_content": _edit,
    ...kept
  } = content;
  return { ...kept, "m.mentions": {} };
}
