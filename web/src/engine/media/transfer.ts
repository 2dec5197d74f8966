/** Bytes to and from the media repository. */

import { FailureError } from "../../base/errors";
import { makeSilence } from "../http";
import type { MediaNeeds } from "../ports";

export interface Transfer {
  method: "POST" | "PUT" | "GET";
  path: string;
  body?: Blob;
  contentType?: string;
  onProgress?: ((sent: number, total: number) => void) | undefined;
  signal?: AbortSignal | undefined;
  /** Of a download: the bytes before are here already. */
  from?: number;
}

const fault = (code: string, message: string) => new FailureError({ code, message });
const cancelled = () => fault("cancelled", "The transfer was cancelled");
const offline = () => fault("offline", "The server was not reached");
const stalled = () => fault("timeout", "Nothing moved any more");

/**
 * Milliseconds in which no byte moved, after which a transfer is given up. What is sent last lies in
 * buffers on the way, and the server has work with it.
 */
const STALLED_MS = 60_000;
const SENT_STALLED_MS = 180_000;
/** How often a download goes on from where it broke off, each time with something more. */
const MOST_RESUMES = 20;

/** Sends a body and tells how far it is; the answer's text. Throws `FailureError`. */
export async function upload(needs: MediaNeeds, what: Transfer): Promise<string> {
  if (what.signal?.aborted) throw cancelled();
  const token = await needs.token();
  // Only XMLHttpRequest tells of progress; it is there in workers, and not in every host of tests.
  const { status, text } =
    typeof XMLHttpRequest === "undefined"
      ? await byFetch(needs, token, what)
      : await byXhr(needs, token, what);
  if (status >= 200 && status < 300) return text;
  throw refusal(status, text);
}

async function byFetch(needs: MediaNeeds, token: string, what: Transfer) {
  const response = await request(needs, token, what);
  what.onProgress?.(what.body?.size ?? 0, what.body?.size ?? 0);
  return { status: response.status, text: await response.text() };
}

async function request(needs: MediaNeeds, token: string, what: Transfer): Promise<Response> {
  const headers: Record<string, string> = { Authorization: `Bearer ${token}` };
  if (what.contentType) headers["Content-Type"] = what.contentType;
  if (what.from) headers.Range = `bytes=${what.from}-`;
  const init: RequestInit = { method: what.method, headers };
  if (what.body) init.body = what.body;
  if (what.signal) init.signal = what.signal;
  try {
    return await fetch(needs.homeserver + what.path, init);
  } catch {
    throw what.signal?.aborted ? cancelled() : offline();
  }
}

function byXhr(needs: MediaNeeds, token: string, what: Transfer) {
  return new Promise<{ status: number; text: string }>((resolve, reject) => {
    const xhr = new XMLHttpRequest();
    const stop = () => xhr.abort();
    const end = (error: FailureError) => {
      reject(error);
      xhr.abort();
    };
    let timer = setTimeout(() => end(stalled()), STALLED_MS);
    const hear = (ms: number) => {
      clearTimeout(timer);
      timer = setTimeout(() => end(stalled()), ms);
    };
    xhr.open(what.method, needs.homeserver + what.path);
    xhr.setRequestHeader("Authorization", `Bearer ${token}`);
    if (what.contentType) xhr.setRequestHeader("Content-Type", what.contentType);
    xhr.upload.onprogress = ({ loaded, total }) => {
      hear(STALLED_MS);
      what.onProgress?.(loaded, total);
    };
    xhr.upload.onload = () => hear(SENT_STALLED_MS);
    xhr.onload = () => resolve({ status: xhr.status, text: xhr.responseText });
    xhr.onerror = () => reject(offline());
    xhr.onabort = () => reject(cancelled());
    xhr.onloadend = () => {
      clearTimeout(timer);
      what.signal?.removeEventListener("abort", stop);
    };
    what.signal?.addEventListener("abort", stop);
    xhr.send(what.body ?? null);
  });
}

/** The bytes at a path; what broke off is gone on with where it ended. Throws `FailureError`. */
export async function download(
  needs: MediaNeeds,
  path: string,
  signal?: AbortSignal,
): Promise<Blob> {
  const begun: Begun = { pieces: [], size: 0, type: "" };
  for (let resumes = 0; ; resumes++) {
    const before = begun.size;
    try {
      return await goOn(needs, path, begun, signal);
    } catch (error) {
      const isBroken = error instanceof FailureError && error.failure.status === undefined;
      const isWorth = begun.size > before && resumes < MOST_RESUMES;
      if (!isBroken || !isWorth || signal?.aborted) throw error;
    }
  }
}

interface Begun {
  pieces: Uint8Array<ArrayBuffer>[];
  size: number;
  type: string;
}

/** Asks for what is missing, and keeps what comes of it in `begun`. */
async function goOn(
  needs: MediaNeeds,
  path: string,
  begun: Begun,
  signal: AbortSignal | undefined,
): Promise<Blob> {
  const token = await needs.token();
  const silence = makeSilence(STALLED_MS);
  const both = signal ? AbortSignal.any([signal, silence.signal]) : silence.signal;
  try {
    const what: Transfer = { method: "GET", path, signal: both, from: begun.size };
    const response = await request(needs, token, what);
    if (!response.ok) throw refusal(response.status, await response.text());
    // A server that knows no ranges sends all of it.
    if (response.status !== 206) Object.assign(begun, { pieces: [], size: 0 });
    begun.type ||= response.headers.get("content-type") ?? "";
    for (const reader = response.body?.getReader(); reader; ) {
      const { done, value } = await reader.read();
      if (done) break;
      silence.broken();
      begun.pieces.push(value);
      begun.size += value.length;
    }
    return new Blob(begun.pieces, { type: begun.type });
  } catch (error) {
    if (error instanceof FailureError && error.failure.status !== undefined) throw error;
    if (signal?.aborted) throw cancelled();
    throw silence.signal.aborted ? stalled() : offline();
  } finally {
    silence.over();
  }
}

function refusal(status: number, text: string): FailureError {
  let body: Record<string, unknown> = {};
  try {
    body = JSON.parse(text) as Record<string, unknown>;
  } catch {
    // A proxy on the way answers in its own words.
  }
  const { errcode, error, retry_after_ms: after, ...fields } = body;
  return new FailureError({
    code: typeof errcode === "string" ? errcode : "M_UNKNOWN",
    message: typeof error === "string" ? error : `The server answered ${status}`,
    status,
    fields,
    ...(typeof after === "number" ? { retryAfterMs: after } : {}),
  });
}
