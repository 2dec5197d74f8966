/** In words: what is not sure of an encrypted message, or why it cannot be read. */

import type { ItemRecord } from "../../engine/records";
import { word } from "./words";

const DOUBTS = {
  unknownDevice: "doubtUnknownDevice",
  unsignedDevice: "doubtUnsignedDevice",
  unverifiedIdentity: "doubtUnverifiedIdentity",
  identityChanged: "doubtIdentityChanged",
  mismatchedSender: "doubtMismatchedSender",
  notGuaranteed: "doubtNotGuaranteed",
} as const;

const REASONS = {
  loading: "lockedLoading",
  missingKey: "lockedMissingKey",
  oldKey: "lockedMissingKey",
  beforeDevice: "lockedBeforeDevice",
  notMember: "lockedNotMember",
  withheld: "lockedWithheld",
  mismatchedSender: "doubtMismatchedSender",
} as const;

const has = <T extends object>(names: T, name: string | undefined): name is keyof T & string =>
  name !== undefined && Object.hasOwn(names, name);

/** `nameOf` gives how a person is shown. */
export function doubtOf(item: ItemRecord, nameOf: (userId: string) => string): string {
  if (item.keyFrom !== undefined) return word("doubtKeyFrom", { name: nameOf(item.keyFrom) });
  const note = item.encryptionNote;
  return word(has(DOUBTS, note) ? DOUBTS[note] : "doubtNotGuaranteed");
}

export function reasonOf(item: ItemRecord): string {
  const note = item.encryptionNote;
  return word(has(REASONS, note) ? REASONS[note] : "lockedBroken");
}
