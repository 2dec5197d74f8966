/** What is written: how it becomes content, and what is being asked for at the caret. */

import { isFile } from "../../base/files";
import { match } from "../../base/fuzzy";
import type { UserId } from "../../base/ids";
import { EVERYONE, MENTIONS } from "../../base/mentions";
import type {
  CardRecord,
  Content,
  MemberRecord,
  MentionGroup,
  RoomView,
} from "../../engine/records";
import { type Element, type Node, parseHtml } from "../../ui/richtext/parse";
import { type Mention, markdownToHtml } from "./markdown";

/** Mentions whose names stand in the text still: a name within a longer one is not its own. */
export function presentMentions(text: string, mentions: readonly Mention[]): Mention[] {
  let left = text;
  const byLength = [...mentions].sort((a, b) => b.name.length - a.name.length);
  const present = byLength.filter(({ name }) => {
    const before = left;
    left = left.replace(new RegExp(`@${escaped(name)}(?![\\p{L}\\p{N}])`, "gu"), "\n");
    return left !== before;
  });
  return mentions.filter((mention) => present.includes(mention));
}

/** Signs of expressions as letters. */
const escaped = (name: string) => name.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");

/** The people whom a text mentions by a name that was chosen, each once. */
export function mentionedPeople(text: string, mentions: readonly Mention[]): UserId[] {
  const people = presentMentions(text, mentions).flatMap((one) =>
    "userId" in one && one.userId ? one.userId : [],
  );
  return [...new Set(people)];
}

/** The mentions that were chosen, and the chat's groups: their names call also as they are typed. */
export function withGroups(
  mentions: readonly Mention[],
  groups: readonly MentionGroup[],
): Mention[] {
  const chosen = new Set(mentions.map(({ name }) => name));
  const others = groups.filter(({ name }) => !chosen.has(name));
  return [...mentions, ...others.map(({ name }) => ({ name, group: true as const }))];
}

/** Units and groups that one message calls: of more, the server hears none. */
const MOST_NAMED = 20;

/** What names units and groups; `names` are as they stand in the text, the units' first. */
function groupMentions(present: readonly Mention[]): Content {
  const many = present.filter((mention) => !("userId" in mention)).slice(0, MOST_NAMED);
  const units = many.filter((mention) => "unit" in mention);
  const groups = many.filter((mention) => "group" in mention);
  const names = [...units, ...groups].map(({ name }) => name);
  if (names.length === 0) return {};
  const [numbers, titles] = [units.map(({ unit }) => unit), groups.map(({ name }) => name)];
  return { [MENTIONS]: { units: numbers, groups: titles, names } };
}

/** The units and groups that a message mentions, to go on with when it is edited. */
export function mentionsIn(content: Content): Mention[] {
  const {
    units = [],
    groups = [],
    names = [],
  } = (content[MENTIONS] ?? {}) as {
    units?: readonly number[];
    groups?: readonly string[];
    names?: readonly string[];
  };
  return [
    ...units.flatMap((unit, place) => (names[place] ? { name: names[place], unit } : [])),
    ...groups.map((name) => ({ name, group: true as const })),
  ];
}

function mentionsEveryone(text: string): boolean {
  return EVERYONE.some((name) =>
    new RegExp(`(?<![\\p{L}\\p{N}])@${name}(?![\\p{L}\\p{N}:.])`, "u").test(text),
  );
}

