/** The guides of `docs/user/`, read into what is shown. Pure. */

export interface Span {
  text: string;
  kind: "plain" | "strong" | "keys";
}

export type Block =
  | { kind: "words"; spans: readonly Span[] }
  | { kind: "list"; items: readonly (readonly Span[])[] }
  | { kind: "picture"; name: string; alt: string };

export interface Section {
  title: string;
  blocks: readonly Block[];
}

/** A line of words, with what is strong in it and what are keys. */
export function spansOf(line: string): Span[] {
  return line.split(/(\*\*[^*]+\*\*|`[^`]+`)/).flatMap((text): Span[] => {
    if (text === "") return [];
    if (text.startsWith("**")) return [{ text: text.slice(2, -2), kind: "strong" }];
    if (text.startsWith("`")) return [{ text: text.slice(1, -1), kind: "keys" }];
    return [{ text, kind: "plain" }];
  });
}

function blockOf(text: string): Block {
  const picture = /^!\[([^\]]*)\]\((?:.*\/)?([^/)]+)\)$/.exec(text);
  if (picture) return { kind: "picture", alt: picture[1] ?? "", name: picture[2] ?? "" };
  if (text.startsWith("- "))
    return { kind: "list", items: text.split("\n").map((line) => spansOf(line.slice(2))) };
  return { kind: "words", spans: spansOf(text) };
}

/** Title and sections of a guide. */
export function readGuide(text: string): { title: string; sections: Section[] } {
  const [head = "", ...parts] = text.trim().split(/^## /m);
  const sections = parts.map((part) => {
    const [title = "", ...blocks] = part.trim().split(/\n{2,}/);
    return { title: title.trim(), blocks: blocks.map((block) => blockOf(block.trim())) };
  });
  return { title: head.replace(/^# /, "").trim(), sections };
}
