/** Posts, such as the duty officer's: who holds them, as the sync last told. */

import type { UserId } from "../base/ids";
import type { Content, StaffedPost } from "./records";
import { numberOf, objectsOf, textOf, textsOf } from "./wire";

export const POSTS = "org.depesha.posts";

/** The posts that `told`, an answer of the server or account data, describes. */
export function postsIn(told: Content | undefined): StaffedPost[] {
  return objectsOf(told ?? {}, "posts").flatMap((each) => {
    const id = textOf(each, "user_id");
    if (id === undefined) return [];
    return {
      id,
      name: textOf(each, "name") ?? id,
      unitId: numberOf(each, "unit_id", 0),
      path: textsOf(each, "path"),
      inherits: textOf(each, "inherits") === "own" ? "own" : "whole",
      keeps: each.keeps !== false,
      serves: each.serves === true,
      holders: textsOf(each, "holders"),
      roster: objectsOf(each, "roster").map((time) => ({
        id: textOf(time, "user_id") ?? "",
        name: textOf(time, "name") ?? "",
        since: numberOf(time, "since_ts", 0),
        until: numberOf(time, "until_ts", 0),
      })),
      isHeld: each.is_held === true,
      isMine: each.is_mine === true,
      maySet: each.may_set === true,
    };
  });
}

/** Whether what is said to a post is for its next holder too: then the server must be able to read it. */
export function isForNext(told: Content | undefined, userId: UserId): boolean {
  return postsIn(told).some((post) => post.id === userId && post.inherits === "whole");
}
