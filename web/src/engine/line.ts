/**
 * The line of a room: which stretches of its timeline are in the archive, and where gaps are.
 * Events of a stretch have places one apart; between stretches there is room for what is missing.
 * All functions are pure; a line is oldest first.
 */

import type { EventId, Millis } from "../base/ids";

export interface Stretch {
  /** Places of its oldest and newest event. */
  low: number;
  high: number;
  /** Their times, to find the stretch that a time is in. */
  since: Millis;
  until: Millis;
  /** The token to page back with; null: nothing is missing before it (or nothing is there). */
  back: string | null;
}

export type Line = readonly Stretch[];

/** An event to be placed. */
export interface Point {
  id: EventId;
  ts: Millis;
}

/** A line after events were placed, and their places. */
export interface Placed {
  line: Line;
  places: ReadonlyMap<EventId, number>;
}

export type Known = ReadonlyMap<EventId, number>;

const STEP = 2 ** 32;

const NOTHING: ReadonlyMap<EventId, number> = new Map();

/**
 * Places what a sync tells, the newest events of the room, oldest first. `back` is the token before
 * the first; `limited`: between it and what was told before may be a gap.
 */
export function placeNewest(
  line: Line,
  points: readonly Point[],
  known: Known,
  limited: boolean,
  back: string | null,
): Placed {
  const first = points.findIndex((point) => known.has(point.id));
  const live = line.at(-1);
  if (points.length === 0) return { line, places: NOTHING };
  if (first < 0) {
    if (live && !limited) return append(line, line.length - 1, points);
    const low = live ? live.high + STEP : 0;
    return stretch(line, line.length, points, low, limited ? back : null);
  }
  const last = points.findLastIndex((point) => known.has(point.id));
  const after = append(line, line.length - 1, points.slice(last + 1));
  const before = prepend(
    after.line,
    points.slice(0, first),
    placeOf(points[first], known),
    limited ? back : null,
  );
  return { line: before.line, places: new Map([...after.places, ...before.places]) };
}

/** Events put before the stretch whose oldest event is at `at`; elsewhere they get no place. */
function prepend(line: Line, points: readonly Point[], at: number, back: string | null): Placed {
  const index = line.findIndex((each) => each.low === at && each.back !== null);
  const found = line[index];
  const oldest = points[0];
  if (!found || !oldest) return { line, places: NOTHING };
  const low = found.low - points.length;
  const grown = { ...found, low, since: oldest.ts, back };
  return { line: line.with(index, grown), places: count(points, low) };
}

function append(line: Line, index: number, points: readonly Point[]): Placed {
  const found = line[index];
  const newest = points.at(-1);
  if (!found || !newest) return { line, places: NOTHING };
  const grown = { ...found, high: found.high + points.length, until: newest.ts };
  return { line: line.with(index, grown), places: count(points, found.high + 1) };
}

function stretch(
  line: Line,
  index: number,
  points: readonly Point[],
  low: number,
  back: string | null,
): Placed {
  const since = points[0]?.ts ?? 0;
  const until = points.at(-1)?.ts ?? since;
  const made: Stretch = { low, high: low + points.length - 1, since, until, back };
  return { line: line.toSpliced(index, 0, made), places: count(points, low) };
}

/**
 * Places a page before a stretch. `points` are newest first, as the server gives them; `end` is the
 * token to go on with, or null at the start of the room. A known event closes the gap.
 */
export function placeOlder(
  line: Line,
  index: number,
  points: readonly Point[],
  known: Known,
  end: string | null,
): Placed {
  const found = line[index];
  if (!found) return { line, places: NOTHING };
  const met = points.findIndex((point) => placeOf(point, known) < found.low);
  const page = (met < 0 ? points : points.slice(0, met)).filter((point) => !known.has(point.id));
  const oldest = page.at(-1);
  const low = found.low - page.length;
  const back = met < 0 ? end : null;
  const grown = { ...found, low, since: oldest?.ts ?? found.since, back };
  return { line: line.with(index, grown), places: count(page.toReversed(), low) };
}

/** Places a page after a stretch that is not the newest. `points` are oldest first. */
export function placeNewer(
  line: Line,
  index: number,
  points: readonly Point[],
  known: Known,
  end: string | null,
): Placed {
  const found = line[index];
  const next = line[index + 1];
  if (!found || !next) return { line, places: NOTHING };
  const met = points.findIndex((point) => placeOf(point, known, -Infinity) > found.high);
  const page = (met < 0 ? points : points.slice(0, met)).filter((point) => !known.has(point.id));
  const placed = append(line, index, page);
  if (met < 0 && end !== null) return placed;
  return { ...placed, line: placed.line.with(index + 1, { ...next, back: null }) };
}

