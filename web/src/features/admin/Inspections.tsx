import { createSignal, For, onMount, Show } from "solid-js";
import { dayEdge, dayLabel, fullTime } from "../../base/format";
import { useClient } from "../../bridge/client";
import { ask } from "../../ui/Confirm";
import { Button, NoticeBox, Switch, TextField } from "../../ui/controls";
import { Dialog } from "../../ui/Dialog";
import { now } from "../../ui/now";
import { language } from "../../ui/preferences";
import { tell } from "../../ui/toasts";
import { ADMIN, useServer, whyRefused } from "./ask";
import { useCase } from "./CaseFields";
import { DAY, hasWhole, type Inspection, inspectionState } from "./data";
import { FindTarget, type Target } from "./FindTarget";
import { OpenKey } from "./OpenKey";
import { me } from "./rights";
import { saveFile } from "./saveFile";
import { useCalled } from "./Who";
import { word } from "./words";

const PATH = `${ADMIN}/inspections`;
const one = (inspection: Inspection) => `${PATH}/${encodeURIComponent(inspection.inspection_id)}`;

/** Reading correspondence: one asks, another consents, the first has it once, then it is told. */
export function Inspections() {
  const server = useServer();
  const client = useClient();
  const [found, setFound] = createSignal<readonly Inspection[]>([]);
  const [asking, setAsking] = createSignal(false);
  const [opening, setOpening] = createSignal<Inspection>();
  const load = async () => {
    const answer = await server.call<{ inspections: Inspection[] }>("GET", PATH);
    if (answer) setFound(answer.inspections);
  };
  onMount(load);
  const state = (inspection: Inspection) => inspectionState(inspection, now());
  const mayOpenKey = (inspection: Inspection) =>
    inspection.approved &&
    inspection.expires_ts > now() &&
    inspection.asked_by === me()?.user_id &&
    inspection.target.startsWith("@");
  const isOther = (inspection: Inspection) =>
    inspection.asked_by !== me()?.user_id && inspection.target !== me()?.user_id;
  const decide = async (inspection: Inspection, approved: boolean, text: string) => {
    if (approved) {
      if ((await ask({ title: word("consent"), text, yes: word("consent") })) === null) return;
    }
    if (await server.call("PUT", one(inspection), { approved })) await load();
  };
  const take = async (inspection: Inspection) => {
    const question = { title: word("takeCopy"), text: word("takeCopyText"), yes: word("takeCopy") };
    if ((await ask(question)) === null) return;
    const answer = await client.command("own.file", {
      method: "POST",
      path: `${one(inspection)}/export`,
    });
    if (answer.ok) saveFile(answer.value.blob, `inspection-${inspection.case_number}.zip`);
    else tell(whyRefused(answer.error));
    await load();
  };
  return (
    <>
      <p class="field-note">{word("inspectionsNote")}</p>
      <Show when={hasWhole(me(), "inspections.ask")}>
        <Button look="primary" icon="plus" onClick={() => setAsking(true)}>
          {word("askInspection")}
        </Button>
      </Show>
      <ul class="admin-lines">
        <For each={found()} fallback={<li class="field-note">{word("noInspections")}</li>}>
          {(inspection) => {
            const asker = useCalled(() => inspection.asked_by);
            const decider = useCalled(() => inspection.decided_by);
            const target = useCalled(() => inspection.target);
            const whose = () => inspection.target_name ?? target();
            const consent = () => word("consentText", { who: asker(), whose: whose() });
            return (
              <li>
                <span>
                  {whose()}{" "}
                  <span class="admin-state" data-state={state(inspection)}>
                    {word(`inspection.${state(inspection)}`)}
                  </span>
                  <small>
                    {word("caseOf", { number: inspection.case_number })} · {inspection.ground}
                    <Show when={inspection.secret}> · {word("isSecret")}</Show>
                  </small>
                  <small>
                    {dayLabel(language(), inspection.since_ts, now())} –{" "}
                    {dayLabel(language(), inspection.until_ts, now())}
                  </small>
                  <small>
                    {word("askedBy", { who: asker() })}
                    <Show when={inspection.decided_by}>
                      {" · "}
                      {word(inspection.approved ? "consentedBy" : "refusedBy", { who: decider() })}
                    </Show>
                    {" · "}
                    {word("untilTime", { when: fullTime(language(), inspection.expires_ts) })}
                  </small>
                </span>
                <Show
                  when={
                    state(inspection) === "asked" &&
                    hasWhole(me(), "inspections.consent") &&
                    isOther(inspection)
                  }
                >
                  <Button
                    look="quiet"
                    busy={server.busy()}
                    onClick={() => decide(inspection, false, "")}
                  >
                    {word("refuse")}
                  </Button>
                  <Button
                    look="primary"
                    busy={server.busy()}
                    onClick={() => decide(inspection, true, consent())}
                  >
                    {word("consent")}
                  </Button>
                </Show>
                <Show
                  when={state(inspection) === "approved" && inspection.asked_by === me()?.user_id}
                >
                  <Button look="primary" icon="download" onClick={() => take(inspection)}>
                    {word("takeCopy")}
                  </Button>
                </Show>
                <Show when={mayOpenKey(inspection)}>
                  <Button look="quiet" icon="key" onClick={() => setOpening(inspection)}>
                    {word("openKey")}
                  </Button>
                </Show>
              </li>
            );
          }}
        </For>
      </ul>
      <Show when={opening()}>
        {(inspection) => (
          <OpenKey inspection={inspection()} onClose={() => setOpening(undefined)} />
        )}
      </Show>
      <Show when={asking()}>
        <AskDialog
          onClose={() => setAsking(false)}
          onDone={() => {
            setAsking(false);
            load();
          }}
        />
      </Show>
    </>
  );
}

