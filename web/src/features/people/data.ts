/** People: how they are found and what is said of them. */

import { match } from "../../base/fuzzy";
import type { ChatRecord, PersonRecord } from "../../engine/records";

/** `@name:server`, typed whole. */
export function isUserId(text: string): boolean {
  return /^@[^:\s]+:[^\s]+$/.test(text.trim());
}

/** Chats that answer `query`, the best first; all in their order for an empty query. */
export function findChats(chats: readonly ChatRecord[], query: string): ChatRecord[] {
  const joined = chats.filter((chat) => chat.membership === "join" && chat.kind !== "space");
  if (!query.trim()) return joined;
  return joined
    .map((chat, place) => ({ chat, place, score: match(query, `${chat.name} ${chat.peer ?? ""}`) }))
    .filter(({ score }) => score > 0)
    .sort((a, b) => b.score - a.score || a.place - b.place)
    .map(({ chat }) => chat);
}

/** Found people with the one that `text` names as an address first, if the search knows it not. */
export function withAddress(people: readonly PersonRecord[], text: string): PersonRecord[] {
  const id = text.trim();
  if (!isUserId(id) || people.some((person) => person.id === id)) return [...people];
  return [{ id, name: id, ignored: false }, ...people];
}

/** Those one has a direct chat with, the latest first: whom one likely looks for. */
export function acquaintances(chats: readonly ChatRecord[]): PersonRecord[] {
  return chats.flatMap((chat): PersonRecord[] => {
    if (chat.kind !== "direct" || chat.peer === undefined || chat.membership !== "join") return [];
    const person = { id: chat.peer, name: chat.name, ignored: false };
    return [chat.avatar === undefined ? person : { ...person, avatar: chat.avatar }];
  });
}
