/** Text with places in it that matched. */

/** A snippet cut at its marks: [text, whether it matched]. */
export function cutMarks(
  snippet: string,
  marks: readonly (readonly [number, number])[],
): [string, boolean][] {
  const parts: [string, boolean][] = [];
  let at = 0;
  for (const [from, to] of marks) {
    if (from < at) continue;
    if (from > at) parts.push([snippet.slice(at, from), false]);
    parts.push([snippet.slice(from, to), true]);
    at = to;
  }
  if (at < snippet.length) parts.push([snippet.slice(at), false]);
  return parts;
}
