import { createEffect, createSignal, For, on, Show } from "solid-js";
import { dayEdge, dayLabel } from "../../base/format";
import { useClient, useValue } from "../../bridge/client";
import type { PersonRecord } from "../../engine/records";
import { Button, TextField } from "../../ui/controls";
import { Dialog } from "../../ui/Dialog";
import { now } from "../../ui/now";
import { language } from "../../ui/preferences";
import { orTell, tell } from "../../ui/toasts";
import { Face, PersonPicker, useName } from "../people";
import { absenceProblem, type Deputy, dayOf, today } from "./data";
import { word } from "./words";

const ABSENCES = "/_depesha/v1/org/absences";

interface Told {
  deputies: readonly Deputy[];
  stands_for: readonly Deputy[];
}

/** When I am away, who stands in for me then, and for whom I stand in. */
export function Absence() {
  const client = useClient();
  const session = useValue("session", () => null);
  const me = () => {
    const view = session();
    return view?.phase === "signedIn" ? view.userId : "";
  };
  const card = useValue("card", () => (me() ? { userId: me() } : undefined));
  const [told, setTold] = createSignal<Told>();
  const [deputy, setDeputy] = createSignal<PersonRecord>();
  const [choosing, setChoosing] = createSignal(false);
  const [from, setFrom] = createSignal(today());
  const [until, setUntil] = createSignal("");
  const [busy, setBusy] = createSignal(false);

  const load = async () => {
    const answer = await client.command("own.call", { method: "GET", path: ABSENCES });
    if (answer.ok) setTold(answer.value.body as Told);
  };
  // The card changes with the tree, also by another's hand.
  createEffect(on(card, load));
  const store = async (deputies: readonly Deputy[]) => {
    setBusy(true);
    const body = { deputies };
    const done = await orTell(client.command("own.call", { method: "PUT", path: ABSENCES, body }));
    setBusy(false);
    await load();
    return done !== undefined;
  };
  const problem = () => absenceProblem(from(), until(), now());
  const add = async () => {
    const chosen = deputy();
    if (!chosen || problem()) return;
    const since_ts = dayEdge(from(), false) ?? 0;
    const until_ts = (dayEdge(until(), true) ?? 0) + 1;
    const made = { user_id: chosen.id, since_ts, until_ts };
    if (!(await store([...(told()?.deputies ?? []), made]))) return;
    setDeputy(undefined);
    setFrom(today());
    setUntil("");
    tell(word("absenceSaved"));
  };

  return (
    <div class="settings-form">
      <section>
        <h3>{word("awayTitle")}</h3>
        <p class="field-note">{word("awayNote")}</p>
        <ul aria-label={word("awayTitle")}>
          <For
            each={told()?.deputies}
            fallback={<li class="field-note">{word("nobodyStandsIn")}</li>}
          >
            {(one) => (
              <Line deputy={one}>
                <Button
                  look="quiet"
                  disabled={busy()}
                  onClick={() => store((told()?.deputies ?? []).filter((each) => each !== one))}
                >
                  {word("endAbsence")}
                </Button>
              </Line>
            )}
          </For>
        </ul>
        <form
          class="absence-form"
          onSubmit={(event) => {
            event.preventDefault();
            add();
          }}
        >
          <div class="field">
            <span class="field-label">{word("whoStandsIn")}</span>
            <div class="setting-line">
              <Show when={deputy()}>
                {(one) => (
                  <>
                    <Face id={one().id} name={one().name} avatar={one().avatar} size="s" />
                    <span class="ellipsis">{one().name}</span>
                  </>
                )}
              </Show>
              <Button look="quiet" icon="person" onClick={() => setChoosing(true)}>
                {word(deputy() ? "chooseOther" : "choosePerson")}
              </Button>
            </div>
          </div>
          <div class="absence-days">
            <TextField
              label={word("awayFrom")}
              type="date"
              value={from()}
              onInput={setFrom}
              required
            />
            <TextField
              label={word("awayUntil")}
              type="date"
              min={from()}
              value={until()}
              onInput={setUntil}
              required
            />
          </div>
          <Show when={until() ? problem() : undefined}>
            {(key) => <p class="field-error">{word(key())}</p>}
          </Show>
          <div>
            <Button
              type="submit"
              look="primary"
              busy={busy()}
              disabled={!deputy() || problem() !== undefined}
            >
              {word("saveAbsence")}
            </Button>
          </div>
        </form>
      </section>
      <section>
        <h3>{word("standInTitle")}</h3>
        <ul aria-label={word("standInTitle")}>
          <For each={told()?.stands_for} fallback={<li class="field-note">{word("forNobody")}</li>}>
            {(one) => <Line deputy={one} />}
          </For>
        </ul>
      </section>
      <Show when={choosing()}>
        <Dialog open size="s" title={word("whoStandsIn")} onClose={() => setChoosing(false)}>
          <PersonPicker
            single
            chosen={[]}
            exclude={[me()]}
            onChange={([person]) => {
              setDeputy(person);
              setChoosing(false);
            }}
          />
        </Dialog>
      </Show>
    </div>
  );
}

function Line(props: { deputy: Deputy; children?: import("solid-js").JSX.Element }) {
  const name = useName(() => props.deputy.user_id);
  // The end of a day is the last moment before the next.
  const label = (ts: number) => dayLabel(language(), ts, now());
  return (
    <li class="setting-line">
      <Face id={props.deputy.user_id} name={name()} avatar={undefined} size="s" />
      <span class="row-text">
        <span class="ellipsis">{name()}</span>
        <small>
          {word("absenceDays", {
            from: label(props.deputy.since_ts),
            until: label(dayOf(props.deputy.until_ts)),
          })}
        </small>
      </span>
      {props.children}
    </li>
  );
}
