/**
 * The institution's recovery key: made in an officer's browser, split into shares, forgotten. Clients
 * seal the keys of their backups for its public half. ECDH on P-256, HKDF-SHA-256, AES-256-GCM.
 */

import { fromBase58, toBase58 } from "./base58";
import { type Bytes, base64, base64url, concat, fromBase64, utf8 } from "./bytes";
import { combine, type Share, split } from "./shamir";

const CURVE = { name: "ECDH", namedCurve: "P-256" } as const;
const POINT = 65;
const VERSION = 1;
const SHARE = 0x9d;
const MARK = 4;
const INFO = utf8("org.depesha.custody.v1");
/** Every sealing has a key of its own, which is used once. */
const NONCE = new Uint8Array(12);

/** A fresh key: its public half as the server keeps it, and the shares to be given to people. */
export async function makeCustody(
  count: number,
  threshold: number,
): Promise<{ publicKey: string; shares: string[] }> {
  const pair = await crypto.subtle.generateKey(CURVE, true, ["deriveBits"]);
  const point = new Uint8Array(await crypto.subtle.exportKey("raw", pair.publicKey));
  const secret = fromBase64((await crypto.subtle.exportKey("jwk", pair.privateKey)).d ?? "");
  if (secret?.length !== 32) throw new Error("A private key of another length");
  const mark = await markOf(point);
  const shares = split(secret, count, threshold).map((share) => write(share, threshold, mark));
  return { publicKey: base64(point), shares };
}

/** What the shares of one key have in common: the beginning of its digest. */
async function markOf(point: Bytes): Promise<Bytes> {
  return new Uint8Array(await crypto.subtle.digest("SHA-256", point)).slice(0, MARK);
}

const parity = (bytes: Uint8Array) => bytes.reduce((sum, byte) => sum ^ byte, 0);

function write({ at, bytes }: Share, threshold: number, mark: Bytes): string {
  const framed = concat(Uint8Array.of(SHARE, threshold, at), mark, bytes);
  return toBase58(concat(framed, Uint8Array.of(parity(framed))));
}

/** A share as it was read: how many are needed, and which key it is of. */
export interface ReadShare extends Share {
  threshold: number;
  mark: string;
}

/** The share that somebody typed, or null: a letter is missing or wrong. */
export function readShare(text: string): ReadShare | null {
  const bytes = fromBase58(text);
  if (bytes?.length !== 3 + MARK + 32 + 1 || bytes[0] !== SHARE || parity(bytes) !== 0) return null;
  const [, threshold = 0, at = 0] = bytes;
  const mark = base64(bytes.slice(3, 3 + MARK));
  return { threshold, at, mark, bytes: bytes.slice(3 + MARK, -1) };
}

async function keyFor(own: CryptoKey, theirs: Bytes, ephemeral: Bytes): Promise<CryptoKey> {
  const point = await crypto.subtle.importKey("raw", theirs, CURVE, false, []);
  const bits = await crypto.subtle.deriveBits({ name: "ECDH", public: point }, own, 256);
  const material = await crypto.subtle.importKey("raw", bits, "HKDF", false, ["deriveKey"]);
  return crypto.subtle.deriveKey(
    { name: "HKDF", hash: "SHA-256", salt: ephemeral, info: INFO },
    material,
    { name: "AES-GCM", length: 256 },
    false,
    ["encrypt", "decrypt"],
  );
}

/** The secret, so that only the private half of `publicKey` opens it; bound to `context`. */
export async function seal(publicKey: string, secret: Bytes, context: string): Promise<string> {
  const theirs = fromBase64(publicKey);
  if (theirs?.length !== POINT) throw new Error("No point of P-256");
  const pair = await crypto.subtle.generateKey(CURVE, false, ["deriveBits"]);
  const ephemeral = new Uint8Array(await crypto.subtle.exportKey("raw", pair.publicKey));
  const key = await keyFor(pair.privateKey, theirs, ephemeral);
  const how = { name: "AES-GCM", iv: NONCE, additionalData: utf8(context) };
  const sealed = new Uint8Array(await crypto.subtle.encrypt(how, key, secret));
  return base64(concat(Uint8Array.of(VERSION), ephemeral, sealed));
}

/**
 * The secret that was sealed, by the shares of enough holders; null where they are too few, of
 * another key, or what was sealed is for another context.
 */
export async function open(
  publicKey: string,
  shares: readonly ReadShare[],
  sealed: string,
  context: string,
): Promise<Bytes | null> {
  const point = fromBase64(publicKey);
  const bytes = fromBase64(sealed);
  const different = [...new Map(shares.map((share) => [share.at, share])).values()];
  const enough = different[0]?.threshold ?? Infinity;
  if (point?.length !== POINT || bytes?.[0] !== VERSION || different.length < enough) return null;
  const mark = base64(await markOf(point));
  if (different.some((share) => share.mark !== mark)) return null;
  const own = {
    kty: "EC",
    crv: CURVE.namedCurve,
    x: base64url(point.slice(1, 33)),
    y: base64url(point.slice(33)),
    d: base64url(combine(different.slice(0, enough))),
  };
  try {
    const key = await crypto.subtle.importKey("jwk", own, CURVE, false, ["deriveBits"]);
    const ephemeral = bytes.slice(1, 1 + POINT);
    const how = { name: "AES-GCM", iv: NONCE, additionalData: utf8(context) };
    const shut = bytes.slice(1 + POINT);
    return new Uint8Array(
      await crypto.subtle.decrypt(how, await keyFor(key, ephemeral, ephemeral), shut),
    );
  } catch {
    return null;
  }
}
