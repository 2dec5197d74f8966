import { createEffect, createSignal, createUniqueId, For, on, Show } from "solid-js";
import { fullTime } from "../../base/format";
import { Button, Segments } from "../../ui/controls";
import { Dialog } from "../../ui/Dialog";
import { language } from "../../ui/preferences";
import { ADMIN, useServer, withQuery } from "./ask";
import { useCalled } from "./Who";
import { word } from "./words";

const PATH = `${ADMIN}/complaints`;

interface Complaint {
  number: number;
  reporter: string;
  reason: string;
  ts: number;
  user_id?: string;
  room_id?: string;
  event_id?: string;
  decision?: "upheld" | "rejected";
  answer?: string;
  decided_by?: string;
}

/** What people complained about: decided here, and answered. */
export function Complaints() {
  const server = useServer();
  const [which, setWhich] = createSignal<"open" | "all">("open");
  const [found, setFound] = createSignal<readonly Complaint[]>([]);
  const [chosen, setChosen] = createSignal<Complaint>();
  const load = async () => {
    const query = { open: which() === "open" ? "true" : undefined, limit: 200 };
    const answer = await server.call<{ complaints: Complaint[] }>("GET", withQuery(PATH, query));
    if (answer) setFound(answer.complaints);
  };
  createEffect(on(which, load));
  return (
    <>
      <Segments
        label={word("whichComplaints")}
        value={which()}
        options={[
          { value: "open", label: word("openOnes") },
          { value: "all", label: word("allOnes") },
        ]}
        onChange={setWhich}
      />
      <ul class="admin-lines">
        <For each={found()} fallback={<li class="field-note">{word("noComplaints")}</li>}>
          {(complaint) => {
            const reporter = useCalled(() => complaint.reporter);
            const about = useCalled(() => complaint.user_id);
            return (
              <li>
                <span>
                  {complaint.reason || word("noReason")}
                  <small>
                    {word("complainedOf", {
                      who: reporter(),
                      what: complaint.user_id ? about() : (complaint.room_id ?? ""),
                    })}
                    {" · "}
                    {fullTime(language(), complaint.ts)}
                    <Show when={complaint.event_id}>{(event) => <> · {event()}</>}</Show>
                    <Show when={complaint.decision}>
                      {(decision) => <> · {word(`decision.${decision()}`)}</>}
                    </Show>
                  </small>
                </span>
                <Button look="quiet" onClick={() => setChosen(complaint)}>
                  {word("decide")}
                </Button>
              </li>
            );
          }}
        </For>
      </ul>
      <Show when={chosen()}>
        {(complaint) => (
          <Decide
            complaint={complaint()}
            onClose={() => setChosen(undefined)}
            onDone={() => {
              setChosen(undefined);
              load();
            }}
          />
        )}
      </Show>
    </>
  );
}

function Decide(props: { complaint: Complaint; onDone: () => void; onClose: () => void }) {
  const server = useServer();
  const id = createUniqueId();
  const [answer, setAnswer] = createSignal(props.complaint.answer ?? "");
  const decide = async (decision: "upheld" | "rejected") => {
    const body = { decision, answer: answer().trim() };
    if (await server.call("PUT", `${PATH}/${props.complaint.number}`, body)) props.onDone();
  };
  return (
    <Dialog
      open
      size="s"
      title={word("decideTitle")}
      onClose={props.onClose}
      footer={
        <>
          <Button look="quiet" busy={server.busy()} onClick={() => decide("rejected")}>
            {word("reject")}
          </Button>
          <Button look="primary" busy={server.busy()} onClick={() => decide("upheld")}>
            {word("uphold")}
          </Button>
        </>
      }
    >
      <p>{props.complaint.reason || word("noReason")}</p>
      <div class="field">
        <label for={id}>{word("answer")}</label>
        <textarea
          id={id}
          class="input"
          rows="3"
          maxLength={4000}
          value={answer()}
          onInput={(event) => setAnswer(event.currentTarget.value)}
        />
        <p class="field-note">{word("answerNote")}</p>
      </div>
    </Dialog>
  );
}
