/**
 * Room keys in a file with a passphrase ("Key exports"). The browser's own cryptography makes the
 * file's key: that takes a second, and the library would let nothing else run meanwhile.
 */

import { type Bytes, base64, concat, fromBase64, fromUtf8, random, utf8 } from "../../base/bytes";
import { FailureError } from "../../base/errors";
import type { Olm } from "./olm";
import { freshIv } from "./seal";

const HEAD = "-----BEGIN MEGOLM SESSION DATA-----";
const TAIL = "-----END MEGOLM SESSION DATA-----";
const VERSION = 1;
const ROUNDS = 500_000;
/** More would keep this device busy for minutes. */
const MOST_ROUNDS = 20_000_000;
const MOST_BYTES = 256 * 2 ** 20;
const LINE = 96;

export async function exportKeys({ machine }: Olm, passphrase: string): Promise<Blob> {
  const keys = await machine.exportRoomKeys(() => true);
  return new Blob([await sealKeys(keys, passphrase)], { type: "text/plain" });
}

/** Throws `wrongPassphrase`, which is also said of a file that is not one. */
export async function importKeys({ machine }: Olm, file: Blob, passphrase: string) {
  const keys = file.size > MOST_BYTES ? null : await unsealKeys(await file.text(), passphrase);
  if (keys === null) {
    const message = "The passphrase is another, or the file holds no keys";
    throw new FailureError({ code: "wrongPassphrase", message });
  }
  const { importedCount, totalCount } = await machine.importExportedRoomKeys(keys, () => {});
  return { imported: importedCount, total: totalCount };
}

/** The text of the file. `rounds` is how hard the passphrase is to guess. */
export async function sealKeys(json: string, passphrase: string, rounds = ROUNDS): Promise<string> {
  const [salt, iv] = [random(16), freshIv()];
  const { aes, mac } = await keysOf(passphrase, salt, rounds);
  const cipher = await crypto.subtle.encrypt(ctr(iv), aes, utf8(json));
  const count = new Uint8Array(4);
  new DataView(count.buffer).setUint32(0, rounds);
  const body = concat(Uint8Array.of(VERSION), salt, iv, count, new Uint8Array(cipher));
  const signature = new Uint8Array(await crypto.subtle.sign("HMAC", mac, body));
  const text = base64(concat(body, signature));
  // Others read the file with a decoder that wants the padding.
  const padded = text.padEnd(Math.ceil(text.length / 4) * 4, "=");
  const lines = padded.match(new RegExp(`.{1,${LINE}}`, "g")) ?? [];
  return `${[HEAD, ...lines, TAIL].join("\n")}\n`;
}

/** The JSON that was sealed; null where the passphrase is another or the file is none. */
export async function unsealKeys(text: string, passphrase: string): Promise<string | null> {
  const [from, to] = [text.indexOf(HEAD), text.indexOf(TAIL)];
  const data = from < 0 || to < from ? null : fromBase64(text.slice(from + HEAD.length, to));
  if (!data || data.length < 1 + 16 + 16 + 4 + 32 || data[0] !== VERSION) return null;
  const [salt, iv] = [data.slice(1, 17), data.slice(17, 33)];
  const rounds = new DataView(data.buffer).getUint32(33);
  if (rounds < 1 || rounds > MOST_ROUNDS) return null;
  const { aes, mac } = await keysOf(passphrase, salt, rounds);
  const [body, signature] = [data.slice(0, -32), data.slice(-32)];
  if (!(await crypto.subtle.verify("HMAC", mac, signature, body))) return null;
  return fromUtf8(new Uint8Array(await crypto.subtle.decrypt(ctr(iv), aes, body.slice(37))));
}

const ctr = (counter: Bytes) => ({ name: "AES-CTR", counter, length: 64 });

async function keysOf(passphrase: string, salt: Bytes, iterations: number) {
  const root = await crypto.subtle.importKey("raw", utf8(passphrase), "PBKDF2", false, [
    "deriveBits",
  ]);
  const how = { name: "PBKDF2", hash: "SHA-512", salt, iterations };
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
