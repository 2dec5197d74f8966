import { createEffect, createSignal, For, on, Show } from "solid-js";
import { Button } from "../../ui/controls";
import { Dialog } from "../../ui/Dialog";
import { ADMIN, useServer, withQuery } from "./ask";
import { hasWhole, pathOf, placesFor, type Unit } from "./data";
import { me } from "./rights";
import { useCalled, Who } from "./Who";
import { word } from "./words";

interface Told {
  unit_id: number;
  path: readonly string[];
  viewers: number;
}

interface Difference {
  people: number;
  seen_by: { gained: Told[]; lost: Told[] };
  manager_sees: { gained: string[]; lost: string[] };
  chief: { before: string | null; after: string | null };
}

/** Moves a level: what that changes of who sees whom is shown before it is done. */
export function MoveDialog(props: {
  unit: Unit;
  units: readonly Unit[];
  to: number | undefined;
  onDone: () => void;
  onClose: () => void;
}) {
  const server = useServer();
  const [to, setTo] = createSignal(props.to);
  const [difference, setDifference] = createSignal<Difference>();
  const unitPath = `${ADMIN}/org/units/${props.unit.unit_id}`;
  createEffect(
    on(to, async (parent) => {
      setDifference(undefined);
      if (parent === undefined) return;
      setDifference(
        await server.call<Difference>("GET", withQuery(`${unitPath}/move`, { parent })),
      );
    }),
  );
  const move = async () => {
    if (await server.call("PUT", unitPath, { parent: to() })) props.onDone();
  };
  const before = useCalled(() => difference()?.chief.before);
  const after = useCalled(() => difference()?.chief.after);
  return (
    <Dialog
      open
      title={word("moveTitle", { name: props.unit.name })}
      onClose={props.onClose}
      footer={
        <Button look="primary" busy={server.busy()} disabled={!difference()} onClick={move}>
          {word("move")}
        </Button>
      }
    >
      <label class="field">
        <span class="field-label">{word("moveTo")}</span>
        <select
          class="input"
          value={to() ?? ""}
          onChange={(event) => {
            const { value } = event.currentTarget;
            setTo(value === "" ? undefined : Number(value));
          }}
        >
          <option value="">{word("choosePlace")}</option>
          <Show when={hasWhole(me(), "tree.keep")}>
            <option value="0">{word("atTop")}</option>
          </Show>
          <For each={placesFor(props.units, props.unit.unit_id)}>
            {(unit) => <option value={unit.unit_id}>{pathOf(props.units, unit.unit_id)}</option>}
          </For>
        </select>
      </label>
      <Show when={difference()}>
        {(told) => (
          <section class="admin-difference" aria-label={word("difference")}>
            <h3>{word("difference")}</h3>
            <p>{word("moveMoves", { count: told().people })}</p>
            <Sees title={word("willSee")} look="gained" units={told().seen_by.gained} />
            <Sees title={word("willNotSee")} look="lost" units={told().seen_by.lost} />
            <Names title={word("managerWillSee")} look="gained" ids={told().manager_sees.gained} />
            <Names title={word("managerWillNotSee")} look="lost" ids={told().manager_sees.lost} />
            <Show
              when={told().chief.before !== told().chief.after}
              fallback={<p>{word("chiefStays", { name: after() || word("nobody") })}</p>}
            >
              <p>
                {word("chiefChanges", {
                  before: before() || word("nobody"),
                  after: after() || word("nobody"),
                })}
              </p>
            </Show>
          </section>
        )}
      </Show>
    </Dialog>
  );
}

function Sees(props: { title: string; look: "gained" | "lost"; units: readonly Told[] }) {
  return (
    <Show when={props.units.length > 0}>
      <h4 data-look={props.look}>{props.title}</h4>
      <ul class="admin-told">
        <For each={props.units}>
          {(unit) => (
            <li>
              {unit.path.join(" / ")} <small>{word("peopleCount", { count: unit.viewers })}</small>
            </li>
          )}
        </For>
      </ul>
    </Show>
  );
}

function Names(props: { title: string; look: "gained" | "lost"; ids: readonly string[] }) {
  return (
    <Show when={props.ids.length > 0}>
      <h4 data-look={props.look}>{props.title}</h4>
      <ul class="admin-lines">
        <For each={props.ids}>
          {(id) => (
            <li>
              <Who id={id} />
            </li>
          )}
        </For>
      </ul>
    </Show>
  );
}
