/** The list of chats: what each folder shows, what counts as unread, addresses of chats. Pure. */

import { match } from "../../base/fuzzy";
import type { ChatRecord, SpaceRoom } from "../../engine/records";

/** A folder of ours, or the id of one that the person made. */
export type Folder =
  | "all"
  | "unread"
  | "direct"
  | "groups"
  | "channels"
  | "archive"
  | `folder:${string}`
  | `space:${string}`;

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
  if (folder.startsWith("space:")) return chat.spaces.includes(folder.slice("space:".length));
  return chat.folders.includes(folder.slice("folder:".length));
}

/** Spaces one is in that are in no other: their own folders of the list. */
export function topSpaces(chats: readonly ChatRecord[]): ChatRecord[] {
  const spaces = chats.filter((chat) => chat.kind === "space" && chat.membership === "join");
  const known = new Map(spaces.map((space) => [space.id, space]));
  // Of two that hold each other, neither is above.
  const isAbove = (above: ChatRecord | undefined, space: ChatRecord) =>
    above !== undefined && above.id !== space.id && !above.spaces.includes(space.id);
  return spaces
    .filter((space) => !space.spaces.some((above) => isAbove(known.get(above), space)))
    .sort((a, b) => a.name.localeCompare(b.name));
}

export interface SpaceRow {
  room: SpaceRoom;
  via: readonly string[];
  /** 0 for what the space itself holds. */
  depth: number;
}

/** What a space holds, as a tree told in lines; each room once, what one may not see left out. */
export function spaceRows(rooms: readonly SpaceRoom[]): SpaceRow[] {
  const [root] = rooms;
  const known = new Map(rooms.map((room) => [room.roomId, room]));
  const rows: SpaceRow[] = [];
  const told = new Set<string>(root ? [root.roomId] : []);
  const tell = (space: SpaceRoom, depth: number) => {
    for (const { roomId, via } of space.children) {
      const room = known.get(roomId);
      if (!room || told.has(roomId)) continue;
      told.add(roomId);
      rows.push({ room, via, depth });
      if (room.space) tell(room, depth + 1);
    }
  };
  if (root) tell(root, 0);
  return rows;
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

/**
 * The orders (from 0 to 1) of the pinned chats once `moved` is put before or after `target`: those
 * alone that change.
 */
export function reordered(
  pinned: readonly { id: string; order: number }[],
  moved: string,
  target: string,
  after: boolean,
): { id: string; order: number }[] {
  const ids = pinned.map(({ id }) => id).filter((id) => id !== moved);
  const at = ids.indexOf(target);
  if (at < 0) return [];
  ids.splice(after ? at + 1 : at, 0, moved);
  const known = new Map(pinned.map(({ id, order }) => [id, order]));
  return ids
    .map((id, place) => ({ id, order: (place + 1) / (ids.length + 1) }))
    .filter(({ id, order }) => known.get(id) !== order);
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
