/** A chat as pages to read and as data. Pure: texts of strangers go in, safe HTML comes out. */

import { plainName } from "../../base/format";
import type { ItemRecord, ReactionRecord } from "../../engine/records";
import { linkify, type Node, parseHtml } from "../../ui/richtext/parse";

/** What one item is written with. */
export interface Words {
  lang: string;
  /** What an event says in one line. */
  tell: (item: ItemRecord) => string;
  time: (ts: number) => string;
  edited: string;
  inThread: string;
  reply: string;
  missing: string;
}

/** Where an item's file lies in the archive; null: it could not be had. */
export type PathOf = (item: ItemRecord) => string | null | undefined;

export function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (sign) => `&#${sign.charCodeAt(0)};`);
}

/** A reaction in letters: of a picture, what it is called. */
const signOf = ({ key, shortcode }: ReactionRecord) =>
  key.startsWith("mxc://") ? (shortcode ?? "🖼") : key;

const EMPTY = new Set(["br", "hr"]);

/** The tree of a message as text for a file. Pictures inside of text have only their words. */
export function htmlOf(nodes: readonly Node[]): string {
  return nodes
    .map((node) => {
      if (typeof node === "string") return escapeHtml(node);
      const { tag, attrs, children } = node;
      if (tag === "img") return escapeHtml(attrs.alt ?? attrs.title ?? "");
      const href = attrs.href ? ` href="${escapeHtml(attrs.href)}" rel="noreferrer"` : "";
      if (EMPTY.has(tag)) return `<${tag}>`;
      return `<${tag}${href}>${htmlOf(children)}</${tag}>`;
    })
    .join("");
}

/** The words of a message, formatted where they were. */
export function bodyHtml(item: ItemRecord, words: Words): string {
  const { body, format, formatted_body: formatted } = item.content;
  const isText = item.type === "m.room.message" && typeof body === "string" && !item.redacted;
  if (!isText || item.encryption === "undecryptable")
    return `<p class="note">${escapeHtml(words.tell(item))}</p>`;
  if (format === "org.matrix.custom.html" && typeof formatted === "string")
    return `<div class="text">${htmlOf(parseHtml(formatted))}</div>`;
  return `<div class="text plain">${htmlOf(linkify(body))}</div>`;
}

function fileHtml(item: ItemRecord, path: string | null, words: Words): string {
  const name = escapeHtml(
    plainName(String(item.content.filename ?? item.content.body ?? "")) ?? "",
  );
  if (path === null) return `<p class="note">${name}: ${escapeHtml(words.missing)}</p>`;
  const href = path.split("/").map(encodeURIComponent).join("/");
  const kind = item.content.msgtype;
  if (kind === "m.image" || item.type === "m.sticker")
    return `<a href="${href}"><img src="${href}" alt="${name}" loading="lazy"></a>`;
  if (kind === "m.video") return `<video src="${href}" controls preload="none"></video>`;
  if (kind === "m.audio") return `<audio src="${href}" controls preload="none"></audio>`;
  return `<p><a href="${href}">${name}</a></p>`;
}

/** One item of a page. */
export function itemHtml(item: ItemRecord, words: Words, pathOf: PathOf): string {
  const time = `<time datetime="${new Date(item.ts).toISOString()}">${escapeHtml(words.time(item.ts))}</time>`;
  const id = escapeHtml(item.eventId ?? item.id);
  if (item.stateKey !== undefined)
    return `<p class="state" id="${id}">${escapeHtml(words.tell(item))} ${time}</p>`;
  const path = pathOf(item);
  const file = path === undefined ? "" : fileHtml(item, path, words);
  const { filename, body } = item.content;
  const isSaid = path === undefined || (typeof filename === "string" && filename !== body);
  const marks = [
    item.editedAt === undefined ? "" : words.edited,
    item.threadId === undefined ? "" : words.inThread,
  ].filter(Boolean);
  const quote = item.quote
    ? `<p class="note">${escapeHtml(words.reply)} <a href="#${escapeHtml(item.quote.eventId)}">↩</a></p>`
    : "";
  const reactions = item.reactions
    .map((reaction) => `<span>${escapeHtml(signOf(reaction))} ${reaction.count}</span>`)
    .join(" ");
  return [
    `<article id="${id}"><header><strong>${escapeHtml(item.senderName)}</strong> ${time}`,
    marks.length > 0 ? ` <small>${escapeHtml(marks.join(", "))}</small>` : "",
    `</header>${quote}${file}${isSaid ? bodyHtml(item, words) : ""}`,
    reactions ? `<p class="reactions">${reactions}</p>` : "",
    "</article>\n",
  ].join("");
}

