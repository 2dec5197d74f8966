/** Live queries: what each is made of, and when it is asked again. */

import type { EventId, RoomId, UserId } from "../base/ids";
import type { ListName, Lists, ValueName, Values } from "../bridge/protocol";
import { type AwaitingData, fetchReached } from "./awaiting";
import { isBeaconInfo, sharedIn } from "./beacons";
import { fetchEvent, fetchOlder } from "./fetch";
import { part } from "./http";
import { type ItemAround, itemOf } from "./items";
import { type Live, typingNames } from "./live";
import { meantIn } from "./meant";
import { CONTACTS, contactsOf, heldRooms, type Look } from "./org";
import { allMembers, fetchPerson, isIgnored, memberRows, personOf, same, shownIn } from "./people";
import { POSTS, postsIn } from "./posts";
import type {
  ChatRecord,
  ContactsView,
  Content,
  DeviceRecord,
  EmployeeRecord,
  EncryptionView,
  ItemRecord,
  MemberRecord,
  PersonRecord,
  ReachedView,
  ReminderRecord,
  ScheduledRecord,
  StaffedPost,
  UnitInvitesView,
  Unread,
} from "./records";
import { REMINDERS, remindedOf, remindersOf } from "./reminders";
import { nameOf, pinnedOf, statesOf, viewOf } from "./room";
import { loadScheduled } from "./scheduled";
import type { Entry, MediaKind } from "./stored";
import { NONE_UNREAD, unreadOf } from "./threads";
import { openTimeline, type Timeline, type TimelineAsk } from "./timeline";
import { UNIT_INVITES, unitInvitesOf } from "./unit-invites";
import { ACK } from "./urgent";
import { objectOf, relationOf, type WireEvent } from "./wire";
import { keepFetched, loadMembers } from "./world";

export type Stop = () => void;

/** Asks again whenever a topic is touched; one answer after the other, never an older one later. */
function again(
  live: Live,
  topics: readonly string[],
  answer: () => Promise<unknown> | unknown,
): Stop {
  let isAsking = false;
  let isStale = false;
  let isStopped = false;
  async function ask(): Promise<void> {
    if (isAsking) {
      isStale = true;
      return;
    }
    isAsking = true;
    do {
      isStale = false;
      try {
        await answer();
      } catch (error) {
        if (!isStopped) live.world.fault(error);
      }
    } while (isStale && !isStopped);
    isAsking = false;
  }
  const stop = live.world.topics.watch(topics, () => void ask());
  void ask();
  return () => {
    isStopped = true;
    stop();
  };
}

// ── Values ─────────────────────────────────────────────────────────────────────────────────────

type ValueQueries = {
  [N in Exclude<ValueName, "session" | "connection" | "arrival">]: (
    live: Live,
    ask: Values[N]["ask"],
    show: (value: Values[N]["value"]) => void,
  ) => Stop;
};

