import { createSignal, For } from "solid-js";
import { dayTime, listTime, localInput } from "../../base/format";
import { useClient } from "../../bridge/client";
import type { ItemRecord } from "../../engine/records";
import { Button, TextField } from "../../ui/controls";
import { Dialog } from "../../ui/Dialog";
import { now } from "../../ui/now";
import { language } from "../../ui/preferences";
import { orTell, tell } from "../../ui/toasts";
import { REMIND_TIMES, remindAt } from "./remind";
import { word } from "./words";

/** Chooses when one is reminded of a message. */
export default function RemindDialog(props: { item: ItemRecord; onClose: () => void }) {
  const client = useClient();
  const [at, setAt] = createSignal(localInput(remindAt("remindHour", Date.now())));
  const ts = () => new Date(at()).getTime();
  const past = () => !(ts() > now());
  const set = async (when: number) => {
    const { roomId, eventId } = props.item;
    if (!eventId) return;
    const done = await orTell(client.command("reminder.set", { roomId, eventId, at: when }));
    if (done === undefined) return;
    tell(word("reminded", { time: dayTime(language(), when) }));
    props.onClose();
  };
  return (
    <Dialog open size="s" title={word("remindTitle")} onClose={props.onClose}>
      <ul class="remind-times">
        <For each={REMIND_TIMES}>
          {(choice) => (
            <li>
              <button
                type="button"
                class="menu-item"
                onClick={() => set(remindAt(choice, Date.now()))}
              >
                {word(choice)}
                <small>{listTime(language(), remindAt(choice, now()), now())}</small>
              </button>
            </li>
          )}
        </For>
      </ul>
      <form
        class="remind-at"
        onSubmit={(event) => {
          event.preventDefault();
          set(ts());
        }}
      >
        <TextField
          label={word("remindAt")}
          type="datetime-local"
          value={at()}
          onInput={setAt}
          error={past() ? word("remindPast") : undefined}
        />
        <Button type="submit" look="primary" disabled={past()}>
          {word("remindSet")}
        </Button>
      </form>
    </Dialog>
  );
}
