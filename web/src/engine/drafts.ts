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

/** By chat, then by thread or `main`; null: it was sent or thrown away, then. */
type Kept = Record<RoomId, Record<string, DraftView | { gone: number }>>;

export interface Drafts {
  get(roomId: RoomId, threadId?: EventId): DraftView | null;
  set(
    roomId: RoomId,
    threadId: EventId | undefined,
    draft: Omit<DraftView, "updatedAt"> | null,
  ): Promise<void>;
  stop(): void;
}

export function makeDrafts(world: World, duties: Duties, kept: Kept | undefined): Drafts {
  const own: Kept = kept ?? {};
  const timers = new Map<RoomId, ReturnType<typeof setTimeout>>();

  function get(roomId: RoomId, threadId?: EventId): DraftView | null {
    const key = threadId ?? MAIN;
    const here = own[roomId]?.[key];
    const there = draftIn(world.rooms.get(roomId)?.account[TYPE]?.[key]);
    if (!here) return there;
    const at = "gone" in here ? here.gone : here.updatedAt;
    if (there && there.updatedAt > at) return there;
    return "gone" in here ? null : here;
  }

  /** All drafts of the chat, as its account data has them. */
  function publish(roomId: RoomId): void {
    timers.delete(roomId);
    const room = world.rooms.get(roomId);
    if (!room || isEncrypted(room)) return;
    const keys = new Set([
      ...Object.keys(room.account[TYPE] ?? {}),
      ...Object.keys(own[roomId] ?? {}),
    ]);
    const content: Record<string, DraftView> = {};
    for (const key of keys) {
      const draft = get(roomId, key === MAIN ? undefined : key);
      if (draft) content[key] = draft;
    }
    const user = part(world.me);
    void duties.add(`draft/${roomId}`, {
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
        setTimeout(() => publish(roomId), DELAY),
      );
    },
    stop() {
      for (const timer of timers.values()) clearTimeout(timer);
    },
  };
}

function draftIn(value: unknown): DraftView | null {
  if (!isObject(value)) return null;
  const text = textOf(value, "text");
  if (text === undefined) return null;
  const replyTo = textOf(value, "replyTo");
  const edit = textOf(value, "edit");
  return {
    text,
    updatedAt: numberOf(value, "updatedAt", 0),
    ...(replyTo !== undefined && { replyTo }),
    ...(edit !== undefined && { edit }),
  };
}
