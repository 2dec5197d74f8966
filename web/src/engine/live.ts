/** All that runs while somebody is signed in, put together. */

import { type Failure, FailureError } from "../base/errors";
import { type RoomId, shortName } from "../base/ids";
import type { Archive } from "./archive";
import { type Awaiting, makeAwaiting } from "./awaiting";
import { type Around, type Beside, chatOf, compareChats } from "./chats";
import { isPreviewed, saidOf } from "./content";
import { compareCounts } from "./counts";
import { type Drafts, makeDrafts } from "./drafts";
import { type Duties, type Duty, makeDuties } from "./duties";
import { makeFollower } from "./erased";
import { fillGaps } from "./gaps";
import { unlock } from "./history";
import type { Http } from "./http";
import type { Intake, SyncToken } from "./intake";
import { isOwnItem } from "./items";
import { makeNotices, type Told } from "./notices";
import { makeOrg, type Org } from "./org";
import { makeOutbox, type Outbox } from "./outbox";
import { shownIn } from "./people";
import { followPlace } from "./place";
import type { Crypto, Media } from "./ports";
import type { ChatRecord } from "./records";
import { makeRinger, REMINDERS, type Ringer } from "./reminders";
import { isEncrypted } from "./room";
import { makeSearch, type Search } from "./search";
import type { Who } from "./session";
import { isBegun, makeSync, type Sync } from "./sync";
import type { Topics } from "./topics";
import { saidByPerson } from "./voice";
import { textOf } from "./wire";
import { deriveAccount, deriveSpaces, loadMembers, Recent, tellEntries, type World } from "./world";

export interface Live {
  who: Who;
  world: World;
  outbox: Outbox;
  sync: Sync;
  duties: Duties;
  drafts: Drafts;
  search: Search;
  org: Org;
  ringer: Ringer;
  awaiting: Awaiting;
  chats(): readonly ChatRecord[];
  stop(): Promise<void>;
}

export interface LiveNeeds {
  who: Who;
  http: Http;
  archive: Archive;
  topics: Topics;
  crypto: Crypto | undefined;
  cryptoReady: Promise<void>;
  media: Media;
  now: () => number;
  /** Told of what must be said at once. */
  tell(told: Told): void;
  /** Whether a tab shows the chat just now. */
  isSeen(roomId: RoomId): boolean;
}

/** Opens the archive's data and begins to sync. Resolves when the list of chats can be shown. */
export async function goLive(needs: LiveNeeds): Promise<Live> {
  const { archive, topics, crypto } = needs;
  const [rooms, account, waiting, token, dutiesKept, draftsKept, statuses, rung, awaitingKept] =
    await Promise.all([
      archive.rooms(),
      archive.account(),
      archive.outbox(),
      archive.value<SyncToken>("sync"),
      archive.value<Record<string, Duty>>("duties"),
      archive.value<Parameters<typeof makeDrafts>[2]>("drafts"),
      archive.value<World["statuses"]>("statuses"),
      archive.value<string[]>("rung"),
      archive.value<Parameters<typeof makeAwaiting>[1]>("awaiting"),
    ]);
  const isNew = isBegun(token);
  let isOpen = false;
  const world: World = {
    me: needs.who.userId,
    deviceId: needs.who.deviceId,
    http: needs.http,
    archive,
    topics,
    crypto,
    cryptoReady: needs.cryptoReady,
    media: needs.media,
    now: needs.now,
    rooms: new Map(rooms.map((room) => [room.id, room])),
    account,
    typing: new Map(),
    presence: new Map(),
    profiles: new Map(),
    members: new Recent(60),
    receipts: new Recent(60),
    entries: new Set(),
    erased: new Set(),
    async decrypt(roomId, event) {
      const { type, content } = event;
      if (isNew && !isOpen && crypto) {
        const sessionId = textOf(content, "session_id") ?? "";
        return { encryption: "undecryptable", note: "loading", type, content, sessionId };
      }
      await needs.cryptoReady;
      const found = await crypto?.decrypt(roomId, { ...event, room_id: roomId });
      if (found) return { ...found, content: saidByPerson(found.content) };
      return { encryption: "undecryptable", note: "missingKey", type, content };
    },
    statuses: statuses ?? {},
    left: new Set(),
    fault(error, roomId) {
      const failure =
        error instanceof FailureError ? error.failure : { code: "bug", message: String(error) };
      needs.tell({ kind: "failure", failure, ...(roomId !== undefined && { roomId }) });
    },
    direct: new Map(),
    folders: new Map(),
    notify: new Map(),
    spaces: new Map(),
    units: new Set(),
  };
  for (const type of account.keys()) deriveAccount(world, type);
  deriveSpaces(world);

  const refused = (failure: Failure) => needs.tell({ kind: "failure", failure });
  const duties = makeDuties(world, dutiesKept, refused);
  const drafts = makeDrafts(world, duties, draftsKept);
  const outbox = makeOutbox(world, waiting);
  const search = await makeSearch(world);
  const ringer = makeRinger(world, rung, needs.tell);
  const stopRinging = topics.watch([`account:${REMINDERS}`], () => void ringer.ring());
  const awaiting = makeAwaiting(world, awaitingKept);
  const follower = makeFollower(world, search.forget);
  const notices = makeNotices(world, needs.isSeen, needs.tell);
  const sync = makeSync(world, token, outbox, {
    async before({ extensions }, isFirst) {
      await needs.cryptoReady;
      const e2ee = extensions?.e2ee;
      await crypto?.receiveSync({
        isFirst,
        toDevice: extensions?.to_device?.events ?? [],
        ...(e2ee?.device_lists && { deviceLists: e2ee.device_lists }),
        ...(e2ee?.device_one_time_keys_count && { otkCounts: e2ee.device_one_time_keys_count }),
        ...(e2ee?.device_unused_fallback_key_types && {
          fallbackTypes: e2ee.device_unused_fallback_key_types,
        }),
      });
    },
    after(intake, isFirst) {
      void crypto?.pump();
      outbox.hurry();
      duties.hurry();
      awaiting.hear(intake);
      if (!isFirst) notices.hear(intake);
      tellVerifications(world, intake);
      follower.follow();
    },
  });
  let opening: Promise<unknown> = Promise.resolve();
  const openEarly = () => {
    isOpen = true;
    if (isNew && crypto) opening = Promise.all([opening, openAll(world)]);
  };
  needs.cryptoReady.then(openEarly, () => {});
  const stopKeys = crypto?.onKeysArrived((roomId, sessions) => {
    opening = Promise.all([opening, openLocked(world, roomId, sessions)]);
  });
  const stopTrust = crypto?.onChange((what) => topics.touch(what));
  const chatList = makeChatList(world, outbox, drafts, duties);

  const org = makeOrg(world);
  const stopPlace = followPlace(world, org);
  const background = new AbortController();
  outbox.start();
  duties.start();
  sync.start();
  void fillGaps(world, sync, background.signal);
  void compareCounts(world, sync, duties, background.signal);
  return {
    who: needs.who,
    world,
    outbox,
    sync,
    duties,
    drafts,
    search,
    org,
    awaiting,
    chats: chatList,
    ringer,
    async stop() {
      background.abort();
      stopRinging();
      stopKeys?.();
      stopTrust?.();
      stopPlace();
      await opening.catch(() => {});
      await Promise.all([sync.stop(), outbox.stop(), drafts.stop()]);
      await follower.stop();
      await Promise.all([duties.stop(), search.stop()]);
    },
  };
}

