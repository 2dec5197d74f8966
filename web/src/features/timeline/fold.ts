/** Lines folded together, in as few words as are true. */

import { plainName } from "../../base/format";
import type { ItemRecord } from "../../engine/records";

/** Names of those who came, where all of the lines are about coming; else nobody. */
export function foldedNames(
  items: readonly Pick<
    ItemRecord,
    "type" | "content" | "prevContent" | "stateKey" | "senderName"
  >[],
): string[] {
  const members = items.filter((item) => item.type === "m.room.member");
  // Who was in already has a new name or face.
  const came = members.filter(
    (item) => item.content.membership === "join" && item.prevContent?.membership !== "join",
  );
  const others = members.filter(
    (item) => !came.includes(item) && item.content.membership !== "invite",
  );
  const beginnings = [
    "m.room.create",
    "m.room.power_levels",
    "m.room.join_rules",
    "m.room.history_visibility",
    "m.room.name",
    "m.room.topic",
    "m.room.encryption",
  ];
  const strange = items.some(
    (item) => item.type !== "m.room.member" && !beginnings.includes(item.type),
  );
  if (came.length === 0 || others.length > 0 || strange) return [];
  const names = came.map(
    (item) => plainName(String(item.content.displayname ?? "")) ?? item.senderName,
  );
  return [...new Set(names)];
}
