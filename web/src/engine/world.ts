/** What the engine has in memory while somebody is signed in, and the way to everything else. */

import type { DeviceId, EventId, RoomId, UserId } from "../base/ids";
import type { Archive } from "./archive";
import { directOf, foldersOf } from "./chats";
import { type Arrived, type Decrypt, loadConcerned, type Taken, takeIn } from "./history";
import type { Http } from "./http";
import type { Crypto, Media } from "./ports";
import { type NotifySettings, notifySettings } from "./push";
import type { Content } from "./records";
import { childrenOf, stateOf } from "./room";
import type { Entry, MembersData, ProfileData, ReceiptsData, RoomData, StatusData } from "./stored";
import type { Topics } from "./topics";
import { textOf, type WireEvent } from "./wire";

export interface World {
  readonly me: UserId;
  readonly deviceId: DeviceId;
  readonly http: Http;
  readonly archive: Archive;
  readonly topics: Topics;
  readonly crypto: Crypto | undefined;
  /** Resolves when cryptography is open: the archive is shown without waiting for it. */
  readonly cryptoReady: Promise<void>;
  readonly media: Media;
  readonly now: () => number;
  readonly rooms: Map<RoomId, RoomData>;
  readonly account: Map<string, Content>;
  readonly typing: Map<RoomId, readonly UserId[]>;
  readonly presence: Map<UserId, Presence>;
  readonly profiles: Map<UserId, ProfileData>;
  /** Members and receipts of rooms that were looked at lately. */
  readonly members: Recent<MembersData>;
  readonly receipts: Recent<ReceiptsData>;
  /** Told of entries after they were committed. */
  readonly entries: Set<(roomId: RoomId, changed: ReadonlyMap<EventId, Entry>) => void>;
  /** Told of entries that are no more, after they were dropped. */
  readonly erased: Set<(roomId: RoomId, gone: ReadonlySet<EventId>) => void>;
  readonly decrypt: Decrypt;
  /** Rooms of which something could not be taken in. */
  readonly left: Set<RoomId>;
  /** Tells of a fault that stops nothing else. */
  fault(error: unknown, roomId?: RoomId): void;
  /** Derived of account data and rooms; the same objects until those change. */
  statuses: Readonly<Record<UserId, StatusData>>;
  direct: ReadonlyMap<RoomId, UserId>;
  folders: ReadonlyMap<RoomId, readonly string[]>;
  notify: NotifySettings;
  spaces: ReadonlyMap<RoomId, readonly RoomId[]>;
  /** Levels of the institution of whose mention one is meant: one's own, and all above. */
  units: ReadonlySet<number>;
}

export interface Presence {
  presence: "online" | "unavailable" | "offline";
  lastActiveAt?: number;
  status?: string;
}

/** A map that forgets what was not asked for lately. */
export class Recent<T> {
  readonly #kept = new Map<string, T>();
  constructor(readonly most: number) {}

  get(key: string): T | undefined {
    const found = this.#kept.get(key);
    if (found !== undefined) {
      this.#kept.delete(key);
      this.#kept.set(key, found);
    }
    return found;
  }