function AskDialog(props: { onDone: () => void; onClose: () => void }) {
  const server = useServer();
  const [target, setTarget] = createSignal<Target>();
  const [since, setSince] = createSignal("");
  const [until, setUntil] = createSignal("");
  const about = useCase();
  const [days, setDays] = createSignal("14");
  const [secret, setSecret] = createSignal(false);
  const period = () => [dayEdge(since(), false), dayEdge(until(), true)] as const;
  const isWhole = () => {
    const [from, to] = period();
    const term = Number(days());
    if (from === undefined || to === undefined || from >= to) return false;
    return about.isWhole() && term >= 1 && term <= 90;
  };
  const send = async () => {
    const body = {
      target: target()?.id,
      since_ts: period()[0],
      until_ts: period()[1],
      ...about.body(),
      expires_ts: Date.now() + Number(days()) * DAY,
      secret: secret(),
    };
    if (await server.call("POST", PATH, body)) props.onDone();
  };
  return (
    <Dialog
      open
      title={word("askInspection")}
      onClose={props.onClose}
      footer={
        <Show when={target()}>
          <Button look="primary" busy={server.busy()} disabled={!isWhole()} onClick={send}>
            {word("askConsent")}
          </Button>
        </Show>
      }
    >
      <Show when={target()} fallback={<FindTarget onChoose={setTarget} />}>
        {(chosen) => (
          <div class="admin-form">
            <p>{word("targetIs", { name: chosen().name })}</p>
            <div class="admin-pair">
              <TextField label={word("sinceDay")} type="date" value={since()} onInput={setSince} />
              <TextField label={word("untilDay")} type="date" value={until()} onInput={setUntil} />
            </div>
            {about.fields()}
            <TextField
              label={word("termDays")}
              note={word("termNote")}
              type="number"
              min="1"
              max="90"
              value={days()}
              onInput={setDays}
            />
            <Switch
              label={word("secret")}
              note={word("secretNote")}
              checked={secret()}
              onChange={setSecret}
            />
            <NoticeBox>{word("encryptedNote")}</NoticeBox>
          </div>
        )}
      </Show>
    </Dialog>
  );
}
