/** Bytes to and from the media repository. */

import { FailureError } from "../../base/errors";
import type { MediaNeeds } from "../ports";

export interface Transfer {
  method: "POST" | "PUT" | "GET";
  path: string;
  body?: Blob;
  contentType?: string;
  onProgress?: ((sent: number, total: number) => void) | undefined;
  signal?: AbortSignal | undefined;
}

const fault = (code: string, message: string) => new FailureError({ code, message });
const cancelled = () => fault("cancelled", "The transfer was cancelled");
const offline = () => fault("offline", "The server was not reached");

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
    xhr.open(what.method, needs.homeserver + what.path);
    xhr.setRequestHeader("Authorization", `Bearer ${token}`);
    if (what.contentType) xhr.setRequestHeader("Content-Type", what.contentType);
    xhr.upload.onprogress = ({ loaded, total }) => what.onProgress?.(loaded, total);
    xhr.onload = () => resolve({ status: xhr.status, text: xhr.responseText });
    xhr.onerror = () => reject(offline());
    xhr.onabort = () => reject(cancelled());
    xhr.onloadend = () => what.signal?.removeEventListener("abort", stop);
    what.signal?.addEventListener("abort", stop);
    xhr.send(what.body ?? null);
  });
}

/** The bytes at a path. Throws `FailureError`. */
export async function download(
  needs: MediaNeeds,
  path: string,
  signal?: AbortSignal,
): Promise<Blob> {
  const what: Transfer = { method: "GET", path, signal };
  const response = await request(needs, await needs.token(), what);
  if (!response.ok) throw refusal(response.status, await response.text());
  try {
    return await response.blob();
  } catch {
    throw signal?.aborted ? cancelled() : offline();
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
