import { createEffect, createMemo, createSignal, onCleanup, Show } from "solid-js";
import { useValue } from "../bridge/client";
import { word } from "./words";

/** A short hitch is not told: only what lasts. */
const PATIENCE = 2500;

/** Says quietly that the network is gone, and what waits for it. */
export function OfflineLine() {
  const connection = useValue("connection", () => null);
  const [lasting, setLasting] = createSignal(false);
  // What waits changes with every message that is written, and does not begin the wait anew.
  const state = createMemo(() => connection()?.state);
  createEffect(() => {
    const now = state();
    setLasting(false);
    if (now === undefined || now === "online") return;
    const timer = setTimeout(() => setLasting(true), PATIENCE);
    onCleanup(() => clearTimeout(timer));
  });
  const text = () => {
    const view = connection();
    if (view?.state === "connecting") return word("connecting");
    return view && view.waiting > 0
      ? word("offlineWaiting", { count: view.waiting })
      : word("offline");
  };
  return (
    <div role="status" aria-live="polite">
      <Show when={lasting() && state() !== "online"}>
        <p class="offline-line">{text()}</p>
      </Show>
    </div>
  );
}
