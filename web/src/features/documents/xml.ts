/** XML of documents as a tree. No document types, so no entities that grow or load anything. */

import { type Bytes, DocumentError } from "./zip";

export interface Tag {
  /** Without the prefix of its namespace. */
  name: string;
  /** With their prefixes. */
  attributes: Readonly<Record<string, string>>;
  children: (Tag | string)[];
}

const MOST_NODES = 600_000;
const DEEPEST = 200;

/** Throws `broken` where it is no XML, `large` where it has too many parts. */
export function parseXml(bytes: Bytes): Tag {
  const text = decode(bytes);
  const root: Tag = { name: "", attributes: {}, children: [] };
  const open: Tag[] = [root];
  const count = { nodes: 0 };
  for (let at = 0; at < text.length; ) {
    const from = text.indexOf("<", at);
    const said = text.slice(at, from < 0 ? text.length : from);
    if (said) open.at(-1)?.children.push(unescaped(said));
    if (from < 0) break;
    at = takeMark(text, from, open, count);
  }
  const found = root.children.find((child) => typeof child !== "string");
  if (!found || open.length !== 1) throw new DocumentError("broken");
  return found;
}

/** Takes what begins with "<" at `from`; gives where it ends. */
function takeMark(text: string, from: number, open: Tag[], count: { nodes: number }): number {
  if (text.startsWith("<!--", from)) return after(text, "-->", from + 4);
  if (text.startsWith("<?", from)) return after(text, "?>", from + 2);
  if (text.startsWith("<![CDATA[", from)) {
    const end = after(text, "]]>", from + 9);
    open.at(-1)?.children.push(text.slice(from + 9, end - 3));
    return end;
  }
  if (text.startsWith("<!", from)) throw new DocumentError("broken");
  if (text.startsWith("</", from)) {
    if (open.length < 2) throw new DocumentError("broken");
    open.pop();
    return after(text, ">", from);
  }
  const end = after(text, ">", tagEnd(text, from));
  const isWhole = text[end - 2] === "/";
  const tag = tagOf(text.slice(from + 1, end - (isWhole ? 2 : 1)));
  open.at(-1)?.children.push(tag);
  if (!isWhole) open.push(tag);
  if (++count.nodes > MOST_NODES || open.length > DEEPEST) throw new DocumentError("large");
  return end;
}

function decode(bytes: Bytes): string {
  const [first, second] = bytes;
  if (first === 0xff && second === 0xfe) return new TextDecoder("utf-16le").decode(bytes);
  if (first === 0xfe && second === 0xff) return new TextDecoder("utf-16be").decode(bytes);
  return new TextDecoder().decode(bytes);
}

function after(text: string, sign: string, from: number): number {
  const found = text.indexOf(sign, from);
  if (found < 0) throw new DocumentError("broken");
  return found + sign.length;
}

/** Where the tag's last attribute ends: a ">" in quotes is no end. */
function tagEnd(text: string, from: number): number {
  let at = from;
  for (;;) {
    const end = text.indexOf(">", at);
    const quote = /["']/g;
    quote.lastIndex = at;
    const found = quote.exec(text);
    if (end < 0) throw new DocumentError("broken");
    if (!found || found.index > end) return end;
    at = after(text, found[0], found.index + 1);
  }
}

const local = (name: string) => name.slice(name.indexOf(":") + 1);

function tagOf(tag: string): Tag {
  const name = /^[^\s]+/.exec(tag)?.[0] ?? "";
  const attributes: Record<string, string> = Object.create(null);
  for (const [, key = "", double, single] of tag.matchAll(
    /([^\s=]+)\s*=\s*(?:"([^"]*)"|'([^']*)')/g,
  ))
    attributes[key] = unescaped(double ?? single ?? "");
  return { name: local(name), attributes, children: [] };
}

const NAMED: Readonly<Record<string, string>> = {
  amp: "&",
  lt: "<",
  gt: ">",
  quot: '"',
  apos: "'",
};

function unescaped(text: string): string {
  if (!text.includes("&")) return text;
  return text.replace(/&(?:#x([0-9a-f]{1,6})|#(\d{1,7})|(\w+));/gi, (whole, hex, number, name) => {
    if (name) return NAMED[name] ?? whole;
    const code = hex ? Number.parseInt(hex, 16) : Number(number);
    return code > 0 && code <= 0x10ffff ? String.fromCodePoint(code) : "";
  });
}

// ── Finding one's way ──────────────────────────────────────────────────────────────────────────

export function elements(of: Tag | undefined, name?: string): Tag[] {
  return (of?.children ?? []).filter(
    (child): child is Tag =>
      typeof child !== "string" && (name === undefined || child.name === name),
  );
}

/** The first element along a path of names. */
export function find(of: Tag | undefined, ...path: string[]): Tag | undefined {
  let at = of;
  for (const name of path) at = elements(at, name)[0];
  return at;
}

/** The elements of this name at any depth, the outermost of those inside one another. */
export function findAll(of: Tag | undefined, name: string): Tag[] {
  return elements(of).flatMap((child) => (child.name === name ? [child] : findAll(child, name)));
}

/** An attribute, whatever its prefix. */
export function attribute(of: Tag | undefined, name: string): string | undefined {
  for (const [key, value] of Object.entries(of?.attributes ?? {}))
    if (local(key) === name) return value;
  return undefined;
}

export function textIn(of: Tag | undefined): string {
  return (of?.children ?? [])
    .map((child) => (typeof child === "string" ? child : textIn(child)))
    .join("");
}
