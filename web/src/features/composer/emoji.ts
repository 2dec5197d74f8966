/** Emoji with their names in both languages, loaded when first asked for. */

import type { Language } from "../../base/i18n";
import { createPreference } from "../../ui/preferences";

export interface Emoji {
  symbol: string;
  label: string;
  /** Words to find it by, in lower case. */
  words: string;
  group: number;
}

interface Compact {
  unicode: string;
  label: string;
  tags?: string[];
  group?: number;
  order?: number;
  hexcode: string;
}

const loaded: Partial<Record<Language, Promise<readonly Emoji[]>>> = {};

async function load(language: Language): Promise<readonly Emoji[]> {
  const [data, shortcodes] = await Promise.all([
    language === "ru"
      ? import("emojibase-data/ru/compact.json")
      : import("emojibase-data/en/compact.json"),
    import("emojibase-data/en/shortcodes/github.json"),
  ]);
  const codes = shortcodes.default as Record<string, string | string[]>;
  return (data.default as Compact[])
    .filter((entry) => entry.group !== undefined && entry.group !== 2)
    .sort((a, b) => (a.order ?? 0) - (b.order ?? 0))
    .map((entry) => ({
      symbol: entry.unicode,
      label: entry.label,
      words: [entry.label, ...(entry.tags ?? []), ...[codes[entry.hexcode] ?? []].flat()]
        .join(" ")
        .toLowerCase(),
      group: entry.group ?? 0,
    }));
}

/** All emoji, in the order of the standard. */
export function loadEmoji(language: Language): Promise<readonly Emoji[]> {
  loaded[language] ??= load(language);
  return loaded[language];
}

/** Emoji that have a word beginning with each part of `query`; whole words first. */
export function findEmoji(all: readonly Emoji[], query: string, limit: number): Emoji[] {
  const parts = query.toLowerCase().split(/\s+/).filter(Boolean);
  const begins = (emoji: Emoji, part: string) =>
    emoji.words.startsWith(part) ||
    emoji.words.includes(` ${part}`) ||
    emoji.words.includes(`_${part}`);
  return all
    .filter((emoji) => parts.every((part) => begins(emoji, part)))
    .sort((a, b) => Number(!a.label.startsWith(query)) - Number(!b.label.startsWith(query)))
    .slice(0, limit);
}

const [recent, setRecent] = createPreference<readonly string[]>("recentEmoji", [
  "👍",
  "❤️",
  "😊",
  "🙏",
  "🔥",
  "✅",
]);

/** The last used, the latest first: emoji, and addresses of pictures. */
export const recentSigns = recent;

/** Whether it is the address of a picture. */
export const isPicture = (sign: string) => sign.startsWith("mxc://");

/** The last used emoji. */
export const recentEmoji = () => recent().filter((sign) => !isPicture(sign));

/** Remembers that `symbol`, or the picture at that address, was used. */
export function useEmoji(symbol: string): void {
  setRecent([symbol, ...recent().filter((one) => one !== symbol)].slice(0, 24));
}
