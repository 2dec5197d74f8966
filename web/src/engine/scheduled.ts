/** Messages that the server is to send at a time: given to it, listed, taken back. */

import { FailureError } from "../base/errors";
import type { RoomId } from "../base/ids";
import type { Args } from "../bridge/protocol";
import { sealedFor } from "./cipher";
import { part } from "./http";
import type { Content, ScheduledRecord } from "./records";
import { urgently } from "./urgent";
import { numberOf, objectOf, textOf } from "./wire";
import type { World } from "./world";

const BASE = "/_matrix/client/unstable/org.matrix.msc4140";
const KEPT = "scheduled";

/** What was scheduled here in encrypted chats, by the server's id: there it is ciphertext. */
type Kept = Record<string, { type: string; content: Content }>;

/** Gives the server an event to send, encrypted now where the chat is. */
export async function sendLater(world: World, ask: Args<"send.later">): Promise<null> {
  const delay = Math.round(ask.at - world.now());
  if (delay < 1) throw new FailureError({ code: "M_INVALID_PARAM", message: "That time is past" });
  const plain = ask.urgent ? urgently(ask.content) : ask.content;
  const { type, content } = await sealedFor(world, ask.roomId, ask.type, plain);
  const txn = part(crypto.randomUUID());
  const path = `${BASE}/rooms/${part(ask.roomId)}/delayed_event/${part(type)}/${txn}`;
  const body = { delay_ms: delay, content };
  const { delay_id: id } = await world.http.json<{ delay_id: string }>("PUT", path, {
    body,
    retries: 2,
  });
  const kept = (await world.archive.value<Kept>(KEPT)) ?? {};
  const value = { ...kept, [id]: { type: ask.type, content: plain } };
  await world.archive.commit([{ put: "values", key: KEPT, value }]);
  world.topics.touch("scheduled");
  return null;
}

/** What is to be sent to a chat, the next first. What was sent is forgotten here, too. */
export async function loadScheduled(world: World, roomId: RoomId): Promise<ScheduledRecord[]> {
  const path = `${BASE}/delayed_events`;
  const answer = await world.http.json<{ delayed_events: Content[] }>("GET", path, { retries: 1 });
  const kept = (await world.archive.value<Kept>(KEPT)) ?? {};
  const events = answer.delayed_events.filter((event) => event.finalised === undefined);
  const ids = new Set(events.map((event) => textOf(event, "delay_id")));
  const left = Object.fromEntries(Object.entries(kept).filter(([id]) => ids.has(id)));
  if (Object.keys(left).length < Object.keys(kept).length)
    await world.archive.commit([{ put: "values", key: KEPT, value: left }]);
  return events
    .filter((event) => textOf(event, "room_id") === roomId)
    .map((event) => recordOf(event, kept))
    .sort((a, b) => a.at - b.at);
}

function recordOf(event: Content, kept: Kept): ScheduledRecord {
  const id = textOf(event, "delay_id") ?? "";
  return {
    id,
    roomId: textOf(event, "room_id") ?? "",
    type: kept[id]?.type ?? textOf(event, "type") ?? "",
    content: kept[id]?.content ?? objectOf(event, "content"),
    at: numberOf(event, "delayed_since_ts", 0) + numberOf(event, "delay_ms", 0),
  };
}

/** Sends at once what is scheduled, or takes it back. */
export async function actOnScheduled(
  world: World,
  ask: { id: string; act: "send" | "cancel" },
): Promise<null> {
  const body = { action: ask.act };
  await world.http.json("POST", `${BASE}/delayed_events/${part(ask.id)}`, { body, retries: 1 });
  world.topics.touch("scheduled");
  return null;
}
