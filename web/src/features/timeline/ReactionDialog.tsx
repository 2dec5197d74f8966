import { Dialog } from "../../ui/Dialog";
import { createUsedPacks, EmojiBoard, emoticonGroups } from "../composer";
import { useConversation } from "./conversation";
import { word } from "./words";

/** Chooses any emoji, or a picture of a pack, to react with. */
export default function ReactionDialog(props: {
  onPick: (chosen: { key: string; shortcode?: string }) => void;
  onClose: () => void;
}) {
  const { room } = useConversation();
  const packs = createUsedPacks(room, "emoticon");
  return (
    <Dialog open size="s" title={word("react")} onClose={props.onClose}>
      <EmojiBoard
        packs={emoticonGroups(packs.list(), room())}
        onPick={(key) => props.onPick({ key })}
        onPicture={({ url, code }) => props.onPick({ key: url, shortcode: code })}
      />
    </Dialog>
  );
}
