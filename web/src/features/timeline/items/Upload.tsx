import { createEffect, createSignal, on, onCleanup, Show } from "solid-js";
import type { ItemRecord } from "../../../engine/records";
import { word } from "../words";

/** So long nothing moves, in milliseconds, before it is told. */
const PATIENCE_MS = 10_000;

/** How much of a file has left, while it is leaving. */
export function Upload(props: { item: ItemRecord }) {
  const [isStuck, setIsStuck] = createSignal(false);
  createEffect(
    on(
      () => [props.item.upload?.sent, props.item.state],
      () => {
        setIsStuck(false);
        if (props.item.state === "sent" || !props.item.upload) return;
        const timer = setTimeout(() => setIsStuck(true), PATIENCE_MS);
        onCleanup(() => clearTimeout(timer));
      },
    ),
  );
  return (
    <Show when={props.item.state !== "sent" && props.item.upload}>
      {(upload) => (
        <>
          <progress class="upload" max={upload().total || 1} value={upload().sent}>
            {Math.round((upload().sent / (upload().total || 1)) * 100)}%
          </progress>
          <Show when={isStuck()}>
            <span class="upload-stuck" role="status">
              {word("uploadStuck")}
            </span>
          </Show>
        </>
      )}
    </Show>
  );
}
