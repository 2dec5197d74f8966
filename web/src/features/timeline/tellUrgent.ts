/** Something urgent in words, outside its chat. */

import type { ItemRecord } from "../../engine/records";
import { tellEvent } from "./describe";
import { officialOf, urgentTitle } from "./urgentData";
import { word } from "./words";

/** What stands above it, what it says, and in whose name an official notice speaks. */
export function tellUrgent(item: ItemRecord): { title: string; text: string; from?: string } {
  const signed = officialOf(item.content)?.signed;
  return {
    title: word(urgentTitle(item.content)),
    text: tellEvent(item),
    ...(signed !== undefined && { from: signed }),
  };
}
