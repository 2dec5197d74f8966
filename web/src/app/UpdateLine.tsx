import { Show } from "solid-js";
import { Button } from "../ui/controls";
import { isUpdateReady, takeUpdate } from "./install";
import { word } from "./words";

/** Says that a newer version is ready, and stays until it is taken. */
export function UpdateLine() {
  return (
    <div role="status">
      <Show when={isUpdateReady()}>
        <p class="update-line">
          <span>{word("update")}</span>
          <Button look="quiet" onClick={takeUpdate}>
            {word("updateNow")}
          </Button>
        </p>
      </Show>
    </div>
  );
}
