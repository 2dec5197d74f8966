/** Short news at the bottom that go by themselves; one may offer to undo. */

import { createSignal, For, Show } from "solid-js";
import { Portal } from "solid-js/web";
import type { Failure, Result } from "../base/errors";
import { Button } from "./controls";
import { whyFailed } from "./uiWords";

interface Toast {
  id: number;
  text: string;
  act?: { label: string; run: () => void };
}

const [toasts, setToasts] = createSignal<readonly Toast[]>([]);
let last = 0;

/** So long a toast offers what it offers, in milliseconds. */
export const OFFER_MS = 7000;

/** Tells `text` for a few seconds; longer where it offers to do something. */
export function tell(text: string, act?: Toast["act"]): void {
  const id = ++last;
  const toast: Toast = act ? { id, text, act } : { id, text };
  setToasts((all) => [...all.slice(-2), toast]);
  setTimeout(() => drop(id), act ? OFFER_MS : 4000);
}

let explain: (failure: Failure) => boolean = () => false;

/** Has some failures explained in another way than a toast: `by` gives true where it did. */
export function explainFailures(by: (failure: Failure) => boolean): void {
  explain = by;
}

/** Tells why something did not work. */
export function tellFailure(failure: Failure): void {
  if (failure.code !== "cancelled" && !explain(failure)) tell(whyFailed(failure));
}

/** The value of a command's answer; a failure is told and gives undefined. */
export async function orTell<T>(answer: Promise<Result<T>>): Promise<T | undefined> {
  const result = await answer;
  if (result.ok) return result.value;
  tellFailure(result.error);
  return undefined;
}

function drop(id: number): void {
  setToasts((all) => all.filter((toast) => toast.id !== id));
}

/** Where toasts appear; once in the application. */
export function Toasts() {
  return (
    <Portal>
      <div class="toasts" role="status" aria-live="polite">
        <For each={toasts()}>
          {(toast) => (
            <div class="toast">
              <span>{toast.text}</span>
              <Show when={toast.act} fallback={<span />}>
                {(act) => (
                  <Button
                    onClick={() => {
                      drop(toast.id);
                      act().run();
                    }}
                  >
                    {act().label}
                  </Button>
                )}
              </Show>
            </div>
          )}
        </For>
      </div>
    </Portal>
  );
}
