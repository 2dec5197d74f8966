import { createSignal, Show } from "solid-js";
import { useClient, useValue } from "../../bridge/client";
import { Button, IconButton, TextField } from "../../ui/controls";
import { Dialog } from "../../ui/Dialog";
import { Icon } from "../../ui/icons";
import { createPreference } from "../../ui/preferences";
import { orTell, tell } from "../../ui/toasts";
import { whyFailed } from "../../ui/uiWords";
import "./view.css";
import { word } from "./words";

const [putOff, setPutOff] = createPreference<number>("encryptionLater", 0);
const WEEK = 7 * 86_400_000;

/**
 * A quiet line above the chats until the recovery key is kept, or earlier conversations are opened
 * with it. It interrupts nobody, and comes back a week after it was put off.
 */
export default function KeyReminder() {
  const encryption = useValue("encryption", () => null);
  const [open, setOpen] = createSignal(false);
  const isNew = () => encryption()?.crossSigning === "unverified";
  const due = () => {
    const view = encryption();
    if (!view?.ready || Date.now() - putOff() < WEEK) return false;
    return view.crossSigning === "unverified" || !view.recovery;
  };
  const close = () => setOpen(false);
  return (
    <>
      <Show when={due() || open()}>
        <div class="key-reminder">
          <Icon name="key" />
          <button type="button" class="key-reminder-text" onClick={() => setOpen(true)}>
            <strong>{isNew() ? word("unlockHistory") : word("setUpTitle")}</strong>
            <small>{isNew() ? word("unlockHistoryShort") : word("setUpShort")}</small>
          </button>
          <IconButton icon="close" label={word("later")} onClick={() => setPutOff(Date.now())} />
        </div>
      </Show>
      <Show when={open()}>
        <Show when={isNew()} fallback={<NewKey onClose={close} onDone={close} />}>
          <Recover onClose={close} onDone={close} />
        </Show>
      </Show>
    </>
  );
}

/**
 * Makes the recovery key and shows it until it is kept. With `reset` the account begins anew: for
 * who has neither the key nor another device.
 */
export function NewKey(props: { onClose: () => void; onDone: () => void; reset?: boolean }) {
  const client = useClient();
  const [key, setKey] = createSignal<string>();
  const [password, setPassword] = createSignal("");
  const [needsPassword, setNeedsPassword] = createSignal(props.reset === true);
  const [busy, setBusy] = createSignal(false);
  const [problem, setProblem] = createSignal<string>();

  const create = async () => {
    setBusy(true);
    const answer = await client.command("crypto.setUp", {
      ...(password() && { password: password() }),
      ...(props.reset && { reset: true }),
    });
    setBusy(false);
    if (answer.ok) setKey(answer.value.recoveryKey);
    else if (answer.error.code === "M_FORBIDDEN" || answer.error.status === 401) {
      if (needsPassword()) setProblem(word("wrong"));
      setNeedsPassword(true);
    } else setProblem(whyFailed(answer.error));
  };
  const copy = async () => {
    await navigator.clipboard.writeText(key() ?? "");
    tell(word("keyCopied"));
  };
  const save = () => {
    const url = URL.createObjectURL(
      new Blob([`${word("keyFile")}\n\n${key()}\n`], { type: "text/plain" }),
    );
    const link = document.createElement("a");
    link.href = url;
    link.download = "depesha-recovery-key.txt";
    link.click();
    URL.revokeObjectURL(url);
  };
  return (
    <Dialog
      open
      size="s"
      title={word(props.reset ? "beginAnew" : "setUpTitle")}
      onClose={props.onClose}
      footer={
        <Show
          when={key()}
          fallback={
            <>
              <Button look="quiet" onClick={props.onClose}>
                {word("later")}
              </Button>
              <Button look="primary" busy={busy()} onClick={create}>
                {word("create")}
              </Button>
            </>
          }
        >
          <Button look="primary" onClick={props.onDone}>
            {word("done")}
          </Button>
        </Show>
      }
    >
      <p>{word(props.reset && !key() ? "beginAnewText" : "setUpText")}</p>
      <Show when={needsPassword() && !key()}>
        <TextField
          label={word("password")}
          note={word("setUpNeedsPassword")}
          type="password"
          autocomplete="current-password"
          value={password()}
          onInput={setPassword}
          error={problem()}
        />
      </Show>
      <Show when={!needsPassword() && problem()}>
        <p class="field-error">{problem()}</p>
      </Show>
      <Show when={key()}>
        <p class="recovery-key">{key()}</p>
        <div class="button-row">
          <Button look="quiet" icon="copy" onClick={copy}>
            {word("copyKey")}
          </Button>
          <Button look="quiet" icon="download" onClick={save}>
            {word("saveKey")}
          </Button>
        </div>
      </Show>
    </Dialog>
  );
}

/** Opens earlier conversations on a new device. */
export function Recover(props: { onClose: () => void; onDone: () => void }) {
  const client = useClient();
  const session = useValue("session", () => null);
  const [key, setKey] = createSignal("");
  const [busy, setBusy] = createSignal(false);
  const [problem, setProblem] = createSignal<string>();
  const recover = async () => {
    setBusy(true);
    const answer = await client.command("crypto.recover", { keyOrPassphrase: key().trim() });
    setBusy(false);
    if (answer.ok) props.onDone();
    else setProblem(whyFailed(answer.error));
  };
  const verify = async () => {
    const view = session();
    if (view?.phase !== "signedIn") return;
    const started = await orTell(client.command("verification.start", { userId: view.userId }));
    if (started) props.onDone();
  };
  return (
    <Dialog
      open
      size="s"
      title={word("unlockHistory")}
      onClose={props.onClose}
      footer={
        <>
          <Button look="quiet" onClick={props.onClose}>
            {word("later")}
          </Button>
          <Button look="primary" busy={busy()} disabled={!key().trim()} onClick={recover}>
            {word("recover")}
          </Button>
        </>
      }
    >
      <p>{word("unlockHistoryText")}</p>
      <TextField
        label={word("recoveryKey")}
        value={key()}
        onInput={setKey}
        autocomplete="off"
        spellcheck={false}
        error={problem()}
      />
      <Button look="quiet" icon="device" wide onClick={verify}>
        {word("otherDevice")}
      </Button>
    </Dialog>
  );
}
