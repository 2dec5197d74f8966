import { createEffect, createSignal, For, on, onCleanup, onMount, Show } from "solid-js";
import { Button, IconButton, NoticeBox, TextField } from "../../ui/controls";
import { Dialog } from "../../ui/Dialog";
import { tell } from "../../ui/toasts";
import { ADMIN, useServer, withQuery } from "./ask";
import { CHATS, daysOf, hasWhole, pathOf, type RetentionPolicy, type Unit } from "./data";
import { me } from "./rights";
import { word } from "./words";

const PATH = `${ADMIN}/retention`;
const one = (policy: { unit: number; kind: string }) => `${PATH}/${policy.unit}/${policy.kind}`;

/** How long what is said is kept: rules by part of the tree and kind of chat. */
export function Retention() {
  const server = useServer();
  const [policies, setPolicies] = createSignal<readonly RetentionPolicy[]>([]);
  const [units, setUnits] = createSignal<readonly Unit[]>([]);
  const [edited, setEdited] = createSignal<Partial<RetentionPolicy>>();
  const mayKeep = () => hasWhole(me(), "retention.keep");
  const load = async () => {
    const answer = await server.call<{ policies: RetentionPolicy[]; units: Unit[] }>("GET", PATH);
    if (!answer) return;
    setPolicies(answer.policies);
    setUnits(answer.units);
  };
  onMount(load);
  const where = (policy: RetentionPolicy) =>
    policy.unit ? pathOf(units(), policy.unit) || `№ ${policy.unit}` : word("wholeInstitution");
  const time = (days: number | null) =>
    days === null ? word("forEver") : word("dayCount", { count: days });
  const remove = async (policy: RetentionPolicy) => {
    if (await server.call("DELETE", one(policy))) await load();
  };
  return (
    <>
      <p class="field-note">{word("retentionNote")}</p>
      <Show when={mayKeep()}>
        <Button look="primary" icon="plus" onClick={() => setEdited({})}>
          {word("newRule")}
        </Button>
      </Show>
      <Show
        when={policies().length > 0}
        fallback={<p class="field-note">{server.busy() ? "" : word("noRules")}</p>}
      >
        <table class="admin-table">
          <thead>
            <tr>
              <th scope="col">{word("where")}</th>
              <th scope="col">{word("kindOfChat")}</th>
              <th scope="col">{word("messages")}</th>
              <th scope="col">{word("files")}</th>
              <th scope="col">
                <span class="sr-only">{word("acts")}</span>
              </th>
            </tr>
          </thead>
          <tbody>
            <For each={policies()}>
              {(policy) => (
                <tr>
                  <td>{where(policy)}</td>
                  <td data-label={word("kindOfChat")}>{word(`chat.${policy.kind}`)}</td>
                  <td data-label={word("messages")}>{time(policy.messages_days)}</td>
                  <td data-label={word("files")}>
                    {time(policy.files_days ?? policy.messages_days)}
                  </td>
                  <td class="admin-acts">
                    <Show when={mayKeep()}>
                      <IconButton
                        icon="edit"
                        label={word("changeRule", { name: where(policy) })}
                        onClick={() => setEdited(policy)}
                      />
                      <IconButton
                        icon="trash"
                        label={word("removeRule", { name: where(policy) })}
                        onClick={() => remove(policy)}
                      />
                    </Show>
                  </td>
                </tr>
              )}
            </For>
          </tbody>
        </table>
      </Show>
      <Show when={edited()} keyed>
        {(policy) => (
          <RuleDialog
            policy={policy}
            units={units()}
            onClose={() => setEdited(undefined)}
            onDone={() => {
              setEdited(undefined);
              load();
            }}
          />
        )}
      </Show>
    </>
  );
}

interface Preview {
  rooms: number;
  held: number;
  messages: number;
  files: number;
}

