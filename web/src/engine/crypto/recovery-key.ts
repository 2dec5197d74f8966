/** A key of 32 bytes as people write it down ("Cryptographic key representation", appendices). */

import { type Bytes, concat } from "../bytes";

const ALPHABET = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";
const PREFIX = Uint8Array.of(0x8b, 0x01);
const KEY_LENGTH = 32;

const parity = (bytes: Uint8Array) => bytes.reduce((sum, byte) => sum ^ byte, 0);

/** Groups of four letters and digits. */
export function writeRecoveryKey(key: Uint8Array): string {
  const framed = concat(PREFIX, key);
  const text = base58(concat(framed, Uint8Array.of(parity(framed))));
  return (text.match(/.{1,4}/g) ?? []).join(" ");
}

/** The key, or null where the text is not one: a letter is missing or wrong. */
export function readRecoveryKey(text: string): Bytes | null {
  const bytes = fromBase58(text.replace(/\s+/g, ""));
  if (bytes?.length !== PREFIX.length + KEY_LENGTH + 1) return null;
  if (bytes[0] !== PREFIX[0] || bytes[1] !== PREFIX[1] || parity(bytes) !== 0) return null;
  return bytes.slice(PREFIX.length, -1);
}

function base58(bytes: Uint8Array): string {
  let number = bytes.reduce((sum, byte) => (sum << 8n) | BigInt(byte), 0n);
  let text = "";
  for (; number > 0n; number /= 58n) text = ALPHABET.charAt(Number(number % 58n)) + text;
  const zeros = bytes.findIndex((byte) => byte !== 0);
  return "1".repeat(zeros < 0 ? bytes.length : zeros) + text;
}

function fromBase58(text: string): Bytes | null {
  let number = 0n;
  for (const character of text) {
    const digit = ALPHABET.indexOf(character);
    if (digit < 0) return null;
    number = number * 58n + BigInt(digit);
  }
  const bytes: number[] = [];
  for (; number > 0n; number >>= 8n) bytes.unshift(Number(number & 0xffn));
  const zeros = text.match(/^1*/)?.[0].length ?? 0;
  return Uint8Array.from([...Array<number>(zeros).fill(0), ...bytes]);
}
