import { createSignal } from "solid-js";
import { Button, TextField } from "../../ui/controls";
import { Dialog } from "../../ui/Dialog";
import { uiWord } from "../../ui/uiWords";
import { word } from "./words";

/** A question before something grave: it is done only when its name has been written out. */
export function ByName(props: {
  title: string;
  text: string;
  name: string;
  yes: string;
  busy?: boolean;
  onYes: () => void;
  onClose: () => void;
}) {
  const [typed, setTyped] = createSignal("");
  return (
    <Dialog
      open
      size="s"
      title={props.title}
      onClose={props.onClose}
      footer={
        <>
          <Button look="quiet" onClick={() => props.onClose()}>
            {uiWord("cancel")}
          </Button>
          <Button
            look="danger primary"
            busy={props.busy ?? false}
            disabled={typed().trim() !== props.name}
            onClick={() => props.onYes()}
          >
            {props.yes}
          </Button>
        </>
      }
    >
      <p>{props.text}</p>
      <TextField
        label={word("writeName", { name: props.name })}
        value={typed()}
        onInput={setTyped}
        autocomplete="off"
      />
    </Dialog>
  );
}
