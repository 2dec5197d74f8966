/** The timeline as it is laid out: groups, separators, lines folded together. Pure. */

import { daysBetween } from "../../base/format";
import type { ItemRecord } from "../../engine/records";

/** Messages of one person this near in time are one group. */
export const GROUP_MS = 5 * 60_000;
/** So many state lines in a row fold into one. */
const FOLD = 3;
/** What says it is of an album only later than this stands for itself: nobody writes into the past. */
const ALBUM_MS = 60 * 60_000;
/** At most this many stand in one album. */
const MOST_IN_ALBUM = 50;

export interface Entry {
  key: string;
  kind: "message" | "album" | "line" | "fold";
  /** The items it draws: one, or all that were folded. */
  ids: readonly string[];
  /** A date stands above it. */
  day?: number | undefined;
  /** The line of new messages stands above it. */
  unread: boolean;
  /** The first and the last of its group. */
  first: boolean;
  last: boolean;
}

/** The half of an item that decides how it is laid out. */
export type Laid = Pick<ItemRecord, "id" | "sender" | "ts" | "type" | "stateKey"> & {
  /** What pictures that were sent together have in common. */
  album?: string | undefined;
};

const hidden = new Set([
  "m.room.power_levels.default",
  "m.room.canonical_alias",
  "m.room.server_acl",
  "m.room.guest_access",
  "m.room.related_groups",
  "m.space.parent",
  "m.space.child",
  "m.room.third_party_invite",
  "m.reaction",
  "m.room.redaction",
  "m.poll.response",
  "org.matrix.msc3381.poll.response",
  "m.poll.end",
  "org.matrix.msc3381.poll.end",
]);

/** Whether an event of this type is seen at all. */
export function isShown(item: Laid): boolean {
  if (hidden.has(item.type) || item.type.startsWith("m.key.verification.")) return false;
  return item.stateKey === undefined || item.type.startsWith("m.room.") || isLive(item.type);
}

/** A place that is shared for a while is a message to whoever reads, though it is state. */
export const isLive = (type: string) =>
  type === "m.beacon_info" || type === "org.matrix.msc3672.beacon_info";

const isLine = (item: Laid) => item.stateKey !== undefined && !isLive(item.type);

function continues(before: Laid | undefined, item: Laid): boolean {
  return (
    before !== undefined &&
    !isLine(before) &&
    !isLine(item) &&
    before.sender === item.sender &&
    item.ts - before.ts < GROUP_MS &&
    daysBetween(before.ts, item.ts) === 0
  );
}

function isNewDay(before: Laid | undefined, item: Laid): boolean {
  return before === undefined || daysBetween(before.ts, item.ts) !== 0;
}

/** Entries for `items`, oldest first. `firstUnread` gets the line of new messages above it. */
export function layOut(items: readonly Laid[], firstUnread: string | undefined): Entry[] {
  const shown = gathered(items.filter(isShown));
  const unreadAt = firstUnread === undefined ? -1 : placeOfUnread(items, shown, firstUnread);
  const entries: Entry[] = [];
  let place = 0;
  while (place < shown.length) {
    const item = shown[place];
    if (!item) break;
    const run = item.album === undefined ? foldable(shown, place, unreadAt) : parts(shown, place);
    const before = shown[place - 1];
    const after = shown[place + run];
    const unread = place <= unreadAt && unreadAt < place + run;
    const newDay = isNewDay(before, item);
    entries.push({
      key: item.id,
      kind: isLine(item) ? (run >= FOLD ? "fold" : "line") : run > 1 ? "album" : "message",
      ids: shown.slice(place, place + run).map(({ id }) => id),
      day: newDay ? item.ts : undefined,
      unread,
      first: unread || !continues(before, item),
      last: place + run === unreadAt || !after || !continues(item, after),
    });
    place += run;
  }
  return entries;
}

const isTogether = (first: Laid, item: Laid) =>
  first.album !== undefined &&
  first.album === item.album &&
  first.sender === item.sender &&
  Math.abs(item.ts - first.ts) < ALBUM_MS;

/** The parts of each album where its first stands, whatever others said between. */
function gathered(shown: readonly Laid[]): Laid[] {
  if (!shown.some(({ album }) => album !== undefined)) return [...shown];
  const albums: Laid[][] = [];
  const places: Laid[][] = [];
  for (const item of shown) {
    const album = albums.findLast(
      ([first, ...more]) => first && more.length < MOST_IN_ALBUM - 1 && isTogether(first, item),
    );
    if (album) album.push(item);
    else {
      const alone = [item];
      places.push(alone);
      if (item.album !== undefined) albums.push(alone);
    }
  }
  return places.flat();
}

