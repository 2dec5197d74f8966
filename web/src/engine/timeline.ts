/**
 * A timeline as a tab shows it: a window over the room's line, or a thread. It reads the archive
 * first and asks the server only for what is missing.
 */

import { type Failure, FailureError } from "../base/errors";
import type { EventId, RoomId, UserId } from "../base/ids";
import { MENTIONS } from "../base/mentions";
import { contentOf } from "./content";
import { fetchAround, fetchEvent, fetchNewer, fetchOlder, fetchThread } from "./fetch";
import {
  type ItemAround,
  isInView,
  isOwnItem,
  itemId,
  itemOf,
  quotedBy,
  waitingChanges,
  waitingItem,
  withWaiting,
} from "./items";
import { newer, older, reachesEnd } from "./line";
import { meantIn } from "./meant";
import type { Outbox } from "./outbox";
import { type Shown, shownIn } from "./people";
import type { ItemRecord, TimelineHead, Unread } from "./records";
import { isEncrypted, pinnedOf } from "./room";
import type { Entry, MembersData, ReceiptsData } from "./stored";
import { isThreadUnread, NONE_UNREAD, unreadOf } from "./threads";
import { between } from "./window";
import { replyOf } from "./wire";
import { loadMembers, loadReceipts, type World } from "./world";

export interface TimelineAsk {
  roomId: RoomId;
  threadId?: EventId;
  at?: EventId;
}

export interface Timeline {
  head(): TimelineHead;
  rows(): readonly ItemRecord[];
  /** `newest` leaves what is shown for the end of the room. */
  more(direction: "back" | "forward" | "newest"): Promise<void>;
  /** Lets go what lies before and after these items; it is read again from the archive. */
  trim(from: string, to: string): void;
  /** Reads on to the newest again, and lets nothing go. */
  whole(): void;
  close(): void;
}

const PAGE = 60;
/** Items below which a page of the server is asked for at once. */
const ENOUGH = 25;
const MOST_PAGES = 8;
/** How long an opening waits for the server to find what is unread. */
const PATIENCE_MS = 3000;
const NOBODY: MembersData = { complete: false, list: {} };
const NO_ONE: readonly UserId[] = [];
const ONE_UNREAD: Unread = { messages: 1, mentions: 0, marked: false };

