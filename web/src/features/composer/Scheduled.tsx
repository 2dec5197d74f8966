import { createSignal, For, Show } from "solid-js";
import { fullTime } from "../../base/format";
import { useClient, useList } from "../../bridge/client";
import type { ScheduledRecord } from "../../engine/records";
import { Button } from "../../ui/controls";
import { Dialog } from "../../ui/Dialog";
import { Icon } from "../../ui/icons";
import { language } from "../../ui/preferences";
import { orTell } from "../../ui/toasts";
import { word } from "./words";

/** What leaves this chat later: a line above the field that opens the list. */
export function Scheduled(props: { roomId: string }) {
  const client = useClient();
  const list = useList("scheduled", () => ({ roomId: props.roomId }));
  const [open, setOpen] = createSignal(false);
  const items = () => list.order().flatMap((id) => list.row(id) ?? []);
  const act = (id: string, what: "send" | "cancel") =>
    orTell(client.command("send.scheduled", { id, act: what }));
  return (
    <Show when={items().length > 0}>
      <button type="button" class="scheduled-line" onClick={() => setOpen(true)}>
        <Icon name="clock" class="icon-s" />
        {word("scheduled", { count: items().length })}
      </button>
      <Show when={open()}>
        <Dialog open size="s" title={word("scheduledTitle")} onClose={() => setOpen(false)}>
          <ul class="scheduled-list">
            <For each={items()}>
              {(item) => (
                <Line
                  item={item}
                  onSend={() => act(item.id, "send")}
                  onCancel={() => act(item.id, "cancel")}
                />
              )}
            </For>
          </ul>
        </Dialog>
      </Show>
    </Show>
  );
}

function Line(props: { item: ScheduledRecord; onSend: () => void; onCancel: () => void }) {
  const text = () => {
    const { body } = props.item.content;
    return typeof body === "string" ? body : word("scheduledSealed");
  };
  return (
    <li>
      <small>{fullTime(language(), props.item.at)}</small>
      <p>{text()}</p>
      <div class="button-row">
        <Button look="quiet" icon="send" onClick={props.onSend}>
          {word("sendNow")}
        </Button>
        <Button look="danger" icon="trash" onClick={props.onCancel}>
          {word("doNotSend")}
        </Button>
      </div>
    </li>
  );
}
