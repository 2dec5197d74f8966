import {
  createEffect,
  createMemo,
  createSignal,
  Match,
  mapArray,
  on,
  Show,
  Switch,
} from "solid-js";
import { VList, type VListHandle } from "virtua/solid";
import { useList } from "../../bridge/client";
import type { EmployeeRecord, UnitRecord } from "../../engine/records";
import { Icon } from "../../ui/icons";
import { startDrag } from "./drag";
import { Face } from "./Face";
import { openPerson } from "./PersonCard";
import { PostMark } from "./PostFacts";
import { heldText, usePost } from "./posts";
import {
  type Chosen,
  firstOpen,
  hasUnit,
  type Level,
  type Move,
  moveOf,
  rowByLetter,
  type TreeRow,
  togglePerson,
  toggleUnit,
  treeRows,
} from "./treeRows";
import { word } from "./words";

/** What stays unfolded while one looks elsewhere. */
const [open, setOpen] = createSignal<ReadonlySet<number>>();

interface Choosing {
  chosen: Chosen;
  choosing: boolean;
  onChange: (chosen: Chosen) => void;
}

/** The institution as a tree: levels that fold, their people asked for as they are opened. */
export function Tree(props: Choosing & { units: readonly UnitRecord[] }) {
  let handle: VListHandle | undefined;
  let place!: HTMLDivElement;
  const opened = () => open() ?? new Set(firstOpen(props.units));
  const openIds = createMemo(() =>
    props.units.map((unit) => unit.id).filter((id) => opened().has(id)),
  );
  const lists = createMemo(
    mapArray(openIds, (id) => ({ id, list: useList("unit", () => ({ unitId: id })) })),
  );
  const levels = createMemo(() => new Map(lists().map(({ id, list }) => [id, levelOf(list)])));
  const rows = createMemo(() => treeRows(props.units, opened(), (id) => levels().get(id)));
  const keys = createMemo(() => rows().map((row) => row.key), [], {
    equals: (a, b) => a.length === b.length && a.every((key, index) => key === b[index]),
  });
  const byKey = createMemo(() => new Map(rows().map((row) => [row.key, row])));
  const [at, setAt] = createSignal("");
  const current = () => (byKey().has(at()) ? at() : (keys()[0] ?? ""));
  createEffect(on(keys, () => place.isConnected && at() && !byKey().has(at()) && setAt("")));

  const fold = (id: number, isOpen: boolean) => {
    const next = new Set(opened());
    if (isOpen) next.add(id);
    else next.delete(id);
    setOpen(next);
  };
  const focus = (key: string) => {
    setAt(key);
    handle?.scrollToIndex(keys().indexOf(key), { align: "nearest" });
    requestAnimationFrame(() =>
      place.querySelector<HTMLElement>(`[data-key="${CSS.escape(key)}"]`)?.focus(),
    );
  };
  const toggle = (row: TreeRow) => {
    if (row.kind === "unit") props.onChange(toggleUnit(props.chosen, row.unit));
    else if (row.kind === "person") props.onChange(togglePerson(props.chosen, row.person));
  };
  const act = (row: TreeRow) => {
    if (row.kind === "unit") fold(row.unit.id, !row.isOpen);
    else if (props.choosing) toggle(row);
    else if (row.kind === "person") openPerson(row.person.id);
  };
  const go = (move: Move) => {
    if ("to" in move) focus(move.to);
    else if ("fold" in move) fold(move.fold, false);
    else fold(move.unfold, true);
  };
  const keyed = (key: string): (() => void) | undefined => {
    const row = byKey().get(current());
    const move = moveOf(rows(), current(), key);
    if (move) return () => go(move);
    if (row && key === "Enter") return () => act(row);
    if (row && key === " ") return () => toggle(row);
    const found = /^[\p{L}\p{N}]$/u.test(key) && rowByLetter(rows(), current(), key);
    return found ? () => focus(found) : undefined;
  };
  const press = (event: KeyboardEvent) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const run = keyed(event.key);
    if (!run) return;
    event.preventDefault();
    run();
  };
  const isChosen = (row: TreeRow) => {
    if (row.kind === "note") return false;
    const unitId = row.kind === "unit" ? row.unit.id : row.unitId;
    if (hasUnit(props.chosen, props.units, unitId)) return true;
    return row.kind === "person" && props.chosen.people.some((one) => one.id === row.person.id);
  };

  return (
    <div
      ref={place}
      class="tree"
      role="tree"
      tabIndex={-1}
      aria-label={word("institution")}
      aria-multiselectable={props.choosing}
      onKeyDown={press}
    >
      <VList data={keys()} class="tree-scroll" itemSize={52} ref={(given) => (handle = given)}>
        {(key) => (
          <Show when={byKey().get(key)}>
            {(row) => (
              <Row
                row={row()}
                current={current() === key}
                choosing={props.choosing}
                chosen={isChosen(row())}
                onFocus={() => setAt(key)}
                onAct={() => act(row())}
                onToggle={() => toggle(row())}
                onDrag={(event) => drag(event, row(), isChosen(row()) ? props.chosen : undefined)}
              />
            )}
          </Show>
        )}
      </VList>
    </div>
  );
}

