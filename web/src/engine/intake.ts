/**
 * What a sync response does. Its order is the promise the archive rests on: prepare (read), decrypt,
 * one write transaction with the token in it, and only then memory and those who watch.
 */

import { type EventId, type RoomId, shortName, type UserId } from "../base/ids";
import { withParts } from "./album";
import type { Change } from "./archive";
import { contentOf, ENCRYPTED } from "./content";
import { type Arrived, loadConcerned, type Taken, takeIn } from "./history";
import { placeNewest } from "./line";
import { means, meantIn } from "./meant";
import { statusOf } from "./people";
import type { Content } from "./records";
import { emptyRoom, membersIn, withLast, withWire } from "./room";
import type { Entry, MembersData, ReceiptsData, RoomData, StatusData } from "./stored";
import { isUrgent } from "./urgent";
import type { ReceiptContent, SlidingResponse, WireEvent, WireRoom } from "./wire";
import { isObject } from "./wire";
import {
  deriveAccount,
  deriveSpaces,
  loadMembers,
  loadReceipts,
  placesOf,
  tellEntries,
  type World,
} from "./world";

/** What is kept of the sync itself: it goes on from here. */
export interface SyncToken {
  pos?: string;
  toDevice?: string;
  /** All rooms were told since the connection began. */
  complete: boolean;
  /** Rooms were taken in before encryption was open, which was told nothing of them. */
  early?: true;
}

/** What came of a response, for those who act on it: notices, the outbox, the index. */
export interface Intake {
  rooms: readonly RoomIntake[];
}

export interface RoomIntake {
  before: RoomData | undefined;
  room: RoomData;
  /** Entries not known before, oldest first. */
  fresh: readonly Entry[];
  /** Entries that what came has changed. */
  changed: readonly Entry[];
  /** How many of the last of them were just said. */
  live: number;
  /** This device's events that came back. */
  echoed: readonly Echo[];
  /** Something may be missing before what came. */
  limited: boolean;
}

export interface Echo {
  txnId: string;
  eventId: EventId;
}

/** The outbox's part: which transactions wait, and by what change one is forgotten. */
export interface Echoes {
  isWaiting(txnId: string): boolean;
  /** Also what was sent to the `gapped` rooms: it lies in their gaps. */
  forget(echoed: readonly Echo[], gapped: readonly RoomId[]): Change[];
  /** The changes of `forget` are at rest. */
  forgotten(): void;
}

interface Prepared extends RoomIntake {
  taken: Taken;
  members: MembersData | undefined;
}

/** Takes the response in. When it resolves, everything of it is at rest and shown. */
export async function takeResponse(
  world: World,
  response: SlidingResponse,
  token: SyncToken,
  echoes: Echoes,
): Promise<Intake> {
  const told = response.extensions ?? {};
  const prepared: Prepared[] = [];
  const receipts = new Map<RoomId, ReceiptsData>();
  await world.archive.exclusive(async () => {
    for (const [roomId, wire] of Object.entries(response.rooms ?? {})) {
      const each = await fenced(world, roomId, wire, echoes);
      if (each) prepared.push(each);
    }
    const rooms = new Map(prepared.map((each) => [each.room.id, each.room]));
    withAccount(world, rooms, told.account_data?.rooms ?? {});
    for (const [roomId, event] of Object.entries(told.receipts?.rooms ?? {})) {
      const merged = mergeReceipts(await loadReceipts(world, roomId), event.content);
      receipts.set(roomId, merged);
      withOwnReceipts(world, rooms, roomId, event.content);
    }
    for (const each of prepared) each.room = rooms.get(each.room.id) ?? each.room;
    const echoed = prepared.flatMap((each) => each.echoed);
    const statuses = withStatuses(world.statuses, told["org.matrix.msc4262.profiles"]?.users);
    await world.archive.commit([
      ...changesOf(prepared, rooms, receipts),
      ...(told.account_data?.global ?? []).map(
        (event): Change => ({ put: "account", key: event.type, value: event.content }),
      ),
      ...(statuses === world.statuses
        ? []
        : [{ put: "values", key: "statuses", value: statuses } satisfies Change]),
      ...echoes.forget(
        echoed,
        prepared.filter((each) => each.limited).map((each) => each.room.id),
      ),
      { put: "values", key: "sync", value: token },
    ]);
    // All in one turn: whoever watches sees the response whole.
    remember(world, prepared, rooms, receipts);
    for (const each of prepared) tellEntries(world, each.room.id, each.taken.changed);
    echoes.forgotten();
    world.statuses = statuses;
    takeOther(world, told);
  });
  return { rooms: prepared };
}

