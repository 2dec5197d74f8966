import { Show } from "solid-js";
import { initials, shade } from "../base/format";
import { Icon, type IconName } from "./icons";

/** A round picture, or initials on a calm colour that is always the same for the same `id`. */
export function Avatar(props: {
  id: string;
  name: string;
  src?: string | undefined;
  size?: "xs" | "s" | "m" | "l" | "xl";
  icon?: IconName | undefined;
  square?: boolean | undefined;
}) {
  return (
    <span
      class="avatar"
      classList={{ [`avatar-${props.size ?? "m"}`]: true, square: props.square ?? false }}
      data-shade={shade(props.id, 8)}
      data-initials={props.src || props.icon ? undefined : initials(props.name)}
      aria-hidden="true"
    >
      <Show
        when={props.src}
        fallback={<Show when={props.icon}>{(icon) => <Icon name={icon()} />}</Show>}
      >
        {(src) => <img src={src()} alt="" draggable={false} />}
      </Show>
    </span>
  );
}
