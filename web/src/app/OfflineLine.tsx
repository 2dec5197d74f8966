import { createEffect, createSignal, onCleanup, Show } from "solid-js";
import { useValue } from "../bridge/client";
import { word } from "./words";

/** A short hitch is not told: only what lasts. */
const PATIENCE = 2500;

/** Says quietly that the network is gone, and what waits for it. */
export function OfflineLine() {
  const connection = useValue("connection", () => null);
  const [lasting, setLasting] = createSignal(false);
  createEffect(() => {
    const state = connection()?.state;
    setLasting(false);
    if (state === undefined || state === "online") return;
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
      <Show when={lasting() && connection()?.state !== "online"}>
        <p class="offline-line">{text()}</p>
      </Show>
    </div>
  );
}
