/** Bytes and their spellings. */

export type Bytes = Uint8Array<ArrayBuffer>;

const encoder = new TextEncoder();
const decoder = new TextDecoder();

export function utf8(text: string): Bytes {
  return encoder.encode(text);
}

export function fromUtf8(bytes: Uint8Array): string {
  return decoder.decode(bytes);
}

export function random(length: number): Bytes {
  return crypto.getRandomValues(new Uint8Array(length));
}

export function concat(...parts: readonly Uint8Array[]): Bytes {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

/** Compares in time that does not depend on where they differ. */
export function isSame(one: Uint8Array, other: Uint8Array): boolean {
  if (one.length !== other.length) return false;
  let differing = 0;
  for (let at = 0; at < one.length; at++) differing |= (one[at] ?? 0) ^ (other[at] ?? 0);
  return differing === 0;
}

const CHUNK = 0x8000;

/** Unpadded base64, as Matrix writes it ("Unpadded Base64" of the appendices). */
export function base64(bytes: Uint8Array): string {
  let text = "";
  for (let at = 0; at < bytes.length; at += CHUNK)
    text += String.fromCharCode(...bytes.subarray(at, at + CHUNK));
  return btoa(text).replace(/=+$/, "");
}

/** Unpadded base64 of the URL-safe alphabet, as in a JSON Web Key. */
export function base64url(bytes: Uint8Array): string {
  return base64(bytes).replaceAll("+", "-").replaceAll("/", "_");
}

/** The bytes of base64 in either alphabet, padded or not; null where it is none. */
export function fromBase64(text: string): Bytes | null {
  try {
    const plain = atob(
      text
        .replaceAll("-", "+")
        .replaceAll("_", "/")
        .replace(/[\s=]+/g, ""),
    );
    return Uint8Array.from(plain, (character) => character.charCodeAt(0));
  } catch {
    return null;
  }
}