/** The content of a message of `text`. */
export function messageContent(
  text: string,
  mentions: readonly Mention[],
  replyTo?: string,
  emoticons?: ReadonlyMap<string, { url: string }>,
): Content {
  const plain = text.startsWith("/plain ") ? text.slice(7) : undefined;
  const emote = text.startsWith("/me ") ? text.slice(4) : undefined;
  const body = (plain ?? emote ?? text).trim();
  const present = presentMentions(body, mentions);
  const users = present.flatMap((mention) => ("userId" in mention ? mention.userId : []));
  const html = plain === undefined ? markdownToHtml(body, present, emoticons) : undefined;
  return {
    msgtype: emote === undefined ? "m.text" : "m.emote",
    body,
    ...(html === undefined ? {} : { format: "org.matrix.custom.html", formatted_body: html }),
    "m.mentions": {
      ...(users.length > 0 ? { user_ids: [...new Set(users)] } : {}),
      ...(mentionsEveryone(body) ? { room: true } : {}),
    },
    ...groupMentions(present),
    ...(replyTo ? { "m.relates_to": { "m.in_reply_to": { event_id: replyTo } } } : {}),
  };
}

/** What is edited of a message: its text, or the caption of its file. */
export function textOf({ body, filename, ...content }: Content): string {
  const text = typeof body === "string" ? body : "";
  const isName = filename === undefined || filename === text;
  return isFile(content) && isName ? "" : text;
}

/** The content of a file with another caption, or with none. */
export function withCaption(before: Content, caption: Content | undefined): Content {
  const {
    format: _format,
    formatted_body: _html,
    "m.mentions": _mentions,
    [MENTIONS]: _named,
    "m.relates_to": _relation,
    "org.depesha.urgent": _urgent,
    ...kept
  } = before;
  const filename = typeof before.filename === "string" ? before.filename : String(before.body);
  const bare = { body: filename, "m.mentions": {} };
  return { ...kept, ...(caption ?? bare), filename, msgtype: before.msgtype };
}

/** The pictures within a message that was sent, by their codes, to go on with when it is edited. */
export function emoticonsIn(content: Content | undefined): [string, { url: string }][] {
  const html = content?.formatted_body;
  const seek = (node: Node): [string, { url: string }][] => {
    if (typeof node === "string") return [];
    const { src, alt, "data-mx-emoticon": emoticon } = node.attrs;
    const code = /^:([^\s:]+):$/.exec(alt ?? "")?.[1];
    if (emoticon !== undefined && src && code) return [[code, { url: src }]];
    return node.children.flatMap(seek);
  };
  return typeof html === "string" ? parseHtml(html).flatMap(seek) : [];
}

/** Whether I may send something urgent: by my level where I have one, else by my power in the chat. */
export function mayBeUrgent(card: CardRecord | null | undefined, room: RoomView): boolean {
  if (!room.may.send || room.kind === "self") return false;
  return card?.rights ? card.rights.includes("send_urgent") : room.may.notifyAll;
}

export interface Token {
  kind: "@" | "#" | ":" | "/";
  query: string;
  /** Where its sign stands. */
  start: number;
}