  set(key: string, value: T): void {
    this.#kept.delete(key);
    this.#kept.set(key, value);
    if (this.#kept.size <= this.most) return;
    const oldest = this.#kept.keys().next();
    if (!oldest.done) this.#kept.delete(oldest.value);
  }

  delete(key: string): void {
    this.#kept.delete(key);
  }
}

/** Makes anew what is derived of the account data of that type. */
export function deriveAccount(world: World, type: string): void {
  const content = world.account.get(type);
  if (type === "m.direct") world.direct = directOf(content);
  if (type === "org.depesha.folders") world.folders = foldersOf(content);
  if (type === "m.push_rules") world.notify = notifySettings(content);
}

/** Makes anew which spaces each room is in, also through spaces within. */
export function deriveSpaces(world: World): void {
  const found = new Map<RoomId, RoomId[]>();
  for (const room of world.rooms.values()) {
    if (textOf(stateOf(room, "m.room.create"), "type") !== "m.space") continue;
    if (room.membership !== "join") continue;
    for (const child of childrenOf(room)) found.set(child, [...(found.get(child) ?? []), room.id]);
  }
  for (const room of found.keys()) found.set(room, ancestorsOf(room, found));
  world.spaces = found;
}

function ancestorsOf(room: RoomId, parents: ReadonlyMap<RoomId, readonly RoomId[]>): RoomId[] {
  const all = new Set<RoomId>(parents.get(room));
  // A set is walked to what is added meanwhile, and holds circles off.
  for (const one of all) for (const above of parents.get(one) ?? []) all.add(above);
  return [...all];
}

const NOBODY: MembersData = { complete: false, list: {} };
const NOTHING_READ: ReceiptsData = {};

export async function loadMembers(world: World, roomId: RoomId): Promise<MembersData> {
  const found = world.members.get(roomId);
  if (found) return found;
  const stored = (await world.archive.members(roomId)) ?? NOBODY;
  // It may have been set while it was read.
  const known = world.members.get(roomId) ?? stored;
  world.members.set(roomId, known);
  return known;
}

export async function loadReceipts(world: World, roomId: RoomId): Promise<ReceiptsData> {
  const found = world.receipts.get(roomId);
  if (found) return found;
  const stored = (await world.archive.receipts(roomId)) ?? NOTHING_READ;
  const known = world.receipts.get(roomId) ?? stored;
  world.receipts.set(roomId, known);
  return known;
}

/** Fetched events, taken into the archive; `place` gives them places, and may change the room. */
export async function keepFetched(
  world: World,
  roomId: RoomId,
  events: readonly WireEvent[],
  place: (
    room: RoomData | undefined,
    known: ReadonlyMap<EventId, number>,
  ) => { places: ReadonlyMap<EventId, number>; room: RoomData | undefined } = (room) => ({
    places: new Map(),
    room,
  }),
): Promise<Taken> {
  const taken = await world.archive.exclusive(async () => {
    const known = await loadConcerned(world.archive, roomId, events);
    const before = world.rooms.get(roomId);
    const { places, room } = place(before, placesOf(known));
    const arrived = events.map((event): Arrived => {
      const pos = places.get(event.event_id);
      return pos === undefined ? { event, live: false } : { event, pos, live: false };
    });
    const found = await takeIn(world, roomId, arrived, known);
    const changes = [...found.changed.values()].map((entry) => ({ entry }));
    const isMoved = room && room !== before;
    await world.archive.commit([
      ...changes,
      ...(isMoved ? [{ put: "rooms" as const, key: roomId, value: room }] : []),
    ]);
    if (isMoved) world.rooms.set(roomId, room);
    return found;
  });
  tellEntries(world, roomId, taken.changed);
  return taken;
}

/** The places of entries that have one. */
export function placesOf(entries: ReadonlyMap<EventId, Entry>): Map<EventId, number> {
  const places = new Map<EventId, number>();
  for (const entry of entries.values())
    if (entry.pos !== undefined) places.set(entry.id, entry.pos);
  return places;
}

export function tellEntries(
  world: World,
  roomId: RoomId,
  changed: ReadonlyMap<EventId, Entry>,
): void {
  if (changed.size > 0) for (const hear of world.entries) hear(roomId, changed);
}

/** Changes a room in memory and at rest. */
export async function changeRoom(
  world: World,
  roomId: RoomId,
  change: (room: RoomData) => RoomData,
): Promise<void> {
  await world.archive.exclusive(async () => {
    const room = world.rooms.get(roomId);
    const next = room && change(room);
    if (!next || next === room) return;
    await world.archive.commit([{ put: "rooms", key: roomId, value: next }]);
    world.rooms.set(roomId, next);
  });
  world.topics.touch("chats", `room:${roomId}`);
}
