import { createSignal, For, Show } from "solid-js";
import { useValue } from "../../bridge/client";
import type { UnitRecord } from "../../engine/records";
import { Icon } from "../../ui/icons";
import { SearchField } from "../../ui/SearchField";
import { findUnits, pathAbove } from "./units";
import { word } from "./words";

/** Finds one of the units that one sees. */
export function UnitPicker(props: {
  chosen: UnitRecord | undefined;
  onPick: (unit: UnitRecord) => void;
}) {
  const institution = useValue("institution", () => null);
  const [text, setText] = createSignal("");
  const all = () => institution()?.units ?? [];
  const found = () => findUnits(all(), text()).slice(0, 100);
  return (
    <div class="picker">
      <SearchField label={word("findUnit")} value={text()} onInput={setText} />
      <ul class="picker-list">
        <For each={found()}>
          {(unit) => (
            <li>
              <button
                type="button"
                class="row"
                aria-pressed={props.chosen?.id === unit.id}
                onClick={() => props.onPick(unit)}
              >
                <span class="row-text">
                  <span class="ellipsis">{unit.name}</span>
                  <Show when={pathAbove(all(), unit.id)}>
                    {(path) => <small class="ellipsis">{path()}</small>}
                  </Show>
                </span>
                <Show when={props.chosen?.id === unit.id}>
                  <Icon name="check" />
                </Show>
              </button>
            </li>
          )}
        </For>
      </ul>
      <Show when={found().length === 0}>
        <p class="field-note">{word("noUnits")}</p>
      </Show>
    </div>
  );
}
