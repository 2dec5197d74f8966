/** The inverted index of what this device can read, in sealed pieces that grow as messages come. */

import type { EventId, RoomId, UserId } from "../base/ids";
import { bodyOf, currentOf, isUndecryptable, MESSAGE, typeOf } from "./content";
import type { Entry } from "./stored";
import { textOf } from "./wire";
import { isMatch, type Sought, stemsOf } from "./words";
import { Recent, type World } from "./world";

/** An indexed message. */
export type Doc = [room: RoomId, id: EventId, ts: number, sender: UserId, kind: DocKind];
export type DocKind = "text" | "file" | "image" | "link" | "voice";

/** Messages, and by stem the numbers of those that have it. */
interface Piece {
  docs: Doc[];
  stems: Record<string, number[]>;
}

interface Manifest {
  pieces: number;
  savedAt: number;
}

const PIECE = 1_000;
const SAVE_AFTER = 1_000;
const MANIFEST = "index";
/** Messages of each chat that are looked at again after a start: the last may not have been saved. */
const REPAIRED = 30;

export interface WordIndex {
  /** Messages that have all that is sought, as they were when indexed; in no order. */
  find(sought: Sought): Promise<Doc[]>;
  /** Forgets messages that are no more; resolves when that is at rest. */
  forget(gone: ReadonlySet<EventId>): Promise<void>;
  /** Resolves when all is at rest. */
  stop(): Promise<void>;
}

export async function openWordIndex(world: World): Promise<WordIndex> {
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
    saving = saving.then(save).catch(world.fault);
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
  function add(entries: Iterable<Entry>): void {
    for (const entry of entries) {
      // An edit is indexed beside what was said before; a hit is judged by what it says now.
      const version = `${entry.id} ${currentOf(entry.data).editedAt ?? 0}`;
      const text = seen.has(version) ? undefined : searchedText(entry);
      if (text === undefined) continue;
      seen.add(version);
      put(open, entry, text);
      if (!isStopped) timer ??= setTimeout(saveSoon, SAVE_AFTER);
    }
  }

  async function repair(): Promise<void> {
    for (const room of world.rooms.values()) {
      const live = room.line.at(-1);
      if (isStopped) return;
      if (!live || (room.last?.ts ?? 0) < manifest.savedAt - 60_000) continue;
      add(await world.archive.line(room.id, Math.max(live.low, live.high - REPAIRED), live.high));
    }
  }

  async function pieceAt(index: number): Promise<Piece> {
    if (index === number) return open;
    const key = pieceKey(index);
    const found = loaded.get(key) ?? (await world.archive.words<Piece>(key)) ?? emptyPiece();
    loaded.set(key, found);
    return found;
  }

  async function forget(gone: ReadonlySet<EventId>): Promise<void> {
    for (let index = 0; index < number; index++) {
      const piece = await pieceAt(index);
      const left = pieceWithout(piece, gone);
      if (left === piece) continue;
      await world.archive.commit([{ put: "words", key: pieceKey(index), value: left }]);
      loaded.delete(pieceKey(index));
    }
    open = pieceWithout(open, gone);
    await save();
  }

  const hear = (_: RoomId, changed: ReadonlyMap<EventId, Entry>) => add(changed.values());
  world.entries.add(hear);
  const repairing = repair().catch(world.fault);
  return {
    async find(sought) {
      const docs: Doc[] = [];
      for (let index = number; index >= 0; index--) {
        const piece = await pieceAt(index);
        for (const at of placesIn(piece, sought)) {
          const doc = piece.docs[at];
          if (doc) docs.push(doc);
        }
      }
      return docs;
    },
    forget(gone) {
      const forgotten = saving.then(() => forget(gone));
      saving = forgotten.catch(world.fault);
      return forgotten;
    },
    async stop() {
      isStopped = true;
      world.entries.delete(hear);
      if (timer !== undefined) {
        clearTimeout(timer);
        saveSoon();
      }
      await Promise.all([saving, repairing]);
    },
  };
}

function emptyPiece(): Piece {
  return { docs: [], stems: {} };
}

/** The piece without messages; the same where it has none of them. */
function pieceWithout(piece: Piece, gone: ReadonlySet<EventId>): Piece {
  if (!piece.docs.some(([, id]) => gone.has(id))) return piece;
  const places = new Map<number, number>();
  const docs: Doc[] = [];
  for (const [at, doc] of piece.docs.entries())
    if (!gone.has(doc[1])) places.set(at, docs.push(doc) - 1);
  const stems: Piece["stems"] = {};
  for (const [stem, list] of Object.entries(piece.stems)) {
    const left = list.flatMap((at) => places.get(at) ?? []);
    if (left.length > 0) stems[stem] = left;
  }
  return { docs, stems };
}

const pieceKey = (index: number) => `piece${index}`;

function put(piece: Piece, entry: Entry, text: string): void {
  const { room, id, ts, data } = entry;
  const place = piece.docs.push([room, id, ts, data.event.sender, kindOf(entry)]) - 1;
  for (const stem of stemsOf(text)) {
    const list = listAt(piece, stem);
    if (list) list.push(place);
    else piece.stems[stem] = [place];
  }
}

function listAt(piece: Piece, stem: string): number[] | undefined {
  return Object.hasOwn(piece.stems, stem) ? piece.stems[stem] : undefined;
}

/** Numbers of a piece's messages that have all that is sought. */
function placesIn(piece: Piece, sought: Sought): Iterable<number> {
  if (sought.stems.length === 0) return piece.docs.keys();
  let left: number[] | undefined;
  for (const [index, stem] of sought.stems.entries()) {
    const isBeginning = index === sought.stems.length - 1 && sought.beginning !== undefined;
    const stems = isBeginning
      ? Object.keys(piece.stems).filter((each) => isMatch(each, sought, index))
      : [stem];
    const found = new Set(stems.flatMap((each) => listAt(piece, each) ?? []));
    left = left ? left.filter((at) => found.has(at)) : [...found];
    if (left.length === 0) break;
  }
  return left ?? [];
}

/** What of an entry is searched, as it is now; undefined where there is nothing. */
export function searchedText(entry: Entry): string | undefined {
  const { data } = entry;
  const isState = data.event.state_key !== undefined;
  if (data.redaction || isState || isUndecryptable(data)) return undefined;
  if (entry.parent !== undefined && entry.thread === undefined) return undefined;
  const { content } = currentOf(data);
  const body = bodyOf(typeOf(data), content);
  const name = textOf(content, "filename");
  if (body === undefined) return undefined;
  return name !== undefined && name !== body ? `${body}\n${name}` : body;
}

function kindOf(entry: Entry): DocKind {
  if (typeOf(entry.data) !== MESSAGE) return "text";
  return entry.kind === "media" ? "image" : (entry.kind ?? "text");
}
