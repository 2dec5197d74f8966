/**
 * A secret in shares, of which any `threshold` give it back and fewer tell nothing (A. Shamir,
 * "How to share a secret", 1979), byte by byte over the field of 256 elements of AES (FIPS 197, 4).
 */

import { type Bytes, random } from "./bytes";

/** A point of the polynomials: where, from 1 to 255, and the value for each byte of the secret. */
export interface Share {
  at: number;
  bytes: Bytes;
}

const MODULUS = 0x11b;

/** The product; each step looks at one bit, whatever its value. */
function multiply(a: number, b: number): number {
  let product = 0;
  let power = a;
  for (let bit = 0; bit < 8; bit++) {
    product ^= power * ((b >> bit) & 1);
    power = (power << 1) ^ (MODULUS * (power >> 7));
  }
  return product;
}

/** The inverse of what is not zero: its 254th power. */
function inverse(a: number): number {
  let power = 1;
  for (let times = 0; times < 254; times++) power = multiply(power, a);
  return power;
}

/** As many shares as asked; throws RangeError unless 2 ≤ threshold ≤ count ≤ 255. */
export function split(secret: Uint8Array, count: number, threshold: number): Share[] {
  if (threshold < 2 || threshold > count || count > 255)
    throw new RangeError("No such number of shares");
  const coefficients = random(secret.length * (threshold - 1));
  const valueAt = (at: number, byte: number) => {
    let value = 0;
    for (let power = threshold - 2; power >= 0; power--)
      value = multiply(value, at) ^ (coefficients[power * secret.length + byte] ?? 0);
    return multiply(value, at) ^ (secret[byte] ?? 0);
  };
  return Array.from({ length: count }, (_, index) => ({
    at: index + 1,
    bytes: Uint8Array.from(secret, (_, byte) => valueAt(index + 1, byte)),
  }));
}

/** The secret of at least `threshold` shares of different places; of fewer, some other bytes. */
export function combine(shares: readonly Share[]): Bytes {
  const weights = shares.map(({ at }) =>
    shares
      .filter((other) => other.at !== at)
      .reduce((weight, other) => multiply(weight, multiply(other.at, inverse(other.at ^ at))), 1),
  );
  return Uint8Array.from(shares[0]?.bytes ?? [], (_, byte) =>
    shares.reduce(
      (value, share, index) => value ^ multiply(share.bytes[byte] ?? 0, weights[index] ?? 0),
      0,
    ),
  );
}
