import { createMemo } from "solid-js";
import { encode } from "uqr";
import { Button } from "../../ui/controls";
import { Dialog } from "../../ui/Dialog";
import { tell } from "../../ui/toasts";
import { CodePicture } from "./CodePicture";
import "./view.css";
import { word } from "./words";

/** A link as a code to be scanned by others. */
export default function CodeDialog(props: { name: string; link: string; onClose: () => void }) {
  const code = createMemo(() => encode(props.link, { ecc: "M", border: 0 }));
  const copy = async () => {
    await navigator.clipboard.writeText(props.link);
    tell(word("copied"));
  };
  return (
    <Dialog
      open
      size="s"
      title={props.name}
      onClose={props.onClose}
      footer={
        <Button look="quiet" icon="link" onClick={copy}>
          {word("copyLink")}
        </Button>
      }
    >
      <CodePicture
        side={code().size}
        modules={code().data.flat()}
        label={word("codeOf", { name: props.name })}
      />
      <p class="field-note code-note">{word("codeNote")}</p>
    </Dialog>
  );
}
