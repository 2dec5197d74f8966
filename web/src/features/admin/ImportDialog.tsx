import { createSignal, For, Show } from "solid-js";
import { Button, NoticeBox, Switch } from "../../ui/controls";
import { Dialog } from "../../ui/Dialog";
import { tell } from "../../ui/toasts";
import { ADMIN, useServer } from "./ask";
import { word } from "./words";

interface Part<T> {
  count: number;
  first: readonly T[];
}

interface Report {
  units: Part<string>;
  added: Part<string>;
  returned: Part<string>;
  moved: Part<unknown>;
  changed: Part<string>;
  managers: Part<unknown>;
  leavers: Part<string>;
  faults: Part<{ line: number; message: string }>;
  unchanged: number;
}

const PARTS = ["units", "added", "returned", "moved", "changed", "managers", "leavers"] as const;

/** Takes in a table of employees: what it would do is reported before it is done. */
export function ImportDialog(props: { onDone: () => void; onClose: () => void }) {
  const server = useServer();
  const [csv, setCsv] = createSignal("");
  const [report, setReport] = createSignal<Report>();
  const [force, setForce] = createSignal(false);
  const path = `${ADMIN}/org/import`;
  const look = async (file: File | undefined) => {
    if (!file) return;
    setCsv(await file.text());
    setReport(await server.call<Report>("POST", path, { csv: csv(), dry_run: true, force: true }));
  };
  const takeIn = async () => {
    if (!(await server.call("POST", path, { csv: csv(), force: force() }))) return;
    tell(word("imported"));
    props.onDone();
    props.onClose();
  };
  return (
    <Dialog
      open
      title={word("import")}
      onClose={props.onClose}
      footer={
        <Button
          look="primary"
          busy={server.busy()}
          disabled={!report() || (report()?.faults.count ?? 0) > 0}
          onClick={takeIn}
        >
          {word("takeIn")}
        </Button>
      }
    >
      <p class="field-note">{word("importNote")}</p>
      <label class="field">
        <span class="field-label">{word("csvFile")}</span>
        <input
          class="input"
          type="file"
          accept=".csv,text/csv"
          onChange={(event) => look(event.currentTarget.files?.[0])}
        />
      </label>
      <Show when={report()}>
        {(told) => (
          <section aria-label={word("report")} class="admin-difference">
            <h3>{word("report")}</h3>
            <For each={told().faults.first}>
              {(fault) => (
                <NoticeBox look="bad">
                  {fault.line > 0 ? word("faultAt", { line: fault.line }) : ""} {fault.message}
                </NoticeBox>
              )}
            </For>
            <dl class="admin-figures">
              <For each={PARTS}>
                {(part) => (
                  <div>
                    <dt>{word(`import.${part}`)}</dt>
                    <dd>{told()[part].count}</dd>
                  </div>
                )}
              </For>
              <div>
                <dt>{word("import.unchanged")}</dt>
                <dd>{told().unchanged}</dd>
              </div>
            </dl>
            <Show when={told().leavers.count > 0}>
              <NoticeBox look="warn">
                {word("leavers", { names: told().leavers.first.slice(0, 20).join(", ") })}
              </NoticeBox>
              <Switch label={word("force")} checked={force()} onChange={setForce} />
            </Show>
          </section>
        )}
      </Show>
    </Dialog>
  );
}
