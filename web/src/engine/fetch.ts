/** History that is not in the archive yet: fetched from the server and kept. */

import type { EventId, RoomId } from "../base/ids";
import type { Taken } from "./history";
import { part } from "./http";
import { type Known, type Placed, placeAround, placeNewer, placeNewest, placeOlder } from "./line";
import { membersIn } from "./room";
import type { Entry, RoomData } from "./stored";
import type { WireEvent } from "./wire";
import { keepFetched, loadMembers, type World } from "./world";

const PAGE = 50;
const LAZY = JSON.stringify({ lazy_load_members: true });

interface Page {
  chunk: WireEvent[];
  start: string;
  end?: string;
  state?: WireEvent[];
}

const roomPath = (roomId: RoomId) => `/_matrix/client/v3/rooms/${part(roomId)}`;

/** Fetches a page before the stretch at that index. */
export async function fetchOlder(world: World, roomId: RoomId, index: number): Promise<void> {
  const stretch = world.rooms.get(roomId)?.line[index];
  if (!stretch || stretch.back === null) return;
  const page = await messages(world, roomId, "b", stretch.back);
  await keepMembers(world, roomId, page.state ?? []);
  await keepPlaced(world, roomId, page.chunk, (room, known) => {
    // The line may have moved meanwhile; a stretch is known by the token of its gap.
    const now = room.line.findIndex((each) => each.back === stretch.back);
    return placeOlder(room.line, now, page.chunk.map(pointOf), known, page.end ?? null);
  });
}

/** Fetches a page after the stretch at that index, which is not the newest. */
export async function fetchNewer(world: World, roomId: RoomId, index: number): Promise<void> {
  const stretch = world.rooms.get(roomId)?.line[index];
  if (!stretch) return;
  const [last] = await world.archive.line(roomId, stretch.high, stretch.high);
  if (!last) return;
  const path = `${roomPath(roomId)}/context/${part(last.id)}`;
  const around = await world.http.json<{ end: string }>("GET", path, {
    query: { limit: 0 },
    retries: 1,
  });
  const page = await messages(world, roomId, "f", around.end);
  await keepMembers(world, roomId, page.state ?? []);
  await keepPlaced(world, roomId, page.chunk, (room, known) => {
    const now = room.line.findIndex((each) => each.high === stretch.high);
    return placeNewer(room.line, now, page.chunk.map(pointOf), known, page.end ?? null);
  });
}

/** The token with which the events before this one are fetched. */
export async function tokenBefore(
  world: World,
  roomId: RoomId,
  eventId: EventId,
): Promise<string | null> {
  const path = `${roomPath(roomId)}/context/${part(eventId)}`;
  const query = { limit: 0 };
  const around = await world.http.json<{ start?: string }>("GET", path, { query, retries: 1 });
  return around.start ?? null;
}

/** Fetches the newest events of a room of which nothing is known. */
export async function fetchNewest(world: World, roomId: RoomId): Promise<void> {
  const query = { dir: "b", limit: PAGE, filter: LAZY };
  const path = `${roomPath(roomId)}/messages`;
  const page = await world.http.json<Page>("GET", path, { query, retries: 1 });
  await keepMembers(world, roomId, page.state ?? []);
  const points = page.chunk.toReversed().map(pointOf);
  await keepPlaced(world, roomId, page.chunk, (room, known) =>
    room.line.length > 0
      ? { line: room.line, places: new Map() }
      : placeNewest(room.line, points, known, true, page.end ?? null),
  );
}

/** Fetches an event with its neighbours. */
export async function fetchAround(world: World, roomId: RoomId, eventId: EventId): Promise<void> {
  const path = `${roomPath(roomId)}/context/${part(eventId)}`;
  const query = { limit: PAGE, filter: LAZY };
  const context = await world.http.json<{
    events_before: WireEvent[];
    event: WireEvent;
    events_after: WireEvent[];
    start?: string;
    state?: WireEvent[];
  }>("GET", path, { query, retries: 1 });
  const { event, events_before: before = [], events_after: after = [] } = context;
  const events = [...before.toReversed(), event, ...after];
  await keepMembers(world, roomId, context.state ?? []);
  await keepPlaced(world, roomId, events, (room, known) =>
    placeAround(room.line, events.map(pointOf), known, context.start ?? null),
  );
}

/** Fetches one event, which is kept without a place; undefined when there is none to be seen. */
export async function fetchEvent(
  world: World,
  roomId: RoomId,
  eventId: EventId,
): Promise<Entry | undefined> {
  const path = `${roomPath(roomId)}/event/${part(eventId)}`;
  const event = await world.http.json<WireEvent>("GET", path, { retries: 1 });
  const taken = await keepFetched(world, roomId, [event]);
  return taken.changed.get(eventId) ?? (await world.archive.events(roomId, [eventId])).get(eventId);
}

/** Fetches replies of a thread, newest first; the token to go on with. */
export async function fetchThread(
  world: World,
  roomId: RoomId,
  root: EventId,
  from: string | undefined,
): Promise<string | undefined> {
  const path = `/_matrix/client/v1/rooms/${part(roomId)}/relations/${part(root)}/m.thread`;
  const query = { dir: "b", limit: PAGE, from, recurse: "true" };
  const page = await world.http.json<{ chunk: WireEvent[]; next_batch?: string }>("GET", path, {
    query,
    retries: 1,
  });
  await keepFetched(world, roomId, page.chunk.toReversed());
  return page.next_batch;
}

function messages(world: World, roomId: RoomId, dir: "b" | "f", from: string): Promise<Page> {
  const query = { dir, from, limit: PAGE, filter: LAZY };
  return world.http.json<Page>("GET", `${roomPath(roomId)}/messages`, { query, retries: 1 });
}

function keepPlaced(
  world: World,
  roomId: RoomId,
  events: readonly WireEvent[],
  place: (room: RoomData, known: Known) => Placed,
): Promise<Taken> {
  const sorted = events.toSorted((a, b) => a.origin_server_ts - b.origin_server_ts);
  return keepFetched(world, roomId, sorted, (room, known) => {
    if (!room) return { places: new Map(), room };
    const placed = place(room, known);
    return { places: placed.places, room: { ...room, line: placed.line } };
  });
}

function pointOf(event: WireEvent): { id: EventId; ts: number } {
  return { id: event.event_id, ts: event.origin_server_ts };
}

/** Members told with a page: of them only those that were not known. */
async function keepMembers(
  world: World,
  roomId: RoomId,
  events: readonly WireEvent[],
): Promise<void> {
  const told = membersIn(events);
  if (told.size === 0) return;
  await world.archive.exclusive(async () => {
    const before = await loadMembers(world, roomId);
    const unknown = [...told].filter(([id]) => !(id in before.list));
    if (unknown.length === 0) return;
    const members = { ...before, list: { ...before.list, ...Object.fromEntries(unknown) } };
    await world.archive.commit([{ put: "members", key: roomId, value: members }]);
    world.members.set(roomId, members);
    world.topics.touch(`members:${roomId}`);
  });
}
