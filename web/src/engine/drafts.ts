/**
 * Drafts: kept here at once, and a little later in the account data of the chat, so that they are
 * found on other devices. Those of encrypted chats never leave this device.
 */

import type { EventId, RoomId } from "../base/ids";
import type { Duties } from "./duties";
import { part } from "./http";
import type { DraftView } from "./records";
import { isEncrypted } from "./room";
import { isObject, numberOf, textOf } from "./wire";
import type { World } from "./world";

const TYPE = "org.depesha.draft";
const MAIN = "main";
const DELAY = 3_000;

/** A draft, or when it was sent or thrown away. */
type Written = DraftView | { gone: number };

/** By chat, then by thread or `main`. Account data has the same for one chat. */
type Kept = Record<RoomId, Record<string, Written>>;

/** How long it is told that a draft is gone: other devices may have been closed. */
const TOLD_MS = 30 * 24 * 3_600_000;

export interface Drafts {
  get(roomId: RoomId, threadId?: EventId): DraftView | null;
  set(
    roomId: RoomId,
    threadId: EventId | undefined,
    draft: Omit<DraftView, "updatedAt"> | null,
  ): Promise<void>;
  /** What was not published yet is kept to be. */
  stop(): Promise<void>;
}

export function makeDrafts(world: World, duties: Duties, kept: Kept | undefined): Drafts {
  const own: Kept = kept ?? {};
  const timers = new Map<RoomId, ReturnType<typeof setTimeout>>();

  /** The later of what was written here and elsewhere. */
  function latest(roomId: RoomId, key: string): Written | undefined {
    const here = own[roomId]?.[key];
    const there = writtenIn(world.rooms.get(roomId)?.account[TYPE]?.[key]);
    if (!here || !there) return here ?? there;
    return timeOf(there) > timeOf(here) ? there : here;
  }

  function get(roomId: RoomId, threadId?: EventId): DraftView | null {
    const found = latest(roomId, threadId ?? MAIN);
    return found && !("gone" in found) ? found : null;
  }

  /** All drafts of the chat, as its account data has them. */
  async function publish(roomId: RoomId): Promise<void> {
    timers.delete(roomId);
    const room = world.rooms.get(roomId);
    if (!room || isEncrypted(room)) return;
    const keys = new Set([
      ...Object.keys(room.account[TYPE] ?? {}),
      ...Object.keys(own[roomId] ?? {}),
    ]);
    const content: Record<string, Written> = {};
    for (const key of keys) {
      const written = latest(roomId, key);
      if (!written || ("gone" in written && written.gone < world.now() - TOLD_MS)) continue;
      content[key] = written;
    }
    const user = part(world.me);
    await duties.add(`draft/${roomId}`, {
      method: "PUT",
      path: `/_matrix/client/v3/user/${user}/rooms/${part(roomId)}/account_data/${TYPE}`,
      body: content,
    });
  }

  return {
    get,
    async set(roomId, threadId, draft) {
      const key = threadId ?? MAIN;
      const now = world.now();
      const isEmpty = draft === null || (draft.text === "" && !draft.replyTo && !draft.edit);
      const before = get(roomId, threadId);
      if (isEmpty && !before) return;
      const next = isEmpty ? { gone: now } : { ...draft, updatedAt: now };
      own[roomId] = { ...own[roomId], [key]: next };
      await world.archive.commit([{ put: "values", key: "drafts", value: own }]);
      world.topics.touch(`draft:${roomId}`, "chats");
      clearTimeout(timers.get(roomId));
      timers.set(
        roomId,
        setTimeout(() => publish(roomId).catch(world.fault), DELAY),
      );
    },
    async stop() {
      for (const timer of timers.values()) clearTimeout(timer);
      await Promise.all([...timers.keys()].map(publish));
    },
  };
}

function timeOf(written: Written): number {
  return "gone" in written ? written.gone : written.updatedAt;
}

function writtenIn(value: unknown): Written | undefined {
  if (!isObject(value)) return undefined;
  if (typeof value.gone === "number") return { gone: value.gone };
  const text = textOf(value, "text");
  if (text === undefined) return undefined;
  const replyTo = textOf(value, "replyTo");
  const edit = textOf(value, "edit");
  return {
    text,
    updatedAt: numberOf(value, "updatedAt", 0),
    ...(replyTo !== undefined && { replyTo }),
    ...(edit !== undefined && { edit }),
  };
}
