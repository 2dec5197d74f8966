/**
 * The archive's key. Every value at rest is sealed with one AES-GCM key. That key is itself kept
 * sealed: by a key of the browser's that no script can read out, or by the person's PIN.
 */

import { FailureError } from "../base/errors";
import type { Db, Write } from "./db";

const ROUNDS = 600_000;
const NAME = "archive";
/** Wrong PINs that are free; then each costs a wait that doubles, to a minute at most. */
const FREE_TRIES = 4;

type Bytes = Uint8Array<ArrayBuffer>;

/** How the archive's key is kept, in clear. */
interface Kept {
  sealed: Bytes;
  /** Sealed by this key of the browser's, bytes where it can keep no key; absent under a PIN. */
  device?: CryptoKey | Bytes;
  salt?: Bytes;
  wrong?: number;
  lastWrong?: number;
}

export interface Vault {
  /** The JSON of `value`, sealed; `place` binds it to where it is kept. */
  seal(place: string, value: unknown): Promise<Bytes>;
  unseal<T>(place: string, sealed: Uint8Array<ArrayBuffer>): Promise<T>;
  sealBytes(place: string, bytes: Bytes): Promise<Bytes>;
  unsealBytes(place: string, sealed: Bytes): Promise<Bytes>;
}

export interface Keyring {
  /** The open vault, or undefined while a PIN is needed. */
  vault(): Vault | undefined;
  hasPin(): boolean;
  /** Throws `wrongPin` with `retryAfterMs` where the next try must wait. */
  unlock(pin: string): Promise<void>;
  lock(): void;
  setPin(pin: string | null): Promise<void>;
}

/** Opens the keyring of the archive; makes a key where there is none. */
export async function openKeyring(db: Db, now: () => number): Promise<Keyring> {
  let kept = (await db.get<Kept>("keys", NAME)) ?? (await begin(db));
  let raw: Bytes | undefined = kept.device && (await open(await keyOf(kept.device), kept.sealed));
  let vault = raw && (await vaultOf(raw));

  return {
    vault: () => vault,
    hasPin: () => kept.device === undefined,
    async unlock(pin) {
      const wait = waitAfter(kept.wrong ?? 0) - (now() - (kept.lastWrong ?? 0));
      if (wait > 0) throw wrongPin(wait);
      try {
        raw = await open(await keyOfPin(pin, kept.salt ?? new Uint8Array()), kept.sealed);
      } catch {
        kept = { ...kept, wrong: (kept.wrong ?? 0) + 1, lastWrong: now() };
        await db.write([keep(kept)]);
        throw wrongPin(waitAfter(kept.wrong ?? 0));
      }
      vault = await vaultOf(raw);
      const { wrong: _, lastWrong: __, ...rest } = kept;
      kept = rest;
      await db.write([keep(kept)]);
    },
    lock() {
      raw = undefined;
      vault = undefined;
    },
    async setPin(pin) {
      if (raw === undefined) throw new FailureError({ code: "locked", message: "Locked" });
      kept = pin === null ? await keepByDevice(db, raw) : await byPin(raw, pin);
      await db.write([keep(kept)]);
    },
  };
}

function begin(db: Db): Promise<Kept> {
  return keepByDevice(db, randomBytes());
}

/** By a key that no script can read; WebKitGTK cannot store one, and has its bytes instead. */
async function keepByDevice(db: Db, raw: Bytes): Promise<Kept> {
  const algorithm = { name: "AES-GCM", length: 256 };
  const key = await crypto.subtle.generateKey(algorithm, false, ["encrypt", "decrypt"]);
  try {
    const kept = await byDevice(key, raw);
    await db.write([keep(kept)]);
    return kept;
  } catch (error) {
    if (!(error instanceof DOMException) || error.name !== "DataCloneError") throw error;
    const kept = await byDevice(randomBytes(), raw);
    await db.write([keep(kept)]);
    return kept;
  }
}

function randomBytes(): Bytes {
  return crypto.getRandomValues(new Uint8Array(32));
}

function keep(kept: Kept): Write {
  return { store: "keys", key: NAME, value: kept };
}

async function byDevice(device: CryptoKey | Bytes, raw: Bytes): Promise<Kept> {
  return { device, sealed: await close(await keyOf(device), raw) };
}

async function keyOf(device: CryptoKey | Bytes): Promise<CryptoKey> {
  return device instanceof Uint8Array ? importKey(device) : device;
}

function importKey(raw: Bytes): Promise<CryptoKey> {
  return crypto.subtle.importKey("raw", raw, "AES-GCM", false, ["encrypt", "decrypt"]);
}

async function byPin(raw: Bytes, pin: string): Promise<Kept> {
  const salt = crypto.getRandomValues(new Uint8Array(16));
  return { salt, sealed: await close(await keyOfPin(pin, salt), raw) };
}

async function keyOfPin(pin: string, salt: Bytes): Promise<CryptoKey> {
  const base = await crypto.subtle.importKey("raw", utf8(pin), "PBKDF2", false, ["deriveKey"]);
  const how = { name: "PBKDF2", hash: "SHA-256", salt, iterations: ROUNDS };
  const aes = { name: "AES-GCM", length: 256 };
  return crypto.subtle.deriveKey(how, base, aes, false, ["encrypt", "decrypt"]);
}

function waitAfter(wrong: number): number {
  return wrong < FREE_TRIES ? 0 : Math.min(2 ** (wrong - FREE_TRIES) * 1_000, 60_000);
}

function wrongPin(wait: number): FailureError {
  const failure = { code: "wrongPin", message: "Wrong PIN" };
  return new FailureError(wait > 0 ? { ...failure, retryAfterMs: wait } : failure);
}

async function vaultOf(raw: Bytes): Promise<Vault> {
  const key = await importKey(raw);
  const sealBytes = (place: string, bytes: Bytes) => close(key, bytes, utf8(place));
  const unsealBytes = (place: string, sealed: Bytes) => open(key, sealed, utf8(place));
  const decoder = new TextDecoder();
  return {
    sealBytes,
    unsealBytes,
    seal: (place, value) => sealBytes(place, utf8(JSON.stringify(value))),
    unseal: async <T>(place: string, sealed: Bytes) =>
      JSON.parse(decoder.decode(await unsealBytes(place, sealed))) as T,
  };
}

/** A fresh initialisation vector, then the ciphertext with its tag. */
async function close(key: CryptoKey, bytes: Bytes, about?: Bytes): Promise<Bytes> {
  const iv = crypto.getRandomValues(new Uint8Array(12));
  const cipher = await crypto.subtle.encrypt(gcm(iv, about), key, bytes);
  const sealed = new Uint8Array(12 + cipher.byteLength);
  sealed.set(iv);
  sealed.set(new Uint8Array(cipher), 12);
  return sealed;
}

async function open(key: CryptoKey, sealed: Bytes, about?: Bytes): Promise<Bytes> {
  const how = gcm(sealed.subarray(0, 12), about);
  return new Uint8Array(await crypto.subtle.decrypt(how, key, sealed.subarray(12)));
}

function gcm(iv: Bytes, about: Bytes | undefined): AesGcmParams {
  return about ? { name: "AES-GCM", iv, additionalData: about } : { name: "AES-GCM", iv };
}

const encoder = new TextEncoder();

function utf8(text: string): Bytes {
  return encoder.encode(text);
}
