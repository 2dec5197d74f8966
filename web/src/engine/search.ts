/**
 * Search in what this device can read, encrypted chats too: an inverted index in sealed pieces, made
 * as messages come. For what lies in plain chats but not in the archive the server is asked as well.
 */

import type { EventId, RoomId, UserId } from "../base/ids";
import { bodyOf, currentOf, isUndecryptable, MESSAGE, typeOf } from "./content";
import { shownIn } from "./people";
import type { HitRecord, SearchAsk } from "./records";
import { isEncrypted, nameOf } from "./room";
import type { Entry } from "./stored";
import { textOf, type WireEvent } from "./wire";
import { isMatch, type Sought, snippetOf, soughtOf, stemsOf } from "./words";
import { loadMembers, Recent, type World } from "./world";

/** A piece of the index: messages, and by stem the numbers of those that have it. */
interface Piece {
  docs: Doc[];
  stems: Record<string, number[]>;
}

type Doc = [room: RoomId, id: EventId, ts: number, sender: UserId, kind: DocKind];
type DocKind = "text" | "file" | "image" | "link" | "voice";

interface Manifest {
  pieces: number;
  savedAt: number;
}

const PIECE = 1_000;
const SAVE_AFTER = 1_000;
const MANIFEST = "index";

export interface Search {
  find(
    ask: SearchAsk,
    limit: number,
    before?: EventId,
  ): Promise<{ hits: HitRecord[]; more: boolean }>;
  /** Resolves when all is at rest. */
  stop(): Promise<void>;
}

export async function makeSearch(world: World): Promise<Search> {
  const manifest = (await world.archive.words<Manifest>(MANIFEST)) ?? { pieces: 0, savedAt: 0 };
  let number = Math.max(0, manifest.pieces - 1);
  let open: Piece = (await world.archive.words<Piece>(pieceKey(number))) ?? emptyPiece();
  const seen = new Set(open.docs.map(([, id]) => `${id} 0`));
  const loaded = new Recent<Piece>(40);
  let timer: ReturnType<typeof setTimeout> | undefined;
  let saving: Promise<void> = Promise.resolve();
  let isStopped = false;

  function saveSoon(): void {
    timer = undefined;
    saving = saving.then(save);
  }

  async function save(): Promise<void> {
    const piece = open;
    const at = number;
    if (piece.docs.length >= PIECE) {
      number++;
      open = emptyPiece();
      seen.clear();
    }
    const kept: Manifest = { pieces: number + 1, savedAt: world.now() };
    await world.archive.commit([
      { put: "words", key: pieceKey(at), value: piece },
      { put: "words", key: MANIFEST, value: kept },
    ]);
    loaded.delete(pieceKey(at));
  }

  /** Indexes messages; what cannot be read or says nothing is passed over. */
  function add(entries: readonly Entry[]): void {
    let isChanged = false;
    for (const entry of entries) {
      const text = textOfEntry(entry);
      // An edit is indexed beside what was said before; a hit is judged by what it says now.
      const version = `${entry.id} ${currentOf(entry.data).editedAt ?? 0}`;
      if (text === undefined || seen.has(version)) continue;
      seen.add(version);
      const place = open.docs.push([
        entry.room,
        entry.id,
        entry.ts,
        entry.data.event.sender,
        kindOfEntry(entry),
      ]);
      for (const stem of stemsOf(text)) {
        const list = Object.hasOwn(open.stems, stem) ? open.stems[stem] : undefined;
        if (list) list.push(place - 1);
        else open.stems[stem] = [place - 1];
      }
      isChanged = true;
    }
    if (isChanged && !isStopped) timer ??= setTimeout(saveSoon, SAVE_AFTER);
  }

  /** What came just before the client was last closed may not have been saved. */
  async function repair(): Promise<void> {
    for (const room of world.rooms.values()) {
      const live = room.line.at(-1);
      if (isStopped) return;
      if (!live || (room.last?.ts ?? 0) < manifest.savedAt - 60_000) continue;
      add(await world.archive.line(room.id, Math.max(live.low, live.high - 30), live.high));
    }
  }
  const repairing = repair();
  const hear = (_: RoomId, changed: ReadonlyMap<EventId, Entry>) => add([...changed.values()]);
  world.entries.add(hear);

  async function pieceAt(index: number): Promise<Piece> {
    if (index === number) return open;
    const key = pieceKey(index);
    const found = loaded.get(key) ?? (await world.archive.words<Piece>(key)) ?? emptyPiece();
    loaded.set(key, found);
    return found;
  }

  async function localHits(
    ask: SearchAsk,
    sought: Sought,
    limit: number,
    before: EventId | undefined,
  ): Promise<{ hits: HitRecord[]; more: boolean }> {
    const docs = new Map<EventId, Doc>();
    for (let index = number; index >= 0; index--) {
      const piece = await pieceAt(index);
      for (const at of placesIn(piece, sought)) {
        const doc = piece.docs[at];
        if (doc && isAsked(doc, ask) && !docs.has(doc[1])) docs.set(doc[1], doc);
      }
    }
    const sorted = [...docs.values()].sort((a, b) => b[2] - a[2]);
    const start = before === undefined ? 0 : sorted.findIndex((doc) => doc[1] === before) + 1;
    const hits: HitRecord[] = [];
    let at = start;
    for (; at < sorted.length && hits.length < limit; at += limit) {
      const page = sorted.slice(at, at + limit);
      for (const hit of await hitsOf(page, sought)) if (hits.length < limit) hits.push(hit);
    }
    return { hits, more: at < sorted.length };
  }

  /** Each is looked at again as it is now: it may have been edited or deleted since. */
  async function hitsOf(docs: readonly Doc[], sought: Sought): Promise<HitRecord[]> {
    const byRoom = Map.groupBy(docs, ([room]) => room);
    const found = new Map<EventId, Entry>();
    for (const [roomId, inRoom] of byRoom)
      for (const [id, entry] of await world.archive.events(
        roomId,
        inRoom.map((doc) => doc[1]),
      ))
        found.set(id, entry);
    const hits = await Promise.all(
      docs.map(([, id]) => {
        const entry = found.get(id);
        const text = entry && textOfEntry(entry);
        if (!entry || text === undefined) return undefined;
        return hitOf(entry.room, id, entry.data.event.sender, entry.ts, text, sought);
      }),
    );
    return hits.filter((hit) => hit !== undefined);
  }

  async function hitOf(
    roomId: RoomId,
    id: EventId,
    sender: UserId,
    ts: number,
    text: string,
    sought: Sought,
  ): Promise<HitRecord | undefined> {
    const found =
      sought.stems.length === 0
        ? { snippet: text.slice(0, 160), marks: [] }
        : snippetOf(text, sought);
    const room = world.rooms.get(roomId);
    if (!found || !room) return undefined;
    const senderName = shownIn(await loadMembers(world, roomId))(sender).name;
    return { id, roomId, roomName: nameOf(room), sender, senderName, ts, ...found };
  }

  /** What the server finds in plain chats, of which the archive may have but the end. */
  async function serverHits(ask: SearchAsk, sought: Sought, limit: number): Promise<HitRecord[]> {
    if (ask.text.trim() === "" || (ask.kind && ask.kind !== "text")) return [];
    const room = ask.roomId === undefined ? undefined : world.rooms.get(ask.roomId);
    if (room && isEncrypted(room)) return [];
    const filter = {
      limit,
      ...(ask.roomId !== undefined && { rooms: [ask.roomId] }),
      ...(ask.sender !== undefined && { senders: [ask.sender] }),
    };
    const events = { search_term: ask.text, keys: ["content.body"], order_by: "recent", filter };
    const answer = await world.http.json<{
      search_categories?: { room_events?: { results?: { result?: WireEvent }[] } };
    }>("POST", "/_matrix/client/v3/search", {
      body: { search_categories: { room_events: events } },
      timeout: 5_000,
    });
    const hits: HitRecord[] = [];
    for (const { result } of answer.search_categories?.room_events?.results ?? []) {
      const text = textOf(result?.content, "body");
      if (!result?.room_id || text === undefined || !isWithin(result.origin_server_ts, ask))
        continue;
      const { room_id: roomId, event_id: id, sender, origin_server_ts: ts } = result;
      const hit = await hitOf(roomId, id, sender, ts, text, sought);
      if (hit) hits.push(hit);
    }
    return hits;
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
    async stop() {
      isStopped = true;
      world.entries.delete(hear);
      if (timer !== undefined) {
        clearTimeout(timer);
        timer = undefined;
        saving = saving.then(save);
      }
      await Promise.all([saving, repairing]);
    },
  };
}

