import { createSignal } from "solid-js";
import { fullTime, localInput } from "../../base/format";
import { useClient } from "../../bridge/client";
import type { Content } from "../../engine/records";
import { Button, TextField } from "../../ui/controls";
import { Dialog } from "../../ui/Dialog";
import { language } from "../../ui/preferences";
import { orTell, tell } from "../../ui/toasts";
import { uiWord } from "../../ui/uiWords";
import { word } from "./words";

/** Chooses when a written message leaves. */
export default function LaterDialog(props: {
  roomId: string;
  content: Content;
  urgent: boolean;
  onDone: () => void;
  onClose: () => void;
}) {
  const client = useClient();
  const [at, setAt] = createSignal(localInput(Date.now() + 3_600_000));
  const ts = () => new Date(at()).getTime();
  const past = () => !(ts() > Date.now());
  const send = async () => {
    const done = await client.command("send.later", {
      roomId: props.roomId,
      type: "m.room.message",
      content: props.content,
      at: ts(),
      urgent: props.urgent,
    });
    if ((await orTell(Promise.resolve(done))) === undefined && !done.ok) return;
    tell(word("laterDone", { time: fullTime(language(), ts()) }));
    props.onDone();
    props.onClose();
  };
  return (
    <Dialog
      open
      size="s"
      title={word("laterTitle")}
      onClose={props.onClose}
      footer={
        <>
          <Button look="quiet" onClick={props.onClose}>
            {uiWord("cancel")}
          </Button>
          <Button look="primary" disabled={past()} onClick={send}>
            {word("send")}
          </Button>
        </>
      }
    >
      <TextField
        label={word("laterAt")}
        type="datetime-local"
        value={at()}
        onInput={setAt}
        error={past() ? word("laterPast") : undefined}
      />
    </Dialog>
  );
}
