/** Secrets sealed by a key: `m.secret_storage.v1.aes-hmac-sha2` of the specification's "Secrets". */

import { type Bytes, base64, fromBase64, fromUtf8, isSame, random, utf8 } from "../../base/bytes";
import type { Content } from "../records";

export const ALGORITHM = "m.secret_storage.v1.aes-hmac-sha2";

const ZEROS = new Uint8Array(32);
const ROUNDS = 500_000;
/** More would let a server keep this device busy for minutes. */
const MOST_ROUNDS = 20_000_000;

export interface Sealed {
  iv: string;
  ciphertext: string;
  mac: string;
}

/** Sixteen random bytes whose bit 63 is zero, as all AES-CTR of Matrix begins. */
export function freshIv(): Bytes {
  const iv = random(16);
  iv[8] = (iv[8] ?? 0) & 0x7f;
  return iv;
}

async function keysOf(key: Bytes, name: string) {
  const root = await crypto.subtle.importKey("raw", key, "HKDF", false, ["deriveBits"]);
  const how = { name: "HKDF", hash: "SHA-256", salt: ZEROS, info: utf8(name) };
  const bits = await crypto.subtle.deriveBits(how, root, 512);
  const hmac = { name: "HMAC", hash: "SHA-256" };
  return {
    aes: await crypto.subtle.importKey("raw", bits.slice(0, 32), "AES-CTR", false, [
      "encrypt",
      "decrypt",
    ]),
    mac: await crypto.subtle.importKey("raw", bits.slice(32), hmac, false, ["sign", "verify"]),
  };
}

const ctr = (iv: Bytes) => ({ name: "AES-CTR", counter: iv, length: 64 });

async function sealWith(key: Bytes, name: string, plain: Bytes, iv: Bytes): Promise<Sealed> {
  const { aes, mac } = await keysOf(key, name);
  const ciphertext = await crypto.subtle.encrypt(ctr(iv), aes, plain);
  const signature = await crypto.subtle.sign("HMAC", mac, ciphertext);
  return {
    iv: base64(iv),
    ciphertext: base64(new Uint8Array(ciphertext)),
    mac: base64(new Uint8Array(signature)),
  };
}

export function seal(key: Bytes, name: string, secret: string): Promise<Sealed> {
  return sealWith(key, name, utf8(secret), freshIv());
}

/** The secret, or null where the key is another or the data is not whole. */
export async function unseal(key: Bytes, name: string, sealed: unknown): Promise<string | null> {
  const { iv, ciphertext, mac } = (sealed ?? {}) as Partial<Sealed>;
  const parts = [iv, ciphertext, mac].map((part) => fromBase64(part ?? ""));
  const [counter, data, signature] = parts;
  if (counter?.length !== 16 || !data || !signature) return null;
  const keys = await keysOf(key, name);
  if (!(await crypto.subtle.verify("HMAC", keys.mac, signature, data))) return null;
  return fromUtf8(new Uint8Array(await crypto.subtle.decrypt(ctr(counter), keys.aes, data)));
}

/** What is kept beside a key, so that a mistyped one is known as such. */
export async function describeKey(key: Bytes, passphrase?: Content): Promise<Content> {
  const { iv, mac } = await sealWith(key, "", ZEROS, freshIv());
  return { algorithm: ALGORITHM, iv, mac, ...(passphrase ? { passphrase } : {}) };
}

/** Whether `key` is the described one; a description that does not tell is believed. */
export async function isKey(key: Bytes, description: Content): Promise<boolean> {
  if (typeof description.iv !== "string" || typeof description.mac !== "string") return true;
  const iv = fromBase64(description.iv);
  const mac = fromBase64(description.mac);
  if (iv?.length !== 16 || !mac) return false;
  const made = fromBase64((await sealWith(key, "", ZEROS, iv)).mac);
  return made !== null && isSame(made, mac);
}

export function freshPassphrase(): Content {
  return { algorithm: "m.pbkdf2", salt: base64(random(24)), iterations: ROUNDS, bits: 256 };
}

/** The key of a passphrase, or null where its description is of no kind that is known. */
export async function keyOfPassphrase(text: string, how: unknown): Promise<Bytes | null> {
  const { algorithm, salt, iterations, bits = 256 } = (how ?? {}) as Record<string, unknown>;
  if (algorithm !== "m.pbkdf2" || typeof salt !== "string" || bits !== 256) return null;
  if (typeof iterations !== "number" || !(iterations >= 1 && iterations <= MOST_ROUNDS))
    return null;
  const root = await crypto.subtle.importKey("raw", utf8(text), "PBKDF2", false, ["deriveBits"]);
  const pbkdf2 = { name: "PBKDF2", hash: "SHA-512", salt: utf8(salt), iterations };
  return new Uint8Array(await crypto.subtle.deriveBits(pbkdf2, root, bits));
}
