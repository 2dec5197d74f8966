/**
 * The library of cryptography, some megabytes: fetched ahead with its progress told, so that the
 * browser has it at hand when it is opened. A network that fails is tried again.
 */

import { makeSilence, sleep } from "../http";

// `vite.config.ts` puts the size of the file here, in bytes.
declare const CRYPTO_BYTES: number;

const FILE = new URL(
  "../../../node_modules/@matrix-org/matrix-sdk-crypto-wasm/pkg/matrix_sdk_crypto_wasm_bg.wasm",
  import.meta.url,
);
const MOST_WAIT_MS = 30_000;
/** Silence after which it is tried again. */
const SILENT_MS = 20_000;

/** Bytes as they cross the network, which are fewer than those of the file. */
export interface Fetched {
  loaded: number;
  total: number;
}

export interface Wasm {
  /** Resolves when the file is at hand, or when the server has it no more. */
  fetch(): Promise<void>;
  fetched(): Fetched;
  /** `hear` is called as more of it comes. */
  onProgress(hear: () => void): void;
}

export function makeWasm(): Wasm {
  let fetching: Promise<void> | undefined;
  let state: Fetched = { loaded: 0, total: 0 };
  let tell = () => {};

  async function read(): Promise<void> {
    const isKept = "caches" in globalThis && (await caches.match(FILE).catch(() => undefined));
    if (isKept) return;
    const silence = makeSilence(SILENT_MS);
    try {
      const response = await fetch(FILE, { signal: silence.signal });
      if (response.status >= 500) throw new TypeError(response.statusText);
      const packed = Number(response.headers.get("content-length")) || CRYPTO_BYTES;
      let read = 0;
      for (const reader = response.body?.getReader(); reader; ) {
        const { done, value } = await reader.read();
        if (done) return;
        silence.broken();
        read += value.length;
        const loaded = Math.round((packed * read) / CRYPTO_BYTES);
        state = { loaded: Math.min(loaded, packed), total: packed };
        tell();
      }
    } finally {
      silence.over();
    }
  }

  async function tryOn(): Promise<void> {
    for (let failed = 0; ; failed++) {
      try {
        return await read();
      } catch {
        await sleep(Math.min(1_000 * 2 ** failed, MOST_WAIT_MS));
      }
    }
  }

  return {
    fetch() {
      fetching ??= tryOn();
      return fetching;
    },
    fetched: () => state,
    onProgress(hear) {
      tell = hear;
    },
  };
}
