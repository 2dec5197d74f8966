/** Posts, such as the duty officer's: who holds them now, and what that is called. */

import type { Accessor } from "solid-js";
import { dayTime } from "../../base/format";
import { useValue } from "../../bridge/client";
import type { StaffedPost } from "../../engine/records";
import { language } from "../../ui/preferences";
import { word } from "./words";

/** The post that a user of the server is, if it is one that I see or hold. */
export function usePost(userId: Accessor<string | undefined>): Accessor<StaffedPost | undefined> {
  const posts = useValue("posts", () => (userId() === undefined ? undefined : null));
  return () => posts()?.find((post) => post.id === userId());
}

/** Names of those who hold it now, as far as they are known. */
export function holderNames(post: StaffedPost): string[] {
  return post.holders.map((id) => post.roster.find((time) => time.id === id)?.name ?? id);
}

/** "Held by Anna", or that nobody does. */
export function heldText(post: StaffedPost): string {
  const names = holderNames(post);
  if (names.length > 0) return word("postHeldBy", { names: names.join(", ") });
  return word(post.isHeld ? "postHeld" : "postVacant");
}

/** What stands below the name of a chat with a post. */
export function postNote(post: StaffedPost): string {
  if (post.isMine) return word("postMine", { name: post.name });
  return `${word("postMark")} · ${heldText(post)}`;
}

/** From when until when somebody holds a post. */
export function shiftText(shift: { since: number; until: number }): string {
  const since = shift.since > 0 && dayTime(language(), shift.since);
  const until = shift.until > 0 && dayTime(language(), shift.until);
  if (since && until) return word("shiftBoth", { since, until });
  if (since) return word("shiftSince", { since });
  return until ? word("shiftUntil", { until }) : word("shiftAlways");
}
