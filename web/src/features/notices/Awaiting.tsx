import { createEffect, createSignal, For, Show } from "solid-js";
import { listTime } from "../../base/format";
import { type Rows, useClient, useList, useValue } from "../../bridge/client";
import type { ItemRecord } from "../../engine/records";
import { Button } from "../../ui/controls";
import { Dialog } from "../../ui/Dialog";
import { Icon } from "../../ui/icons";
import { now } from "../../ui/now";
import { language } from "../../ui/preferences";
import { chatPlace, go } from "../../ui/router";
import { acknowledge, tellUrgent } from "../timeline";
import { word } from "./words";

/** Above the list of chats: that something urgent awaits me; a press tells what. */
export function Awaiting() {
  const rows = useList("awaiting", () => null);
  const [open, setOpen] = createSignal(false);
  const count = () => rows.order().length;
  createEffect(() => count() === 0 && setOpen(false));
  return (
    <div aria-live="polite">
      <Show when={count() > 0}>
        <button type="button" class="chats-extra awaiting" onClick={() => setOpen(true)}>
          <Icon name="warning" />
          <span>{word("awaiting", { count: count() })}</span>
          <Icon name="chevronRight" class="icon-s" />
        </button>
      </Show>
      <Show when={open()}>
        <Dialog open title={word("awaitingTitle")} onClose={() => setOpen(false)}>
          <List rows={rows} onLeave={() => setOpen(false)} />
        </Dialog>
      </Show>
    </div>
  );
}

function List(props: { rows: Rows<"awaiting">; onLeave: () => void }) {
  return (
    <ul class="awaiting-list">
      <For each={props.rows.order()}>
        {(id) => (
          <Show when={props.rows.row(id)}>
            {(item) => <Line item={item()} onLeave={props.onLeave} />}
          </Show>
        )}
      </For>
    </ul>
  );
}

function Line(props: { item: ItemRecord; onLeave: () => void }) {
  const client = useClient();
  const room = useValue("room", () => ({ roomId: props.item.roomId }));
  const show = () => {
    props.onLeave();
    go(chatPlace(props.item.roomId, props.item.eventId));
  };
  const told = () => tellUrgent(props.item);
  const where = () => {
    const view = room();
    const from = told().from ?? props.item.senderName;
    return !view || view.kind === "direct" || view.name === from ? from : `${from} · ${view.name}`;
  };
  return (
    <li>
      <p class="awaiting-head">
        <strong>{told().title}</strong>
        <span>{where()}</span>
        <time dateTime={new Date(props.item.ts).toISOString()}>
          {listTime(language(), props.item.ts, now())}
        </time>
      </p>
      <p class="awaiting-text">{told().text}</p>
      <div class="awaiting-acts">
        <Button look="quiet" icon="chat" onClick={show}>
          {word("show")}
        </Button>
        <Button look="primary" icon="check" onClick={() => acknowledge(client, props.item)}>
          {word("acknowledge")}
        </Button>
      </div>
    </li>
  );
}
