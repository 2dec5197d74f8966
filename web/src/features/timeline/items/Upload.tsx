import { Show } from "solid-js";
import type { ItemRecord } from "../../../engine/records";

/** How much of a file has left, while it is leaving. */
export function Upload(props: { item: ItemRecord }) {
  return (
    <Show when={props.item.state !== "sent" && props.item.upload}>
      {(upload) => (
        <progress class="upload" max={upload().total || 1} value={upload().sent}>
          {Math.round((upload().sent / (upload().total || 1)) * 100)}%
        </progress>
      )}
    </Show>
  );
}