export const VALUES: ValueQueries = {
  room: (live, ask: { roomId: RoomId }, show) =>
    again(live, [`room:${ask.roomId}`, "account:m.direct"], () => {
      const room = live.world.rooms.get(ask.roomId);
      show(room ? viewOf(room, live.world.direct, live.world.me) : null);
    }),

  typing: (live, ask: { roomId: RoomId }, show) =>
    again(live, [`typing:${ask.roomId}`], () =>
      show(typingNames(live.world, ask.roomId, live.world.typing.get(ask.roomId) ?? [])),
    ),

  person: (live, { userId, roomId }: { userId: UserId; roomId?: RoomId }, show) => {
    void fetchPerson(live.world, userId);
    const topics = [`person:${userId}`, "account:m.ignored_user_list", "trust"];
    if (roomId !== undefined) topics.push(`members:${roomId}`);
    return again(live, topics, async () => show(await personOf(live.world, userId, roomId)));
  },

  account: (live, { type, roomId }: { type: string; roomId?: RoomId }, show) =>
    again(live, [roomId === undefined ? `account:${type}` : `room:${roomId}`], () => {
      const { account, rooms } = live.world;
      const data = roomId === undefined ? account.get(type) : rooms.get(roomId)?.account[type];
      show(data ?? null);
    }),

  states: (live, { roomId, type }: { roomId: RoomId; type: string }, show) =>
    again(live, [`room:${roomId}`], () => show(statesOf(live.world.rooms.get(roomId), type))),

  draft: (live, { roomId, threadId }: { roomId: RoomId; threadId?: EventId }, show) =>
    again(live, [`draft:${roomId}`, `room:${roomId}`], () =>
      show(live.drafts.get(roomId, threadId)),
    ),

  institution: (live, _: null, show) =>
    looked(live, live.org.units, (units, kept) => show(units ? { units, kept } : null)),

  card: (live, { userId }: { userId: UserId }, show) =>
    looked(live, live.org.card(userId), (card) => show(card ?? null)),

  contacts: (live, _: null, show) => {
    let before: ContactsView | undefined;
    return again(live, [`account:${CONTACTS}`], () => {
      before = same(before, contactsOf(live.world));
      show(before);
    });
  },

  posts: (live, _: null, show) => {
    let before: readonly StaffedPost[] = [];
    return again(live, [`account:${POSTS}`], () => {
      before = same(before, postsIn(live.world.account.get(POSTS)));
      show(before);
    });
  },

  unitInvites: (live, _: null, show) => {
    let before: UnitInvitesView | undefined;
    return again(live, [`account:${UNIT_INVITES}`], () => {
      before = same(before, unitInvitesOf(live.world));
      show(before);
    });
  },
  reached: (live, ask: { roomId: RoomId; eventId: EventId }, show) => reached(live, ask, show),

  totals: (live, _: null, show) =>
    again(live, ["chats", `account:${CONTACTS}`], () =>
      show(totalsOf(live.chats(), heldRooms(live.world))),
    ),

  encryption: (live, _: null, show) =>
    again(live, ["view"], () => show(live.world.crypto?.view() ?? NO_CRYPTO)),
};

const NO_CRYPTO: EncryptionView = {
  ready: false,
  crossSigning: "none",
  backup: "off",
  recovery: false,
};

/** Shows what is kept, asks the server, and shows that; again when it changed or the net is back. */
function looked<T>(
  live: Live,
  look: Look<T>,
  show: (value: T | undefined, isOffline: boolean) => void,
): Stop {
  return again(live, ["org", "connection"], async () => {
    const kept = await look.kept();
    if (kept.value !== undefined) show(kept.value, false);
    try {
      show(await look.fetch(), false);
    } catch {
      show((await look.kept()).value, true);
    }
  });
}

function totalsOf(
  chats: readonly ChatRecord[],
  held: ReadonlySet<RoomId>,
): {
  messages: number;
  mentions: number;
  chats: number;
} {
  const totals = { messages: 0, mentions: 0, chats: 0 };
  for (const { id, unread, notify, archived, membership } of chats) {
    if (archived || membership === "knock" || held.has(id)) continue;
    const messages = notify === "all" ? unread.messages : unread.mentions;
    totals.messages += messages;
    totals.mentions += unread.mentions;
    if (messages > 0 || unread.marked || membership === "invite") totals.chats++;
  }
  return totals;
}

// ── Lists ──────────────────────────────────────────────────────────────────────────────────────

type ShowList<N extends ListName> = (
  head: Lists[N]["head"],
  rows: readonly Lists[N]["row"][],
) => void;

type ListQueries = {
  [N in ListName]: (live: Live, ask: Lists[N]["ask"], show: ShowList<N>) => Stop;
};