/** What suggestions are asked for by the word before the caret. */
export function tokenAt(text: string, caret: number): Token | undefined {
  const before = text.slice(0, caret);
  const command = /^\/(\w*)$/.exec(before);
  if (command) return { kind: "/", query: command[1] ?? "", start: 0 };
  const found = /(?:^|[\s(«"])([@#:])([^\s@#:]{0,30}(?: [^\s@#:]{1,20})?)$/.exec(before);
  if (!found) return undefined;
  const kind = found[1] as Token["kind"];
  const query = found[2] ?? "";
  if (kind === ":" && (query.length < 2 || query.includes(" "))) return undefined;
  if (kind === "#" && query.includes(" ")) return undefined;
  return { kind, query, start: caret - query.length - 1 };
}

/** Members that answer `query`, the best first. */
export function findMembers(
  members: readonly MemberRecord[],
  query: string,
  limit: number,
): MemberRecord[] {
  const joined = members.filter((member) => member.membership === "join");
  if (!query) return joined.slice(0, limit);
  return joined
    .map((member) => ({ member, score: match(query, `${member.name} ${member.id}`) }))
    .filter(({ score }) => score > 0)
    .sort((a, b) => b.score - a.score)
    .slice(0, limit)
    .map(({ member }) => member);
}

/** Groups of the chat that answer `query`, the best first. */
export function findNamed(groups: readonly MentionGroup[], query: string): MentionGroup[] {
  if (!query) return [...groups];
  return groups
    .map((group) => ({ group, score: match(query, group.name) }))
    .filter(({ score }) => score > 0)
    .sort((a, b) => b.score - a.score)
    .map(({ group }) => group);
}

/** `text` with the token at the caret replaced, and where the caret goes. */
export function replaceToken(
  text: string,
  caret: number,
  token: Token,
  by: string,
): { text: string; caret: number } {
  const start = text.slice(0, token.start) + by;
  return { text: start + text.slice(caret), caret: start.length };
}

/** `text` with the selection put between signs, or taken out of them. */
export function wrap(
  text: string,
  from: number,
  to: number,
  sign: string,
): { text: string; from: number; to: number } {
  const size = sign.length;
  const inside = text.slice(from, to);
  if (text.slice(from - size, from) === sign && text.slice(to, to + size) === sign)
    return {
      text: text.slice(0, from - size) + inside + text.slice(to + size),
      from: from - size,
      to: to - size,
    };
  return {
    text: text.slice(0, from) + sign + inside + sign + text.slice(to),
    from: from + size,
    to: to + size,
  };
}

const around: Record<string, string> = {
  b: "**",
  strong: "**",
  i: "*",
  em: "*",
  del: "~~",
  s: "~~",
};

function writeNode(node: Node, depth: number): string {
  if (typeof node === "string") return node.replace(/\s+/g, " ");
  const inner = () => node.children.map((child) => writeNode(child, depth)).join("");
  const sign = around[node.tag];
  if (sign) {
    const text = inner();
    return text.trim() ? `${sign}${text.trim()}${sign}` : text;
  }
  switch (node.tag) {
    case "br":
      return "\n";
    case "a":
      return writeLink(node, inner());
    case "code":
      return `\`${inner()}\``;
    case "pre":
      return `\n\`\`\`\n${rawText(node)}\n\`\`\`\n`;
    case "blockquote":
      return `\n> ${inner().trim().replaceAll("\n", "\n> ")}\n\n`;
    case "ul":
    case "ol":
      return writeList(node, depth);
    case "tr":
      return `| ${node.children
        .map((cell) => writeNode(cell, depth).trim())
        .filter(Boolean)
        .join(" | ")} |\n`;
    case "p":
    case "div":
      return `${inner().trim()}\n\n`;
  }
  if (/^h[1-6]$/.test(node.tag)) return `${"#".repeat(Number(node.tag[1]))} ${inner().trim()}\n\n`;
  return inner();
}

function rawText(node: Element): string {
  return node.children
    .map((child) => (typeof child === "string" ? child : rawText(child)))
    .join("");
}

function writeLink(node: Element, text: string): string {
  const href = node.attrs.href;
  return !href || href === text ? text : `[${text}](${href})`;
}

function writeList(list: Element, depth: number): string {
  const items = list.children.filter((child) => typeof child === "object");
  const lines = items.map((item, place) => {
    const sign = list.tag === "ol" ? `${place + 1}.` : "-";
    const text = item.children.map((child) => writeNode(child, depth + 1)).join("");
    return `${"  ".repeat(depth)}${sign} ${text.trim()}`;
  });
  return `\n${lines.join("\n")}\n`;
}

/** Pasted HTML as Markdown; undefined where it has no formatting worth keeping. */
export function pastedMarkdown(html: string): string | undefined {
  const body = /<!--StartFragment-->([\s\S]*)<!--EndFragment-->/.exec(html)?.[1] ?? html;
  if (!/<(b|strong|i|em|a|ul|ol|code|pre|blockquote|table|h[1-6])[\s>]/i.test(body))
    return undefined;
  const text = parseHtml(body)
    .map((node) => writeNode(node, 0))
    .join("");
  return text.replace(/\n{3,}/g, "\n\n").trim();
}