/** Places an event with its neighbours, fetched by itself: a new stretch, or a part of one. */
export function placeAround(
  line: Line,
  points: readonly Point[],
  known: Known,
  back: string | null,
): Placed {
  const first = points.findIndex((point) => known.has(point.id));
  const oldest = points[0];
  if (!oldest) return { line, places: NOTHING };
  if (first < 0) {
    const at = line.findIndex((each) => each.since > oldest.ts);
    const index = at < 0 ? Math.max(line.length - 1, 0) : at;
    return stretch(line, index, points, lowBetween(line, index), back);
  }
  const before = prepend(line, points.slice(0, first), placeOf(points[first], known), back);
  const last = points.findLastIndex((point) => known.has(point.id));
  const end = before.line.findIndex((each) => each.high === placeOf(points[last], known));
  if (end < 0 || end === line.length - 1) return before;
  const after = append(before.line, end, points.slice(last + 1));
  return { line: after.line, places: new Map([...before.places, ...after.places]) };
}

/**
 * The line from the event `first` on, or without anything where there is none; `back` is the token
 * with which what is left before it is fetched.
 */
export function cut(
  line: Line,
  first: { pos: number; ts: Millis } | undefined,
  back: string | null,
): Line {
  if (!first) return [];
  const left = line.filter((each) => each.high >= first.pos);
  const [oldest, ...others] = left;
  if (!oldest) return left;
  if (oldest.low === first.pos && oldest.back !== null) return left;
  return [{ ...oldest, low: first.pos, since: first.ts, back }, ...others];
}

function lowBetween(line: Line, index: number): number {
  const next = line[index];
  const before = line[index - 1];
  if (!next) return before ? before.high + STEP : 0;
  return before ? Math.floor((before.high + next.low) / 2) : next.low - STEP;
}

function placeOf(point: Point | undefined, known: Known, fallback = Infinity): number {
  return (point && known.get(point.id)) ?? fallback;
}

function count(points: readonly Point[], low: number): ReadonlyMap<EventId, number> {
  return new Map(points.map((point, index) => [point.id, low + index]));
}

/** Where reading on in one direction ends. */
export interface Reach {
  /** Ranges of places to read, in the direction of reading. */
  ranges: readonly (readonly [low: number, high: number])[];
  /** The stretch whose gap stops it; absent where more is there, or at the end. */
  gap?: number;
  /** Nothing lies beyond the ranges: the room's start, or its newest event. */
  atEnd: boolean;
}

/** At most `most` places before `place`, not across a gap. */
export function older(line: Line, place: number, most: number): Reach {
  const ranges: [number, number][] = [];
  let index = line.findLastIndex((each) => each.low < place);
  // Standing at the oldest event of a stretch that has a gap before it.
  const here = line.findIndex((each) => each.low === place);
  if (here >= 0 && line[here]?.back !== null) return { ranges, gap: here, atEnd: false };
  let left = most;
  for (; index >= 0 && left > 0; index--) {
    const each = line[index] as Stretch;
    const high = Math.min(each.high, place - 1);
    const low = Math.max(each.low, high - left + 1);
    if (high >= low) ranges.push([low, high]);
    left -= Math.max(0, high - low + 1);
    if (low > each.low) return { ranges, atEnd: false };
    if (each.back !== null) return { ranges, gap: index, atEnd: false };
  }
  return { ranges, atEnd: index < 0 };
}

/** At most `most` places after `place`, not across a gap. */
export function newer(line: Line, place: number, most: number): Reach {
  const ranges: [number, number][] = [];
  let index = line.findIndex((each) => each.high > place);
  const here = line.findIndex((each) => each.high === place);
  const follower = line[here + 1];
  if (here >= 0 && follower && follower.back !== null) return { ranges, gap: here, atEnd: false };
  if (index < 0) return { ranges, atEnd: true };
  let left = most;
  for (; index < line.length && left > 0; index++) {
    const each = line[index] as Stretch;
    const low = Math.max(each.low, place + 1);
    const high = Math.min(each.high, low + left - 1);
    if (high >= low) ranges.push([low, high]);
    left -= Math.max(0, high - low + 1);
    if (high < each.high) return { ranges, atEnd: false };
    const next = line[index + 1];
    if (next && next.back !== null) return { ranges, gap: index, atEnd: false };
  }
  return { ranges, atEnd: index >= line.length };
}

/** Whether nothing is missing between the place and the newest event. */
export function reachesEnd(line: Line, place: number): boolean {
  const index = line.findIndex((each) => each.low <= place && place <= each.high);
  return index >= 0 && line.slice(index + 1).every((each) => each.back === null);
}