export const LISTS: ListQueries = {
  chats: (live, _: null, show) =>
    again(live, ["chats"], () => show({ complete: live.sync.isComplete() }, live.chats())),

  timeline: (live, ask: TimelineAsk, show) => openShared(live, ask, show),

  members: (live, { roomId }: { roomId: RoomId }, show) => {
    const before = new Map<UserId, MemberRecord>();
    void allMembers(live.world, roomId).catch(() => {});
    return again(live, [`members:${roomId}`, `room:${roomId}`], async () => {
      const members = await loadMembers(live.world, roomId);
      const rows = memberRows(live.world, roomId, members, before);
      for (const row of rows) before.set(row.id, row);
      show({ complete: members.complete }, rows);
    });
  },

  threads: (live, { roomId }: { roomId?: RoomId }, show) => threads(live, roomId, show),

  pinned: (live, { roomId }: { roomId: RoomId }, show) => {
    const items = itemsIn(live, roomId);
    return again(live, [`room:${roomId}`, `members:${roomId}`], async () => {
      const room = live.world.rooms.get(roomId);
      const ids = room ? pinnedOf(room) : [];
      const known = await live.world.archive.events(roomId, ids);
      const rows = () =>
        items(ids.map((id) => known.get(id)).filter((entry) => entry !== undefined));
      show({ complete: known.size === ids.length }, await rows());
      for (const id of ids) {
        if (known.has(id)) continue;
        const entry = await fetchEvent(live.world, roomId, id).catch(() => undefined);
        if (entry) known.set(id, entry);
      }
      show({ complete: true }, await rows());
    });
  },

  shared: (live, ask: { roomId: RoomId; kind: MediaKind }, show) => shared(live, ask, show),

  awaiting: (live, _: null, show) => awaiting(live, show),

  sharing: (live, { roomId }, show) => sharing(live, roomId, show),

  scheduled: (live, { roomId }, show) => {
    let before = new Map<string, ScheduledRecord>();
    // What was sent meanwhile is in the room now.
    return again(live, ["scheduled", `room:${roomId}`], async () => {
      const rows = await loadScheduled(live.world, roomId).catch(() => undefined);
      if (!rows) return;
      const kept = rows.map((row) => same(before.get(row.id), row));
      before = new Map(kept.map((row) => [row.id, row]));
      show(null, kept);
    });
  },

  reminders: (live, _: null, show) => reminders(live, show),

  devices: (live, _: null, show) => {
    let before = new Map<string, DeviceRecord>();
    return again(live, ["devices", "trust"], async () => {
      const rows = await devicesOf(live).catch(() => undefined);
      if (!rows) return;
      const kept = rows.map((row) => same(before.get(row.id), row));
      before = new Map(kept.map((row) => [row.id, row]));
      show(null, kept);
    });
  },

  verifications: (live, _: null, show) =>
    again(live, ["verifications"], () => show(null, live.world.crypto?.verifications() ?? [])),

  ignored: (live, _: null, show) =>
    again(live, ["account:m.ignored_user_list", `account:${CONTACTS}`], async () => {
      const content = live.world.account.get("m.ignored_user_list");
      const ignored = Object.keys(objectOf(content, "ignored_users"));
      const ids = [...new Set([...ignored, ...contactsOf(live.world).blocked])];
      const rows = await Promise.all(ids.map((id) => personOf(live.world, id, undefined)));
      show(null, rows satisfies PersonRecord[]);
    }),

  unit: (live, { unitId }: { unitId: number }, show) => unitPeople(live, unitId, show),
};

/** The people of a level with their presence, which changes more often than they do. */
function unitPeople(live: Live, unitId: number, show: ShowList<"unit">): Stop {
  const { world } = live;
  let people: readonly EmployeeRecord[] = [];
  let state: "loading" | "whole" | "kept" = "loading";
  let before = new Map<UserId, EmployeeRecord>();
  let stopPresence: Stop = () => {};
  const render = () => {
    const rows = people.map((person) => {
      const presence = world.presence.get(person.id)?.presence;
      return same(before.get(person.id), presence ? { ...person, presence } : person);
    });
    before = new Map(rows.map((row) => [row.id, row]));
    show({ state }, rows);
  };
  const stop = looked(live, live.org.level(unitId), (found, isOffline) => {
    people = [...(found ?? [])].sort((a, b) => Number(b.isManager) - Number(a.isManager));
    state = isOffline ? "kept" : "whole";
    stopPresence();
    stopPresence = world.topics.watch(
      people.map((person) => `person:${person.id}`),
      render,
    );
    render();
  });
  return () => {
    stop();
    stopPresence();
  };
}

const PAUSE_MS = 1_000;
/** What deputies acknowledge happens in rooms of their own, of which this device hears nothing. */
const DEPUTIES_MS = 5_000;

/** Asked anew when somebody acknowledged, or read on, and when the network is back. */
function reached(
  live: Live,
  { roomId, eventId }: { roomId: RoomId; eventId: EventId },
  show: (value: ReachedView | null) => void,
): Stop {
  const { world } = live;
  const topic = `reached:${eventId}`;
  let isMissing = true;
  let later: ReturnType<typeof setTimeout> | undefined;
  let isFirst = true;
  const hear = (where: RoomId, changed: ReadonlyMap<EventId, Entry>) => {
    if (where === roomId && changed.has(eventId)) world.topics.touch(topic);
  };
  world.entries.add(hear);
  const stopOnline = world.topics.watch(["connection"], () => {
    if (isMissing && live.sync.connection().state === "online") world.topics.touch(topic);
  });
  const stop = again(live, [topic, `receipts:${roomId}`], async () => {
    // Many may read at once, and one answer tells of all.
    if (!isFirst) await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
    isFirst = false;
    const view = await fetchReached(world, roomId, eventId).catch(() => undefined);
    isMissing = view === undefined;
    clearTimeout(later);
    if (view?.substituted.some((each) => each.ackedAt === undefined))
      later = setTimeout(() => world.topics.touch(topic), DEPUTIES_MS);
    if (view) show(view);
    else show(null);
  });
  return () => {
    clearTimeout(later);
    world.entries.delete(hear);
    stopOnline();
    stop();
  };
}