/** What is kept in memory alone, and global account data. */
function takeOther(world: World, told: NonNullable<SlidingResponse["extensions"]>): void {
  for (const event of told.account_data?.global ?? []) {
    world.account.set(event.type, event.content);
    deriveAccount(world, event.type);
    world.topics.touch(`account:${event.type}`, "chats");
  }
  for (const [roomId, event] of Object.entries(told.typing?.rooms ?? {})) {
    const others = (event.content.user_ids ?? []).filter((id) => id !== world.me);
    world.typing.set(roomId, others);
    world.topics.touch(`typing:${roomId}`, "chats");
  }
  for (const user of Object.keys(told["org.matrix.msc4262.profiles"]?.users ?? {}))
    world.topics.touch(`person:${user}`);
  takePresence(world, told["org.depesha.presence"]?.events ?? []);
}

/**
 * One room that cannot be taken in must not stop all others. What of it was left out is treated as a
 * gap, which is filled when the room is opened.
 */
async function fenced(
  world: World,
  roomId: RoomId,
  wire: WireRoom,
  echoes: Echoes,
): Promise<Prepared | undefined> {
  try {
    const limited = wire.limited === true || world.left.has(roomId);
    const prepared = await prepareRoom(world, roomId, { ...wire, limited }, echoes);
    world.left.delete(roomId);
    return prepared;
  } catch (error) {
    world.left.add(roomId);
    world.fault(error, roomId);
    return undefined;
  }
}

type ProfileUpdates = NonNullable<
  NonNullable<SlidingResponse["extensions"]>["org.matrix.msc4262.profiles"]
>["users"];

/** What people say of themselves (`m.status`), with what a response changes; the same if nothing. */
function withStatuses(
  before: Readonly<Record<UserId, StatusData>>,
  users: ProfileUpdates,
): Readonly<Record<UserId, StatusData>> {
  if (!users) return before;
  const statuses = { ...before };
  for (const [user, told] of Object.entries(users)) {
    const status = told?.updated?.["m.status"];
    if (isObject(status)) statuses[user] = statusOf(status);
    else if (told === null || told.removed?.includes("m.status")) delete statuses[user];
  }
  return statuses;
}

// ── One room ───────────────────────────────────────────────────────────────────────────────────

async function prepareRoom(
  world: World,
  roomId: RoomId,
  wire: WireRoom,
  echoes: Echoes,
): Promise<Prepared> {
  const before = world.rooms.get(roomId);
  const timeline = wire.timeline ?? [];
  let room = withWire(before ?? emptyRoom(roomId), wire, world.me);
  const known = await loadConcerned(world.archive, roomId, timeline);
  const placed = placeNewest(
    room.line,
    timeline.map((event) => ({ id: event.event_id, ts: event.origin_server_ts })),
    placesOf(known),
    wire.limited === true,
    wire.prev_batch ?? null,
  );
  room = { ...room, line: placed.line };
  const live = wire.num_live ?? 0;
  const arrived = timeline.map((event, index): Arrived => {
    const pos = placed.places.get(event.event_id);
    const isLive = index >= timeline.length - live;
    return pos === undefined ? { event, live: isLive } : { event, pos, live: isLive };
  });
  const taken = await takeIn(world, roomId, arrived, known);
  const members = await mergeMembers(world, roomId, wire);
  room = withLast(
    room,
    inLine(taken, timeline),
    (id) => members.list[id]?.name ?? shortName(id, world.me),
  );
  room = withRedactedLast(room, taken);
  const album = withParts(room.album, [...taken.changed.values()]);
  if (album && album !== room.album) room = { ...room, album };
  room = withFound(room, taken.fresh.slice(-live || taken.fresh.length), world, live);
  const echoed: Echo[] = [];
  for (const entry of taken.fresh) {
    const txnId = entry.data.event.unsigned?.transaction_id;
    if (txnId !== undefined && echoes.isWaiting(txnId)) echoed.push({ txnId, eventId: entry.id });
  }
  const isSame = members === world.members.get(roomId);
  return {
    before,
    room,
    fresh: taken.fresh,
    changed: [...taken.changed.values()],
    live,
    echoed,
    limited: wire.limited === true && placed.line.length > (before?.line.length ?? 0),
    taken,
    members: isSame ? undefined : members,
  };
}

/** The entries of a timeline in its order, changed or just known. */
function inLine(taken: Taken, timeline: readonly { event_id: EventId }[]): Entry[] {
  return timeline.map((event) => taken.changed.get(event.event_id)).filter((e) => e !== undefined);
}

/** The last message may have been edited, redacted or decrypted by what came. */
function withRedactedLast(room: RoomData, taken: Taken): RoomData {
  const id = room.last?.id;
  const entry = id === undefined ? undefined : taken.changed.get(id);
  if (!entry || !room.last) return room;
  const name = room.lastName ?? entry.data.event.sender;
  const { last: _, ...rest } = room;
  return withLast({ ...rest }, [entry], () => name);
}

/** Mentions in what only this device can read: what is said in clear, the server counts. */
function withFound(room: RoomData, fresh: readonly Entry[], world: World, live: number): RoomData {
  if (live === 0 || room.notified === 0) return room;
  const meant = meantIn(room, world.me, world.units);
  const isCounted = ({ type, content }: WireEvent) =>
    isUrgent(type, content) || means(content, meant);
  const found = fresh.filter(
    ({ data }) =>
      data.event.type === ENCRYPTED &&
      data.event.sender !== world.me &&
      !isCounted(data.event) &&
      means(contentOf(data), meant),
  );
  if (found.length === 0) return room;
  return { ...room, found: [...room.found, ...found.map((entry) => entry.id)].slice(-99) };
}

