import { Show } from "solid-js";
import type { ItemRecord } from "../../../engine/records";
import { useName } from "../../people";
import { type Substitution, substitutionOf } from "../urgentData";
import { word } from "../words";
import { TextItem } from "./TextItem";

/** What the server itself says: official notices, what reaches a deputy, and the rest. */
export function NoticeItem(props: { item: ItemRecord }) {
  const told = () => substitutionOf(props.item.content);
  return (
    <Show when={told()} fallback={<TextItem item={props.item} />}>
      {(one) => <Substituted told={one()} />}
    </Show>
  );
}

function Substituted(props: { told: Substitution }) {
  const absent = useName(() => props.told.userId);
  const sender = useName(() => props.told.sender);
  const room = () => props.told.room ?? word("someChat");
  return (
    <div class="rich">
      {word(props.told.mention ? "deputyMention" : "deputyUrgent", {
        sender: sender(),
        room: room(),
        name: absent(),
      })}
    </div>
  );
}
