/**
 * The HTML of a message, read into a tree of what may be shown. Strangers write it: elements and
 * attributes that the specification's list does not name never enter the tree (client-server API,
 * 11.3.1.1), and the page is built from the tree by createElement alone.
 */

export interface Element {
  tag: string;
  attrs: Readonly<Record<string, string>>;
  children: Node[];
}
export type Node = string | Element;

/** Nesting deeper than this is flattened. */
const DEPTH = 64;

const allowed = new Set(
  (
    "del h1 h2 h3 h4 h5 h6 blockquote p a ul ol sup sub li b i u strong em s code hr br div table " +
    "thead tbody tr th td caption pre span img details summary"
  ).split(" "),
);
const empty = new Set(["br", "hr", "img"]);
/** Their content is not text to be read. */
const swallowed = new Set([
  ..."script style mx-reply title head iframe object embed svg math template noscript".split(" "),
]);
/** Opening one of these ends an open one of its family. */
const closes: Record<string, readonly string[]> = {
  li: ["li"],
  p: ["p"],
  td: ["td", "th"],
  th: ["td", "th"],
  tr: ["tr"],
};

const attributes: Record<string, (name: string, value: string) => boolean> = {
  a: (name, value) => name === "href" && isSafeLink(value),
  img: (name, value) =>
    name === "alt" ||
    name === "title" ||
    name === "data-mx-emoticon" ||
    (name === "src" && value.startsWith("mxc://")),
  ol: (name, value) => name === "start" && /^\d{1,6}$/.test(value),
  code: (name, value) => name === "class" && /^language-[\w+#-]{1,30}$/.test(value),
  span: (name) => name === "data-mx-spoiler" || name === "data-mx-maths",
  div: (name) => name === "data-mx-maths",
};

/** Whether a link may be followed: its scheme is one of the specification's list. */
export function isSafeLink(href: string): boolean {
  return /^(https?|ftp|mailto|magnet|matrix):/i.test(href.trim());
}

const entities: Record<string, string> = {
  amp: "&",
  lt: "<",
  gt: ">",
  quot: '"',
  apos: "'",
  nbsp: "\u00a0",
  laquo: "«",
  raquo: "»",
  mdash: "—",
  ndash: "–",
  hellip: "…",
  copy: "©",
};

/** Character references resolved; what is not one stays as it is. */
export function decodeEntities(text: string): string {
  return text.replace(/&(#x[\da-f]{1,6}|#\d{1,7}|\w{2,8});/gi, (whole, name: string) => {
    if (!name.startsWith("#")) return entities[name] ?? whole;
    const code = /^#x/i.test(name) ? Number.parseInt(name.slice(2), 16) : Number(name.slice(1));
    return code > 0 && code <= 0x10ffff ? String.fromCodePoint(code) : "\ufffd";
  });
}

/** Bounded, for strangers write what is read: no text makes the search begin anew for long. */
const TOKEN =
  /<!--[\s\S]*?(?:-->|$)|<(\/?)([a-z][\w-]{0,30})((?:"[^"]{0,4000}"|'[^']{0,4000}'|[^<>"']){0,4000})>|<|[^<]+/gi;
const ATTRIBUTE = /([a-z][\w-]*)(?:\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'>]+)))?/gi;

function readAttributes(tag: string, text: string): Record<string, string> {
  const kept: Record<string, string> = {};
  const may = attributes[tag];
  if (!may) return kept;
  for (const [, rawName = "", double, single, bare] of text.matchAll(ATTRIBUTE)) {
    const name = rawName.toLowerCase();
    const value = decodeEntities(double ?? single ?? bare ?? "");
    if (may(name, value)) kept[name] = value;
  }
  return kept;
}

class Builder {
  readonly root: Element = { tag: "root", attrs: {}, children: [] };
  private readonly stack: Element[] = [this.root];
  private swallowing = "";

  private get top(): Element {
    return this.stack.at(-1) ?? this.root;
  }

  text(text: string): void {
    if (!this.swallowing) this.top.children.push(decodeEntities(text));
  }

  open(tag: string, attrs: string): void {
    if (this.swallowing) return;
    if (swallowed.has(tag)) {
      this.swallowing = tag;
      return;
    }
    if (!allowed.has(tag)) return;
    if (closes[tag]?.includes(this.top.tag)) this.stack.pop();
    const element: Element = { tag, attrs: readAttributes(tag, attrs), children: [] };
    this.top.children.push(element);
    if (!empty.has(tag) && this.stack.length < DEPTH) this.stack.push(element);
  }

  close(tag: string): void {
    if (this.swallowing) {
      if (tag === this.swallowing) this.swallowing = "";
      return;
    }
    const place = this.stack.findLastIndex((element) => element.tag === tag);
    if (place > 0) this.stack.length = place;
  }
}

/** What of `html` may be shown. */
export function parseHtml(html: string): Node[] {
  const builder = new Builder();
  for (const [token, slash, name, attrs] of html.matchAll(TOKEN)) {
    if (token.startsWith("<!--")) continue;
    if (name === undefined) builder.text(token);
    else if (slash) builder.close(name.toLowerCase());
    else builder.open(name.toLowerCase(), attrs ?? "");
  }
  return builder.root.children;
}

const LINK = /\b(?:https?:\/\/|www\.)[^\s<>"']+|\b[\w.+-]{1,64}@[\w-]+(?:\.[\w-]+)+/gi;

/** Plain text with its addresses made links. */
export function linkify(text: string): Node[] {
  const nodes: Node[] = [];
  let end = 0;
  for (const found of text.matchAll(LINK)) {
    const address = trimAddress(found[0]);
    if (found.index > end) nodes.push(text.slice(end, found.index));
    nodes.push({ tag: "a", attrs: { href: addressOf(address) }, children: [address] });
    end = found.index + address.length;
  }
  if (end < text.length) nodes.push(text.slice(end));
  return nodes;
}

/** Without signs that end the sentence and not the address; a closing bracket stays if opened. */
export function trimAddress(address: string): string {
  let unopened = address.split(")").length - address.split("(").length;
  let end = address.length;
  for (; end > 0; end--) {
    const sign = address.charAt(end - 1);
    if (sign === ")" && unopened > 0) unopened--;
    else if (!".,;:!?»".includes(sign)) break;
  }
  return address.slice(0, end);
}

function addressOf(text: string): string {
  if (/^https?:/i.test(text)) return text;
  return text.startsWith("www.") ? `https://${text}` : `mailto:${text}`;
}

/** The tree's words alone. */
export function textOf(nodes: readonly Node[]): string {
  return nodes
    .map((node) => {
      if (typeof node === "string") return node;
      if (node.tag === "br") return "\n";
      const inner = textOf(node.children);
      return /^(p|div|li|tr|h\d|blockquote|pre)$/.test(node.tag) ? `${inner}\n` : inner;
    })
    .join("");
}

const PICTURE = "\\p{Extended_Pictographic}[\\ufe0f\\u{1f3fb}-\\u{1f3ff}]*";
const EMOJI = `(?:${PICTURE}(?:\\u200d${PICTURE})*|\\p{RI}\\p{RI}|[\\d#*]\\ufe0f\\u20e3)`;
const ONLY_EMOJI = new RegExp(`^(?:${EMOJI}\\s*){1,6}$`, "u");

/** True for one to six emoji and nothing else, which are shown large. */
export function isOnlyEmoji(text: string): boolean {
  const plain = text.trim();
  if (!plain || plain.length > 60) return false;
  return ONLY_EMOJI.test(plain);
}
