/** A key of 32 bytes as people write it down ("Cryptographic key representation", appendices). */

import { fromBase58, toBase58 } from "./base58";
import { type Bytes, concat } from "./bytes";

const PREFIX = Uint8Array.of(0x8b, 0x01);
const KEY_LENGTH = 32;

const parity = (bytes: Uint8Array) => bytes.reduce((sum, byte) => sum ^ byte, 0);

/** Groups of four letters and digits. */
export function writeRecoveryKey(key: Uint8Array): string {
  const framed = concat(PREFIX, key);
  return toBase58(concat(framed, Uint8Array.of(parity(framed))));
}

/** The key, or null where the text is not one: a letter is missing or wrong. */
export function readRecoveryKey(text: string): Bytes | null {
  const bytes = fromBase58(text);
  if (bytes?.length !== PREFIX.length + KEY_LENGTH + 1) return null;
  if (bytes[0] !== PREFIX[0] || bytes[1] !== PREFIX[1] || parity(bytes) !== 0) return null;
  return bytes.slice(PREFIX.length, -1);
}
