import { Show } from "solid-js";
import { useMedia } from "../../bridge/media";
import type { ChatKind } from "../../engine/records";
import { Avatar } from "../../ui/Avatar";
import type { IconName } from "../../ui/icons";

const icons: Partial<Record<ChatKind, IconName>> = { self: "bookmark" };

/** The picture of a person or a chat, or its initials. */
export function Face(props: {
  id: string;
  name: string;
  avatar?: string | undefined;
  kind?: ChatKind | undefined;
  presence?: string | undefined;
  size?: "xs" | "s" | "m" | "l" | "xl";
}) {
  const large = () => props.size === "l" || props.size === "xl";
  const media = useMedia(() => {
    const avatar = props.avatar;
    if (!avatar) return undefined;
    const side = large() ? 192 : 96;
    return { source: { mxc: avatar }, thumbnail: { width: side, height: side, crop: true } };
  });
  return (
    <span class="face">
      <Avatar
        id={props.id}
        name={props.name}
        src={media.url()}
        size={props.size ?? "m"}
        icon={props.kind ? icons[props.kind] : undefined}
        square={props.kind === "space"}
      />
      <Show when={props.presence === "online"}>
        <span class="face-online" />
      </Show>
    </span>
  );
}
