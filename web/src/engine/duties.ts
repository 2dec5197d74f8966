/**
 * Small requests that must reach the server once, whenever it can be reached: receipts, account
 * data, tags. Kept at rest; of two with the same key only the later is sent.
 */

import { type Failure, FailureError } from "../base/errors";
import { isPassing, type Method, retryDelay, sleep } from "./http";
import type { World } from "./world";

export interface Duty {
  method: Method;
  path: string;
  body?: unknown;
}

export interface Duties {
  /** Resolves when it is kept. */
  add(key: string, duty: Duty): Promise<void>;
  has(key: string): boolean;
  start(): void;
  stop(): Promise<void>;
  hurry(): void;
}

export function makeDuties(
  world: World,
  kept: Readonly<Record<string, Duty>> | undefined,
  refused: (failure: Failure) => void,
): Duties {
  const duties = new Map(Object.entries(kept ?? {}));
  let stopping = new AbortController();
  stopping.abort();
  let waking = new AbortController();
  let running: Promise<void> | undefined;

  const save = () =>
    world.archive.commit([{ put: "values", key: "duties", value: Object.fromEntries(duties) }]);

  function run(): void {
    if (stopping.signal.aborted) return;
    running ??= drain().finally(() => {
      running = undefined;
      if (duties.size > 0) run();
    });
  }

  async function drain(): Promise<void> {
    let failed = 0;
    for (let [next] = duties; next && !stopping.signal.aborted; [next] = duties) {
      const [key, duty] = next;
      const failure = await attempt(duty);
      if (failure?.code === "cancelled" || failure?.code === "M_UNKNOWN_TOKEN") return;
      if (failure && isPassing(failure)) {
        const wait = retryDelay(failure, failed++) ?? 1_000;
        await sleep(wait, AbortSignal.any([waking.signal, stopping.signal])).catch(() => {});
        continue;
      }
      failed = 0;
      if (failure) refused(failure);
      await done(key, duty);
    }
  }

  /** Forgets it, unless another took its place meanwhile. */
  async function done(key: string, duty: Duty): Promise<void> {
    if (duties.get(key) !== duty) return;
    duties.delete(key);
    await save();
  }

  async function attempt({ method, path, body }: Duty): Promise<Failure | undefined> {
    try {
      const { signal } = stopping;
      await world.http.text(method, path, body === undefined ? { signal } : { body, signal });
      return undefined;
    } catch (error) {
      if (error instanceof FailureError) return error.failure;
      return { code: "bug", message: String(error) };
    }
  }

  return {
    async add(key, duty) {
      duties.delete(key);
      duties.set(key, duty);
      await save();
      run();
    },
    has: (key) => duties.has(key),
    start() {
      stopping = new AbortController();
      run();
    },
    async stop() {
      stopping.abort();
      await running;
    },
    hurry() {
      waking.abort();
      waking = new AbortController();
    },
  };
}
