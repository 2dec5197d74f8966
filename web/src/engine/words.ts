/** Words of a text and their stems, Russian and English: what the local search compares by. Pure. */

import { stemmer as english } from "@orama/stemmers/english";
import { stemmer as russian } from "@orama/stemmers/russian";

const WORD = /[\p{L}\p{N}]+/gu;
const CYRILLIC = /^[а-я]+$/;
const LATIN = /^[a-z]+$/;
const LONGEST = 40;
const MOST_WORDS = 2_000;

/** A word as it is compared: lower case, ё as е, its ending cut. */
export function stemOf(word: string): string {
  const plain = plainOf(word);
  if (CYRILLIC.test(plain)) return russian(plain);
  return LATIN.test(plain) ? english(plain) : plain;
}

export function plainOf(word: string): string {
  return word.normalize("NFKC").toLowerCase().replaceAll("ё", "е").slice(0, LONGEST);
}

/** The stems of a text, each once. */
export function stemsOf(text: string): Set<string> {
  const stems = new Set<string>();
  for (const [word] of text.matchAll(WORD)) {
    if (stems.size === MOST_WORDS) break;
    stems.add(stemOf(word));
  }
  return stems;
}

/** What a person looks for. The last word may be unfinished: then it is a beginning, too. */
export interface Sought {
  stems: readonly string[];
  beginning?: string;
}

export function soughtOf(text: string): Sought {
  const words = [...text.matchAll(WORD)].map(([word]) => word);
  const stems = words.map(stemOf);
  const last = words.at(-1);
  const isUnfinished = last !== undefined && text.endsWith(last);
  return isUnfinished ? { stems, beginning: plainOf(last) } : { stems };
}

/** Whether a word of a text is the `index`th that is sought. */
export function isMatch(stem: string, sought: Sought, index: number): boolean {
  if (stem === sought.stems[index]) return true;
  const isLast = index === sought.stems.length - 1;
  return isLast && sought.beginning !== undefined && stem.startsWith(sought.beginning);
}

const BEFORE = 40;
const LENGTH = 160;

/** The part of the text around its first match with all matches marked; undefined without one. */
export function snippetOf(
  text: string,
  sought: Sought,
): { snippet: string; marks: [number, number][] } | undefined {
  const places: [number, number][] = [];
  const found = new Set<number>();
  for (const match of text.matchAll(WORD)) {
    const [word] = match;
    const stem = stemOf(word);
    const plain = plainOf(word);
    const index = sought.stems.findIndex(
      (_, at) => isMatch(stem, sought, at) || isMatch(plain, sought, at),
    );
    if (index < 0) continue;
    found.add(index);
    for (const [at, each] of sought.stems.entries())
      if (each === sought.stems[index]) found.add(at);
    places.push([match.index, match.index + word.length]);
  }
  if (found.size < sought.stems.length) return undefined;
  const from = Math.max(0, (places[0]?.[0] ?? 0) - BEFORE);
  const cut = from === 0 ? "" : "…";
  const snippet = cut + text.slice(from, from + LENGTH) + (text.length > from + LENGTH ? "…" : "");
  const shift = cut.length - from;
  const marks = places
    .filter(([, end]) => end <= from + LENGTH)
    .map(([start, end]): [number, number] => [start + shift, end + shift]);
  return { snippet, marks };
}
