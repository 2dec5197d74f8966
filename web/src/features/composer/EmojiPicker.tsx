import { createMemo, createResource, createSignal, For, type JSX, Show } from "solid-js";
import { Icon } from "../../ui/icons";
import { language } from "../../ui/preferences";
import { Tabs } from "../../ui/Tabs";
import { type Emoji, findEmoji, isPicture, loadEmoji, recentSigns, useEmoji } from "./emoji";
import { type Emoticons, emoticonsOf, findEmoticons, type Sticker } from "./packs";
import { StickerPicture } from "./StickerPicture";
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

const RECENT = 16;
const MOST_PICTURES = 40;

/** A board of emoji and of the packs' pictures, with search by words of either alphabet. */
export default function EmojiPicker(props: {
  onPick: (symbol: string) => void;
  packs?: readonly Emoticons[];
  onPicture?: (picture: Sticker) => void;
}) {
  const [all] = createResource(language, loadEmoji);
  const [query, setQuery] = createSignal("");
  const [group, setGroup] = createSignal<number | string>(0);
  const asked = () => query().trim();
  const packs = () => props.packs ?? [];
  const pack = createMemo(() => packs().find(({ key }) => key === group()));
  const pictures = createMemo(() =>
    asked()
      ? findEmoticons(emoticonsOf(packs()), asked(), MOST_PICTURES)
      : (pack()?.stickers ?? []),
  );
  const shown = createMemo<readonly Emoji[]>(() => {
    const emoji = all() ?? [];
    return asked() ? findEmoji(emoji, asked(), 120) : emoji.filter((one) => one.group === group());
  });
  /** The last used, of pictures those that are in a pack still. */
  const recent = createMemo(() => {
    const known = new Map(packs().flatMap(({ stickers }) => stickers.map((one) => [one.url, one])));
    return recentSigns()
      .filter((sign) => !isPicture(sign) || known.has(sign))
      .slice(0, RECENT)
      .map((sign) => known.get(sign) ?? sign);
  });
  const tabs = createMemo(() => [
    ...groups.map(({ id, label, icon }) => ({ id, label: word(label), sign: icon })),
    ...packs().map(({ key, name, stickers }) => ({
      id: key,
      label: name,
      sign: (() => <PackSign url={stickers[0]?.url ?? ""} />) as unknown as JSX.Element,
    })),
  ]);
  const pick = (symbol: string) => {
    useEmoji(symbol);
    props.onPick(symbol);
  };
  const pickPicture = (picture: Sticker) => {
    useEmoji(picture.url);
    props.onPicture?.(picture);
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
      <Show when={!asked()}>
        <Tabs
          class="emoji-tabs"
          label={word("emoji")}
          value={group()}
          tabs={tabs()}
          onChange={setGroup}
        />
      </Show>
      {/* biome-ignore lint/a11y/noStaticElementInteractions: arrows move between the buttons inside */}
      <div class="emoji-board" onKeyDown={step}>
        <Show when={!asked() && group() === 0}>
          <p class="emoji-title">{word("emojiRecent")}</p>
          <div class="emoji-grid">
            <For each={recent()}>
              {(sign) =>
                typeof sign === "string" ? (
                  <button type="button" aria-label={sign} onClick={() => pick(sign)}>
                    {sign}
                  </button>
                ) : (
                  <Picture of={sign} onPick={pickPicture} />
                )
              }
            </For>
          </div>
          <p class="emoji-title">{word("smileys")}</p>
        </Show>
        <Show when={!asked() && pack()}>
          {(shownPack) => <p class="emoji-title ellipsis">{shownPack().name}</p>}
        </Show>
        <div class="emoji-grid">
          <For each={pictures()}>{(one) => <Picture of={one} onPick={pickPicture} />}</For>
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
        <Show when={asked() && all() && shown().length + pictures().length === 0}>
          <p class="field-note">{word("emojiNone")}</p>
        </Show>
      </div>
    </div>
  );
}

function Picture(props: { of: Sticker; onPick: (picture: Sticker) => void }) {
  return (
    <button
      type="button"
      aria-label={`:${props.of.code}:`}
      title={`:${props.of.code}:`}
      onClick={() => props.onPick(props.of)}
    >
      <StickerPicture url={props.of.url} />
    </button>
  );
}

/** The first picture of a pack. In an element of its own: the tab is not made anew when it comes. */
function PackSign(props: { url: string }) {
  return (
    <span class="emoji-pack">
      <StickerPicture url={props.url} />
    </span>
  );
}
