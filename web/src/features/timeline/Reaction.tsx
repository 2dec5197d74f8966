import { listOf } from "../../base/format";
import { useClient } from "../../bridge/client";
import type { ItemRecord, ReactionRecord } from "../../engine/records";
import { language } from "../../ui/preferences";
import { toggleReaction } from "./commands";
import { useConversation } from "./conversation";
import { word } from "./words";

/** How many reacted in one way; a press joins them, or leaves. */
export function Reaction(props: { item: ItemRecord; reaction: ReactionRecord }) {
  const client = useClient();
  const conversation = useConversation();
  const names = () => {
    const known = props.reaction.senders.slice(0, 8).map((id) => conversation.nameOf(id) || id);
    return listOf(language(), known);
  };
  const label = () =>
    word("reaction", { key: props.reaction.key, count: props.reaction.count, names: names() });
  return (
    <button
      type="button"
      class="reaction"
      aria-pressed={props.reaction.mine !== undefined}
      aria-label={label()}
      data-tip={names()}
      onClick={() => toggleReaction(client, props.item, props.reaction.key)}
    >
      <span>{props.reaction.key.slice(0, 24)}</span>
      {props.reaction.count}
    </button>
  );
}
