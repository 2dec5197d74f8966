/** Commands that say something in a chat. All go through the outbox. */

import type { EventId, RoomId } from "../base/ids";
import { MENTIONS } from "../base/mentions";
import type { Args } from "../bridge/protocol";
import { contentOf, reactionsOf, SHORTCODE, typeOf } from "./content";
import { inThread } from "./items";
import type { Live } from "./live";
import { mentionedIn } from "./meant";
import { isLocalId, type Outgoing } from "./outbox";
import type { Attachment, Content } from "./records";
import type { Entry, OutboxData } from "./stored";
import { ACK, ackOf, URGENT, urgently, urgentOf } from "./urgent";
import { objectOf, relationOf, textsOf } from "./wire";

export async function sendEvent(live: Live, ask: Args<"send.event">): Promise<{ id: string }> {
  const content = ask.urgent ? urgently(ask.content) : ask.content;
  const outgoing: Outgoing = { roomId: ask.roomId, type: ask.type, content };
  if (ask.threadId !== undefined) {
    outgoing.threadId = ask.threadId;
    outgoing.content = inThread(
      content,
      ask.threadId,
      await lastOf(live, ask.roomId, ask.threadId),
    );
  }
  const [id = ""] = await live.outbox.add([outgoing]);
  return { id };
}

/** The newest event of a thread that is known: what clients without threads show as replied to. */
async function lastOf(live: Live, roomId: RoomId, root: EventId): Promise<EventId> {
  const known = await live.world.archive.thread(roomId, root);
  return known.at(-1)?.id ?? root;
}

export async function sendFiles(
  live: Live,
  ask: Args<"send.files">,
): Promise<{ ids: readonly string[] }> {
  const album = ask.files.filter(isSeen).length > 1 ? crypto.randomUUID() : undefined;
  const last = ask.threadId === undefined ? "" : await lastOf(live, ask.roomId, ask.threadId);
  const outgoing = ask.files.map((attachment, index): Outgoing => {
    let content = contentOfFile(attachment, index === 0 ? ask.caption : undefined);
    if (index === 0 && ask.urgent) content = urgently(content);
    if (album !== undefined && isSeen(attachment))
      content = { ...content, "org.depesha.album": album };
    if (index === 0 && ask.replyTo !== undefined)
      content = { ...content, "m.relates_to": { "m.in_reply_to": { event_id: ask.replyTo } } };
    if (ask.threadId !== undefined) content = inThread(content, ask.threadId, last);
    const { roomId, threadId } = ask;
    const made: Outgoing = { roomId, type: "m.room.message", content, attachment };
    return threadId === undefined ? made : { ...made, threadId };
  });
  return { ids: await live.outbox.add(outgoing) };
}

const isSeen = ({ kind }: Attachment) => kind === "image" || kind === "video";

const MSGTYPES = {
  image: "m.image",
  video: "m.video",
  audio: "m.audio",
  voice: "m.audio",
  file: "m.file",
};

function contentOfFile(file: Attachment, caption: Content | undefined): Content {
  const { blob, name, mimetype, width, height, durationMs, thumbnail, blurhash, waveform } = file;
  const info = {
    size: blob.size,
    mimetype,
    ...(width !== undefined && { w: width }),
    ...(height !== undefined && { h: height }),
    ...(durationMs !== undefined && { duration: Math.round(durationMs) }),
    ...(blurhash !== undefined && { "xyz.amorgan.blurhash": blurhash }),
    ...(thumbnail && {
      thumbnail_info: {
        w: thumbnail.width,
        h: thumbnail.height,
        mimetype: thumbnail.mimetype,
        size: thumbnail.blob.size,
      },
    }),
  };
  const content: Record<string, unknown> = {
    body: name,
    ...caption,
    msgtype: MSGTYPES[file.kind],
    filename: name,
    info,
  };
  if (file.round) content["org.interferolog.circle"] = true;
  if (file.kind === "voice") {
    content["org.matrix.msc3245.voice"] = {};
    content["org.matrix.msc1767.audio"] = { duration: Math.round(durationMs ?? 0), waveform };
  }
  return content;
}

export async function sendEdit(
  live: Live,
  ask: { roomId: RoomId; eventId: EventId; content: Content },
): Promise<null> {
  const waiting = live.outbox.find(ask.eventId);
  if (waiting && (await live.outbox.amend(ask.eventId, withRelation(ask.content, waiting.content))))
    return null;
  const original = await entryOf(live, ask.roomId, ask.eventId);
  const type = original ? typeOf(original.data) : (waiting?.type ?? "m.room.message");
  const before = original ? contentOf(original.data) : {};
  const content = {
    ...ask.content,
    ...(typeof ask.content.body === "string" && { body: `* ${ask.content.body}` }),
    "m.mentions": newMentions(ask.content, before),
    ...newlyNamed(ask.content, before),
    "m.new_content": ask.content,
    "m.relates_to": { rel_type: "m.replace", event_id: original?.id ?? ask.eventId },
  };
  await live.outbox.add([{ roomId: ask.roomId, type, content }]);
  return null;
}

