import { createSignal, For, onMount, Show } from "solid-js";
import { Button, IconButton, NoticeBox, Switch, TextField } from "../../ui/controls";
import { Dialog } from "../../ui/Dialog";
import { tell } from "../../ui/toasts";
import { ADMIN, useServer } from "./ask";
import { hasWhole, wholeOf } from "./data";
import { roleName } from "./Roles";
import { me } from "./rights";
import { word } from "./words";

const PATH = `${ADMIN}/policies`;
const ROLES = [
  "member",
  "owner",
  "administrator",
  "unit_administrator",
  "security_officer",
  "auditor",
  "operator",
] as const;

interface Policy {
  second_factor: boolean;
  least_password: number | null;
  session_hours: number | null;
  idle_minutes: number | null;
}

const USUAL: Policy = {
  second_factor: false,
  least_password: null,
  session_hours: null,
  idle_minutes: null,
};

const nameOfRole = (role: string) => (role === "member" ? word("everybody") : roleName(role));

/** What is asked of those who sign in, by role; of several the strictest holds. */
export function Policies() {
  const server = useServer();
  const [policies, setPolicies] = createSignal<Readonly<Record<string, Policy>>>({});
  const [edited, setEdited] = createSignal<string>();
  const mayKeep = () => hasWhole(me(), "policies.keep");
  const load = async () => {
    const answer = await server.call<{ policies: Record<string, Policy> }>("GET", PATH);
    if (answer) setPolicies(answer.policies);
  };
  onMount(load);
  const of = (role: string) => policies()[role] ?? USUAL;
  return (
    <>
      <p class="field-note">{word("policiesNote")}</p>
      <table class="admin-table">
        <thead>
          <tr>
            <th scope="col">{word("ofWhom")}</th>
            <th scope="col">{word("secondFactor")}</th>
            <th scope="col">{word("password")}</th>
            <th scope="col">{word("session")}</th>
            <th scope="col">{word("idleLock")}</th>
            <th scope="col">
              <span class="sr-only">{word("acts")}</span>
            </th>
          </tr>
        </thead>
        <tbody>
          <For each={ROLES}>
            {(role) => (
              <tr>
                <td>{nameOfRole(role)}</td>
                <td data-label={word("secondFactor")}>
                  {word(of(role).second_factor ? "asked" : "asUsual")}
                </td>
                <td data-label={word("password")}>
                  {of(role).least_password
                    ? word("signCount", { count: of(role).least_password ?? 0 })
                    : word("asUsual")}
                </td>
                <td data-label={word("session")}>
                  {of(role).session_hours
                    ? word("hourCount", { count: of(role).session_hours ?? 0 })
                    : word("asUsual")}
                </td>
                <td data-label={word("idleLock")}>
                  {of(role).idle_minutes
                    ? word("minuteCount", { count: of(role).idle_minutes ?? 0 })
                    : word("asUsual")}
                </td>
                <td class="admin-acts">
                  <Show when={mayKeep()}>
                    <IconButton
                      icon="edit"
                      label={word("changeRule", { name: nameOfRole(role) })}
                      onClick={() => setEdited(role)}
                    />
                  </Show>
                </td>
              </tr>
            )}
          </For>
        </tbody>
      </table>
      <Show when={edited()} keyed>
        {(role) => (
          <PolicyDialog
            role={role}
            policy={of(role)}
            onClose={() => setEdited(undefined)}
            onDone={() => {
              setEdited(undefined);
              tell(word("done"));
              load();
            }}
          />
        )}
      </Show>
    </>
  );
}

function PolicyDialog(props: {
  role: string;
  policy: Policy;
  onDone: () => void;
  onClose: () => void;
}) {
  const server = useServer();
  const text = (value: number | null) => (value === null ? "" : String(value));
  const [factor, setFactor] = createSignal(props.policy.second_factor);
  const [length, setLength] = createSignal(text(props.policy.least_password));
  const [hours, setHours] = createSignal(text(props.policy.session_hours));
  const [minutes, setMinutes] = createSignal(text(props.policy.idle_minutes));
  const save = async () => {
    const body: Policy = {
      second_factor: factor(),
      least_password: wholeOf(length(), 8, 128),
      session_hours: wholeOf(hours(), 1, 87_600),
      idle_minutes: wholeOf(minutes(), 1, 1440),
    };
    if (await server.call("PUT", `${PATH}/${props.role}`, body)) props.onDone();
  };
  return (
    <Dialog
      open
      title={word("policyOf", { name: nameOfRole(props.role) })}
      onClose={props.onClose}
      footer={
        <Button look="primary" busy={server.busy()} onClick={save}>
          {word("save")}
        </Button>
      }
    >
      <div class="admin-form">
        <Switch
          label={word("secondFactor")}
          note={word("secondFactorNote")}
          checked={factor()}
          onChange={setFactor}
        />
        <Show when={factor() && !props.policy.second_factor}>
          <NoticeBox look="warn">{word("secondFactorWarning")}</NoticeBox>
        </Show>
        <TextField
          label={word("leastPassword")}
          note={word("emptyUsual")}
          type="number"
          min="8"
          max="128"
          value={length()}
          onInput={setLength}
        />
        <TextField
          label={word("sessionHours")}
          note={word("emptyUsual")}
          type="number"
          min="1"
          value={hours()}
          onInput={setHours}
        />
        <TextField
          label={word("idleMinutes")}
          note={word("idleNote")}
          type="number"
          min="1"
          max="1440"
          value={minutes()}
          onInput={setMinutes}
        />
      </div>
    </Dialog>
  );
}