/** What awaits my acknowledgement, but for what is being acknowledged, and for whom I do not hear. */
function awaiting(live: Live, show: ShowList<"awaiting">): Stop {
  const { world, outbox } = live;
  const items = new Map<RoomId, ReturnType<typeof itemsIn>>();
  const isAcked = ({ roomId, eventId }: AwaitingData) =>
    outbox
      .of(roomId)
      .some((item) => item.type === ACK && relationOf(item.content)?.parent === eventId);
  /** Where one may not even acknowledge, nothing is awaited. */
  const isAsked = ({ roomId }: AwaitingData) => {
    const room = world.rooms.get(roomId);
    return room !== undefined && viewOf(room, world.direct, world.me).may.acknowledge;
  };
  async function rowOf({ roomId, eventId }: AwaitingData): Promise<ItemRecord | undefined> {
    const known = (await world.archive.events(roomId, [eventId])).get(eventId);
    const entry = known ?? (await fetchEvent(world, roomId, eventId).catch(() => undefined));
    if (!entry) return undefined;
    const make = items.get(roomId) ?? itemsIn(live, roomId);
    items.set(roomId, make);
    const [item] = await make([entry]);
    return item?.urgent && !item.urgent.mine ? item : undefined;
  }
  return again(live, ["awaiting", "connection", "account:m.ignored_user_list"], async () => {
    const open = live.awaiting
      .list()
      .filter((each) => !isAcked(each) && !isIgnored(world, each.sender) && isAsked(each));
    const rows = await Promise.all(open.map(rowOf));
    show(
      null,
      rows.filter((row) => row !== undefined),
    );
  });
}

// ── Timelines, one for all who show it ─────────────────────────────────────────────────────────

interface Shared {
  timeline: Timeline;
  shows: Set<ShowList<"timeline">>;
  stop: Stop;
}

const timelines = new WeakMap<Live, Map<string, Shared>>();

const timelineKey = ({ roomId, threadId, at }: TimelineAsk) =>
  [roomId, threadId ?? "", at ?? ""].join(" ");

/** Pages the open timeline of that ask. */
export async function pageTimeline(
  live: Live,
  ask: TimelineAsk,
  direction: "back" | "forward" | "newest",
): Promise<void> {
  const shared = timelines.get(live)?.get(timelineKey(ask));
  // Another tab stays where it is.
  if (direction === "newest" && shared && shared.shows.size > 1) shared.timeline.whole();
  else await shared?.timeline.more(direction);
}

/** Lets go what of the open timeline lies far from what its one tab shows. */
export function trimTimeline(live: Live, ask: TimelineAsk, from: string, to: string): void {
  const shared = timelines.get(live)?.get(timelineKey(ask));
  if (shared?.shows.size === 1) shared.timeline.trim(from, to);
}

function openShared(live: Live, ask: TimelineAsk, show: ShowList<"timeline">): Stop {
  const open = timelines.get(live) ?? new Map<string, Shared>();
  timelines.set(live, open);
  const key = timelineKey(ask);
  let shared = open.get(key);
  if (shared) {
    show(shared.timeline.head(), shared.timeline.rows());
    shared.timeline.whole();
  } else {
    const topic = `timeline:${key}`;
    const { world } = live;
    const timeline = openTimeline(world, live.outbox, ask, () => world.topics.touch(topic));
    const unsubscribe = live.sync.subscribe(ask.roomId);
    const made: Shared = { timeline, shows: new Set(), stop: () => {} };
    const unwatch = world.topics.watch([topic], () => {
      const head = timeline.head();
      const rows = timeline.rows();
      for (const each of made.shows) each(head, rows);
    });
    made.stop = () => {
      unwatch();
      unsubscribe();
      timeline.close();
    };
    open.set(key, made);
    shared = made;
  }
  const mine = shared;
  mine.shows.add(show);
  return () => {
    mine.shows.delete(show);
    if (mine.shows.size > 0) return;
    open.delete(key);
    mine.stop();
  };
}