async function mergeMembers(world: World, roomId: RoomId, wire: WireRoom): Promise<MembersData> {
  const told = membersIn([...(wire.required_state ?? []), ...(wire.timeline ?? [])]);
  const before = await loadMembers(world, roomId);
  // After a gap, others may have come and gone untold.
  const complete = before.complete && wire.initial !== true && wire.limited !== true;
  if (told.size === 0 && complete === before.complete) return before;
  const list = { ...before.list };
  for (const [id, member] of told) if ((list[id]?.ts ?? 0) <= (member.ts ?? 0)) list[id] = member;
  return { complete, list };
}

// ── What belongs to oneself ────────────────────────────────────────────────────────────────────

function withAccount(
  world: World,
  rooms: Map<RoomId, RoomData>,
  told: Readonly<Record<RoomId, readonly { type: string; content: Content }[]>>,
): void {
  for (const [roomId, events] of Object.entries(told)) {
    const room = rooms.get(roomId) ?? world.rooms.get(roomId);
    if (!room) continue;
    const account = { ...room.account };
    for (const event of events) account[event.type] = event.content;
    rooms.set(roomId, { ...room, account });
  }
}

function withOwnReceipts(
  world: World,
  rooms: Map<RoomId, RoomData>,
  roomId: RoomId,
  content: ReceiptContent,
): void {
  const room = rooms.get(roomId) ?? world.rooms.get(roomId);
  if (!room) return;
  const read = { ...room.read };
  for (const { id, user, thread } of receiptsIn(content)) if (user === world.me) read[thread] = id;
  rooms.set(roomId, { ...room, read });
}

interface OneReceipt {
  id: EventId;
  user: UserId;
  thread: string;
  ts: number;
}

function* receiptsIn(content: ReceiptContent): Generator<OneReceipt> {
  for (const [id, types] of Object.entries(content))
    for (const type of ["m.read", "m.read.private"])
      for (const [user, data] of Object.entries(types[type] ?? {}))
        yield { id, user, thread: data.thread_id ?? "", ts: data.ts ?? 0 };
}

function mergeReceipts(before: ReceiptsData, content: ReceiptContent): ReceiptsData {
  const merged: Record<UserId, Record<string, { id: EventId; ts: number }>> = { ...before };
  for (const { id, user, thread, ts } of receiptsIn(content)) {
    if ((merged[user]?.[thread]?.ts ?? -1) > ts) continue;
    merged[user] = { ...merged[user], [thread]: { id, ts } };
  }
  return merged;
}

function takePresence(
  world: World,
  events: readonly { sender: UserId; content: Readonly<Record<string, unknown>> }[],
): void {
  for (const { sender, content } of events) {
    if (!isObject(content)) continue;
    const { presence, last_active_ago: ago, status_msg: status } = content;
    world.presence.set(sender, {
      presence: presence === "online" || presence === "unavailable" ? presence : "offline",
      ...(typeof ago === "number" && { lastActiveAt: world.now() - ago }),
      ...(typeof status === "string" && status !== "" && { status }),
    });
    world.topics.touch(`person:${sender}`);
  }
}

// ── Keeping and remembering ────────────────────────────────────────────────────────────────────

function changesOf(
  prepared: readonly Prepared[],
  rooms: ReadonlyMap<RoomId, RoomData>,
  receipts: ReadonlyMap<RoomId, ReceiptsData>,
): Change[] {
  const changes: Change[] = [];
  for (const [key, value] of rooms) changes.push({ put: "rooms", key, value });
  for (const [key, value] of receipts) changes.push({ put: "receipts", key, value });
  for (const { room, taken, members } of prepared) {
    for (const entry of taken.changed.values()) changes.push({ entry });
    if (members) changes.push({ put: "members", key: room.id, value: members });
  }
  return changes;
}

function remember(
  world: World,
  prepared: readonly Prepared[],
  rooms: ReadonlyMap<RoomId, RoomData>,
  receipts: ReadonlyMap<RoomId, ReceiptsData>,
): void {
  let spacesMoved = false;
  for (const [id, room] of rooms) {
    const before = world.rooms.get(id);
    spacesMoved ||= before?.state !== room.state || before.membership !== room.membership;
    world.rooms.set(id, room);
    world.topics.touch(`room:${id}`);
  }
  for (const [id, value] of receipts) {
    world.receipts.set(id, value);
    world.topics.touch(`receipts:${id}`);
  }
  for (const { room, members } of prepared) {
    if (!members) continue;
    world.members.set(room.id, members);
    world.topics.touch(`members:${room.id}`);
  }
  if (spacesMoved) deriveSpaces(world);
  if (rooms.size > 0) world.topics.touch("chats");
}
