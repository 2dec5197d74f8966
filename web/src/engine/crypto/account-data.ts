/** Account data, read and written on the server itself: secrets must not be stale. */

import { FailureError } from "../../base/errors";
import type { UserId } from "../../base/ids";
import type { Call } from "../ports";
import type { Content } from "../records";

const path = (userId: UserId, type: string) =>
  `/_matrix/client/v3/user/${encodeURIComponent(userId)}/account_data/${encodeURIComponent(type)}`;

/** The content, or null where there is none. */
export async function readAccountData(
  call: Call,
  userId: UserId,
  type: string,
): Promise<Content | null> {
  try {
    return JSON.parse(await call("GET", path(userId, type))) as Content;
  } catch (error) {
    if (error instanceof FailureError && error.failure.code === "M_NOT_FOUND") return null;
    throw error;
  }
}

export async function writeAccountData(
  call: Call,
  userId: UserId,
  type: string,
  content: Content,
): Promise<void> {
  await call("PUT", path(userId, type), JSON.stringify(content));
}
