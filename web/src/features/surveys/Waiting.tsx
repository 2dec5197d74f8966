import { Show } from "solid-js";
import { Icon } from "../../ui/icons";
import { useSurveys } from "./ask";
import { sorted } from "./data";
import { word } from "./words";

/** Above the list of chats: that surveys wait for my answer. */
export default function Waiting() {
  const { value } = useSurveys();
  const count = () => sorted(value()?.surveys ?? []).waiting.length;
  return (
    <Show when={count() > 0}>
      <a class="chats-extra requests" href="#/surveys">
        <Icon name="poll" />
        <span>{word("waiting", { count: count() })}</span>
        <span class="badge">{count()}</span>
      </a>
    </Show>
  );
}
