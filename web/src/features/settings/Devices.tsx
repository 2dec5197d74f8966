import { createSignal, For, Show } from "solid-js";
import type { Failure } from "../../base/errors";
import { ago } from "../../base/format";
import { useClient, useList, useValue } from "../../bridge/client";
import type { DeviceRecord } from "../../engine/records";
import { Button, TextField } from "../../ui/controls";
import { Dialog } from "../../ui/Dialog";
import { Icon } from "../../ui/icons";
import { MenuButton } from "../../ui/Menu";
import { now } from "../../ui/now";
import { language } from "../../ui/preferences";
import { orTell, tell } from "../../ui/toasts";
import { uiWord, whyFailed } from "../../ui/uiWords";
import { otherDevices } from "./data";
import { word } from "./words";

/** Where I am signed in, and the password. */
export function Devices() {
  const client = useClient();
  const session = useValue("session", () => null);
  const devices = useList("devices", () => null);
  const [ending, setEnding] = createSignal<readonly string[]>();
  const [renaming, setRenaming] = createSignal<DeviceRecord>();
  const [changing, setChanging] = createSignal(false);
  const all = () => devices.order().flatMap((id) => devices.row(id) ?? []);
  const current = () => all().find((device) => device.current);
  const others = () => otherDevices(all());
  const verify = (device: DeviceRecord) => {
    const view = session();
    if (view?.phase === "signedIn")
      orTell(client.command("verification.start", { userId: view.userId, deviceId: device.id }));
  };
  return (
    <div class="settings-form">
      <section>
        <h3>{word("thisDevice")}</h3>
        <Show when={current()}>
          {(device) => <Device device={device()} onRename={() => setRenaming(device())} />}
        </Show>
      </section>
      <section>
        <h3>{word("otherDevices")}</h3>
        <Show when={others().length > 0} fallback={<p class="field-note">{word("noOthers")}</p>}>
          <ul>
            <For each={others()}>
              {(device) => (
                <li>
                  <Device
                    device={device}
                    onRename={() => setRenaming(device)}
                    onVerify={() => verify(device)}
                    onEnd={() => setEnding([device.id])}
                  />
                </li>
              )}
            </For>
          </ul>
          <Button
            look="danger"
            icon="leave"
            onClick={() => setEnding(others().map(({ id }) => id))}
          >
            {word("signOutOthers")}
          </Button>
        </Show>
      </section>
      <section>
        <h3>{word("password")}</h3>
        <Button look="quiet" icon="key" onClick={() => setChanging(true)}>
          {word("changePassword")}
        </Button>
      </section>
      <Show when={ending()}>
        {(ids) => <EndDialog ids={ids()} onClose={() => setEnding(undefined)} />}
      </Show>
      <Show when={renaming()}>
        {(device) => <RenameDialog device={device()} onClose={() => setRenaming(undefined)} />}
      </Show>
      <Show when={changing()}>
        <PasswordDialog onClose={() => setChanging(false)} />
      </Show>
    </div>
  );
}

function Device(props: {
  device: DeviceRecord;
  onRename: () => void;
  onVerify?: () => void;
  onEnd?: () => void;
}) {
  return (
    <div class="setting-line device">
      <Icon name="device" />
      <span>
        {props.device.name || props.device.id}
        <small>
          {word(props.device.verified ? "verified" : "unverified")}
          <Show when={!props.device.current && props.device.lastSeenAt}>
            {(ts) => <> · {word("lastSeen", { time: ago(language(), ts(), now()) })}</>}
          </Show>
          <Show when={props.device.lastSeenIp}>{(ip) => <> · {ip()}</>}</Show>
        </small>
      </span>
      <MenuButton
        icon="more"
        label={`${uiWord("actions")}: ${props.device.name || props.device.id}`}
        actions={() => [
          { id: "rename", icon: "edit", label: () => word("rename"), run: props.onRename },
          {
            id: "verify",
            icon: "shieldCheck",
            label: () => word("verify"),
            when: () => !props.device.verified && props.onVerify !== undefined,
            run: () => props.onVerify?.(),
          },
          {
            id: "end",
            icon: "leave",
            danger: true,
            label: () => word("signOutDevice"),
            when: () => props.onEnd !== undefined,
            run: () => props.onEnd?.(),
          },
        ]}
      />
    </div>
  );
}

/** Where a password is asked for, what is forbidden is a wrong one. */
function whyRefused(failure: Failure): string {
  return failure.code === "M_FORBIDDEN" ? word("passwordWrong") : whyFailed(failure);
}

function EndDialog(props: { ids: readonly string[]; onClose: () => void }) {
  const client = useClient();
  const [password, setPassword] = createSignal("");
  const [problem, setProblem] = createSignal<string>();
  const [busy, setBusy] = createSignal(false);
  const end = async () => {
    setBusy(true);
    const answer = await client.command("session.endDevices", {
      ids: props.ids,
      password: password(),
    });
    setBusy(false);
    if (!answer.ok) {
      setProblem(whyRefused(answer.error));
      return;
    }
    tell(word("ended"));
    props.onClose();
  };
  return (
    <Dialog
      open
      size="s"
      title={word("endTitle", { count: props.ids.length })}
      onClose={props.onClose}
      footer={
        <Button look="danger primary" busy={busy()} onClick={end}>
          {word("signOutDevice")}
        </Button>
      }
    >
      <p>{word("endText")}</p>
      <TextField
        label={word("password")}
        type="password"
        autocomplete="current-password"
        value={password()}
        onInput={setPassword}
        error={problem()}
      />
    </Dialog>
  );
}

function RenameDialog(props: { device: DeviceRecord; onClose: () => void }) {
  const client = useClient();
  const [name, setName] = createSignal(props.device.name);
  const save = async () => {
    await orTell(
      client.command("session.renameDevice", { id: props.device.id, name: name().trim() }),
    );
    props.onClose();
  };
  return (
    <Dialog
      open
      size="s"
      title={word("rename")}
      onClose={props.onClose}
      footer={
        <Button look="primary" disabled={!name().trim()} onClick={save}>
          {word("save")}
        </Button>
      }
    >
      <TextField label={word("deviceName")} value={name()} onInput={setName} maxLength={100} />
    </Dialog>
  );
}

function PasswordDialog(props: { onClose: () => void }) {
  const client = useClient();
  const [old, setOld] = createSignal("");
  const [fresh, setFresh] = createSignal("");
  const [problem, setProblem] = createSignal<string>();
  const [busy, setBusy] = createSignal(false);
  const save = async () => {
    setBusy(true);
    const answer = await client.command("session.changePassword", { old: old(), new: fresh() });
    setBusy(false);
    if (!answer.ok) {
      setProblem(whyRefused(answer.error));
      return;
    }
    tell(word("passwordChanged"));
    props.onClose();
  };
  return (
    <Dialog
      open
      size="s"
      title={word("changePassword")}
      onClose={props.onClose}
      footer={
        <Button look="primary" busy={busy()} disabled={fresh().length < 8 || !old()} onClick={save}>
          {word("save")}
        </Button>
      }
    >
      <TextField
        label={word("oldPassword")}
        type="password"
        autocomplete="current-password"
        value={old()}
        onInput={setOld}
        error={problem()}
      />
      <TextField
        label={word("newPassword")}
        type="password"
        autocomplete="new-password"
        value={fresh()}
        onInput={setFresh}
      />
    </Dialog>
  );
}
