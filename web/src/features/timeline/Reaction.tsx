import { Show } from "solid-js";
import { listOf } from "../../base/format";
import { useClient } from "../../bridge/client";
import type { ItemRecord, ReactionRecord } from "../../engine/records";
import { language } from "../../ui/preferences";
import { toggleReaction } from "./commands";
import { useConversation } from "./conversation";
import { reactionName } from "./describe";
import { Emoticon } from "./items/Emoticon";
import { word } from "./words";

/** How many reacted in one way; a press joins them, or leaves. */
export function Reaction(props: { item: ItemRecord; reaction: ReactionRecord }) {
  const client = useClient();
  const conversation = useConversation();
  const name = () => reactionName(props.reaction);
  const names = () => {
    const known = props.reaction.senders.slice(0, 8).map((id) => conversation.nameOf(id) || id);
    return listOf(language(), known);
  };
  const label = () =>
    word("reaction", { key: name(), count: props.reaction.count, names: names() });
  return (
    <button
      type="button"
      class="reaction"
      aria-pressed={props.reaction.mine !== undefined}
      aria-label={label()}
      data-tip={names()}
      onClick={() => toggleReaction(client, props.item, props.reaction)}
    >
      <Show
        when={props.reaction.key.startsWith("mxc://")}
        fallback={<span>{props.reaction.key.slice(0, 24)}</span>}
      >
        <Emoticon mxc={props.reaction.key} name={name()} />
      </Show>
      {props.reaction.count}
    </button>
  );
}