function levelOf(list: ReturnType<typeof useList<"unit">>): Level {
  return {
    state: list.head()?.state ?? "loading",
    people: list.order().flatMap((id) => list.row(id) ?? []),
  };
}

/** Takes along all that is chosen, or the row alone where it is not among it. */
function drag(event: DragEvent, row: TreeRow, chosen: Chosen | undefined): void {
  if (chosen) startDrag(event, chosen);
  else if (row.kind === "unit") startDrag(event, { people: [], units: [row.unit] });
  else if (row.kind === "person") startDrag(event, { people: [row.person], units: [] });
}

function Row(props: {
  row: TreeRow;
  current: boolean;
  choosing: boolean;
  chosen: boolean;
  onFocus: () => void;
  onAct: () => void;
  onToggle: () => void;
  onDrag: (event: DragEvent) => void;
}) {
  const unit = () => (props.row.kind === "unit" ? props.row : undefined);
  const person = () => (props.row.kind === "person" ? props.row : undefined);
  const note = () => (props.row.kind === "note" ? props.row : undefined);
  const placed = () => unit() ?? person();
  return (
    <Switch>
      <Match when={note()}>
        {(row) => (
          <div class="tree-row tree-note" style={{ "--depth": row().depth }}>
            {word(row().note)}
          </div>
        )}
      </Match>
      <Match when={placed()}>
        {(row) => (
          // biome-ignore lint/a11y/useKeyWithClickEvents: the tree itself hears the keys
          <div
            class="tree-row"
            classList={{ "tree-unit": unit() !== undefined }}
            role="treeitem"
            style={{ "--depth": row().depth }}
            tabIndex={props.current ? 0 : -1}
            data-key={row().key}
            aria-level={row().depth}
            aria-posinset={row().place}
            aria-setsize={row().of}
            aria-expanded={unit()?.isOpen}
            aria-checked={props.choosing ? props.chosen : undefined}
            draggable={true}
            onDragStart={(event) => props.onDrag(event)}
            onFocus={() => props.onFocus()}
            onClick={() => props.onAct()}
          >
            <Show when={unit()}>
              {(one) => (
                <>
                  <Icon
                    name={one().isOpen ? "chevronDown" : "chevronRight"}
                    class="icon-s tree-fold"
                  />
                  <span class="tree-name ellipsis">{one().unit.name}</span>
                </>
              )}
            </Show>
            <Show when={person()}>{(one) => <PersonRow person={one().person} />}</Show>
            <Show when={props.choosing}>
              <Tick on={props.chosen} onToggle={props.onToggle} />
            </Show>
          </div>
        )}
      </Match>
    </Switch>
  );
}

/** A box to tick; those who use keys and readers have the row's own state. */
function Tick(props: { on: boolean; onToggle: () => void }) {
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: a target for pointers, the row is the control
    // biome-ignore lint/a11y/useKeyWithClickEvents: the space bar does the same on the row
    <span
      class="tick"
      classList={{ on: props.on }}
      onClick={(event) => {
        event.stopPropagation();
        props.onToggle();
      }}
    >
      <Show when={props.on}>
        <Icon name="check" class="icon-s" />
      </Show>
    </span>
  );
}

/** Face, name and post of somebody in a row. */
export function PersonRow(props: { person: EmployeeRecord & { unit?: string } }) {
  const post = usePost(() => (props.person.isPost ? props.person.id : undefined));
  const held = () => {
    const known = post();
    return known && heldText(known);
  };
  const about = () => [held() ?? props.person.title, props.person.unit].filter(Boolean).join(" · ");
  return (
    <>
      <Face
        id={props.person.id}
        name={props.person.name}
        avatar={props.person.avatar}
        presence={props.person.presence}
        size="s"
      />
      <span class="row-text">
        <span class="ellipsis">{props.person.name}</span>
        <Show when={about()}>{(text) => <small class="ellipsis">{text()}</small>}</Show>
      </span>
      <Show when={props.person.isPost}>
        <PostMark />
      </Show>
      <Show when={props.person.isManager}>
        <span class="mark">{word("managerMark")}</span>
      </Show>
      <Show when={props.person.presence === "online"}>
        <span class="sr-only">{word("online")}</span>
      </Show>
    </>
  );
}