/** Opens a timeline; `changed` is called whenever head or rows may be different. */
export function openTimeline(
  world: World,
  outbox: Outbox,
  ask: TimelineAsk,
  changed: () => void,
): Timeline {
  const { roomId, threadId } = ask;
  let entries: Entry[] = [];
  let members = world.members.get(roomId) ?? NOBODY;
  let receipts: ReceiptsData = world.receipts.get(roomId) ?? {};
  let isHearing = false;
  let isReady = false;
  let isClosed = false;
  /** What is newer than the window is in the archive, or missing, and is not followed. */
  let isCut = false;
  let error: Failure | undefined;
  let loading = { back: false, forward: false };
  let threadToken: string | undefined;
  let threadIsWhole = false;
  let firstUnread: string | undefined;
  let anchor: string | undefined;
  const stops: (() => void)[] = [];
  const quotes = new Map<EventId, Entry | null>();
  const made = new Map<string, { deps: readonly unknown[]; item: ItemRecord }>();
  let unread: ReadonlyMap<EventId, Unread> = new Map();
  let readers = new Map<EventId, readonly UserId[]>();

  const lineOf = () => world.rooms.get(roomId)?.line ?? [];
  const endOf = () => (lineOf().at(-1)?.high ?? -1) + 1;
  const lowest = () => entries.find((entry) => entry.pos !== undefined)?.pos ?? endOf();
  const highest = () => entries.findLast((entry) => entry.pos !== undefined)?.pos ?? endOf() - 1;
  const shownCount = () => entries.filter((entry) => isInView(entry, threadId)).length;

  function isLive(): boolean {
    if (threadId !== undefined || entries.length === 0) return true;
    return !isCut && reachesEnd(lineOf(), highest());
  }

  // ── Reading ──────────────────────────────────────────────────────────────────────────────────

  async function begin(): Promise<void> {
    await isKnown();
    if (isClosed) return;
    [members, receipts] = await Promise.all([
      loadMembers(world, roomId),
      loadReceipts(world, roomId),
    ]);
    if (threadId !== undefined) await beginThread(threadId);
    else if (ask.at !== undefined) await beginAt(ask.at);
    else await readBack(PAGE);
    if (ask.at === undefined) await findFirstUnread();
    isHearing = true;
    // What came while the archive was read was not heard of.
    if (threadId === undefined && ask.at === undefined) await readOn(false);
    isReady = true;
    changed();
    aside(countUnread);
    await resolveQuotes();
    if (threadId !== undefined) await guarded("back", () => pageThread(threadId));
    else if (shownCount() < ENOUGH) await guarded("back", () => pageBack(ENOUGH - shownCount()));
  }

  const hasNothing = () =>
    isReady && threadId === undefined && ask.at === undefined && entries.length === 0;

  /** Nothing could be read before, as of a room one was invited to: now it can. */
  async function beginLate(): Promise<void> {
    await readBack(PAGE);
    changed();
    if (shownCount() < ENOUGH) await guarded("back", () => pageBack(ENOUGH - shownCount()));
  }

  /** Resolves once the room has been told of: a timeline may be asked for before. */
  function isKnown(): Promise<void> {
    if (world.rooms.has(roomId)) return Promise.resolve();
    return new Promise((resolve) => {
      const stop = world.topics.watch([`room:${roomId}`], () => {
        if (!world.rooms.has(roomId) && !isClosed) return;
        stop();
        resolve();
      });
      stops.push(stop);
    });
  }

  async function beginThread(root: EventId): Promise<void> {
    const [first, replies] = await Promise.all([
      world.archive.events(roomId, [root]),
      world.archive.thread(roomId, root),
    ]);
    entries = [...first.values(), ...replies];
  }

  async function beginAt(at: EventId): Promise<void> {
    const find = async () => (await world.archive.events(roomId, [at])).get(at);
    let entry = await find();
    if (entry?.pos === undefined) {
      try {
        await fetchAround(world, roomId, at);
        entry = await find();
      } catch (caught) {
        error = failureOf(caught);
      }
    }
    if (entry?.pos === undefined) return void (await readBack(PAGE));
    entries = [entry];
    anchor = itemId(entry);
    isCut = true;
    await Promise.all([readBack(PAGE), readForward(PAGE)]);
  }

  /** Reads entries before the window out of the archive; what stops it there. */
  async function readBack(most: number): Promise<{ gap?: number; atEnd: boolean; got: number }> {
    const low = lowest();
    const reach = older(lineOf(), low, most);
    const pages = await Promise.all(
      reach.ranges.map(([from, to]) => world.archive.line(roomId, from, to)),
    );
    const found = pages.reverse().flat();
    // An empty window's end moves with the room's: what was read is still all that came before.
    if (lowest() === low || entries.length === 0) entries = [...found, ...entries];
    return { ...reach, got: found.length };
  }

  async function readNewest(most: number): Promise<Entry[]> {
    const { ranges } = older(lineOf(), endOf(), most);
    const pages = await Promise.all(
      ranges.map(([from, to]) => world.archive.line(roomId, from, to)),
    );
    return pages.reverse().flat();
  }

  async function readForward(most: number): Promise<{ gap?: number; atEnd: boolean; got: number }> {
    const high = highest();
    const reach = newer(lineOf(), high, most);
    const pages = await Promise.all(
      reach.ranges.map(([from, to]) => world.archive.line(roomId, from, to)),
    );
    const found = pages.flat();
    if (highest() === high) {
      entries = [...entries, ...found];
      // Meanwhile the line may have grown.
      const rest = newer(lineOf(), reach.ranges.at(-1)?.[1] ?? high, 1);
      if (rest.atEnd && rest.ranges.length === 0) isCut = false;
    }
    return { ...reach, got: found.length };
  }

  /** At least `wanted` more items before the window, unless the room begins there. */
  async function pageBack(wanted: number): Promise<void> {
    const target = shownCount() + wanted;
    for (let page = 0; page < MOST_PAGES && shownCount() < target && !isClosed; page++) {
      const read = await readBack(PAGE);
      if (read.atEnd && read.got === 0) return;
      if (read.got === 0 && read.gap === undefined) return;
      if (read.got === 0 && read.gap !== undefined) await fetchOlder(world, roomId, read.gap);
      await resolveQuotes(false);
      changed();
    }
  }

  async function pageForward(): Promise<void> {
    const target = shownCount() + ENOUGH;
    for (let page = 0; page < MOST_PAGES && shownCount() < target && !isClosed; page++) {
      const read = await readForward(PAGE);
      if (read.got === 0 && read.gap === undefined) return;
      if (read.got === 0 && read.gap !== undefined) await fetchNewer(world, roomId, read.gap);
      await resolveQuotes(false);
      changed();
    }
  }

  async function pageThread(root: EventId): Promise<void> {
    if (threadIsWhole) return;
    if (!entries.some((entry) => entry.id === root)) await fetchEvent(world, roomId, root);
    threadToken = await fetchThread(world, roomId, root, threadToken);
    threadIsWhole = threadToken === undefined;
    await beginThread(root);
  }

  /** Does what nobody waits for; a fault is shown with the timeline. */
  function aside(act: () => Promise<void>): void {
    act().catch((caught) => {
      if (isClosed) return;
      error = failureOf(caught);
      changed();
    });
  }

  /** Runs one paging in a direction at a time; a failure is shown at that end. */
  async function guarded(direction: "back" | "forward", act: () => Promise<void>): Promise<void> {
    if (loading[direction] || isClosed) return;
    loading = { ...loading, [direction]: true };
    error = undefined;
    changed();
    try {
      await act();
    } catch (caught) {
      error = failureOf(caught);
    } finally {
      loading = { ...loading, [direction]: false };
      changed();
    }
  }

  async function findFirstUnread(): Promise<void> {
    const room = world.rooms.get(roomId);
    if (!room || room.notified === 0) return;
    const marker = room.account["m.fully_read"]?.event_id ?? room.read.main ?? room.read[""];
    if (typeof marker !== "string") return;
    for (let page = 0; page < 4 && !entries.some((entry) => entry.id === marker); page++) {
      const read = await readBack(PAGE);
      if (read.got > 0) continue;
      // What is unread goes further back than the archive: worth a short wait, and no longer one.
      if (read.gap === undefined || !(await isSoon(fetchOlder(world, roomId, read.gap)))) break;
    }
    // Where what was read last is too far back, all that is here came after it.
    const at = entries.findIndex((entry) => entry.id === marker);
    const first = entries
      .slice(at + 1)
      .find((entry) => isInView(entry, threadId) && entry.data.event.sender !== world.me);
    if (first) firstUnread = itemId(first);
  }

  /** Whether `work` is done before a person would notice waiting. */
  function isSoon(work: Promise<unknown>): Promise<boolean> {
    const late = new Promise<boolean>((resolve) => setTimeout(() => resolve(false), PATIENCE_MS));
    return Promise.race([
      work.then(
        () => true,
        () => false,
      ),
      late,
    ]);
  }

  // ── Quotes ───────────────────────────────────────────────────────────────────────────────────

  /** Looks up what is replied to: in the window, the archive, and lastly at the server. */
  async function resolveQuotes(asksServer = true): Promise<void> {
    const wanted = new Set(quotedBy(entries));
    for (const item of outbox.of(roomId)) {
      const id = replyOf(item.content);
      if (id !== undefined) wanted.add(id);
    }
    const unknown = [...wanted].filter((id) => !quotes.get(id));
    if (unknown.length === 0) return;
    for (const [id, entry] of await world.archive.events(roomId, unknown)) quotes.set(id, entry);
    changed();
    if (!asksServer) return;
    for (const id of unknown.filter((each) => !quotes.has(each)).slice(-20)) {
      if (isClosed) return;
      const entry = await fetchEvent(world, roomId, id).catch((caught) => {
        const code = failureOf(caught).code;
        return code === "M_NOT_FOUND" || code === "M_FORBIDDEN" ? null : undefined;
      });
      if (entry !== undefined) quotes.set(id, entry);
      changed();
    }
  }

  // ── What changes ─────────────────────────────────────────────────────────────────────────────

  function hearErased(where: RoomId, gone: ReadonlySet<EventId>): void {
    if (where !== roomId) return;
    entries = entries.filter((entry) => !gone.has(entry.id));
    for (const id of gone) quotes.delete(id);
    if (entries.length === 0) isCut = false;
    changed();
    if (threadId === undefined && entries.length > 0 && shownCount() < ENOUGH)
      void guarded("back", () => pageBack(ENOUGH - shownCount()));
  }

  function hearEntries(where: RoomId, told: ReadonlyMap<EventId, Entry>): void {
    if (where !== roomId || !isHearing) return;
    if (hasNothing()) {
      aside(beginLate);
      return;
    }
    let isTouched = false;
    for (const [id, entry] of told)
      if (quotes.has(id)) {
        quotes.set(id, entry);
        isTouched = true;
      }
    const next = entries.map((entry) => told.get(entry.id) ?? entry);
    if (next.some((entry, index) => entry !== entries[index])) {
      isTouched = true;
      entries = next;
    }
    const known = new Set(entries.map((entry) => entry.id));
    const added = [...told.values()].filter((entry) => !known.has(entry.id) && belongs(entry));
    if (added.length > 0 && follow(added)) isTouched = true;
    if (threadId === undefined && ask.at === undefined && !isCut && !isLive()) void catchUp();
    if (isTouched) changed();
    hearThreads(told);
  }

  function hearThreads(told: ReadonlyMap<EventId, Entry>): void {
    const isTold = [...told.values()].some((entry) => entry.data.thread ?? entry.thread);
    if (isTold) aside(countUnread);
  }

  /** Puts new entries into the window; where some before them are missing, those are read first. */
  function follow(added: readonly Entry[]): boolean {
    const sorted = added.toSorted(compareEntries);
    const [first] = sorted;
    const next = newer(lineOf(), highest(), 1).ranges[0]?.[0];
    if (threadId === undefined && first?.pos !== next) {
      aside(readOn);
      return false;
    }
    entries = [...entries, ...sorted];
    if (threadId !== undefined) entries.sort(compareEntries);
    if (quotedBy(added).length > 0) aside(resolveQuotes);
    return true;
  }

  /** Reads what lies in the archive after the window. */
  async function readOn(withQuotes = true): Promise<void> {
    while (!isClosed && !isCut && (await readForward(PAGE)).got > 0) changed();
    if (withQuotes) await resolveQuotes();
  }

  /** New entries of the line that follow the window; of a thread, all of it. */
  function belongs(entry: Entry): boolean {
    if (threadId !== undefined) return entry.thread === threadId || entry.id === threadId;
    if (isCut) return false;
    const high = highest();
    return entry.pos !== undefined && entry.pos > high && isNext(high, entry.pos);
  }

  function isNext(high: number, place: number): boolean {
    const { ranges } = newer(lineOf(), high, place - high);
    return ranges.some(([from, to]) => from <= place && place <= to);
  }

  /** After a gap: fetches what is missing, or begins again from the newest. */
  async function catchUp(): Promise<void> {
    await guarded("forward", async () => {
      const line = lineOf();
      const before = entries.length;
      for (let page = 0; page < 3 && !isLive() && !isClosed; page++)
        await fetchOlder(world, roomId, lineOf().length - 1);
      const isJoined = isLive() || line.length === 0;
      // The old window is shown until the new one is there.
      entries = await readNewest(isJoined ? before + PAGE * 3 : PAGE);
      await readOn();
    });
  }

  async function toNewest(): Promise<void> {
    const newest = await readNewest(PAGE);
    entries = newest;
    isCut = false;
    await readOn();
    if (shownCount() < ENOUGH) await pageBack(ENOUGH - shownCount());
  }

  function trim(from: string, to: string): void {
    if (threadId !== undefined || loading.back || loading.forward) return;
    const left = between(entries, from, to);
    if (left.entries.length === entries.length) return;
    entries = [...left.entries];
    isCut ||= left.isCut;
    const wanted = new Set(quotedBy(entries));
    for (const id of quotes.keys()) if (!wanted.has(id)) quotes.delete(id);
    changed();
  }

  function whole(): void {
    if (!isCut || ask.at !== undefined) return;
    isCut = false;
    aside(async () => {
      await readOn();
      if (!isLive()) await catchUp();
      changed();
    });
  }

  function compareEntries(a: Entry, b: Entry): number {
    if (threadId !== undefined) {
      if (a.id === threadId || b.id === threadId) return a.id === threadId ? -1 : 1;
      return a.ts - b.ts;
    }
    return (a.pos ?? 0) - (b.pos ?? 0);
  }

  // ── Showing ──────────────────────────────────────────────────────────────────────────────────

  function rows(): readonly ItemRecord[] {
    if (!isReady) return [];
    const room = world.rooms.get(roomId);
    const pinned = new Set(room ? pinnedOf(room) : []);
    const waiting = outbox.of(roomId);
    const changes = waitingChanges(waiting);
    readers = placeReaders(entries, receipts, world.me, threadId, readers);
    const here = new Map(entries.map((entry) => [entry.id, entry]));
    const show = shownIn(members, world.me);
    const around: ItemAround = {
      me: world.me,
      show,
      quoted: (id) => here.get(id) ?? quotes.get(id),
      readBy: (id) => readers.get(id) ?? NO_ONE,
      isPinned: (id) => pinned.has(id),
      threadUnread: (root) => unreadIn(here.get(root)),
      meant: meantIn(room, world.me, world.units),
    };
    const items = [
      ...entries
        .filter((entry) => isInView(entry, threadId))
        .map((entry) => memoised(entry, changes.get(entry.id), around, show)),
      ...(isLive() ? waitingRows(room !== undefined && isEncrypted(room), around, show) : []),
    ];
    // For a moment an event may be both: here from the server, and not yet out of the outbox.
    const used = new Set<string>();
    const shown = items.filter(({ id }) => !used.has(id) && used.add(id));
    for (const id of made.keys()) if (!used.has(id.replace("waiting ", ""))) made.delete(id);
    return shown;
  }

  /** Until the replies are counted there is one. */
  function unreadIn(root: Entry | undefined): Unread {
    if (!root || !isThreadUnread(root, receipts, world.me)) return NONE_UNREAD;
    return unread.get(root.id) ?? ONE_UNREAD;
  }

  async function countUnread(): Promise<void> {
    if (threadId !== undefined) return;
    const roots = entries.filter((entry) => entry.data.thread !== undefined);
    unread = await unreadOf(world, roomId, roots);
    changed();
  }

  function waitingRows(
    encrypted: boolean,
    around: ItemAround,
    show: (id: UserId) => Shown,
  ): ItemRecord[] {
    return outbox
      .of(roomId)
      .filter((item) => isOwnItem(item) && item.threadId === threadId)
      .map((item) => {
        const state = outbox.stateOf(item);
        const upload = outbox.progressOf(item.txnId);
        const deps = [item, state, upload, encrypted, show];
        const make = () => waitingItem(item, state, upload, encrypted, around);
        // Beside the event's own item, of which there may be one already.
        return remembered(`waiting ${item.txnId}`, deps, make);
      });
  }

  function memoised(
    entry: Entry,
    waiting: Parameters<typeof withWaiting>[1],
    around: ItemAround,
    show: (id: UserId) => Shown,
  ): ItemRecord {
    const { name, avatar } = show(entry.data.event.sender);
    const reply = replyOf(contentOf(entry.data));
    const unreadReplies = entry.data.thread ? around.threadUnread(entry.id).messages : 0;
    const deps = [
      entry,
      waiting?.length === 0 ? undefined : waiting && JSON.stringify(waiting),
      name,
      avatar,
      around.readBy(entry.id),
      around.isPinned(entry.id),
      reply === undefined ? undefined : around.quoted(reply),
      unreadReplies,
      MENTIONS in contentOf(entry.data) ? around.meant : undefined,
    ];
    return remembered(itemId(entry), deps, () =>
      itemOf(withWaiting(entry, waiting, world.me), around),
    );
  }

  function remembered(id: string, deps: readonly unknown[], make: () => ItemRecord): ItemRecord {
    const before = made.get(id);
    if (before && before.deps.length === deps.length && before.deps.every((d, i) => d === deps[i]))
      return before.item;
    const item = make();
    made.set(id, { deps, item });
    return item;
  }

  function head(): TimelineHead {
    const reach = older(lineOf(), lowest(), 1);
    return {
      roomId,
      ...(threadId !== undefined && { threadId }),
      atStart:
        threadId === undefined
          ? isReady && reach.atEnd && reach.ranges.length === 0
          : threadIsWhole,
      live: isLive(),
      cut: isCut,
      loading: isReady ? loading : { ...loading, back: true },
      ...(firstUnread !== undefined && { firstUnread }),
      ...(anchor !== undefined && { anchor }),
      ...(error && { error }),
    };
  }

  stops.push(
    world.topics.watch([`members:${roomId}`], () => {
      members = world.members.get(roomId) ?? members;
      changed();
    }),
    world.topics.watch([`receipts:${roomId}`], () => {
      receipts = world.receipts.get(roomId) ?? receipts;
      aside(countUnread);
      changed();
    }),
    world.topics.watch([`outbox:${roomId}`, `room:${roomId}`, "units"], changed),
  );
  world.entries.add(hearEntries);
  world.erased.add(hearErased);
  begin().catch((caught) => {
    error = failureOf(caught);
    isHearing = true;
    isReady = true;
    changed();
  });

  return {
    head,
    rows,
    more: (direction) =>
      guarded(direction === "newest" ? "forward" : direction, () => {
        if (threadId !== undefined) return pageThread(threadId);
        if (direction === "newest") return toNewest();
        return direction === "back" ? pageBack(ENOUGH) : pageForward();
      }),
    trim,
    whole,
    close() {
      isClosed = true;
      world.entries.delete(hearEntries);
      world.erased.delete(hearErased);
      for (const stop of stops) stop();
    },
  };
}