/** What waits keeps what it answers, and its urgency. */
function withRelation(content: Content, before: Content): Content {
  const relates = before["m.relates_to"];
  const kept = URGENT in before ? urgently(content) : content;
  return relates === undefined ? kept : { ...kept, "m.relates_to": relates };
}

/** An edit names only those who were not named before, lest all are called again. */
function newMentions(content: Content, before: Content): Content {
  const now = objectOf(content, "m.mentions");
  const old = objectOf(before, "m.mentions");
  const named = new Set(textsOf(old, "user_ids"));
  const users = textsOf(now, "user_ids").filter((id) => !named.has(id));
  return {
    ...(users.length > 0 && { user_ids: users }),
    ...(now.room === true && old.room !== true && { room: true }),
  };
}

/** The same of units and named groups. What the edit no longer names anew is left out at its top. */
function newlyNamed(content: Content, before: Content): Content {
  if (!(MENTIONS in content)) return {};
  const [now, old] = [mentionedIn(content), mentionedIn(before)];
  const units = now.units.filter((id) => !old.units.includes(id));
  const groups = now.groups.filter((name) => !old.groups.includes(name));
  return { [MENTIONS]: { units, groups } };
}

export async function sendReaction(
  live: Live,
  ask: { roomId: RoomId; eventId: EventId; key: string; shortcode?: string },
): Promise<null> {
  if ((await mine(live, ask)) !== undefined) return null;
  const relation = { rel_type: "m.annotation", event_id: ask.eventId, key: ask.key };
  const { shortcode } = ask;
  const named = shortcode === undefined ? {} : { shortcode, [SHORTCODE]: shortcode };
  const content = { "m.relates_to": relation, ...named };
  await live.outbox.add([{ roomId: ask.roomId, type: "m.reaction", content }]);
  return null;
}

export async function takeReactionBack(
  live: Live,
  ask: { roomId: RoomId; eventId: EventId; key: string },
): Promise<null> {
  const id = await mine(live, ask);
  if (id === undefined || (isLocalId(id) && (await live.outbox.discard(id)))) return null;
  await live.outbox.add([
    { roomId: ask.roomId, type: "m.room.redaction", content: {}, redacts: id, of: ask.eventId },
  ]);
  return null;
}

/** My reaction with that key, sent or waiting, unless it is being taken back. */
async function mine(
  live: Live,
  { roomId, eventId, key }: { roomId: RoomId; eventId: EventId; key: string },
): Promise<string | undefined> {
  const waiting = live.outbox.of(roomId);
  const taken = new Set(waiting.map((item) => item.redacts));
  const queued = waiting.find((item) => {
    const relation = relationOf(item.content);
    return item.type === "m.reaction" && relation?.parent === eventId && relation.key === key;
  });
  const entry = await entryOf(live, roomId, eventId);
  const kids = (entry?.data.kids ?? []).filter((kid) => !taken.has(kid.id));
  const sent = reactionsOf(kids, live.world.me).find((each) => each.key === key)?.mine;
  const id = sent ?? queued?.eventId ?? queued?.txnId;
  return id !== undefined && taken.has(id) ? undefined : id;
}

/** Says that I know of an urgent message, once. */
export async function acknowledge(
  live: Live,
  { roomId, eventId }: { roomId: RoomId; eventId: EventId },
): Promise<null> {
  const isAck = (item: OutboxData) =>
    item.type === ACK && relationOf(item.content)?.parent === eventId;
  if (live.outbox.of(roomId).some(isAck)) return null;
  const entry = await entryOf(live, roomId, eventId);
  if (entry && urgentOf(entry.data, live.world.me)?.mine) return null;
  await live.outbox.add([{ roomId, type: ACK, content: ackOf(eventId) }]);
  return null;
}

export async function sendRedaction(
  live: Live,
  ask: { roomId: RoomId; eventId: EventId; reason?: string },
): Promise<null> {
  if (isLocalId(ask.eventId) && (await live.outbox.discard(ask.eventId))) return null;
  const content = ask.reason === undefined ? {} : { reason: ask.reason };
  const redacts = live.outbox.find(ask.eventId)?.eventId ?? ask.eventId;
  await live.outbox.add([{ roomId: ask.roomId, type: "m.room.redaction", content, redacts }]);
  return null;
}

/** An event of the archive by its id, or by the transaction it was sent with. */
export async function entryOf(live: Live, roomId: RoomId, id: EventId): Promise<Entry | undefined> {
  const eventId = live.outbox.find(id)?.eventId ?? id;
  return (await live.world.archive.events(roomId, [eventId])).get(eventId);
}
