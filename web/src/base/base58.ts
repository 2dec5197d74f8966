/** Base58 with the alphabet of Bitcoin: letters and digits that nobody mistakes for each other. */

const ALPHABET = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";

/** In groups of four, to be read out and typed. */
export function toBase58(bytes: Uint8Array): string {
  let number = bytes.reduce((sum, byte) => (sum << 8n) | BigInt(byte), 0n);
  let text = "";
  for (; number > 0n; number /= 58n) text = ALPHABET.charAt(Number(number % 58n)) + text;
  const zeros = bytes.findIndex((byte) => byte !== 0);
  const whole = "1".repeat(zeros < 0 ? bytes.length : zeros) + text;
  return (whole.match(/.{1,4}/g) ?? []).join(" ");
}

/** The bytes, spaces passed over; null where the text has other characters. */
export function fromBase58(text: string): Uint8Array<ArrayBuffer> | null {
  const letters = text.replace(/\s+/g, "");
  let number = 0n;
  for (const character of letters) {
    const digit = ALPHABET.indexOf(character);
    if (digit < 0) return null;
    number = number * 58n + BigInt(digit);
  }
  const bytes: number[] = [];
  for (; number > 0n; number >>= 8n) bytes.unshift(Number(number & 0xffn));
  const zeros = letters.search(/[^1]|$/);
  return Uint8Array.from([...Array<number>(zeros).fill(0), ...bytes]);
}