/** One rule, with what it would erase before it is set. */
function RuleDialog(props: {
  policy: Partial<RetentionPolicy>;
  units: readonly Unit[];
  onDone: () => void;
  onClose: () => void;
}) {
  const server = useServer();
  const text = (days: number | null | undefined) => (days ? String(days) : "");
  const [unit, setUnit] = createSignal(props.policy.unit ?? 0);
  const [kind, setKind] = createSignal(props.policy.kind ?? "any");
  const [messages, setMessages] = createSignal(text(props.policy.messages_days));
  const [files, setFiles] = createSignal(text(props.policy.files_days));
  const [least, setLeast] = createSignal(text(props.policy.least_days));
  const [preview, setPreview] = createSignal<Preview>();
  const isNew = () => props.policy.kind === undefined;
  const path = () => one({ unit: unit(), kind: kind() });
  const body = () => ({
    messages_days: daysOf(messages()),
    files_days: daysOf(files()),
    least_days: daysOf(least()),
  });
  const look = async () => {
    const { messages_days, files_days, least_days } = body();
    const query = {
      messages_days: messages_days ?? undefined,
      files_days: files_days ?? undefined,
      least_days: least_days ?? undefined,
    };
    const asked = JSON.stringify([path(), query]);
    const found = await server.call<Preview>("GET", withQuery(`${path()}/preview`, query));
    if (found && asked === JSON.stringify([path(), query])) setPreview(found);
  };
  createEffect(
    on([path, messages, files, least], () => {
      setPreview(undefined);
      const timer = setTimeout(look, 300);
      onCleanup(() => clearTimeout(timer));
    }),
  );
  const goes = () => {
    const found = preview();
    return found !== undefined && found.messages + found.files > 0;
  };
  const save = async () => {
    if (!(await server.call("PUT", path(), body()))) return;
    tell(word("done"));
    props.onDone();
  };
  return (
    <Dialog
      open
      title={word(isNew() ? "newRule" : "rule")}
      onClose={props.onClose}
      footer={
        <Button
          look={goes() ? "danger primary" : "primary"}
          busy={server.busy()}
          disabled={!preview()}
          onClick={save}
        >
          {word(goes() ? "setAndErase" : "save")}
        </Button>
      }
    >
      <div class="admin-form">
        <label class="field">
          <span class="field-label">{word("where")}</span>
          <select
            class="input"
            disabled={!isNew()}
            value={unit()}
            onChange={(event) => setUnit(Number(event.currentTarget.value))}
          >
            <option value={0}>{word("wholeInstitution")}</option>
            <For each={props.units}>
              {(each) => <option value={each.unit_id}>{pathOf(props.units, each.unit_id)}</option>}
            </For>
          </select>
        </label>
        <label class="field">
          <span class="field-label">{word("kindOfChat")}</span>
          <select
            class="input"
            disabled={!isNew()}
            value={kind()}
            onChange={(event) => setKind(event.currentTarget.value as RetentionPolicy["kind"])}
          >
            <For each={CHATS}>{(each) => <option value={each}>{word(`chat.${each}`)}</option>}</For>
          </select>
        </label>
        <TextField
          label={word("messagesDays")}
          note={word("emptyForEver")}
          type="number"
          min="1"
          max="36500"
          value={messages()}
          onInput={setMessages}
        />
        <TextField
          label={word("filesDays")}
          note={word("emptyAsMessages")}
          type="number"
          min="1"
          max="36500"
          value={files()}
          onInput={setFiles}
        />
        <TextField
          label={word("leastDays")}
          note={word("emptyNoSay")}
          type="number"
          min="1"
          max="36500"
          value={least()}
          onInput={setLeast}
        />
      </div>
      <section aria-label={word("wouldGo")} aria-live="polite">
        <Show when={preview()} fallback={<p class="field-note">{word("counting")}</p>}>
          {(found) => (
            <NoticeBox {...(goes() && { look: "warn" as const })}>
              {word("chatsUnder", { count: found().rooms })}{" "}
              <Show when={found().held > 0}>{word("chatsHeld", { count: found().held })} </Show>
              <Show when={goes()} fallback={word("nothingGoes")}>
                <strong>
                  {word("goneMessages", { count: found().messages })}{" "}
                  {word("goneFiles", { count: found().files })}
                </strong>
              </Show>
            </NoticeBox>
          )}
        </Show>
      </section>
    </Dialog>
  );
}