function failureOf(caught: unknown): Failure {
  if (caught instanceof FailureError) return caught.failure;
  return { code: "bug", message: caught instanceof Error ? caught.message : String(caught) };
}

/** People by the item at which their latest receipt stands; a list that is the same stays. */
function placeReaders(
  entries: readonly Entry[],
  receipts: ReceiptsData,
  me: UserId,
  threadId: EventId | undefined,
  before: ReadonlyMap<EventId, readonly UserId[]>,
): Map<EventId, readonly UserId[]> {
  const byEvent = new Map<EventId, UserId[]>();
  for (const [user, threads] of Object.entries(receipts)) {
    const own = threads[threadId ?? "main"];
    const whole = threads[""];
    const latest = own && (!whole || own.ts >= whole.ts) ? own : whole;
    if (!latest || user === me) continue;
    const list = byEvent.get(latest.id);
    if (list) list.push(user);
    else byEvent.set(latest.id, [user]);
  }
  const placed = new Map<EventId, UserId[]>();
  let shown: EventId | undefined;
  for (const entry of entries) {
    if (isInView(entry, threadId)) shown = entry.id;
    const users = byEvent.get(entry.id);
    if (users && shown !== undefined) placed.set(shown, [...(placed.get(shown) ?? []), ...users]);
  }
  return new Map([...placed].map(([id, users]) => [id, kept(before.get(id), users)]));
}

function kept(before: readonly UserId[] | undefined, now: readonly UserId[]): readonly UserId[] {
  if (before?.length !== now.length) return now;
  return before.every((each, index) => each === now[index]) ? before : now;
}

/** Whether a thread has something newer than what one read of it; replies are not counted here. */
