/** Signing in and out, and what is asked of an account with its password. */

import { type Failure, FailureError } from "../base/errors";
import { type DeviceId, type Millis, serverOf, type UserId } from "../base/ids";
import { type Credentials, type Http, makeHttp, part } from "./http";
import type { Content, LabelView, ServerView } from "./records";
import { isObject, textOf } from "./wire";

/** Who is signed in; kept in clear, so that a locked client can say it. */
export interface Who {
  userId: UserId;
  deviceId: DeviceId;
  homeserver: string;
  /** SHA-256 of the access token: a locked client asks by it if the session still goes on. */
  mark?: string;
}

/** Kept sealed. */
export interface Tokens {
  token: string;
  refresh?: string;
  /** When the token is void; absent: it does not end by itself. */
  expiresAt?: Millis;
  /** Base64 of the 32 bytes that cryptography's own store and the media cache are sealed with. */
  storeKey: string;
}

interface LoginAnswer {
  user_id: UserId;
  device_id: DeviceId;
  access_token: string;
  refresh_token?: string;
  expires_in_ms?: number;
  well_known?: { "m.homeserver"?: { base_url?: string } };
}

export interface SignedIn extends Who {
  token: string;
  refresh?: string;
  expiresAt?: Millis;
}

type Fetch = typeof fetch;

/** Requests before anybody is signed in. */
export function anonymous(homeserver: string, doFetch: Fetch): Http {
  const credentials: Credentials = {
    homeserver,
    token: () => undefined,
    renew: async () => false,
    ended: () => {},
  };
  return makeHttp(credentials, doFetch);
}

