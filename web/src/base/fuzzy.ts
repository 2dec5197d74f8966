/** Finding by a few letters: prefixes of words first, then inside, then with one typo. */

import { otherLayout } from "./layout";

function plain(text: string): string {
  return text.toLowerCase().replaceAll("ё", "е").trim();
}

/** True where `a` turns into `b` by one letter put in, left out, changed, or two swapped. */
export function isOneTypo(a: string, b: string): boolean {
  if (Math.abs(a.length - b.length) > 1) return false;
  let start = 0;
  while (start < a.length && start < b.length && a[start] === b[start]) start++;
  const restA = a.slice(start);
  const restB = b.slice(start);
  if (restA.slice(1) === restB.slice(1)) return true;
  if (restA.slice(1) === restB || restA === restB.slice(1)) return true;
  return restA.slice(2) === restB.slice(2) && restA[0] === restB[1] && restA[1] === restB[0];
}

function scoreWord(part: string, words: readonly string[]): number {
  let best = 0;
  words.forEach((word, place) => {
    const early = 1 - Math.min(place, 8) * 0.01;
    if (word === part) best = Math.max(best, 10 * early);
    else if (word.startsWith(part)) best = Math.max(best, 8 * early);
    else if (word.includes(part)) best = Math.max(best, 4 * early);
    else if (part.length >= 4 && isOneTypo(word.slice(0, part.length), part))
      best = Math.max(best, 3 * early);
    else if (part.length >= 4 && isOneTypo(word, part)) best = Math.max(best, 3 * early);
  });
  return best;
}

function scorePlain(query: string, text: string): number {
  const words = plain(text)
    .split(/[^\p{L}\p{N}]+/u)
    .filter(Boolean);
  let sum = 0;
  const parts = plain(query)
    .split(/[^\p{L}\p{N}]+/u)
    .filter(Boolean);
  for (const part of parts) {
    const score = scoreWord(part, words);
    if (score === 0) return 0;
    sum += score;
  }
  return parts.length > 0 ? sum / parts.length : 0;
}

/**
 * How well `text` answers `query`: 0 is not at all, 10 is exactly. The other keyboard layout is
 * tried too, and counts a little less.
 */
export function match(query: string, text: string): number {
  return Math.max(scorePlain(query, text), scorePlain(otherLayout(query), text) * 0.9);
}
