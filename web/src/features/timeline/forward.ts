/** A message as it is sent on: what it says, without whom it answered, whom it named, and its urgency. */

import type { Content } from "../../engine/records";

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
