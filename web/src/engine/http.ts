/** Requests to the homeserver: one place for tokens, time limits, refusals and retries. */

import { type Failure, FailureError } from "../base/errors";
import { isObject } from "./wire";

export type Method = "GET" | "POST" | "PUT" | "DELETE";

export interface Ask {
  query?: Readonly<Record<string, string | number | undefined>>;
  body?: unknown;
  /** Text that is sent as it is, in place of `body`. */
  text?: string;
  /** Milliseconds of silence, before the answer and between its pieces; 30 seconds by default. */
  timeout?: number;
  /** Called with how many bytes of the answer have come. */
  onBytes?: (bytes: number) => void;
  signal?: AbortSignal;
  /** How often it is tried again after no answer, 429 or 5xx. Only for what may be repeated. */
  retries?: number;
  /** False: without the session's token. */
  signed?: boolean;
}

/** What the session gives to requests. */
export interface Credentials {
  homeserver: string;
  token(): string | undefined;
  /** Gets a token in place of `old`, if it is still that; false when the session is over. */
  renew(old: string): Promise<boolean>;
  /** The server ended the session. */
  ended(failure: Failure): void;
}

export interface Http {
  /** The decoded answer. Throws `FailureError`: `offline`, `timeout`, `cancelled`, or the server's. */
  json<T>(method: Method, path: string, ask?: Ask): Promise<T>;
  /** The answer's text. */
  text(method: Method, path: string, ask?: Ask): Promise<string>;
  /** The answer as a file. */
  blob(method: Method, path: string, ask?: Ask): Promise<Blob>;
}

const DEFAULT_TIMEOUT = 30_000;
const MOST_WAIT = 60_000;
const MOST_RENEWALS = 2;

/** Requests with the credentials of the moment. `fetch` is given in tests. */
export function makeHttp(credentials: Credentials, doFetch: typeof fetch = fetch): Http {
  async function answer<T>(method: Method, path: string, ask: Ask, read: Read<T>): Promise<T> {
    for (let attempt = 0; ; attempt++) {
      try {
        return await signed(method, path, ask, read);
      } catch (error) {
        if (!(error instanceof FailureError) || attempt >= (ask.retries ?? 0)) throw error;
        const wait = retryDelay(error.failure, attempt);
        if (wait === undefined) throw error;
        await sleep(wait, ask.signal);
      }
    }
  }

  async function signed<T>(method: Method, path: string, ask: Ask, read: Read<T>): Promise<T> {
    for (let renewals = 0; ; ) {
      const token = ask.signed === false ? undefined : credentials.token();
      try {
        return await once({ method, path, token, read }, ask);
      } catch (error) {
        if (token === undefined || !isUnknownToken(error)) throw error;
        // Another request may have renewed it meanwhile: that is no fault of this one.
        if (credentials.token() === token) await renew(token, error, renewals++);
      }
    }
  }

  /** Throws the refusal where there is no new token to be had. */
  async function renew(token: string, refusal: FailureError, renewals: number): Promise<void> {
    if (renewals < MOST_RENEWALS && (await credentials.renew(token))) return;
    credentials.ended(refusal.failure);
    throw refusal;
  }

  async function once<T>(what: Once<T>, ask: Ask): Promise<T> {
    const silence = makeSilence(ask.timeout ?? DEFAULT_TIMEOUT);
    const limit = silence.signal;
    const signal = ask.signal ? AbortSignal.any([ask.signal, limit]) : limit;
    const hear = (bytes: number) => {
      silence.broken();
      ask.onBytes?.(bytes);
    };
    let response: Response;
    let refusal: string;
    try {
      const { method, token } = what;
      const init = { method, signal, cache: "no-store", ...bodyOf(ask, token) } as const;
      response = await doFetch(urlOf(credentials.homeserver + what.path, ask.query), init);
      const answer = await piecesOf(response, hear);
      if (response.ok) return await what.read(answer);
      refusal = await answer.text();
    } catch (error) {
      throw new FailureError(faultOf(error, ask.signal, limit));
    } finally {
      silence.over();
    }
    throw new FailureError(refusalOf(response, refusal));
  }

  const text = (method: Method, path: string, ask: Ask = {}) =>
    answer(method, path, ask, (blob) => blob.text());
  return {
    text,
    blob: (method, path, ask = {}) => answer(method, path, ask, async (blob) => blob),
    json: async <T>(method: Method, path: string, ask?: Ask) =>
      JSON.parse((await text(method, path, ask)) || "{}") as T,
  };
}

