import { createEffect, createUniqueId, For, Show } from "solid-js";
import { useValue } from "../../bridge/client";
import type { GroupKind } from "../../engine/records";
import { Switch } from "../../ui/controls";
import { groupUnits } from "./units";
import { word } from "./words";

const KINDS = ["project", "basic"] as const;
export const PROJECT: GroupKind = { kind: "project", unit: 0, isWhole: false };

/**
 * Of what kind a new group is. Where there is no tree there are no kinds: nothing is shown, and
 * `onChange` is given undefined.
 */
export function GroupKindChoice(props: {
  value: GroupKind | undefined;
  onChange: (kind: GroupKind | undefined) => void;
}) {
  const name = createUniqueId();
  const institution = useValue("institution", () => null);
  const session = useValue("session", () => null);
  const card = useValue("card", () => {
    const view = session();
    return view?.phase === "signedIn" ? { userId: view.userId } : undefined;
  });
  const all = () => institution()?.units ?? [];
  const open = () => groupUnits(all(), card());
  const hasKinds = () => all().length > 0;
  createEffect(() => {
    if (institution() === undefined) return;
    if (!hasKinds()) props.onChange(undefined);
    else if (props.value === undefined) props.onChange(PROJECT);
  });
  /** The unit that one is most likely to mean: the nearest to oneself. */
  const nearest = () => card()?.manages[0]?.unitId ?? card()?.posts[0]?.unitId ?? 0;
  const choose = (kind: GroupKind["kind"]) =>
    props.onChange(kind === "project" ? PROJECT : { kind, unit: nearest(), isWhole: false });
  const basic = () => (props.value?.kind === "basic" ? props.value : undefined);
  return (
    <Show when={hasKinds() && props.value}>
      {(value) => (
        <fieldset class="kinds">
          <legend class="field-label">{word("kindOfGroup")}</legend>
          <For each={KINDS}>
            {(kind) => (
              <label class="kind" classList={{ on: value().kind === kind }}>
                <input
                  type="radio"
                  name={name}
                  checked={value().kind === kind}
                  onChange={() => choose(kind)}
                />
                <span>
                  {word(kind)}
                  <small>{word(`${kind}Text`)}</small>
                </span>
              </label>
            )}
          </For>
          <Show when={basic()}>
            {(group) => (
              <>
                <div class="field">
                  <label for={`${name}-unit`}>{word("unitOfGroup")}</label>
                  <select
                    id={`${name}-unit`}
                    class="input"
                    value={group().unit}
                    onChange={(event) =>
                      props.onChange({ ...group(), unit: Number(event.currentTarget.value) })
                    }
                  >
                    <option value={0}>{word("wholeInstitution")}</option>
                    <For each={open()}>
                      {(unit) => (
                        <option value={unit.id} selected={unit.id === group().unit}>
                          {unit.name}
                        </option>
                      )}
                    </For>
                  </select>
                </div>
                <Switch
                  label={word("follows")}
                  note={word("followsText")}
                  checked={group().isWhole}
                  onChange={(isWhole) => props.onChange({ ...group(), isWhole })}
                />
              </>
            )}
          </Show>
        </fieldset>
      )}
    </Show>
  );
}
