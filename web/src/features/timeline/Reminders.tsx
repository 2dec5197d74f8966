import { For, Show } from "solid-js";
import { dayTime } from "../../base/format";
import { useClient, useList } from "../../bridge/client";
import type { ReminderRecord } from "../../engine/records";
import { Button, Empty, IconButton } from "../../ui/controls";
import { Icon } from "../../ui/icons";
import { now } from "../../ui/now";
import { language } from "../../ui/preferences";
import { chatPlace, go } from "../../ui/router";
import { orTell } from "../../ui/toasts";
import { tellEvent } from "./describe";
import { word } from "./words";

/** All messages one wants to be reminded of: what is due is on top. */
export default function Reminders() {
  const reminders = useList("reminders", () => null);
  const rows = () => reminders.order().flatMap((id) => reminders.row(id) ?? []);
  return (
    <section class="threads" aria-label={word("reminders")}>
      <header class="side-head">
        <IconButton icon="back" class="only-phone" label={word("back")} onClick={() => go("#/")} />
        <h2>{word("reminders")}</h2>
      </header>
      <Show
        when={rows().length > 0}
        fallback={
          <Show when={reminders.head()}>
            <Empty icon="clock" title={word("noReminders")} text={word("noRemindersText")} />
          </Show>
        }
      >
        <ul class="threads-list">
          <For each={rows()}>{(row) => <Line row={row} />}</For>
        </ul>
      </Show>
    </section>
  );
}

function Line(props: { row: ReminderRecord }) {
  const client = useClient();
  // The clock of the page goes by the minute.
  const isDue = () => props.row.at <= Math.max(now(), Date.now());
  const done = () => {
    const { roomId, id: eventId } = props.row;
    orTell(client.command("reminder.set", { roomId, eventId, at: null }));
  };
  return (
    <li class="reminder" classList={{ due: isDue() }}>
      <a class="row" href={chatPlace(props.row.roomId, props.row.id)}>
        <Icon name={isDue() ? "bell" : "clock"} />
        <span class="row-text">
          <span class="ellipsis">
            <Show when={props.row.item} fallback={word("remindGone")}>
              {(item) => tellEvent(item())}
            </Show>
          </span>
          <small class="ellipsis">
            <Show when={props.row.item}>{(item) => <>{item().senderName} · </>}</Show>
            {props.row.roomName}
          </small>
          <small>
            <Show when={isDue()}>
              <strong>{word("remindDue")}</strong>{" "}
            </Show>
            <time datetime={new Date(props.row.at).toISOString()}>
              {dayTime(language(), props.row.at)}
            </time>
          </small>
        </span>
      </a>
      <Button look="quiet" icon="check" onClick={done}>
        {word("remindDone")}
      </Button>
    </li>
  );
}
