import { Dialog } from "../../ui/Dialog";
import { EmojiBoard } from "../composer";
import { word } from "./words";

/** Chooses any emoji to react with. */
export default function ReactionDialog(props: {
  onPick: (key: string) => void;
  onClose: () => void;
}) {
  return (
    <Dialog open size="s" title={word("react")} onClose={props.onClose}>
      <EmojiBoard onPick={props.onPick} />
    </Dialog>
  );
}
