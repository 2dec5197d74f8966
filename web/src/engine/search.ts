/**
 * Search: in the index of what this device can read, encrypted chats too, and by the server in plain
 * chats, of which the archive may have but the end.
 */

import type { EventId, RoomId, UserId } from "../base/ids";
import { shownIn } from "./people";
import type { HitRecord, SearchAsk } from "./records";
import { isEncrypted, nameOf } from "./room";
import type { Entry } from "./stored";
import { textOf, type WireEvent } from "./wire";
import { type Doc, openWordIndex, searchedText, type WordIndex } from "./word-index";
import { type Sought, snippetOf, soughtOf } from "./words";
import { loadMembers, type World } from "./world";

export interface Search {
  find(
    ask: SearchAsk,
    limit: number,
    before?: EventId,
  ): Promise<{ hits: HitRecord[]; more: boolean }>;
  /** Messages that are no more are found no more. */
  forget: WordIndex["forget"];
  /** Resolves when all is at rest. */
  stop(): Promise<void>;
}

interface Found {
  roomId: RoomId;
  id: EventId;
  sender: UserId;
  ts: number;
  text: string;
}

export async function makeSearch(world: World): Promise<Search> {
  const index = await openWordIndex(world);

  async function localHits(
    ask: SearchAsk,
    sought: Sought,
    limit: number,
    before: EventId | undefined,
  ): Promise<{ hits: HitRecord[]; more: boolean }> {
    const asked = (await index.find(sought)).filter((doc) => isAsked(doc, ask));
    const docs = [...new Map(asked.map((doc) => [doc[1], doc])).values()];
    docs.sort((a, b) => b[2] - a[2]);
    let at = before === undefined ? 0 : docs.findIndex((doc) => doc[1] === before) + 1;
    const hits: HitRecord[] = [];
    while (at < docs.length && hits.length < limit) {
      const page = docs.slice(at, at + limit - hits.length);
      hits.push(...(await hitsOf(page, sought)));
      at += page.length;
    }
    return { hits, more: at < docs.length };
  }

  /** Each is looked at again as it is now: it may have been edited or deleted since. */
  async function hitsOf(docs: readonly Doc[], sought: Sought): Promise<HitRecord[]> {
    const found = new Map<EventId, Entry>();
    for (const [roomId, inRoom] of Map.groupBy(docs, ([room]) => room)) {
      const ids = inRoom.map(([, id]) => id);
      for (const [id, entry] of await world.archive.events(roomId, ids)) found.set(id, entry);
    }
    const hits = docs.map(([, id]) => {
      const entry = found.get(id);
      const text = entry && searchedText(entry);
      if (!entry || text === undefined) return undefined;
      const { room: roomId, ts, data } = entry;
      return hitOf({ roomId, id, sender: data.event.sender, ts, text }, sought);
    });
    return (await Promise.all(hits)).filter((hit) => hit !== undefined);
  }

  async function hitOf(found: Found, sought: Sought): Promise<HitRecord | undefined> {
    const { text, ...rest } = found;
    const all = { snippet: text.slice(0, 160), marks: [] };
    const shown = sought.stems.length === 0 ? all : snippetOf(text, sought);
    const room = world.rooms.get(found.roomId);
    if (!shown || !room) return undefined;
    const members = await loadMembers(world, found.roomId);
    const senderName = shownIn(members, world.me)(found.sender).name;
    return { ...rest, roomName: nameOf(room, world.me), senderName, ...shown };
  }

  async function serverHits(ask: SearchAsk, sought: Sought, limit: number): Promise<HitRecord[]> {
    if (!isForServer(ask)) return [];
    const answer = await world.http.json<Answer>("POST", "/_matrix/client/v3/search", {
      body: { search_categories: { room_events: eventsAsk(ask, limit) } },
      timeout: 5_000,
    });
    const results = answer.search_categories?.room_events?.results ?? [];
    const hits = results.map(({ result: event }) => {
      const text = textOf(event?.content, "body");
      if (!event?.room_id || text === undefined) return undefined;
      const { room_id: roomId, event_id: id, sender, origin_server_ts: ts } = event;
      return isWithin(ts, ask) ? hitOf({ roomId, id, sender, ts, text }, sought) : undefined;
    });
    return (await Promise.all(hits)).filter((hit) => hit !== undefined);
  }

  function isForServer({ text, kind, roomId }: SearchAsk): boolean {
    const room = roomId === undefined ? undefined : world.rooms.get(roomId);
    const isPlain = !room || !isEncrypted(room);
    return isPlain && text.trim() !== "" && (kind === undefined || kind === "text");
  }

  return {
    async find(ask, limit, before) {
      const sought = soughtOf(ask.text);
      const [local, server] = await Promise.all([
        localHits(ask, sought, limit, before),
        before === undefined ? serverHits(ask, sought, limit).catch(() => []) : [],
      ]);
      const byId = new Map([...server, ...local.hits].map((hit) => [hit.id, hit]));
      const hits = [...byId.values()].sort((a, b) => b.ts - a.ts);
      return { hits, more: local.more };
    },
    forget: index.forget,
    stop: index.stop,
  };
}

interface Answer {
  search_categories?: { room_events?: { results?: { result?: WireEvent }[] } };
}

function eventsAsk({ text, roomId, sender }: SearchAsk, limit: number): unknown {
  const filter = {
    limit,
    ...(roomId !== undefined && { rooms: [roomId] }),
    ...(sender !== undefined && { senders: [sender] }),
  };
  return { search_term: text, keys: ["content.body"], order_by: "recent", filter };
}

function isAsked([room, , ts, sender, kind]: Doc, ask: SearchAsk): boolean {
  return (
    (ask.roomId === undefined || ask.roomId === room) &&
    (ask.sender === undefined || ask.sender === sender) &&
    (ask.kind === undefined || ask.kind === kind || (ask.kind === "text" && kind === "link")) &&
    isWithin(ts, ask)
  );
}

function isWithin(ts: number, { from = 0, until = Infinity }: SearchAsk): boolean {
  return from <= ts && ts <= until;
}
