/**
 * Taking events into the archive: decrypted, and with what they do to earlier ones. Reads and
 * decides only; whoever asked commits what it gives, with everything else of the same response.
 */

import type { EventId, RoomId, UserId } from "../base/ids";
import type { Archive } from "./archive";
import {
  contentOf,
  ENCRYPTED,
  isUndecryptable,
  mediaKindOf,
  saidOf,
  threadOf,
  typeOf,
} from "./content";
import type { Decrypted } from "./ports";
import type { Content } from "./records";
import type { Entry, EventData, Kid, ThreadData } from "./stored";
import {
  isObject,
  numberOf,
  objectOf,
  type Relation,
  relationOf,
  textOf,
  type WireEvent,
} from "./wire";

export type Decrypt = (roomId: RoomId, event: WireEvent) => Promise<Decrypted>;

/** What taking in needs of the engine. */
export interface Taking {
  archive: Archive;
  decrypt: Decrypt;
  me: UserId;
}

export interface Arrived {
  event: WireEvent;
  pos?: number;
  /** It was just said, and not fetched from the past: nothing can refer to it yet. */
  live: boolean;
}

export interface Taken {
  /** New and changed entries, as they are to be kept. */
  changed: ReadonlyMap<EventId, Entry>;
  /** Those that were not known before, in the order given. */
  fresh: readonly Entry[];
}

/** What the archive knew of events that come (again), and whom they concern. */
export async function loadConcerned(
  archive: Archive,
  roomId: RoomId,
  events: readonly WireEvent[],
): Promise<Map<EventId, Entry>> {
  const ids = new Set<EventId>();
  for (const event of events) {
    ids.add(event.event_id);
    const parent = relationOf(event.content)?.parent;
    if (parent !== undefined) ids.add(parent);
    const target = redactedBy(event);
    if (target !== undefined) ids.add(target);
  }
  const known = await archive.events(roomId, ids);
  const more = new Set<EventId>();
  for (const entry of known.values())
    if (entry.parent !== undefined && !known.has(entry.parent)) more.add(entry.parent);
  for (const [id, entry] of more.size > 0 ? await archive.events(roomId, more) : [])
    known.set(id, entry);
  return known;
}

/** Takes the events in, oldest first. `known` is what `loadConcerned` gave. */
export async function takeIn(
  { archive, decrypt, me }: Taking,
  roomId: RoomId,
  arrived: readonly Arrived[],
  known: ReadonlyMap<EventId, Entry>,
): Promise<Taken> {
  const changed = new Map<EventId, Entry>();
  const find = (id: EventId) => changed.get(id) ?? known.get(id);
  const fresh: EventId[] = [];
  const orphans = await waitingKids(archive, roomId, arrived, known);
  const plain = await decrypted(decrypt, roomId, arrived, known);

  for (const { event, pos } of arrived) {
    const before = find(event.event_id);
    if (before) {
      const again = seenAgain(before, event, pos);
      if (again !== before) changed.set(before.id, again);
      continue;
    }
    let entry = entryOf(roomId, event, plain.get(event.event_id), pos);
    for (const kid of orphans.get(entry.id) ?? []) entry = withKid(entry, kid, me, false);
    entry = await withBundle(entry, me, (inner) => decrypt(roomId, inner));
    changed.set(entry.id, entry);
    fresh.push(entry.id);
    const parent = entry.parent === undefined ? undefined : find(entry.parent);
    if (parent) changed.set(parent.id, withKid(parent, entry, me, true));
    redact(event, find, changed);
  }
  return {
    changed,
    fresh: fresh.map((id) => changed.get(id)).filter((each) => each !== undefined),
  };
}

/** Relations that came before what they relate to, by parent. */
async function waitingKids(
  archive: Archive,
  roomId: RoomId,
  arrived: readonly Arrived[],
  known: ReadonlyMap<EventId, Entry>,
): Promise<Map<EventId, Entry[]>> {
  const parents = arrived
    .filter(({ event, live }) => !live && !known.has(event.event_id))
    .map(({ event }) => event.event_id);
  const kids = await archive.kids(roomId, parents);
  return Map.groupBy(kids, (kid) => kid.parent ?? "");
}

async function decrypted(
  decrypt: Decrypt,
  roomId: RoomId,
  arrived: readonly Arrived[],
  known: ReadonlyMap<EventId, Entry>,
): Promise<Map<EventId, Decrypted>> {
  const found = new Map<EventId, Decrypted>();
  for (const { event } of arrived)
    if (event.type === ENCRYPTED && !isEmpty(event.content) && !known.has(event.event_id))
      found.set(event.event_id, await decrypt(roomId, event));
  return found;
}

function isEmpty(content: Content): boolean {
  return content.algorithm === undefined;
}