/** A signal that says so after that many milliseconds in which nothing was heard. */
export function makeSilence(ms: number): { signal: AbortSignal; broken(): void; over(): void } {
  const control = new AbortController();
  const wait = () => setTimeout(() => control.abort(), ms);
  let timer = wait();
  return {
    signal: control.signal,
    broken() {
      clearTimeout(timer);
      timer = wait();
    },
    over: () => clearTimeout(timer),
  };
}

/** The answer's body; `hear` is called with how much of it has come. */
async function piecesOf(response: Response, hear: (bytes: number) => void): Promise<Blob> {
  const pieces: Uint8Array<ArrayBuffer>[] = [];
  const type = response.headers.get("content-type") ?? "";
  const reader = response.body?.getReader();
  for (let bytes = 0; reader; ) {
    const { done, value } = await reader.read();
    if (done) break;
    pieces.push(value);
    bytes += value.length;
    hear(bytes);
  }
  return new Blob(pieces, { type });
}

type Read<T> = (answer: Blob) => Promise<T>;

interface Once<T> {
  method: Method;
  path: string;
  token: string | undefined;
  read: Read<T>;
}

function isUnknownToken(error: unknown): error is FailureError {
  return error instanceof FailureError && error.failure.code === "M_UNKNOWN_TOKEN";
}

function urlOf(address: string, query: Ask["query"]): URL {
  const url = new URL(address);
  for (const [key, value] of Object.entries(query ?? {}))
    if (value !== undefined) url.searchParams.set(key, String(value));
  return url;
}

function bodyOf(ask: Ask, token: string | undefined): Pick<RequestInit, "headers" | "body"> {
  const body = ask.text ?? (ask.body === undefined ? undefined : JSON.stringify(ask.body));
  const headers: Record<string, string> = {};
  if (token !== undefined) headers.Authorization = `Bearer ${token}`;
  if (body === undefined) return { headers };
  headers["Content-Type"] = "application/json";
  return { headers, body };
}

/** How long to wait before a failed request is tried again; undefined: there is no sense in it. */
export function retryDelay(failure: Failure, attempt: number): number | undefined {
  if (failure.retryAfterMs !== undefined) return Math.min(failure.retryAfterMs, MOST_WAIT);
  if (!isPassing(failure)) return undefined;
  return Math.min(1_000 * 2 ** attempt, MOST_WAIT);
}

/** True when the same request may well succeed later, without a person doing anything. */
export function isPassing(failure: Failure): boolean {
  const { code, status } = failure;
  if (code === "offline" || code === "timeout" || code === "M_LIMIT_EXCEEDED") return true;
  return status !== undefined && (status >= 500 || status === 429);
}

/** Resolves after `ms`; rejects with `cancelled` when the signal says so. */
export function sleep(ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(cancelled());
    const stop = () => {
      clearTimeout(timer);
      reject(cancelled());
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener("abort", stop);
      resolve();
    }, ms);
    signal?.addEventListener("abort", stop, { once: true });
  });
}

export function cancelled(): FailureError {
  return new FailureError({ code: "cancelled", message: "Cancelled" });
}

function faultOf(error: unknown, asked: AbortSignal | undefined, limit: AbortSignal): Failure {
  if (asked?.aborted) return { code: "cancelled", message: "Cancelled" };
  if (limit.aborted) return { code: "timeout", message: "The server did not answer in time" };
  return { code: "offline", message: error instanceof Error ? error.message : "No connection" };
}

/** The server's error, with what it adds to code and message in `fields`. */
function refusalOf(response: Response, answer: string): Failure {
  let body: unknown;
  try {
    body = JSON.parse(answer);
  } catch {
    body = undefined;
  }
  const { errcode, error, ...fields } = isObject(body) ? body : {};
  const failure: Failure = {
    code: typeof errcode === "string" ? errcode : "M_UNKNOWN",
    message: typeof error === "string" ? error : response.statusText,
    status: response.status,
  };
  const after = retryAfter(response, fields.retry_after_ms);
  if (after !== undefined) failure.retryAfterMs = after;
  if (Object.keys(fields).length > 0) failure.fields = fields;
  return failure;
}

function retryAfter(response: Response, inBody: unknown): number | undefined {
  if (response.status !== 429) return undefined;
  const seconds = Number(response.headers.get("Retry-After") ?? Number.NaN);
  if (Number.isFinite(seconds)) return seconds * 1_000;
  return typeof inBody === "number" ? inBody : undefined;
}

/** A part of a path, escaped. */
export function part(text: string): string {
  return encodeURIComponent(text);
}
