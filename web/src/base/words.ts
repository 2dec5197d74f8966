/** What a message says in one line. */

/** More of a text than stands on one line. */
const LONGEST = 1000;

/** Text on one line without the signs of Markdown, which say nothing there. */
export function withoutMarks(body: string): string {
  return body
    .slice(0, LONGEST)
    .replace(/```[\w+#-]*\n?/g, "")
    .replace(/!?\[([^\]\n]*)\]\([^)\s]+\)/g, "$1")
    .replace(/(\*\*|__|~~|\|\||`)(?=\S)([^\n]*?\S)\1/g, "$2")
    .replace(/(?<![\w*])\*(?=[^\s*])([^*\n]*[^\s*])\*(?![\w*])/g, "$1")
    .replace(/^(?:#{1,6}|>|[-*+])\s+/gm, "")
    .replace(/^\|?[\s:|-]*-{3}[\s:|-]*\|?$/gm, "")
    .replace(/\s+/g, " ")
    .trim();
}
