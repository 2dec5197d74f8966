/** The list of chats: what each folder shows, what counts as unread, addresses of chats. Pure. */

import { match } from "../../base/fuzzy";
import type { ChatRecord } from "../../engine/records";

/** A folder of ours, or the id of one that the person made. */
export type Folder =
  | "all"
  | "unread"
  | "direct"
  | "groups"
  | "channels"
  | "archive"
  | `folder:${string}`;

export function isUnread(chat: Pick<ChatRecord, "unread">): boolean {
  const { messages, mentions, marked } = chat.unread;
  return marked || mentions > 0 || messages > 0;
}

export function isMuted(chat: Pick<ChatRecord, "notify" | "mutedUntil">, now: number): boolean {
  return chat.notify === "none" || (chat.mutedUntil ?? 0) > now;
}

/** Whether a joined chat belongs into `folder`. `keep` stays in "unread" though it was just read. */
export function isIn(chat: ChatRecord, folder: Folder, keep?: string): boolean {
  if (chat.kind === "space" || chat.membership === "leave" || chat.membership === "invite")
    return false;
  if (folder === "archive") return chat.archived;
  if (chat.archived) return false;
  if (folder === "all") return true;
  if (folder === "unread") return isUnread(chat) || chat.id === keep;
  if (folder === "direct") return chat.kind === "direct" || chat.kind === "self";
  if (folder === "groups") return chat.kind === "group";
  if (folder === "channels") return chat.kind === "channel";
  return chat.folders.includes(folder.slice("folder:".length));
}

/** Invitations to chats, the latest first. */
export function invitations(chats: readonly ChatRecord[]): ChatRecord[] {
  return chats.filter((chat) => chat.membership === "invite").sort((a, b) => b.ts - a.ts);
}

/** How many chats of a folder have something unread, without the muted. */
export function countUnread(chats: readonly ChatRecord[], folder: Folder, now: number): number {
  return chats.filter((chat) => isIn(chat, folder) && isUnread(chat) && !isMuted(chat, now)).length;
}

/** Chats whose names answer `query`, the best first, then in their order. */
export function searchChats(chats: readonly ChatRecord[], query: string): ChatRecord[] {
  return chats
    .map((chat, place) => ({ chat, place, score: match(query, chat.name) }))
    .filter(({ chat, score }) => score > 0 && chat.membership !== "leave" && chat.kind !== "space")
    .sort((a, b) => b.score - a.score || a.place - b.place)
    .map(({ chat }) => chat);
}

/** The neighbour in a list, `by` steps on; the first or last where nothing is open. */
export function neighbour(
  order: readonly string[],
  open: string | undefined,
  by: 1 | -1,
): string | undefined {
  const at = open === undefined ? -1 : order.indexOf(open);
  if (at < 0) return by > 0 ? order[0] : order.at(-1);
  return order[at + by];
}

/** The room id or alias that a link, a `matrix:` address or a typed address names. */
export function addressOf(text: string): string | undefined {
  const trimmed = text.trim();
  const web = /(?:matrix\.to\/#\/|#\/chat\/)([^?/]+)/.exec(trimmed)?.[1];
  const candidate = web === undefined ? fromUri(trimmed) : decode(web);
  return /^[!#][^\s]+$/.test(candidate) ? candidate : undefined;
}

function fromUri(text: string): string {
  const uri = /^matrix:(r|roomid)\/([^?/]+)/.exec(text);
  if (!uri) return text;
  return (uri[1] === "r" ? "#" : "!") + decode(uri[2] ?? "");
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
