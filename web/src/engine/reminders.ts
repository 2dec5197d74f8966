/**
 * Messages one wants to be reminded of: account data, the same on all devices. It is not encrypted,
 * so it names the messages and says nothing of what they tell. Each device rings for itself, once.
 */

import type { EventId, Millis, RoomId } from "../base/ids";
import { withoutMarks } from "../base/words";
import { bodyOf, contentOf, typeOf } from "./content";
import { fetchEvent } from "./fetch";
import type { Told } from "./notices";
import { shownIn } from "./people";
import type { Content } from "./records";
import { nameOf } from "./room";
import type { Entry } from "./stored";
import { isObject, numberOf, objectOf, textOf } from "./wire";
import { loadMembers, type World } from "./world";

export const REMINDERS = "org.depesha.reminders";

export interface Reminder {
  roomId: RoomId;
  eventId: EventId;
  at: Millis;
}

/** The most that are kept; of more the latest are dropped. */
const MOST = 500;

/** All reminders, the next first. */
export function remindersOf(content: Content | undefined): Reminder[] {
  const found: Reminder[] = [];
  for (const [eventId, kept] of Object.entries(objectOf(content, "reminders"))) {
    if (!isObject(kept)) continue;
    const roomId = textOf(kept, "room_id");
    const at = numberOf(kept, "at", 0);
    if (roomId !== undefined && at > 0) found.push({ roomId, eventId, at });
  }
  return found.sort((a, b) => a.at - b.at || (a.eventId < b.eventId ? -1 : 1)).slice(0, MOST);
}

/** The account data with a reminder set anew, or without it where `at` is null. */
export function withReminder(
  content: Content | undefined,
  { roomId, eventId, at }: { roomId: RoomId; eventId: EventId; at: Millis | null },
): Content {
  const { [eventId]: _, ...others } = objectOf(content, "reminders");
  return {
    ...content,
    reminders: at === null ? others : { ...others, [eventId]: { room_id: roomId, at } },
  };
}

/** The message of a reminder, from the archive or the server; undefined where it is not to be had. */
export async function remindedOf(world: World, each: Reminder): Promise<Entry | undefined> {
  const known = (await world.archive.events(each.roomId, [each.eventId])).get(each.eventId);
  return known ?? fetchEvent(world, each.roomId, each.eventId).catch(() => undefined);
}

export interface Ringer {
  /** Rings what is due. One call after the other. */
  ring(): Promise<void>;
}

const keyOf = ({ eventId, at }: Reminder) => `${eventId} ${at}`;

/** `rung`: what this device rang for already, as it was kept. */
export function makeRinger(
  world: World,
  rung: readonly string[] | undefined,
  tell: (told: Told) => void,
): Ringer {
  let done = new Set(rung);
  let ringing: Promise<void> = Promise.resolve();

  async function ringDue(): Promise<void> {
    const all = remindersOf(world.account.get(REMINDERS));
    const due = all.filter((each) => each.at <= world.now() && !done.has(keyOf(each)));
    if (due.length === 0) return;
    done = new Set([...all.map(keyOf).filter((key) => done.has(key)), ...due.map(keyOf)]);
    // Kept first: one that rings twice is worse than one that is found in the list.
    await world.archive.commit([{ put: "values", key: "rung", value: [...done] }]);
    for (const each of due) tell(await noticeOf(world, each));
  }

  return {
    ring() {
      ringing = ringing.then(ringDue).catch(world.fault);
      return ringing;
    },
  };
}

async function noticeOf(world: World, each: Reminder): Promise<Told> {
  const { roomId, eventId } = each;
  const entry = await remindedOf(world, each);
  const room = world.rooms.get(roomId);
  const show = shownIn(await loadMembers(world, roomId), world.me);
  const body = entry && bodyOf(typeOf(entry.data), contentOf(entry.data));
  return {
    kind: "reminder",
    roomId,
    eventId,
    title: (room && nameOf(room, world.me)) || (entry ? show(entry.data.event.sender).name : ""),
    body: withoutMarks(body ?? ""),
  };
}