const STYLE = `body{margin:0 auto;max-width:46rem;padding:1rem;font:1rem/1.5 system-ui,sans-serif;
color:#17202a;background:#fff}h1{font-size:1.5rem}nav{display:flex;gap:1rem;margin:1rem 0}
article{margin:.75rem 0;break-inside:avoid}article header{font-size:.9rem}time,small,.note,.state{color:#566370;
font-size:.85rem}.state{text-align:center}.plain{white-space:pre-wrap}.text{overflow-wrap:anywhere}
.text p{margin:.25rem 0}img,video{max-width:100%;max-height:30rem}pre{overflow:auto;background:#f2f4f6;padding:.5rem}
blockquote{margin:0;padding-left:.75rem;border-left:3px solid #c9d1d9}.reactions span{border:1px solid #c9d1d9;
border-radius:1rem;padding:0 .5rem;margin-right:.25rem}
@media (prefers-color-scheme:dark) and (not print){body{color:#e8edf2;background:#12171d}a{color:#7db8f0}
pre{background:#1c232b}time,small,.note,.state{color:#a3afbb}}@media print{nav{display:none}}`;

export interface PageAround {
  lang: string;
  title: string;
  note: string;
  /** Names of the pages before and after, with what their links say. */
  earlier?: { href: string; label: string };
  later?: { href: string; label: string };
}

/** The top and the bottom of a page; nothing in it may run or be fetched from elsewhere. */
export function pageEdges(around: PageAround): [top: string, bottom: string] {
  const links = [around.earlier, around.later].flatMap((link) =>
    link ? [`<a href="${link.href}">${escapeHtml(link.label)}</a>`] : [],
  );
  const nav = links.length > 0 ? `<nav>${links.join("")}</nav>` : "";
  const policy =
    "default-src 'none'; img-src 'self' file:; media-src 'self' file:; style-src 'unsafe-inline'";
  return [
    `<!doctype html><html lang="${around.lang}"><head><meta charset="utf-8">` +
      `<meta http-equiv="content-security-policy" content="${policy}">` +
      `<meta name="viewport" content="width=device-width"><title>${escapeHtml(around.title)}</title>` +
      `<style>${STYLE}</style></head><body><h1>${escapeHtml(around.title)}</h1>` +
      `<p class="note">${escapeHtml(around.note)}</p>${nav}<main>\n`,
    `</main>${nav}</body></html>\n`,
  ];
}

/** One item as data. */
export function itemJson(item: ItemRecord, pathOf: PathOf): string {
  const path = pathOf(item);
  return JSON.stringify({
    event_id: item.eventId,
    time: new Date(item.ts).toISOString(),
    sender: item.sender,
    sender_name: item.senderName,
    type: item.type,
    ...(item.stateKey !== undefined && { state_key: item.stateKey }),
    content: item.content,
    ...(item.editedAt !== undefined && { edited: new Date(item.editedAt).toISOString() }),
    ...(item.redacted && { deleted: item.redacted }),
    ...(item.threadId !== undefined && { thread: item.threadId }),
    ...(item.reactions.length > 0 && {
      reactions: item.reactions.map(({ key, senders }) => ({ key, senders })),
    }),
    ...(item.encryption !== "none" && { encryption: item.encryption }),
    ...(typeof path === "string" && { file: path }),
  });
}

/** A name for a file that every system takes; `number` keeps two of the same name apart. */
export function safeName(name: string, number: number): string {
  const plain = [...name]
    .map((sign) => ('\\/:*?"<>|'.includes(sign) || sign < " " ? "_" : sign))
    .join("")
    .replace(/^[.\s]+|[.\s]+$/g, "");
  const dot = plain.lastIndexOf(".");
  const end = dot > 0 ? plain.slice(dot).slice(0, 20) : "";
  const begin = (dot > 0 ? plain.slice(0, dot) : plain).slice(0, 80);
  return `${String(number).padStart(4, "0")}-${begin || "file"}${end}`;
}