function emptyPiece(): Piece {
  return { docs: [], stems: {} };
}

const pieceKey = (index: number) => `piece${index}`;

/** Numbers of a piece's messages that have all that is sought. */
function placesIn(piece: Piece, sought: Sought): Iterable<number> {
  if (sought.stems.length === 0) return piece.docs.keys();
  let left: number[] | undefined;
  for (const [index, stem] of sought.stems.entries()) {
    const isLast = index === sought.stems.length - 1 && sought.beginning !== undefined;
    const stems = isLast
      ? Object.keys(piece.stems).filter((each) => isMatch(each, sought, index))
      : [stem];
    const found = new Set(
      stems.flatMap((each) => (Object.hasOwn(piece.stems, each) ? (piece.stems[each] ?? []) : [])),
    );
    left = left ? [...left].filter((at) => found.has(at)) : [...found];
    if (left.length === 0) break;
  }
  return left ?? [];
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

/** What of an entry is searched; undefined where there is nothing. */
function textOfEntry(entry: Entry): string | undefined {
  const { data } = entry;
  if (data.redaction || isUndecryptable(data) || data.event.state_key !== undefined)
    return undefined;
  if (entry.parent !== undefined && entry.thread === undefined) return undefined;
  const type = typeOf(data);
  const { content } = currentOf(data);
  const body = bodyOf(type, content);
  const name = textOf(content, "filename");
  if (body === undefined) return undefined;
  return name !== undefined && name !== body ? `${body}\n${name}` : body;
}

function kindOfEntry(entry: Entry): DocKind {
  if (typeOf(entry.data) !== MESSAGE) return "text";
  switch (entry.kind) {
    case "media":
      return "image";
    case undefined:
      return "text";
    default:
      return entry.kind;
  }
}
