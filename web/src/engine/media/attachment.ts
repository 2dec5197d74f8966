/**
 * Encrypted attachments ("Sending encrypted attachments"): AES-CTR-256, the SHA-256 of the
 * ciphertext, the key as a JSON Web Key. Files pass in pieces, so that a large one is never in
 * memory as a whole.
 */

import { sha256 } from "@noble/hashes/sha2.js";
import { type Bytes, base64, base64url, fromBase64, random } from "../../base/bytes";
import { FailureError } from "../../base/errors";
import type { Mxc } from "../../base/ids";
import type { Content } from "../records";

/** A multiple of the cipher's block. */
const PIECE = 2 ** 20;
const BLOCK = 16;

interface Sealed {
  ciphertext: Blob;
  /** All of `EncryptedFile` but its url. */
  file: Content;
}

export async function sealFile(blob: Blob): Promise<Sealed> {
  const key = random(32);
  // The counter is the lower half, and begins at zero.
  const iv = new Uint8Array(BLOCK);
  iv.set(random(8));
  const cipher = await crypto.subtle.importKey("raw", key, "AES-CTR", false, ["encrypt"]);
  const hash = sha256.create();
  const parts: Blob[] = [];
  for await (const [piece, counter] of pieces(blob, iv)) {
    const bytes = await crypto.subtle.encrypt(ctr(counter), cipher, piece);
    hash.update(new Uint8Array(bytes));
    parts.push(new Blob([bytes])); // a browser keeps blobs outside the script's memory
  }
  const jwk = {
    kty: "oct",
    key_ops: ["encrypt", "decrypt"],
    alg: "A256CTR",
    k: base64url(key),
    ext: true,
  };
  const hashes = { sha256: base64(hash.digest()) };
  return { ciphertext: new Blob(parts), file: { v: "v2", key: jwk, iv: base64(iv), hashes } };
}

/** The file, or throws `broken` where the ciphertext is not what was sent or the key is none. */
export async function unsealFile(ciphertext: Blob, file: Content, mimetype: string): Promise<Blob> {
  const { key, iv, hash: expected } = readKey(file);
  const cipher = await crypto.subtle.importKey("raw", key, "AES-CTR", false, ["decrypt"]);
  const hash = sha256.create();
  const parts: Blob[] = [];
  for await (const [piece, counter] of pieces(ciphertext, iv)) {
    hash.update(new Uint8Array(piece));
    parts.push(new Blob([await crypto.subtle.decrypt(ctr(counter), cipher, piece)]));
  }
  if (base64(hash.digest()) !== base64(expected)) throw broken("The file was changed on its way");
  return new Blob(parts, { type: mimetype });
}

/** Where an encrypted file is, or undefined where its description names no place. */
export function placeOf(file: Content): Mxc | undefined {
  return typeof file.url === "string" ? file.url : undefined;
}

const ctr = (counter: Bytes) => ({ name: "AES-CTR", counter, length: 64 });
const broken = (message: string) => new FailureError({ code: "broken", message });

function readKey(file: Content): { key: Bytes; iv: Bytes; hash: Bytes } {
  const { key: jwk, hashes } = file as { key?: Content; hashes?: Content };
  const isKnown = file.v === "v2" && jwk?.alg === "A256CTR" && jwk.kty === "oct";
  const [key, iv, hash] = [jwk?.k, file.iv, hashes?.sha256].map((text) =>
    typeof text === "string" ? fromBase64(text) : null,
  );
  if (!isKnown || key?.length !== 32 || iv?.length !== BLOCK || hash?.length !== 32)
    throw broken("The file's key cannot be used");
  return { key, iv, hash };
}

/** The bytes piece by piece, each with the cipher's counter at its beginning. */
async function* pieces(blob: Blob, iv: Bytes): AsyncGenerator<[ArrayBuffer, Bytes]> {
  for (let at = 0; at < blob.size; at += PIECE) {
    const counter = iv.slice();
    const half = new DataView(counter.buffer);
    half.setBigUint64(8, BigInt.asUintN(64, half.getBigUint64(8) + BigInt(at / BLOCK)));
    yield [await blob.slice(at, at + PIECE).arrayBuffer(), counter];
  }
}
