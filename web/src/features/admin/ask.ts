/** Asking the server's own API, and telling a refusal in the person's words. */

import { createSignal } from "solid-js";
import type { Failure } from "../../base/errors";
import { type Client, useClient } from "../../bridge/client";
import { tell } from "../../ui/toasts";
import { whyFailed } from "../../ui/uiWords";
import type refusals from "./strings.en.json";
import { word } from "./words";

export type Method = "GET" | "POST" | "PUT" | "DELETE";
export type Query = Readonly<Record<string, string | number | undefined>>;

export const ADMIN = "/_depesha/v1/admin";

/** `path` with the fields of `query` that are given. */
export function withQuery(path: string, query: Query): string {
  const given = Object.entries(query).filter(([, value]) => value !== undefined && value !== "");
  const fields = new URLSearchParams(given.map(([name, value]) => [name, String(value)]));
  return given.length > 0 ? `${path}?${fields}` : path;
}

/** What the server says in English, as a key of our words. */
const known: Readonly<Record<string, keyof typeof refusals>> = {
  "Move or dismiss first who and what is in this unit": "whyNotEmpty",
  "A unit cannot stand below itself": "whyBelowItself",
  "A unit cannot stand below itself, or so deep": "whyBelowItself",
  "This user has rights that you do not have": "whyMoreRights",
  "This role gives rights that you do not have": "whyMoreRights",
  "Administrators may not do this to themselves": "whyYourself",
  "Administrators may not show themselves out": "whyYourself",
  "Set up a second factor of your own first": "whyOwnFactor",
  "You keep another part of the tree": "whyOtherPart",
  "This is not for whoever keeps a part of the tree": "whyOtherPart",
};

/** Why the server refused. */
export function whyRefused(failure: Failure): string {
  const key = known[failure.message];
  if (key) return word(key);
  const right = failure.fields?.right;
  return typeof right === "string" ? word("whyNoRight", { right }) : whyFailed(failure);
}

/** Asks, and tells a failure; undefined then. */
async function request<T>(
  client: Client,
  method: Method,
  path: string,
  body?: unknown,
): Promise<T | undefined> {
  const answer = await client.command("own.call", {
    method,
    path,
    ...(body !== undefined && { body }),
  });
  if (answer.ok) return answer.value.body as T;
  tell(whyRefused(answer.error));
  return undefined;
}

/** Asks of one component: `busy` while something is under way. */
export function useServer() {
  const client = useClient();
  const [running, setRunning] = createSignal(0);
  return {
    busy: () => running() > 0,
    async call<T>(method: Method, path: string, body?: unknown): Promise<T | undefined> {
      setRunning((count) => count + 1);
      try {
        return await request<T>(client, method, path, body);
      } finally {
        setRunning((count) => count - 1);
      }
    },
  };
}
