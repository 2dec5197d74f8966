import { createMemo, createResource, createSignal, For, Show } from "solid-js";
import { Icon } from "../../ui/icons";
import { language } from "../../ui/preferences";
import { Tabs } from "../../ui/Tabs";
import { type Emoji, findEmoji, loadEmoji, recentEmoji, useEmoji } from "./emoji";
import { word } from "./words";

const groups = [
  { id: 0, icon: "😀", label: "smileys" },
  { id: 1, icon: "👋", label: "gestures" },
  { id: 3, icon: "🐱", label: "nature" },
  { id: 4, icon: "🍎", label: "food" },
  { id: 5, icon: "🚗", label: "travel" },
  { id: 6, icon: "⚽", label: "activity" },
  { id: 7, icon: "💡", label: "objects" },
  { id: 8, icon: "🔣", label: "symbols" },
  { id: 9, icon: "🏁", label: "flags" },
] as const;

/** A board of emoji with search by words of either alphabet. */
export default function EmojiPicker(props: { onPick: (symbol: string) => void }) {
  const [all] = createResource(language, loadEmoji);
  const [query, setQuery] = createSignal("");
  const [group, setGroup] = createSignal(0);
  const shown = createMemo<readonly Emoji[]>(() => {
    const emoji = all() ?? [];
    const text = query().trim();
    return text ? findEmoji(emoji, text, 120) : emoji.filter((one) => one.group === group());
  });
  const pick = (symbol: string) => {
    useEmoji(symbol);
    props.onPick(symbol);
  };
  const step = (event: KeyboardEvent & { currentTarget: HTMLElement }) => {
    const by = { ArrowRight: 1, ArrowLeft: -1, ArrowDown: 8, ArrowUp: -8 }[event.key];
    if (!by) return;
    event.preventDefault();
    const buttons = [...event.currentTarget.querySelectorAll("button")];
    const at = buttons.indexOf(document.activeElement as HTMLButtonElement);
    buttons[Math.min(buttons.length - 1, Math.max(0, at + by))]?.focus();
  };

  return (
    <div class="emoji-picker">
      <div class="search-field">
        <Icon name="search" class="icon-s" />
        <input
          type="search"
          value={query()}
          onInput={(event) => setQuery(event.currentTarget.value)}
          placeholder={word("emojiSearch")}
          aria-label={word("emojiSearch")}
        />
      </div>
      <Show when={!query().trim()}>
        <Tabs
          class="emoji-tabs"
          label={word("emoji")}
          value={group()}
          tabs={groups.map(({ id, label, icon }) => ({ id, label: word(label), sign: icon }))}
          onChange={setGroup}
        />
      </Show>
      {/* biome-ignore lint/a11y/noStaticElementInteractions: arrows move between the buttons inside */}
      <div class="emoji-board" onKeyDown={step}>
        <Show when={!query().trim() && group() === 0}>
          <p class="emoji-title">{word("emojiRecent")}</p>
          <div class="emoji-grid">
            <For each={recentEmoji().slice(0, 16)}>
              {(symbol) => (
                <button type="button" aria-label={symbol} onClick={() => pick(symbol)}>
                  {symbol}
                </button>
              )}
            </For>
          </div>
          <p class="emoji-title">{word("smileys")}</p>
        </Show>
        <div class="emoji-grid">
          <For each={shown()}>
            {(one) => (
              <button
                type="button"
                aria-label={one.label}
                title={one.label}
                onClick={() => pick(one.symbol)}
              >
                {one.symbol}
              </button>
            )}
          </For>
        </div>
        <Show when={query().trim() && all() && shown().length === 0}>
          <p class="field-note">{word("emojiNone")}</p>
        </Show>
      </div>
    </div>
  );
}
