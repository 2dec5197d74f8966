import { For, type JSX, Show } from "solid-js";
import { clockTime, dayLabel } from "../../base/format";
import { useValue } from "../../bridge/client";
import type { ItemRecord, ReachedView } from "../../engine/records";
import { Dialog } from "../../ui/Dialog";
import { now } from "../../ui/now";
import { language } from "../../ui/preferences";
import { Face, useName } from "../people";
import { sharesOf } from "./urgentData";
import { word } from "./words";

const when = (ts: number) => `${dayLabel(language(), ts, now())}, ${clockTime(language(), ts)}`;

/** Whom an urgent message has reached: in numbers, as a bar, and by name. */
export default function ReachedDialog(props: { item: ItemRecord; onClose: () => void }) {
  const reached = useValue("reached", () => {
    const { roomId, eventId } = props.item;
    return eventId === undefined ? undefined : { roomId, eventId };
  });
  return (
    <Dialog open size="s" title={word("reachedTitle")} onClose={props.onClose}>
      <Show when={reached()} fallback={<p class="field-note">{word("reachedUnknown")}</p>}>
        {(view) => <Reached view={view()} />}
      </Show>
    </Dialog>
  );
}

function Reached(props: { view: ReachedView }) {
  return (
    <div class="reached">
      <div class="reached-bar" aria-hidden="true">
        <For each={sharesOf(props.view).filter((share) => share.count > 0)}>
          {(share) => <span data-share={share.key} style={{ width: `${share.percent}%` }} />}
        </For>
      </div>
      <ul class="reached-key">
        <For each={sharesOf(props.view)}>
          {(share) => (
            <li>
              <span class="reached-dot" data-share={share.key} />
              {word(`reached.${share.key}`)}
              <strong>{share.count}</strong>
            </li>
          )}
        </For>
      </ul>
      <Group title={word("reached.acknowledged")} count={props.view.acknowledged.length}>
        <For each={props.view.acknowledged}>{(one) => <Who id={one.id} note={when(one.ts)} />}</For>
      </Group>
      <Group title={word("reached.seen")} count={props.view.seen.length}>
        <For each={props.view.seen}>{(one) => <Who id={one.id} note={when(one.ts)} />}</For>
      </Group>
      <Group title={word("reached.notReached")} count={props.view.notReached.length}>
        <For each={props.view.notReached}>{(id) => <Who id={id} />}</For>
      </Group>
      <Group title={word("substituted")} count={props.view.substituted.length}>
        <For each={props.view.substituted}>
          {(one) => (
            <Who
              id={one.deputy}
              insteadOf={one.id}
              note={
                one.ackedAt === undefined
                  ? word("deputyTold", { time: when(one.ts) })
                  : word("deputyAcked", { time: when(one.ackedAt) })
              }
            />
          )}
        </For>
      </Group>
    </div>
  );
}

function Group(props: { title: string; count: number; children: JSX.Element }) {
  return (
    <Show when={props.count > 0}>
      <section>
        <h3>{props.title}</h3>
        <ul class="reached-list">{props.children}</ul>
      </section>
    </Show>
  );
}

function Who(props: { id: string; insteadOf?: string; note?: string }) {
  const name = useName(() => props.id);
  const absent = useName(() => props.insteadOf);
  return (
    <li class="row">
      <Face id={props.id} name={name()} avatar={undefined} size="s" />
      <span class="row-text">
        <span class="ellipsis">{name()}</span>
        <Show when={props.insteadOf}>
          <small class="ellipsis">{word("inPlaceOf", { name: absent() })}</small>
        </Show>
        <Show when={props.note}>
          <small class="ellipsis">{props.note}</small>
        </Show>
      </span>
    </li>
  );
}