/** How many from `place` are of one album. */
function parts(shown: readonly Laid[], place: number): number {
  const first = shown[place] as Laid;
  let end = place + 1;
  while (end - place < MOST_IN_ALBUM && shown[end] && isTogether(first, shown[end] as Laid)) end++;
  return end - place;
}

function placeOfUnread(items: readonly Laid[], shown: readonly Laid[], id: string): number {
  const all = items.findIndex((item) => item.id === id);
  if (all < 0) return -1;
  const next = items.slice(all).find(isShown);
  return next ? shown.indexOf(next) : -1;
}

/** How many lines from `place` fold together: 1 where they do not. */
function foldable(shown: readonly Laid[], place: number, unreadAt: number): number {
  let end = place;
  while (end < shown.length) {
    const item = shown[end];
    if (!item || !isLine(item)) break;
    if (end > place && (end === unreadAt || isNewDay(shown[end - 1], item))) break;
    end++;
  }
  return end - place >= FOLD ? end - place : 1;
}

/** `next` with the entries of `before` in place of those that say the same, so that rows stay. */
export function keepSame(before: readonly Entry[], next: readonly Entry[]): Entry[] {
  const known = new Map(before.map((entry) => [entry.key, entry]));
  return next.map((entry) => {
    const old = known.get(entry.key);
    return old && isSame(old, entry) ? old : entry;
  });
}

function isSame(a: Entry, b: Entry): boolean {
  return (
    a.kind === b.kind &&
    a.day === b.day &&
    a.unread === b.unread &&
    a.first === b.first &&
    a.last === b.last &&
    a.ids.length === b.ids.length &&
    a.ids.every((id, place) => id === b.ids[place])
  );
}

/** Whether entries only came or went before what stays, so that the place is kept from the end. */
export function isShift(before: readonly Entry[], next: readonly Entry[]): boolean {
  const oldLast = before.at(-1)?.key;
  return (
    next.length !== before.length &&
    oldLast !== undefined &&
    next.at(-1)?.key === oldLast &&
    next[0]?.key !== before[0]?.key
  );
}

/** More entries than these are too many to hold: what is far from the place seen is let go. */
const MOST = 300;
/** So many are left then, */
const KEPT = 200;
/** of which so many lie before what is seen, and after it. */
const NEAR = 60;

/**
 * The first and the last of `count` entries that stay, where `first` to `last` are seen; undefined
 * while they are not too many. One end is let go at a time: the one that is farther away.
 */
export function keptRange(
  count: number,
  first: number,
  last: number,
): readonly [first: number, last: number] | undefined {
  if (count <= MOST) return undefined;
  const [before, after] = [first, count - 1 - last];
  const drop = Math.min(count - KEPT, Math.max(before, after) - NEAR);
  if (drop <= 0) return undefined;
  return before > after ? [drop, count - 1] : [0, count - 1 - drop];
}

/** Bars of a waveform: `count` heights from 0 to 1. */
export function bars(waveform: unknown, count: number): number[] {
  const levels = Array.isArray(waveform)
    ? waveform.slice(0, 1024).map((one) => Math.min(1, Math.max(0, Number(one) / 1024 || 0)))
    : [];
  if (levels.length === 0) return Array.from({ length: count }, () => 0.15);
  return Array.from({ length: count }, (_, place) => {
    const level = levels[Math.floor((place * levels.length) / count)] ?? 0;
    return Math.max(0.1, level);
  });
}

/** A picture's place: its size fitted into `most`, or a square where nothing is known. */
export function fitted(
  info: unknown,
  most: { width: number; height: number },
): { width: number; height: number } {
  const { w, h } = (typeof info === "object" && info !== null ? info : {}) as {
    w?: unknown;
    h?: unknown;
  };
  const width = Number(w);
  const height = Number(h);
  if (!(width > 0) || !(height > 0)) return { width: 240, height: 180 };
  const scale = Math.min(most.width / width, most.height / height, 1);
  return {
    width: Math.max(Math.round(width * scale), 96),
    height: Math.max(Math.round(height * scale), 56),
  };
}

/** Whether `item` can still be kept from leaving: while its file is under way, too. */
export function mayHold({ state, upload }: Pick<ItemRecord, "state" | "upload">): boolean {
  return state === "waiting" || state === "failed" || (state === "sending" && upload !== undefined);
}
