import { createSignal, For, type JSX, onMount, Show } from "solid-js";
import { localInput } from "../../base/format";
import { useClient } from "../../bridge/client";
import { Button, IconButton, TextField } from "../../ui/controls";
import { Dialog } from "../../ui/Dialog";
import { now } from "../../ui/now";
import { orTell } from "../../ui/toasts";
import { Face } from "./Face";
import { PersonPicker } from "./PersonPicker";
import { shiftText } from "./posts";
import { word } from "./words";

interface Shift {
  user_id: string;
  name?: string;
  since_ts: number;
  until_ts: number;
}

interface Holder {
  id: string;
  name: string;
}

/** The time that a field says, in ms; 0 for none. */
const timeOf = (text: string) => (text ? new Date(text).getTime() || 0 : 0);

/** Says who holds a post, and when; `path` is where posts are asked for and set. */
export function Roster(props: {
  id: string;
  name: string;
  path: string;
  onClose: () => void;
  /** Chooses somebody; else whom I see. */
  picker?: (choose: (holder: Holder) => void) => JSX.Element;
}) {
  const client = useClient();
  const [shifts, setShifts] = createSignal<readonly Shift[]>();
  const [holder, setHolder] = createSignal<Holder>();
  const [choosing, setChoosing] = createSignal(false);
  const [since, setSince] = createSignal("");
  const [until, setUntil] = createSignal("");
  const [busy, setBusy] = createSignal(false);

  const load = async () => {
    const answer = await orTell(client.command("own.call", { method: "GET", path: props.path }));
    const { posts } = (answer?.body ?? { posts: [] }) as {
      posts: readonly { user_id: string; roster: readonly Shift[] }[];
    };
    setShifts(posts.find((post) => post.user_id === props.id)?.roster ?? []);
  };
  onMount(load);
  const store = async (roster: readonly Shift[]) => {
    setBusy(true);
    const path = `${props.path}/${encodeURIComponent(props.id)}/roster`;
    const body = {
      roster: roster.map(({ user_id, since_ts, until_ts }) => ({ user_id, since_ts, until_ts })),
    };
    const done = await orTell(client.command("own.call", { method: "PUT", path, body }));
    setBusy(false);
    if (done) await load();
    return done !== undefined;
  };
  const isWrong = () => {
    const end = timeOf(until());
    return end > 0 && end <= Math.max(timeOf(since()), now());
  };
  const add = async () => {
    const chosen = holder();
    if (!chosen || isWrong()) return;
    const made = { user_id: chosen.id, since_ts: timeOf(since()), until_ts: timeOf(until()) };
    if (!(await store([...(shifts() ?? []), made]))) return;
    setHolder(undefined);
    setSince(until());
    setUntil("");
  };
  const choose = (one: Holder) => {
    setHolder(one);
    setChoosing(false);
  };

  return (
    <Dialog open size="s" title={word("rosterOf", { name: props.name })} onClose={props.onClose}>
      <ul class="roster" aria-label={word("roster")}>
        <For each={shifts()} fallback={<li class="field-note">{word("postVacant")}</li>}>
          {(shift) => (
            <li>
              <Face id={shift.user_id} name={shift.name ?? shift.user_id} size="s" />
              <span class="row-text">
                <span class="ellipsis">{shift.name ?? shift.user_id}</span>
                <small>{shiftText({ since: shift.since_ts, until: shift.until_ts })}</small>
              </span>
              <IconButton
                icon="trash"
                label={word("endShift", { name: shift.name ?? shift.user_id })}
                disabled={busy()}
                onClick={() => store((shifts() ?? []).filter((each) => each !== shift))}
              />
            </li>
          )}
        </For>
      </ul>
      <form
        class="roster-form"
        onSubmit={(event) => {
          event.preventDefault();
          add();
        }}
      >
        <div class="field">
          <span class="field-label">{word("whoHolds")}</span>
          <div class="roster-who">
            <Show when={holder()}>
              {(one) => (
                <>
                  <Face id={one().id} name={one().name} size="s" />
                  <span class="ellipsis">{one().name}</span>
                </>
              )}
            </Show>
            <Button look="quiet" icon="person" onClick={() => setChoosing(true)}>
              {word("chooseHolder")}
            </Button>
          </div>
        </div>
        <TextField
          label={word("holdsFrom")}
          note={word("holdsFromNote")}
          type="datetime-local"
          value={since()}
          onInput={setSince}
        />
        <TextField
          label={word("holdsUntil")}
          note={word("holdsUntilNote")}
          type="datetime-local"
          min={since() || localInput(now())}
          value={until()}
          onInput={setUntil}
        />
        <Show when={isWrong()}>
          <p class="field-error">{word("shiftWrong")}</p>
        </Show>
        <Button type="submit" look="primary" busy={busy()} disabled={!holder() || isWrong()}>
          {word("addShift")}
        </Button>
      </form>
      <Show when={choosing()}>
        <Dialog open size="s" title={word("chooseHolder")} onClose={() => setChoosing(false)}>
          {props.picker?.(choose) ?? (
            <PersonPicker single chosen={[]} onChange={([person]) => person && choose(person)} />
          )}
        </Dialog>
      </Show>
    </Dialog>
  );
}
