import type { ItemRecord } from "../../../engine/records";
import { Icon } from "../../../ui/icons";
import { useConversation } from "../conversation";
import { reasonOf } from "../doubt";
import { word } from "../words";

/** A deleted message. */
export function RedactedItem(props: { item: ItemRecord }) {
  const conversation = useConversation();
  const text = () => {
    const redacted = props.item.redacted;
    if (!redacted || redacted.by === props.item.sender) return word("deleted");
    const name = conversation.nameOf(redacted.by) || redacted.by;
    return redacted.reason
      ? word("deletedReason", { name, reason: redacted.reason })
      : word("deletedBy", { name });
  };
  return (
    <p class="unreadable">
      <Icon name="trash" class="icon-s" />
      {text()}
    </p>
  );
}

/** A message whose key is not here. */
export function UndecryptableItem(props: { item: ItemRecord }) {
  return (
    <p class="unreadable">
      <Icon name="lock" class="icon-s" />
      {reasonOf(props.item)}
    </p>
  );
}

/** An event of a type nobody here knows. */
export function UnknownItem(_props: { item: ItemRecord }) {
  return (
    <p class="unreadable">
      <Icon name="info" class="icon-s" />
      {word("unsupported")}
    </p>
  );
}
