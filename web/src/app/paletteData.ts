/** What the quick jump offers for what is typed. Pure. */

import { match } from "../base/fuzzy";
import type { ChatRecord, PersonRecord } from "../engine/records";

export interface Choice {
  key: string;
  kind: "chat" | "person" | "action";
  /** Its place in the list it came from. */
  id: string;
  title: string;
}

export interface Sources {
  chats: readonly Pick<ChatRecord, "id" | "name" | "membership" | "kind" | "peer">[];
  people: readonly Pick<PersonRecord, "id" | "name">[];
  actions: readonly { id: string; title: string }[];
  /** Chats visited last, the latest first. */
  recent: readonly string[];
  /** The open chat, which needs no jump. */
  open?: string | undefined;
}

const MOST = 30;

/** The best first; without a query the recent chats, then all actions. */
export function choicesFor(query: string, sources: Sources): Choice[] {
  const chats = sources.chats.filter(
    (chat) => chat.membership !== "leave" && chat.kind !== "space",
  );
  if (!query.trim()) return withoutQuery(chats, sources);
  const known = new Set(chats.flatMap((chat) => chat.peer ?? []));
  const lift = (id: string) => {
    const place = sources.recent.indexOf(id);
    return place < 0 ? 0 : 1 - place * 0.04;
  };
  const scored = [
    ...chats.map((chat) => ({
      choice: ofChat(chat),
      score: match(query, chat.name),
      lift: lift(chat.id),
    })),
    ...sources.people
      .filter((person) => !known.has(person.id))
      .map((person) => ({
        choice: ofPerson(person),
        score: match(query, `${person.name} ${person.id}`) || 1,
        lift: -1,
      })),
    ...sources.actions.map((action) => ({
      choice: ofAction(action),
      score: match(query, action.title),
      lift: -0.5,
    })),
  ];
  return scored
    .filter(({ score }) => score > 0)
    .sort((a, b) => b.score + b.lift - a.score - a.lift)
    .slice(0, MOST)
    .map(({ choice }) => choice);
}

function withoutQuery(chats: Sources["chats"], sources: Sources): Choice[] {
  const byId = new Map(chats.map((chat) => [chat.id, chat]));
  const visited = sources.recent
    .filter((id) => id !== sources.open)
    .flatMap((id) => byId.get(id) ?? []);
  const others = chats.filter(
    (chat) => !sources.recent.includes(chat.id) && chat.id !== sources.open,
  );
  return [
    ...[...visited, ...others].slice(0, 8).map(ofChat),
    ...sources.actions.filter(({ id }) => id !== "palette").map(ofAction),
  ];
}

const ofChat = (chat: Sources["chats"][number]): Choice => ({
  key: `chat ${chat.id}`,
  kind: "chat",
  id: chat.id,
  title: chat.name,
});
const ofPerson = (person: Sources["people"][number]): Choice => ({
  key: `person ${person.id}`,
  kind: "person",
  id: person.id,
  title: person.name,
});
const ofAction = (action: Sources["actions"][number]): Choice => ({
  key: `action ${action.id}`,
  kind: "action",
  id: action.id,
  title: action.title,
});
