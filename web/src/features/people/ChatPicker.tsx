import { createSignal, For, Show } from "solid-js";
import { useList } from "../../bridge/client";
import type { ChatRecord } from "../../engine/records";
import { Icon } from "../../ui/icons";
import { stepRows } from "../../ui/rows";
import { SearchField } from "../../ui/SearchField";
import { findChats } from "./data";
import { Face } from "./Face";
import { word } from "./words";

/** Finds one of the chats. */
export function ChatPicker(props: {
  onPick: (chat: ChatRecord) => void;
  taken?: readonly string[];
}) {
  const chats = useList("chats", () => null);
  const [text, setText] = createSignal("");
  const found = () =>
    findChats(
      chats.order().flatMap((id) => chats.row(id) ?? []),
      text(),
    ).slice(0, 60);
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: arrows move between the field and the buttons inside
    <div class="picker" onKeyDown={stepRows}>
      <SearchField label={word("findChat")} value={text()} onInput={setText} />
      <ul class="picker-list">
        <For each={found()}>
          {(chat) => (
            <li>
              <button
                type="button"
                class="row"
                disabled={props.taken?.includes(chat.id) ?? false}
                onClick={() => props.onPick(chat)}
              >
                <Face
                  id={chat.peer ?? chat.id}
                  name={chat.name}
                  avatar={chat.avatar}
                  kind={chat.kind}
                  size="s"
                />
                <span class="row-text">
                  <span class="ellipsis">{chat.kind === "self" ? word("saved") : chat.name}</span>
                </span>
                <Show when={props.taken?.includes(chat.id)}>
                  <Icon name="check" />
                </Show>
              </button>
            </li>
          )}
        </For>
      </ul>
      <Show when={found().length === 0}>
        <p class="field-note">{word("noChats")}</p>
      </Show>
    </div>
  );
}