// ── Lists of items outside a timeline ──────────────────────────────────────────────────────────

/** Makes items of entries; the same entry gives the same item while its room's people stay. */
export function itemsIn(
  live: Live,
  roomId: RoomId,
): (entries: readonly Entry[], unread?: ReadonlyMap<EventId, Unread>) => Promise<ItemRecord[]> {
  const made = new Map<EventId, ItemRecord>();
  return async (entries, unread) => {
    const show = shownIn(await loadMembers(live.world, roomId), live.world.me);
    const room = live.world.rooms.get(roomId);
    const pinned = new Set(room ? pinnedOf(room) : []);
    const around: ItemAround = {
      me: live.world.me,
      show,
      quoted: () => undefined,
      readBy: () => [],
      isPinned: (id) => pinned.has(id),
      threadUnread: (root) => unread?.get(root) ?? NONE_UNREAD,
      meant: meantIn(room, live.world.me, live.world.units),
    };
    return entries.map((entry) => {
      const item = same(made.get(entry.id), itemOf(entry, around));
      made.set(entry.id, item);
      return item;
    });
  };
}

function sharing(live: Live, roomId: RoomId, show: ShowList<"sharing">): Stop {
  const { world } = live;
  const items = itemsIn(live, roomId);
  const topic = `sharing:${roomId}`;
  const hear = (where: RoomId, changed: ReadonlyMap<EventId, Entry>) => {
    if (where === roomId && [...changed.values()].some(({ data }) => isBeaconInfo(data.event.type)))
      world.topics.touch(topic);
  };
  world.entries.add(hear);
  const stop = again(live, [topic, `room:${roomId}`, `members:${roomId}`], async () => {
    const ids = sharedIn(world.rooms.get(roomId));
    const known = await world.archive.events(roomId, ids);
    for (const id of ids) {
      const entry = known.get(id) ?? (await fetchEvent(world, roomId, id).catch(() => undefined));
      if (entry) known.set(id, entry);
    }
    show(null, await items([...known.values()]));
  });
  return () => {
    world.entries.delete(hear);
    stop();
  };
}

const MOST_SHARED = 300;
const ENOUGH_SHARED = 30;
const MOST_PAGES = 10;

function shared(
  live: Live,
  ask: { roomId: RoomId; kind: MediaKind },
  show: ShowList<"shared">,
): Stop {
  const { world } = live;
  const { roomId, kind } = ask;
  const items = itemsIn(live, roomId);
  const topic = `shared:${roomId}:${kind}`;
  let isStopped = false;
  let loading = true;
  let count = 0;
  const hear = (where: RoomId, changed: ReadonlyMap<EventId, Entry>) => {
    if (where === roomId && [...changed.values()].some((entry) => entry.kind === kind))
      world.topics.touch(topic);
  };
  world.entries.add(hear);
  const isWhole = () => world.rooms.get(roomId)?.line[0]?.back === null;
  const stop = again(live, [topic], async () => {
    const rows = await items(await world.archive.kind(roomId, kind, Infinity, MOST_SHARED));
    count = rows.length;
    show({ complete: isWhole(), loading }, rows);
  });

  /** Looks further into the past until there is something to show. */
  async function search(): Promise<void> {
    for (let page = 0; page < MOST_PAGES && count < ENOUGH_SHARED && !isStopped; page++) {
      const line = world.rooms.get(roomId)?.line ?? [];
      const index = line.findLastIndex((each) => each.back !== null);
      if (index < 0) return;
      await fetchOlder(world, roomId, index);
      await new Promise((resolve) => setTimeout(resolve, 0));
    }
  }
  search()
    .catch(() => {})
    .finally(() => {
      loading = false;
      world.topics.touch(topic);
    });
  return () => {
    isStopped = true;
    world.entries.delete(hear);
    stop();
  };
}

