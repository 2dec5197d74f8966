/**
 * What is urgent and awaits my acknowledgement, in all chats. The server knows it whole, also what
 * came while this device was away; it is asked anew when something came that may change it, and
 * what it said is kept, to be shown without it.
 */

import { FailureError } from "../base/errors";
import type { EventId, RoomId, UserId } from "../base/ids";
import { typeOf } from "./content";
import { part } from "./http";
import type { Intake, RoomIntake } from "./intake";
import type { Content, ReachedView } from "./records";
import { ACK, isUrgent } from "./urgent";
import { isObject, numberOf, textOf, textsOf } from "./wire";
import type { World } from "./world";

export interface AwaitingData {
  roomId: RoomId;
  eventId: EventId;
  sender: UserId;
}

export interface Awaiting {
  list(): readonly AwaitingData[];
  hear(intake: Intake): void;
}

const KEPT = "awaiting";

export function makeAwaiting(world: World, kept: readonly AwaitingData[] | undefined): Awaiting {
  let known = kept ?? [];
  let isAsking = false;
  let isStale = false;

  async function ask(): Promise<void> {
    isStale = true;
    if (isAsking) return;
    isAsking = true;
    try {
      while (isStale) {
        isStale = false;
        await take(await fetchAwaiting(world));
      }
    } catch {
      // Without an answer what is known stays; the next news asks again.
    } finally {
      isAsking = false;
    }
  }

  async function take(next: readonly AwaitingData[]): Promise<void> {
    if (JSON.stringify(next) === JSON.stringify(known)) return;
    known = next;
    await world.archive.commit([{ put: "values", key: KEPT, value: next }]);
    world.topics.touch("awaiting");
  }

  /** Whether what came may be of something urgent, or may hide such a thing. */
  function concerns({ before, room, limited, fresh, changed }: RoomIntake): boolean {
    if (limited || before?.membership !== room.membership) return true;
    const isNews = fresh.some(
      ({ data }) =>
        isUrgent(data.event.type, data.event.content) ||
        (typeOf(data) === ACK && data.event.sender === world.me),
    );
    return isNews || changed.some((entry) => known.some((each) => each.eventId === entry.id));
  }

  return {
    list: () => known,
    hear(intake) {
      if (intake.rooms.some(concerns)) void ask();
    },
  };
}

async function fetchAwaiting(world: World): Promise<AwaitingData[]> {
  try {
    const answer = await world.http.json<Content>("GET", "/_depesha/v1/urgent", { retries: 2 });
    return listOf(answer, "urgent").flatMap((each) => {
      const [roomId, eventId] = [textOf(each, "room_id"), textOf(each, "event_id")];
      if (roomId === undefined || eventId === undefined) return [];
      return [{ roomId, eventId, sender: textOf(each, "sender") ?? "" }];
    });
  } catch (error) {
    // Other servers know no such thing.
    if (error instanceof FailureError && error.failure.status === 404) return [];
    throw error;
  }
}

/** Whom an urgent message has reached. Throws what the server refuses. */
export async function fetchReached(
  world: World,
  roomId: RoomId,
  eventId: EventId,
): Promise<ReachedView> {
  const path = `/_depesha/v1/rooms/${part(roomId)}/urgent/${part(eventId)}`;
  const told = await world.http.json<Content>("GET", path, { retries: 1 });
  const who = (each: Content) => ({
    id: textOf(each, "user_id") ?? "",
    ts: numberOf(each, "ts", 0),
  });
  return {
    addressed: numberOf(told, "addressed", 0),
    acknowledged: listOf(told, "acknowledged").map(who),
    seen: listOf(told, "seen").map(who),
    notReached: textsOf(told, "not_reached"),
    substituted: listOf(told, "substituted").map((each) => {
      const ackedAt = numberOf(each, "acknowledged_ts", 0);
      const deputy = textOf(each, "deputy") ?? "";
      return { ...who(each), deputy, ...(ackedAt > 0 && { ackedAt }) };
    }),
  };
}

function listOf(content: Content, key: string): Content[] {
  const list = content[key];
  return Array.isArray(list) ? list.filter(isObject) : [];
}
