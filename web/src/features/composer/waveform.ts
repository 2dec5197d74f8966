/** Loudness over time. */

/** `levels` (0 to 1) as `count` numbers from 0 to 1024, the loudest of each stretch. */
export function resample(levels: readonly number[], count: number): number[] {
  if (levels.length === 0) return [];
  const size = Math.min(count, levels.length);
  return Array.from({ length: size }, (_, place) => {
    const from = Math.floor((place * levels.length) / size);
    const to = Math.max(from + 1, Math.floor(((place + 1) * levels.length) / size));
    return Math.round(Math.min(1, Math.max(0, ...levels.slice(from, to))) * 1024);
  });
}
