import { createSignal, Show } from "solid-js";
import { useClient } from "../../bridge/client";
import { Button, TextField } from "../../ui/controls";
import { Dialog } from "../../ui/Dialog";
import { tell } from "../../ui/toasts";
import { whyFailed } from "../../ui/uiWords";
import { word } from "./words";

const SHORTEST = 8;

/** Room keys into a file, and out of one, as other clients write and read it. */
export function KeyFiles() {
  const [open, setOpen] = createSignal<"export" | File>();
  let picker: HTMLInputElement | undefined;
  const pick = (input: HTMLInputElement) => {
    setOpen(input.files?.[0]);
    input.value = "";
  };
  return (
    <section>
      <h3>{word("keyFiles")}</h3>
      <p>{word("keyFilesText")}</p>
      <div class="setting-buttons">
        <Button look="quiet" icon="download" onClick={() => setOpen("export")}>
          {word("exportKeys")}
        </Button>
        <Button look="quiet" icon="key" onClick={() => picker?.click()}>
          {word("importKeys")}
        </Button>
      </div>
      <input
        ref={picker}
        type="file"
        hidden
        aria-label={word("importKeys")}
        accept=".txt,text/plain"
        onChange={(event) => pick(event.currentTarget)}
      />
      <Show when={open()}>
        {(what) => <Passphrase what={what()} onClose={() => setOpen(undefined)} />}
      </Show>
    </section>
  );
}

function Passphrase(props: { what: "export" | File; onClose: () => void }) {
  const client = useClient();
  const [passphrase, setPassphrase] = createSignal("");
  const [busy, setBusy] = createSignal(false);
  const [problem, setProblem] = createSignal<string>();
  const isExport = () => props.what === "export";
  const isEnough = () => passphrase().length >= (isExport() ? SHORTEST : 1);

  const write = async () => {
    const answer = await client.command("crypto.exportKeys", { passphrase: passphrase() });
    if (!answer.ok) return setProblem(whyFailed(answer.error));
    const link = document.createElement("a");
    link.href = URL.createObjectURL(answer.value.file);
    link.download = "depesha-keys.txt";
    link.click();
    URL.revokeObjectURL(link.href);
    props.onClose();
  };
  const read = async (file: File) => {
    const answer = await client.command("crypto.importKeys", { file, passphrase: passphrase() });
    if (!answer.ok) return setProblem(whyFailed(answer.error));
    tell(word("keysImported", { count: answer.value.imported }));
    props.onClose();
  };
  const go = async () => {
    setBusy(true);
    await (props.what === "export" ? write() : read(props.what));
    setBusy(false);
  };
  return (
    <Dialog
      open
      size="s"
      title={word(isExport() ? "exportKeys" : "importKeys")}
      onClose={props.onClose}
      footer={
        <>
          <Button look="quiet" onClick={props.onClose}>
            {word("cancel")}
          </Button>
          <Button look="primary" busy={busy()} disabled={!isEnough()} onClick={go}>
            {word(isExport() ? "exportKeys" : "importKeys")}
          </Button>
        </>
      }
    >
      <TextField
        label={word("filePassphrase")}
        note={isExport() ? word("filePassphraseNote", { count: SHORTEST }) : undefined}
        type="password"
        autocomplete={isExport() ? "new-password" : "off"}
        value={passphrase()}
        onInput={setPassphrase}
        error={problem()}
      />
    </Dialog>
  );
}
