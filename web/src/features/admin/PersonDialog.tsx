import { createSignal, For, onMount, Show } from "solid-js";
import { ago } from "../../base/format";
import { Button, IconButton, Switch } from "../../ui/controls";
import { Dialog } from "../../ui/Dialog";
import { Icon } from "../../ui/icons";
import { now } from "../../ui/now";
import { language } from "../../ui/preferences";
import { tell } from "../../ui/toasts";
import { ADMIN, useServer } from "./ask";
import { ByName } from "./ByName";
import { type Account, has, localpart, nameOf } from "./data";
import { AccountFace } from "./FindPerson";
import { Roles } from "./Roles";
import { me } from "./rights";
import { Secret } from "./Secret";
import { word } from "./words";

/** One account: what it may do, from where it is signed in, and what can be done about it. */
export function PersonDialog(props: {
  account: Account;
  onClose: () => void;
  onChange: () => void;
}) {
  const server = useServer();
  const [secret, setSecret] = createSignal<string>();
  const [grave, setGrave] = createSignal<"leave" | "deactivate">();
  const id = () => encodeURIComponent(props.account.user_id);
  const may = (right: string) => has(me(), right) && !props.account.deactivated;
  const isOther = () => props.account.user_id !== me()?.user_id;

  const reset = async () => {
    const answer = await server.call<{ password: string }>(
      "PUT",
      `${ADMIN}/users/${id()}/password`,
      {},
    );
    if (answer) setSecret(answer.password);
  };
  const act = async (method: "POST" | "PUT", path: string, body: unknown) => {
    if (!(await server.call(method, path, body))) return;
    tell(word("done"));
    props.onChange();
  };
  const end = async () => {
    const kind = grave();
    setGrave(undefined);
    if (kind === "leave") await act("POST", `${ADMIN}/org/people/${id()}/leave`, {});
    else await act("POST", `${ADMIN}/users/${id()}/deactivate`, {});
  };
  return (
    <Dialog open title={nameOf(props.account)} onClose={props.onClose}>
      <div class="admin-person">
        <div class="admin-who">
          <AccountFace account={props.account} />
        </div>
        <Show when={props.account.deactivated}>
          <p class="field-note">{word("endedNote")}</p>
        </Show>
        <Show when={may("people.block") && isOther()}>
          <section class="admin-part">
            <Switch
              label={word("lock")}
              note={word("lockNote")}
              checked={props.account.locked}
              onChange={(locked) => act("PUT", `${ADMIN}/users/${id()}/lock`, { locked })}
            />
            <Switch
              label={word("suspend")}
              note={word("suspendNote")}
              checked={props.account.suspended}
              onChange={(suspended) => act("PUT", `${ADMIN}/users/${id()}/suspend`, { suspended })}
            />
          </section>
        </Show>
        <Show when={may("people.password")}>
          <section class="admin-part">
            <h3>{word("password")}</h3>
            <Show
              when={secret()}
              fallback={
                <Button look="quiet" icon="key" busy={server.busy()} onClick={reset}>
                  {word("resetPassword")}
                </Button>
              }
            >
              {(password) => <Secret who={nameOf(props.account)} password={password()} />}
            </Show>
          </section>
        </Show>
        <Show when={has(me(), "roles.read") && !props.account.deactivated}>
          <Roles account={props.account} onChange={props.onChange} />
        </Show>
        <Show when={may("people.sessions") && (isOther() || props.account.roles.length > 0)}>
          <DeviceList account={props.account} />
        </Show>
        <Show when={may("people.keep") && isOther()}>
          <section class="admin-part">
            <h3>{word("leaving")}</h3>
            <p class="field-note">{word("leavingNote")}</p>
            <div class="admin-bar">
              <Button look="danger" icon="leave" onClick={() => setGrave("leave")}>
                {word("showOut")}
              </Button>
              <Button look="danger" icon="trash" onClick={() => setGrave("deactivate")}>
                {word("endAccount")}
              </Button>
            </div>
          </section>
        </Show>
      </div>
      <Show when={grave()}>
        {(kind) => (
          <ByName
            title={word(kind() === "leave" ? "showOut" : "endAccount")}
            text={word(kind() === "leave" ? "showOutText" : "endAccountText")}
            yes={word(kind() === "leave" ? "showOut" : "endAccount")}
            name={localpart(props.account.user_id)}
            busy={server.busy()}
            onYes={end}
            onClose={() => setGrave(undefined)}
          />
        )}
      </Show>
    </Dialog>
  );
}

interface Device {
  device_id: string;
  display_name: string | null;
  last_seen_ts: number | null;
  last_seen_ip: string | null;
}

/** From where somebody is signed in; ended one by one, or all. */
function DeviceList(props: { account: Account }) {
  const server = useServer();
  const [devices, setDevices] = createSignal<readonly Device[]>([]);
  const path = () => `${ADMIN}/users/${encodeURIComponent(props.account.user_id)}/devices`;
  const load = async () => {
    const answer = await server.call<{ devices: Device[] }>("GET", path());
    if (answer) setDevices(answer.devices);
  };
  const end = async (deviceId?: string) => {
    const one = deviceId === undefined ? path() : `${path()}/${encodeURIComponent(deviceId)}`;
    if (await server.call("DELETE", one)) await load();
  };
  onMount(load);
  return (
    <section class="admin-part">
      <h3>{word("devices")}</h3>
      <ul class="admin-lines">
        <For each={devices()} fallback={<li class="field-note">{word("noDevices")}</li>}>
          {(device) => (
            <li>
              <Icon name="device" />
              <span>
                {device.display_name || device.device_id}
                <small>
                  <Show
                    when={device.last_seen_ts}
                    fallback={device.display_name ? device.device_id : word("notSeen")}
                  >
                    {(ts) => ago(language(), ts(), now())}
                  </Show>
                  <Show when={device.last_seen_ip}>{(ip) => <> · {ip()}</>}</Show>
                </small>
              </span>
              <IconButton
                icon="leave"
                label={word("endDevice", { name: device.display_name || device.device_id })}
                onClick={() => end(device.device_id)}
              />
            </li>
          )}
        </For>
      </ul>
      <Show when={devices().length > 1}>
        <Button look="danger" busy={server.busy()} onClick={() => end()}>
          {word("endAllDevices")}
        </Button>
      </Show>
    </section>
  );
}