/** The address of a server's API, of what a person typed: a domain, a user id or an address. */
export async function discover(typed: string, doFetch: Fetch): Promise<string> {
  const text = typed.trim().replace(/\/+$/, "");
  if (/^https?:\/\//i.test(text)) return origin(text);
  const domain = text.startsWith("@") ? serverOf(text) : text;
  if (domain === "") throw noServer("No server is named");
  const base = origin(`https://${domain}`);
  try {
    const response = await doFetch(`${base}/.well-known/matrix/client`, {
      signal: AbortSignal.timeout(10_000),
    });
    const body: unknown = response.ok ? await response.json() : {};
    const server = isObject(body) && isObject(body["m.homeserver"]) ? body["m.homeserver"] : {};
    const url = textOf(server, "base_url");
    return url === undefined ? base : origin(url);
  } catch {
    return base;
  }
}

function origin(address: string): string {
  try {
    const url = new URL(address);
    return (url.origin + url.pathname).replace(/\/+$/, "");
  } catch {
    throw noServer("Not an address");
  }
}

function noServer(message: string): FailureError {
  return new FailureError({ code: "noServer", message });
}

/** What the server says of how it can be entered. */
export async function describeServer(typed: string, doFetch: Fetch): Promise<ServerView> {
  const homeserver = await discover(typed, doFetch);
  const http = anonymous(homeserver, doFetch);
  const timeout = 15_000;
  const [{ flows }, registration, oauth, demo, forgot] = await Promise.all([
    http.json<{ flows?: Content[] }>("GET", "/_matrix/client/v3/login", { timeout }),
    registrationOf(http),
    http.json("GET", "/_matrix/client/v1/auth_metadata", { timeout }).then(
      () => true,
      () => false,
    ),
    http.json<{ people?: ServerView["demo"] }>("GET", "/_depesha/v1/demo", { timeout }).then(
      (answer) => answer.people ?? [],
      () => [],
    ),
    http.text("GET", FORGOT, { timeout }).then(
      () => homeserver + FORGOT,
      () => undefined,
    ),
  ]);
  const sso = (flows ?? []).find((flow) => flow.type === "m.login.sso");
  return {
    homeserver,
    serverName: new URL(homeserver).host,
    password: (flows ?? []).some((flow) => flow.type === "m.login.password"),
    ...(sso && { sso: { providers: providersOf(sso) } }),
    ...(forgot !== undefined && { forgot }),
    registration,
    oauth,
    demo,
  };
}

/** The label of a server, or null where it has none. */
export async function labelOf(homeserver: string, doFetch: Fetch): Promise<LabelView | null> {
  const label = await anonymous(homeserver, doFetch)
    .json<LabelView>("GET", "/_depesha/v1/privacy", { timeout: 15_000 })
    .catch(notThere);
  return Array.isArray(label?.kinds) ? label : null;
}

/** Another server than ours knows no such thing. */
function notThere(error: unknown): null {
  if (error instanceof FailureError && error.failure.status === 404) return null;
  throw error;
}

const FORGOT = "/_depesha/forgot";

function providersOf(flow: Content): { id: string; name: string }[] {
  const { identity_providers: given } = flow;
  return (Array.isArray(given) ? given : []).filter(isObject).flatMap((one) => {
    const [id, name] = [textOf(one, "id"), textOf(one, "name")];
    return id && name ? [{ id, name }] : [];
  });
}

async function registrationOf(http: Http): Promise<ServerView["registration"]> {
  try {
    await http.json("POST", "/_matrix/client/v3/register", { body: {}, timeout: 15_000 });
  } catch (error) {
    const stages = flowsOf(error)?.flat() ?? [];
    if (stages.includes("m.login.registration_token")) return "token";
    if (stages.length > 0) return "open";
  }
  return "closed";
}

const DEVICE = (name: string) => ({ initial_device_display_name: name, refresh_token: true });

interface Device {
  name: string;
  /** A device of before, to be gone on with. */
  id?: DeviceId;
}

export function signIn(
  typed: string,
  user: string,
  proof: { password: string; code?: string },
  device: Device,
  doFetch: Fetch,
): Promise<SignedIn> {
  const by = {
    type: "m.login.password",
    identifier: { type: "m.id.user", user },
    password: proof.password,
    ...(proof.code !== undefined && { "org.depesha.totp": proof.code }),
  };
  return login(typed, by, device, doFetch);
}

/** Signs in with what the server's pages gave to the browser. */
export function signInByToken(
  typed: string,
  token: string,
  device: Device,
  doFetch: Fetch,
): Promise<SignedIn> {
  return login(typed, { type: "m.login.token", token }, device, doFetch);
}

async function login(
  typed: string,
  by: Content,
  device: Device,
  doFetch: Fetch,
): Promise<SignedIn> {
  const homeserver = await discover(typed, doFetch);
  const path = "/_matrix/client/v3/login";
  const answer = await anonymous(homeserver, doFetch).json<LoginAnswer>("POST", path, {
    body: {
      ...by,
      ...DEVICE(device.name),
      ...(device.id !== undefined && { device_id: device.id }),
    },
  });
  return signedIn(answer, homeserver);
}

export async function register(
  typed: string,
  account: { user: string; password: string; token?: string },
  deviceName: string,
  doFetch: Fetch,
): Promise<SignedIn> {
  const homeserver = await discover(typed, doFetch);
  const http = anonymous(homeserver, doFetch);
  const { user: username, password, token } = account;
  const answer = await withAuth(
    (auth) =>
      http.json<LoginAnswer>("POST", "/_matrix/client/v3/register", {
        body: { username, password, ...DEVICE(deviceName), ...(auth && { auth }) },
      }),
    token === undefined ? {} : { token },
  );
  return signedIn(answer, homeserver);
}

function signedIn(answer: LoginAnswer, homeserver: string): SignedIn {
  const url = answer.well_known?.["m.homeserver"]?.base_url;
  return {
    userId: answer.user_id,
    deviceId: answer.device_id,
    homeserver: url ? origin(url) : homeserver,
    token: answer.access_token,
    ...(answer.refresh_token !== undefined && { refresh: answer.refresh_token }),
    ...expiry(answer.expires_in_ms),
  };
}

function expiry(inMs: number | undefined): { expiresAt?: Millis } {
  return inMs === undefined ? {} : { expiresAt: Date.now() + inMs };
}

// ── User-interactive authentication ────────────────────────────────────────────────────────────

/** What a person gave to prove who they are, or that they may register. */
export interface Proof {
  userId?: UserId;
  password?: string;
  token?: string;
}

/** The request, repeated with each stage of a flow that the proof is enough for. */
export async function withAuth<T>(
  send: (auth: Content | undefined) => Promise<T>,
  proof: Proof,
): Promise<T> {
  let auth: Content | undefined;
  for (let step = 0; ; step++) {
    try {
      return await send(auth);
    } catch (error) {
      const flows = flowsOf(error);
      const failure = (error as FailureError).failure;
      if (!flows || step > 4) throw error;
      // With a code, the stage just tried was refused.
      if (auth && failure.code !== "M_UNKNOWN") throw error;
      const done = failure.fields?.completed;
      const flow = flows.find((stages) => stages.every((stage) => stageOf(stage, proof)));
      const next = flow?.find((stage) => !(Array.isArray(done) && done.includes(stage)));
      const given = next === undefined ? undefined : stageOf(next, proof);
      if (!given) throw needsProof(error, flows);
      auth = { ...given, session: failure.fields?.session };
    }
  }
}

function flowsOf(error: unknown): string[][] | undefined {
  if (!(error instanceof FailureError) || error.failure.status !== 401) return undefined;
  const flows = error.failure.fields?.flows;
  if (!Array.isArray(flows)) return undefined;
  return flows
    .filter(isObject)
    .map(({ stages }) =>
      Array.isArray(stages) ? stages.filter((s) => typeof s === "string") : [],
    );
}

function stageOf(type: string, proof: Proof): Content | undefined {
  switch (type) {
    case "m.login.dummy":
      return { type };
    case "m.login.registration_token":
      return proof.token === undefined ? undefined : { type, token: proof.token };
    case "m.login.password": {
      if (proof.password === undefined || proof.userId === undefined) return undefined;
      const identifier = { type: "m.id.user", user: proof.userId };
      return { type, identifier, password: proof.password };
    }
    default:
      return undefined;
  }
}

function needsProof(error: unknown, flows: string[][]): unknown {
  const stages = flows.flat();
  if (stages.includes("m.login.registration_token"))
    return new FailureError({ code: "needsToken", message: "A registration token is needed" });
  if (stages.includes("m.login.password"))
    return new FailureError({ code: "needsPassword", message: "The password is needed" });
  return error;
}

export function changePassword(
  http: Http,
  userId: UserId,
  old: string,
  fresh: string,
): Promise<unknown> {
  return withAuth(
    (auth) =>
      http.json("POST", "/_matrix/client/v3/account/password", {
        body: { new_password: fresh, logout_devices: false, ...(auth && { auth }) },
      }),
    { userId, password: old },
  );
}

export function endDevices(
  http: Http,
  userId: UserId,
  ids: readonly DeviceId[],
  password: string | undefined,
): Promise<unknown> {
  return withAuth(
    (auth) =>
      http.json("POST", "/_matrix/client/v3/delete_devices", {
        body: { devices: ids, ...(auth && { auth }) },
      }),
    password === undefined ? { userId } : { userId, password },
  );
}

export function renameDevice(http: Http, id: DeviceId, name: string): Promise<unknown> {
  const body = { display_name: name };
  return http.json("PUT", `/_matrix/client/v3/devices/${part(id)}`, { body });
}

/** SHA-256 of an access token, in hexadecimal digits: opens nothing. */
export async function markOf(token: string): Promise<string> {
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(token));
  return [...new Uint8Array(digest)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** Why the session of a mark is over, as the server would tell its token; undefined: it goes on. */
export async function whyOver(
  homeserver: string,
  mark: string,
  doFetch: Fetch,
): Promise<Failure | undefined> {
  const path = "/_depesha/v1/session/known";
  const answer = await anonymous(homeserver, doFetch)
    .json<{ known?: boolean } & Content>("POST", path, { body: { sha256: mark } })
    .catch(() => undefined);
  // No answer, or another server's: nothing is known.
  if (answer?.known !== false) return undefined;
  const { known: _, ...fields } = answer;
  return { code: "M_UNKNOWN_TOKEN", message: "The session is over", status: 401, fields };
}

const SOON_MS = 30_000;

interface RefreshAnswer {
  access_token: string;
  refresh_token?: string;
  expires_in_ms?: number;
}

// ── Tokens ─────────────────────────────────────────────────────────────────────────────────────

/** The session's credentials; `keep` stores new tokens before they are used. */
export function credentialsOf(
  who: Who,
  given: Tokens,
  keep: (tokens: Tokens) => Promise<void>,
  ended: (failure: Failure) => void,
  doFetch: Fetch,
): Credentials & { fresh(): Promise<string>; isOver(): Promise<boolean> } {
  let tokens = given;
  let renewing: Promise<boolean> | undefined;

  async function renew(): Promise<boolean> {
    if (tokens.refresh === undefined) return false;
    const http = anonymous(who.homeserver, doFetch);
    try {
      const answer = await http.json<RefreshAnswer>("POST", "/_matrix/client/v3/refresh", {
        body: { refresh_token: tokens.refresh },
        retries: 2,
      });
      const refresh = answer.refresh_token ?? tokens.refresh;
      const next: Tokens = {
        token: answer.access_token,
        refresh,
        storeKey: tokens.storeKey,
        ...expiry(answer.expires_in_ms),
      };
      await keep(next);
      tokens = next;
      return true;
    } catch (error) {
      // Without an answer it is not known: the session goes on when there is one.
      if (error instanceof FailureError && error.failure.status !== undefined) return false;
      throw error;
    }
  }

  function renewed(old: string): Promise<boolean> {
    if (tokens.token !== old) return Promise.resolve(true);
    renewing ??= renew().finally(() => {
      renewing = undefined;
    });
    return renewing;
  }

  return {
    homeserver: who.homeserver,
    token: () => tokens.token,
    ended,
    renew: renewed,
    /** Asks the server once more whether it knows the token of now: much is deleted if not. */
    async isOver() {
      const { token } = tokens;
      const credentials = { homeserver: who.homeserver, token: () => token };
      const http = makeHttp({ ...credentials, renew: async () => false, ended: () => {} }, doFetch);
      try {
        await http.json("GET", "/_matrix/client/v3/account/whoami");
        return false;
      } catch (error) {
        return error instanceof FailureError && error.failure.code === "M_UNKNOWN_TOKEN";
      }
    },
    /** A token that holds for a while yet: for requests that do not renew it themselves. */
    async fresh() {
      if ((tokens.expiresAt ?? Infinity) - Date.now() < SOON_MS) await renewed(tokens.token);
      return tokens.token;
    },
  };
}