/** The event as the archive keeps it. What it is looked for by follows from its content. */
export function entryOf(
  roomId: RoomId,
  event: WireEvent,
  plain: Decrypted | undefined,
  pos: number | undefined,
): Entry {
  const data: EventData = plain ? { event, plain } : { event };
  const because = event.unsigned?.redacted_because;
  if (because) data.redaction = redactionOf(because);
  return indexed({ room: roomId, id: event.event_id, ts: event.origin_server_ts, data }, pos);
}

function indexed(entry: Entry, pos: number | undefined): Entry {
  const { room, id, ts, data } = entry;
  const found: Entry = { room, id, ts, data };
  if (pos !== undefined) found.pos = pos;
  const relation = relationIn(data);
  if (relation) found.parent = relation.parent;
  const thread = threadOf(data.event.content) ?? threadOf(contentOf(data));
  if (thread !== undefined) found.thread = thread;
  // An edited file is listed once, by what was sent first.
  const isListed = !data.redaction && relation?.type !== "m.replace";
  const kind = !isListed ? undefined : mediaKindOf(typeOf(data), contentOf(data));
  if (kind !== undefined) found.kind = kind;
  if (isDoubted(data)) found.locked = data.plain?.sessionId ?? "";
  return found;
}

function relationIn(data: EventData): Relation | undefined {
  return relationOf(data.event.content) ?? relationOf(contentOf(data));
}

/** A known event told again: it may have got its place, been redacted, or its thread have grown. */
function seenAgain(before: Entry, event: WireEvent, pos: number | undefined): Entry {
  let entry = before;
  if (pos !== undefined && before.pos === undefined) entry = { ...entry, pos };
  const because = event.unsigned?.redacted_because;
  if (because && !before.data.redaction) entry = redacted(entry, because);
  const thread = threadBundle(event);
  const { count = 0, mine = false } = entry.data.thread ?? {};
  if (thread && (thread.count > count || (thread.count === count && thread.mine && !mine)))
    entry = { ...entry, data: { ...entry.data, thread } };
  const txn = event.unsigned?.transaction_id;
  if (txn !== undefined && before.data.event.unsigned?.transaction_id === undefined) {
    const unsigned = { ...before.data.event.unsigned, transaction_id: txn };
    entry = { ...entry, data: { ...entry.data, event: { ...entry.data.event, unsigned } } };
  }
  return entry;
}

// ── Relations ──────────────────────────────────────────────────────────────────────────────────

/** The parent with a relation to it; `counts`: a reply in its thread is not counted yet. */
function withKid(parent: Entry, child: Entry, me: UserId, counts: boolean): Entry {
  const rel = relationIn(child.data)?.type ?? "";
  if (child.data.redaction) return parent;
  if (rel === "m.thread") return counts ? withReply(parent, child, me) : parent;
  const kids = parent.data.kids ?? [];
  if (kids.some((kid) => kid.id === child.id)) return parent;
  const grown = [...kids, kidOf(child, rel)];
  return { ...parent, data: { ...parent.data, kids: grown } };
}

function kidOf(child: Entry, rel: string): Kid {
  const { data } = child;
  const kid: Kid = {
    id: child.id,
    sender: data.event.sender,
    ts: child.ts,
    rel,
    type: typeOf(data),
    content: contentOf(data),
  };
  const txn = data.event.unsigned?.transaction_id;
  if (txn !== undefined) kid.txn = txn;
  if (isUndecryptable(data)) kid.locked = true;
  return kid;
}

function withReply(parent: Entry, child: Entry, me: UserId): Entry {
  const before = parent.data.thread;
  const said = saidOf(child);
  const isNewer = !before?.last || before.last.ts <= said.ts;
  const last = isNewer ? said : before?.last;
  const thread: ThreadData = {
    count: (before?.count ?? 0) + (said.ts <= (before?.upto ?? -1) ? 0 : 1),
    mine: before?.mine === true || said.sender === me,
    ...(last && { last }),
    ...(before?.upto !== undefined && { upto: before.upto }),
  };
  return { ...parent, data: { ...parent.data, thread } };
}

/** What the server tells of an event's children with the event itself. */
async function withBundle(
  entry: Entry,
  me: UserId,
  decrypt: (event: WireEvent) => Promise<Decrypted>,
): Promise<Entry> {
  const { event } = entry.data;
  let data = entry.data;
  const thread = threadBundle(event);
  if (thread) data = { ...data, thread };
  const edit = event.unsigned?.["m.relations"]?.["m.replace"];
  if (isWireEvent(edit) && edit.sender === event.sender) {
    const plain = edit.type === ENCRYPTED ? await decrypt(edit) : undefined;
    const child = entryOf(entry.room, edit, plain, undefined);
    data = withKid({ ...entry, data }, child, me, false).data;
  }
  return data === entry.data ? entry : { ...entry, data };
}

