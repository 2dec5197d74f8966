import { createSignal, For, onMount, Show } from "solid-js";
import { Button, IconButton } from "../../ui/controls";
import { MenuButton } from "../../ui/Menu";
import { ADMIN, useServer } from "./ask";
import { ByName } from "./ByName";
import { hasWhole, treeRows, type Unit } from "./data";
import { ImportDialog } from "./ImportDialog";
import { MoveDialog } from "./MoveDialog";
import { me } from "./rights";
import { SeeAs } from "./SeeAs";
import { RightsDialog, UnitDialog } from "./UnitDialogs";
import { UnitPeople } from "./UnitPeople";
import { Who } from "./Who";
import { word } from "./words";

type Act = "rename" | "add" | "rights" | "move" | "remove";

/** The institution's tree: levels are made, renamed, moved by dragging, and staffed. */
export function Tree() {
  const server = useServer();
  const [units, setUnits] = createSignal<readonly Unit[]>([]);
  const [closed, setClosed] = createSignal<ReadonlySet<number>>(new Set());
  const [chosenId, setChosenId] = createSignal<number>();
  const [act, setAct] = createSignal<{ what: Act; unit?: Unit; to?: number }>();
  const [dragged, setDragged] = createSignal<number>();
  const [over, setOver] = createSignal<number>();
  const [tool, setTool] = createSignal<"import" | "seeAs">();
  const chosen = () => units().find(({ unit_id }) => unit_id === chosenId());
  const whole = () => hasWhole(me(), "tree.keep");

  const load = async () => {
    const answer = await server.call<{ units: Unit[] }>("GET", `${ADMIN}/org/units`);
    if (answer) setUnits(answer.units);
  };
  onMount(load);
  const finish = async () => {
    setAct(undefined);
    await load();
  };
  const imported = async () => {
    setChosenId(undefined);
    await load();
  };
  const toggle = (id: number) =>
    setClosed((before) => {
      const after = new Set(before);
      if (!after.delete(id)) after.add(id);
      return after;
    });
  const drop = (to: number) => {
    const unit = units().find(({ unit_id }) => unit_id === dragged());
    setDragged(undefined);
    setOver(undefined);
    if (unit && unit.unit_id !== to && unit.parent !== to) setAct({ what: "move", unit, to });
  };
  const remove = async (unit: Unit) => {
    if (await server.call("DELETE", `${ADMIN}/org/units/${unit.unit_id}`)) await finish();
  };

  return (
    <>
      <div class="admin-bar">
        <Show when={whole()}>
          <Button look="primary" icon="plus" onClick={() => setAct({ what: "add" })}>
            {word("newTop")}
          </Button>
        </Show>
        <Show when={hasWhole(me(), "tree.import")}>
          <Button look="quiet" icon="file" onClick={() => setTool("import")}>
            {word("import")}
          </Button>
        </Show>
        <Show when={hasWhole(me(), "tree.see-as")}>
          <Button look="quiet" icon="eye" onClick={() => setTool("seeAs")}>
            {word("seeAs")}
          </Button>
        </Show>
      </div>
      <Show when={units().length > 0} fallback={<p class="field-note">{word("noTree")}</p>}>
        <p class="field-note">{word("dragNote")}</p>
        <div class="admin-split">
          <ul class="admin-tree" aria-label={word("tree")}>
            <For each={treeRows(units(), closed())}>
              {({ unit, depth, hasChildren }) => (
                <li
                  class="admin-unit"
                  data-depth={Math.min(depth, 8)}
                  classList={{
                    chosen: chosenId() === unit.unit_id,
                    over: over() === unit.unit_id && dragged() !== unit.unit_id,
                  }}
                  draggable={true}
                  onDragStart={(event) => {
                    event.dataTransfer?.setData("text/plain", unit.name);
                    setDragged(unit.unit_id);
                  }}
                  onDragEnd={() => {
                    setDragged(undefined);
                    setOver(undefined);
                  }}
                  onDragOver={(event) => {
                    if (dragged() === undefined) return;
                    event.preventDefault();
                    setOver(unit.unit_id);
                  }}
                  onDrop={(event) => {
                    event.preventDefault();
                    drop(unit.unit_id);
                  }}
                >
                  <Show when={hasChildren} fallback={<span class="admin-twist" />}>
                    <IconButton
                      icon={closed().has(unit.unit_id) ? "chevronRight" : "chevronDown"}
                      class="admin-twist"
                      label={word(closed().has(unit.unit_id) ? "openUnit" : "closeUnit", {
                        name: unit.name,
                      })}
                      onClick={() => toggle(unit.unit_id)}
                    />
                  </Show>
                  <button
                    type="button"
                    class="admin-unit-name"
                    aria-pressed={chosenId() === unit.unit_id}
                    onClick={() => setChosenId(unit.unit_id)}
                  >
                    <span class="ellipsis">{unit.name}</span>
                    <small class="ellipsis">
                      <Show when={unit.manager} fallback={word("noManager")}>
                        {(manager) => <Who id={manager()} />}
                      </Show>
                      {" · "}
                      {word("peopleCount", { count: unit.people ?? 0 })}
                    </small>
                  </button>
                  <MenuButton
                    icon="more"
                    label={word("actsOn", { name: unit.name })}
                    actions={() => [
                      {
                        id: "add",
                        icon: "plus",
                        label: () => word("addBelow"),
                        run: () => setAct({ what: "add", unit }),
                      },
                      {
                        id: "rename",
                        icon: "edit",
                        label: () => word("rename"),
                        run: () => setAct({ what: "rename", unit }),
                      },
                      {
                        id: "move",
                        icon: "forward",
                        label: () => word("move"),
                        run: () => setAct({ what: "move", unit }),
                      },
                      {
                        id: "rights",
                        icon: "shield",
                        label: () => word("unitRights"),
                        when: whole,
                        run: () => setAct({ what: "rights", unit }),
                      },
                      {
                        id: "remove",
                        icon: "trash",
                        danger: true,
                        apart: true,
                        label: () => word("remove"),
                        run: () => setAct({ what: "remove", unit }),
                      },
                    ]}
                  />
                </li>
              )}
            </For>
          </ul>
          {/* By its number, so that what is open in it stays open when the tree is loaded anew. */}
          <Show when={chosen()?.unit_id} keyed>
            <UnitPeople unit={chosen() as Unit} units={units()} onChange={load} />
          </Show>
        </div>
      </Show>
      <Show when={act()} keyed>
        {({ what, unit, to }) => {
          const close = () => setAct(undefined);
          if (unit && what === "move")
            return (
              <MoveDialog unit={unit} units={units()} to={to} onDone={finish} onClose={close} />
            );
          if (unit && what === "rights")
            return <RightsDialog unit={unit} onDone={finish} onClose={close} />;
          if (unit && what === "remove")
            return (
              <ByName
                title={word("remove")}
                text={word("removeUnitText")}
                name={unit.name}
                yes={word("remove")}
                busy={server.busy()}
                onYes={() => remove(unit)}
                onClose={close}
              />
            );
          return (
            <UnitDialog
              unit={what === "rename" ? unit : undefined}
              above={what === "add" ? unit : undefined}
              onDone={finish}
              onClose={close}
            />
          );
        }}
      </Show>
      <Show when={tool() === "import"}>
        <ImportDialog onDone={imported} onClose={() => setTool(undefined)} />
      </Show>
      <Show when={tool() === "seeAs"}>
        <SeeAs onClose={() => setTool(undefined)} />
      </Show>
    </>
  );
}
