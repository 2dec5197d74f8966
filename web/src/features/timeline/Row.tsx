import { createMemo, createSignal, For, Match, Show, Switch } from "solid-js";
import { dayLabel, fullTime } from "../../base/format";
import type { ItemRecord } from "../../engine/records";
import { now } from "../../ui/now";
import { language } from "../../ui/preferences";
import { Bubble } from "./Bubble";
import type { Entry } from "./data";
import { tellEvent } from "./describe";
import { foldedNames } from "./fold";
import { word } from "./words";

/** An entry of the timeline, with the date and the line of new messages above it. */
export function Row(props: {
  entry: Entry;
  item: (id: string) => ItemRecord | undefined;
  flash: boolean;
  onDay: () => void;
}) {
  const item = () => props.item(props.entry.ids[0] ?? "");
  const items = createMemo(() => props.entry.ids.flatMap((id) => props.item(id) ?? []));
  return (
    <>
      <Show when={props.entry.day}>
        {(day) => (
          <div class="day">
            <button type="button" onClick={props.onDay} data-tip={word("calendar")}>
              {dayLabel(language(), day(), now())}
            </button>
          </div>
        )}
      </Show>
      <Show when={props.entry.unread}>
        <div class="unread-line">
          <span>{word("newMessages")}</span>
        </div>
      </Show>
      <Switch>
        <Match when={props.entry.kind === "message" && item()}>
          {(one) => <Bubble item={one()} entry={props.entry} flash={props.flash} />}
        </Match>
        <Match when={props.entry.kind === "album" && items().length > 0}>
          <Bubble
            item={items()[0] as ItemRecord}
            album={items()}
            entry={props.entry}
            flash={props.flash}
          />
        </Match>
        <Match when={props.entry.kind === "line" && item()}>{(one) => <Line item={one()} />}</Match>
        <Match when={props.entry.kind === "fold"}>
          <Fold items={items()} />
        </Match>
      </Switch>
    </>
  );
}

function Line(props: { item: ItemRecord }) {
  return (
    <p class="line" title={fullTime(language(), props.item.ts)}>
      {tellEvent(props.item)}
    </p>
  );
}

/** Many lines as one that opens. */
function Fold(props: { items: readonly ItemRecord[] }) {
  const [open, setOpen] = createSignal(false);
  const names = () => foldedNames(props.items);
  const title = () => {
    const all = names();
    if (all.length === 0) return word("events", { count: props.items.length });
    const shown = all.slice(0, 3).join(", ");
    const rest = all.length - 3;
    return word("joinedMany", {
      names: rest > 0 ? word("andMore", { names: shown, count: rest }) : shown,
    });
  };
  return (
    <div class="fold">
      <button type="button" class="line" aria-expanded={open()} onClick={() => setOpen(!open())}>
        {title()}
      </button>
      <Show when={open()}>
        <For each={props.items}>{(item) => <Line item={item} />}</For>
      </Show>
    </div>
  );
}
