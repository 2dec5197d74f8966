import { createSignal, For, onMount, Show } from "solid-js";
import { fullTime } from "../../base/format";
import { ask } from "../../ui/Confirm";
import { Button, TextField } from "../../ui/controls";
import { Dialog } from "../../ui/Dialog";
import { language } from "../../ui/preferences";
import { ADMIN, useServer } from "./ask";
import { useCase } from "./CaseFields";
import { DAY, hasWhole } from "./data";
import { FindTarget, type Target } from "./FindTarget";
import { me } from "./rights";
import { Who } from "./Who";
import { word } from "./words";

const PATH = `${ADMIN}/holds`;

interface Hold {
  hold_id: string;
  target: string;
  target_name?: string;
  ground: string;
  case_number: string;
  placed_by: string;
  placed_ts: number;
  until_ts: number | null;
  ended_ts: number | null;
  standing: boolean;
}

/** What must not be destroyed, whatever the rules of keeping say. */
export function Holds() {
  const server = useServer();
  const [holds, setHolds] = createSignal<readonly Hold[]>([]);
  const [placing, setPlacing] = createSignal(false);
  const mayKeep = () => hasWhole(me(), "holds.keep");
  const load = async () => {
    const answer = await server.call<{ holds: Hold[] }>("GET", PATH);
    if (answer) setHolds(answer.holds);
  };
  onMount(load);
  const release = async (hold: Hold) => {
    const question = {
      title: word("release"),
      text: word("releaseText"),
      yes: word("release"),
      danger: true,
    };
    if ((await ask(question)) === null) return;
    if (await server.call("DELETE", `${PATH}/${encodeURIComponent(hold.hold_id)}`)) await load();
  };
  const until = (hold: Hold) => {
    if (!hold.standing)
      return word("endedAt", { when: fullTime(language(), hold.ended_ts ?? hold.until_ts ?? 0) });
    if (hold.until_ts === null) return word("untilReleased");
    return word("untilTime", { when: fullTime(language(), hold.until_ts) });
  };
  return (
    <>
      <p class="field-note">{word("holdsNote")}</p>
      <Show when={mayKeep()}>
        <Button look="primary" icon="plus" onClick={() => setPlacing(true)}>
          {word("placeHold")}
        </Button>
      </Show>
      <ul class="admin-lines">
        <For each={holds()} fallback={<li class="field-note">{word("noHolds")}</li>}>
          {(hold) => (
            <li>
              <span>
                {hold.target_name ?? <Who id={hold.target} />}{" "}
                <span class="admin-state" data-state={hold.standing ? "suspended" : "over"}>
                  {until(hold)}
                </span>
                <small>
                  {word("caseOf", { number: hold.case_number })} · {hold.ground} ·{" "}
                  <Who id={hold.placed_by} />, {fullTime(language(), hold.placed_ts)}
                </small>
              </span>
              <Show when={hold.standing && mayKeep()}>
                <Button look="quiet" onClick={() => release(hold)}>
                  {word("release")}
                </Button>
              </Show>
            </li>
          )}
        </For>
      </ul>
      <Show when={placing()}>
        <PlaceDialog
          onClose={() => setPlacing(false)}
          onDone={() => {
            setPlacing(false);
            load();
          }}
        />
      </Show>
    </>
  );
}

function PlaceDialog(props: { onDone: () => void; onClose: () => void }) {
  const server = useServer();
  const [target, setTarget] = createSignal<Target>();
  const about = useCase();
  const [days, setDays] = createSignal("");
  const place = async () => {
    const body = {
      target: target()?.id,
      ...about.body(),
      ...(days() && { until_ts: Date.now() + Number(days()) * DAY }),
    };
    if (await server.call("POST", PATH, body)) props.onDone();
  };
  return (
    <Dialog
      open
      title={word("placeHold")}
      onClose={props.onClose}
      footer={
        <Show when={target()}>
          <Button look="primary" busy={server.busy()} disabled={!about.isWhole()} onClick={place}>
            {word("placeHold")}
          </Button>
        </Show>
      }
    >
      <Show when={target()} fallback={<FindTarget onChoose={setTarget} />}>
        {(chosen) => (
          <div class="admin-form">
            <p>{word("targetIs", { name: chosen().name })}</p>
            {about.fields()}
            <TextField
              label={word("forDays")}
              note={word("emptyUntilReleased")}
              type="number"
              min="1"
              value={days()}
              onInput={setDays}
            />
          </div>
        )}
      </Show>
    </Dialog>
  );
}