function threadBundle(event: WireEvent): ThreadData | undefined {
  const bundle = event.unsigned?.["m.relations"]?.["m.thread"];
  if (!isObject(bundle)) return undefined;
  const count = numberOf(bundle, "count", 0);
  const latest = bundle.latest_event;
  const mine = bundle.current_user_participated === true;
  if (!isWireEvent(latest)) return { count, mine };
  const upto = latest.origin_server_ts;
  if (latest.type === ENCRYPTED) return { count, mine, upto };
  const said = saidOf({
    id: latest.event_id,
    ts: latest.origin_server_ts,
    data: { event: latest },
  });
  return { count, mine, upto, last: said };
}

function isWireEvent(value: unknown): value is WireEvent {
  return (
    isObject(value) &&
    typeof value.event_id === "string" &&
    typeof value.sender === "string" &&
    typeof value.type === "string" &&
    isObject(value.content)
  );
}

// ── Redactions ─────────────────────────────────────────────────────────────────────────────────

function redactedBy(event: WireEvent): EventId | undefined {
  if (event.type !== "m.room.redaction") return undefined;
  return event.redacts ?? textOf(event.content, "redacts");
}

function redact(
  event: WireEvent,
  find: (id: EventId) => Entry | undefined,
  changed: Map<EventId, Entry>,
): void {
  const id = redactedBy(event);
  const target = id === undefined ? undefined : find(id);
  if (!target || target.data.redaction) return;
  changed.set(target.id, redacted(target, event));
  const parent = target.parent === undefined ? undefined : find(target.parent);
  if (parent) changed.set(parent.id, withoutKid(parent, target));
}

function withoutKid(parent: Entry, child: Entry): Entry {
  const { kids, thread, ...rest } = parent.data;
  const left = kids?.filter((kid) => kid.id !== child.id);
  const isReply = relationIn(child.data)?.type === "m.thread";
  const fewer = thread && isReply ? { ...thread, count: Math.max(0, thread.count - 1) } : thread;
  return {
    ...parent,
    data: { ...rest, ...(left && { kids: left }), ...(fewer && { thread: fewer }) },
  };
}

const KEPT = ["membership", "creator", "room_version"];

/** The entry without what it said. Its place, its time and who sent it stay. */
function redacted(entry: Entry, by: WireEvent): Entry {
  const { event, thread } = entry.data;
  const content = Object.fromEntries(
    Object.entries(event.content).filter(([key]) => KEPT.includes(key)),
  );
  const data: EventData = { event: { ...event, content }, redaction: redactionOf(by) };
  if (thread) data.thread = thread;
  const pruned = indexed({ ...entry, data }, entry.pos);
  return { ...pruned, ...(entry.thread !== undefined && { thread: entry.thread }) };
}

function redactionOf(by: WireEvent): { by: string; reason?: string } {
  const reason = textOf(objectOf(by as unknown as Content, "content"), "reason");
  return reason === undefined ? { by: by.sender } : { by: by.sender, reason };
}

// ── Keys that came later ───────────────────────────────────────────────────────────────────────

/** Whether it is looked at again when keys come, or more is known of its sender. */
const isDoubted = ({ plain }: EventData) =>
  plain?.encryption === "undecryptable" || plain?.encryption === "warning";

/** Entries of the given sessions, or of all, tried again. Gives those of which more is known now, and parents. */
export async function unlock(
  { archive, decrypt, me }: Taking,
  roomId: RoomId,
  sessions: readonly string[] | undefined,
): Promise<Map<EventId, Entry>> {
  const locked = await archive.locked(roomId, sessions);
  const parents = await archive.events(
    roomId,
    locked.map((entry) => entry.parent).filter((parent) => parent !== undefined),
  );
  const changed = new Map<EventId, Entry>();
  for (const entry of locked) {
    const plain = await decrypt(roomId, entry.data.event);
    const before = entry.data.plain;
    if (plain.encryption === before?.encryption && plain.note === before.note) continue;
    const data = { ...entry.data, plain };
    const opened = indexed({ ...entry, data }, entry.pos);
    changed.set(opened.id, {
      ...opened,
      data: { ...(changed.get(entry.id)?.data ?? data), plain },
    });
    const parent = entry.parent && (changed.get(entry.parent) ?? parents.get(entry.parent));
    if (parent) changed.set(parent.id, withOpenedKid(parent, opened, me));
  }
  return changed;
}

function withOpenedKid(parent: Entry, child: Entry, me: UserId): Entry {
  const kids = parent.data.kids?.filter((kid) => kid.id !== child.id);
  if (!kids || kids.length === parent.data.kids?.length) return parent;
  return withKid({ ...parent, data: { ...parent.data, kids } }, child, me, false);
}