/** What came before encryption was open is looked at anew. */
async function openAll(world: World): Promise<void> {
  for (const room of world.rooms.values())
    if (isEncrypted(room)) await openLocked(world, room.id, undefined);
}

/** Messages whose keys came are read, wherever they are shown. */
async function openLocked(
  world: World,
  roomId: RoomId,
  sessions: readonly string[] | undefined,
): Promise<void> {
  const changed = await world.archive.exclusive(async () => {
    const opened = await unlock(world, roomId, sessions);
    if (opened.size === 0) return opened;
    const room = world.rooms.get(roomId);
    const last = room?.last?.id === undefined ? undefined : opened.get(room.last.id);
    const next =
      room && last && isPreviewed(last.data) ? { ...room, last: saidOf(last) } : undefined;
    await world.archive.commit([
      ...[...opened.values()].map((entry) => ({ entry })),
      ...(next ? [{ put: "rooms" as const, key: roomId, value: next }] : []),
    ]);
    if (next) world.rooms.set(roomId, next);
    return opened;
  });
  if (changed.size === 0) return;
  tellEntries(world, roomId, changed);
  world.topics.touch("chats", `room:${roomId}`);
}

function tellVerifications(world: World, intake: Intake): void {
  if (!world.crypto) return;
  for (const { room, fresh } of intake.rooms)
    for (const { data } of fresh) {
      const type = data.plain?.type ?? data.event.type;
      const content = data.plain?.content ?? data.event.content;
      const msgtype = String(content.msgtype ?? "");
      if (![type, msgtype].some((name) => name.startsWith("m.key.verification."))) continue;
      void world.crypto.receiveRoomEvent(room.id, { ...data.event, type, content });
    }
}

/** The list of chats, of which only what changed is made anew. */
function makeChatList(
  world: World,
  outbox: Outbox,
  drafts: Drafts,
  duties: Duties,
): () => readonly ChatRecord[] {
  const made = new Map<RoomId, { deps: readonly unknown[]; record: ChatRecord }>();
  return () => {
    const { me, direct, notify, spaces, folders } = world;
    const around: Around = { me, direct, notify, spaces, folders };
    const records: ChatRecord[] = [];
    for (const room of world.rooms.values()) {
      if (room.membership === "leave" || room.membership === "ban") continue;
      const waiting = outbox.of(room.id).findLast(isOwnItem);
      const waitingState = waiting && outbox.stateOf(waiting);
      const typing = world.typing.get(room.id) ?? NONE;
      const draft = drafts.get(room.id)?.text;
      const isRead = duties.has(`read/${room.id}`) && room.read.main === room.last?.id;
      const deps = [
        room,
        direct,
        notify.get(room.id),
        spaces.get(room.id)?.join(),
        folders.get(room.id)?.join(),
        typing,
        waiting,
        waitingState,
        draft,
        isRead,
      ];
      const before = made.get(room.id);
      if (before?.deps.every((dep, index) => dep === deps[index])) {
        records.push(before.record);
        continue;
      }
      const names = typing.length === 0 ? typing : typingNames(world, room.id, typing);
      const beside: Beside = { typing: names, waiting, waitingState, draft, isRead };
      const record = chatOf(room, around, beside);
      made.set(room.id, { deps, record });
      records.push(record);
    }
    return records.sort(compareChats);
  };
}

const NONE: readonly string[] = [];

/** Names of members that are in memory; of others, ids until they are. */
export function typingNames(world: World, roomId: RoomId, ids: readonly string[]): string[] {
  const members = world.members.get(roomId);
  if (members) return ids.map((id) => shownIn(members, world.me)(id).name);
  loadMembers(world, roomId)
    .then(() => {
      world.typing.set(roomId, [...ids]);
      world.topics.touch("chats", `typing:${roomId}`);
    })
    .catch(world.fault);
  return ids.map((id) => shortName(id, world.me));
}