/** Messages one wants to be reminded of; those that are not known are looked for once. */
function reminders(live: Live, show: ShowList<"reminders">): Stop {
  const { world } = live;
  const items = new Map<RoomId, ReturnType<typeof itemsIn>>();
  const sought = new Map<EventId, Promise<Entry | undefined>>();
  let before = new Map<string, ReminderRecord>();
  return again(live, [`account:${REMINDERS}`, "chats"], async () => {
    const rows: ReminderRecord[] = [];
    for (const each of remindersOf(world.account.get(REMINDERS))) {
      const { roomId, eventId, at } = each;
      const entry = await (sought.get(eventId) ?? remindedOf(world, each));
      sought.set(eventId, Promise.resolve(entry));
      const make = items.get(roomId) ?? itemsIn(live, roomId);
      items.set(roomId, make);
      const [item = null] = entry ? await make([entry]) : [];
      const room = world.rooms.get(roomId);
      const roomName = room ? nameOf(room, world.me) : "";
      const row: ReminderRecord = { id: eventId, roomId, roomName, at, item };
      rows.push(same(before.get(eventId), row));
    }
    before = new Map(rows.map((row) => [row.id, row]));
    show({ complete: true }, rows);
  });
}

const MOST_THREAD_ROOMS = 20;

/** Threads of a chat, or of all chats one took part in; those with unread replies first. */
function threads(live: Live, roomId: RoomId | undefined, show: ShowList<"threads">): Stop {
  const { world } = live;
  const found = new Map<EventId, Entry>();
  const items = new Map<RoomId, ReturnType<typeof itemsIn>>();
  const topic = `threads:${roomId ?? ""}`;
  const rooms =
    roomId === undefined
      ? live
          .chats()
          .slice(0, MOST_THREAD_ROOMS)
          .map((chat) => chat.id)
      : [roomId];
  let complete = false;
  const hear = (where: RoomId, changed: ReadonlyMap<EventId, Entry>) => {
    if (roomId !== undefined && where !== roomId) return;
    for (const [id, entry] of changed) if (entry.data.thread) found.set(id, entry);
    world.topics.touch(topic);
  };
  world.entries.add(hear);
  const stop = again(live, [topic, ...rooms.map((each) => `receipts:${each}`)], async () => {
    const rows: ItemRecord[] = [];
    for (const [room, entries] of Map.groupBy(found.values(), (entry) => entry.room)) {
      const make = items.get(room) ?? itemsIn(live, room);
      items.set(room, make);
      const made = await make(entries, await unreadOf(world, room, entries));
      rows.push(...made.filter((item) => roomId !== undefined || takesPart(item)));
    }
    show(
      { complete },
      rows.sort((a, b) => isUnread(b) - isUnread(a) || lastOf(b) - lastOf(a)),
    );
  });
  async function load(room: RoomId, include: "all" | "participated"): Promise<void> {
    const path = `/_matrix/client/v1/rooms/${part(room)}/threads`;
    const query = { include, limit: 50 };
    const page = await world.http.json<{ chunk: WireEvent[] }>("GET", path, { query, retries: 1 });
    await keepFetched(world, room, page.chunk);
    const ids = page.chunk.map((event) => event.event_id);
    for (const [id, entry] of await world.archive.events(room, ids)) found.set(id, entry);
    world.topics.touch(topic);
  }
  void (async () => {
    for (const room of rooms)
      await load(room, roomId === undefined ? "participated" : "all").catch(() => {});
    complete = true;
    world.topics.touch(topic);
  })();
  return () => {
    world.entries.delete(hear);
    stop();
  };
}

const isUnread = ({ thread }: ItemRecord) => Number((thread?.unread.messages ?? 0) > 0);
const lastOf = ({ thread, ts }: ItemRecord) => thread?.last?.ts ?? ts;

function takesPart(item: ItemRecord): boolean {
  return item.thread?.participated === true;
}

async function devicesOf(live: Live): Promise<DeviceRecord[]> {
  const { world } = live;
  const [{ devices }, trusted] = await Promise.all([
    world.http.json<{ devices: Content[] }>("GET", "/_matrix/client/v3/devices", { retries: 1 }),
    world.crypto?.devices(world.me),
  ]);
  const isAwake = ({ device_id: id }: Content) => !trusted?.get(String(id))?.asleep;
  return devices.filter(isAwake).map((device) => {
    const id = String(device.device_id);
    const { last_seen_ts: at, last_seen_ip: ip, display_name: name } = device;
    return {
      id,
      name: typeof name === "string" && name !== "" ? name : id,
      current: id === world.deviceId,
      verified: trusted?.get(id)?.verified ?? false,
      ...(typeof at === "number" && { lastSeenAt: at }),
      ...(typeof ip === "string" && { lastSeenIp: ip }),
    };
  });
}
