/** What the content of events means: pure readings, forgiving of whatever strangers send. */

import type { EventId, UserId } from "../base/ids";
import { isBeaconInfo } from "./beacons";
import type { Content, PollResult, ReactionRecord } from "./records";
import type { Entry, EventData, Kid, MediaKind, Said } from "./stored";
import { ACK } from "./urgent";
import { isObject, numberOf, objectOf, relationOf, textOf, textsOf, type WireEvent } from "./wire";

export const ENCRYPTED = "m.room.encrypted";
export const MESSAGE = "m.room.message";
export const MEMBER = "m.room.member";

const POLL_STARTS = ["m.poll.start", "org.matrix.msc3381.poll.start"];
const POLL_ANSWERS = ["m.poll.response", "org.matrix.msc3381.poll.response"];
const POLL_ENDS = ["m.poll.end", "org.matrix.msc3381.poll.end"];

export const isPoll = (type: string) => POLL_STARTS.includes(type);

/** The type of an event, after decryption where it was encrypted. */
export function typeOf(data: EventData): string {
  return data.plain?.type ?? data.event.type;
}

/** The content after decryption, edits left aside. */
export function contentOf(data: EventData): Content {
  return data.plain?.content ?? data.event.content;
}

export function isUndecryptable(data: EventData): boolean {
  return data.plain?.encryption === "undecryptable";
}

/** The newest edit by the sender, or undefined. */
function editOf(data: EventData): Kid | undefined {
  let newest: Kid | undefined;
  for (const kid of data.kids ?? []) {
    if (kid.rel !== "m.replace" || kid.sender !== data.event.sender || kid.locked) continue;
    if (kid.type !== typeOf(data) || !isObject(kid.content["m.new_content"])) continue;
    if (!newest || kid.ts >= newest.ts) newest = kid;
  }
  return newest;
}

/** The newest content: edits applied, the relation of the original kept. */
export function currentOf(data: EventData): { content: Content; editedAt?: number } {
  const edit = data.event.state_key === undefined ? editOf(data) : undefined;
  const original = contentOf(data);
  if (!edit) return { content: original };
  const relates = original["m.relates_to"];
  const content = objectOf(edit.content, "m.new_content");
  const kept = relates === undefined ? content : { ...content, "m.relates_to": relates };
  return { content: kept, editedAt: edit.ts };
}

/** Reactions by key, in the order in which each key first came. */
/** Field of a reaction by a picture that says what the picture is called (MSC4027). */
export const SHORTCODE = "com.beeper.reaction.shortcode";

export function reactionsOf(kids: readonly Kid[], me: UserId): ReactionRecord[] {
  const found = new Map<string, { senders: Set<UserId>; mine?: string; shortcode?: string }>();
  for (const kid of kids) {
    const key = kid.rel === "m.annotation" ? keyOf(kid.content) : undefined;
    if (key === undefined) continue;
    const group = found.get(key) ?? { senders: new Set<UserId>() };
    group.senders.add(kid.sender);
    if (kid.sender === me) group.mine = kid.id;
    const shortcode = textOf(kid.content, "shortcode") ?? textOf(kid.content, SHORTCODE);
    if (shortcode !== undefined) group.shortcode ??= shortcode;
    found.set(key, group);
  }
  return [...found].map(([key, { senders, mine, shortcode }]) => ({
    key,
    ...(shortcode !== undefined && { shortcode }),
    count: senders.size,
    senders: [...senders],
    ...(mine !== undefined && { mine }),
  }));
}

function keyOf(content: Content): string | undefined {
  return textOf(objectOf(content, "m.relates_to"), "key");
}

/** The votes of a poll, of which each person's last counts, up to its end. */
export function pollOf(data: EventData, me: UserId): PollResult {
  const kids = data.kids ?? [];
  const end = kids.find((kid) => POLL_ENDS.includes(kid.type) && kid.sender === data.event.sender);
  const last = new Map<UserId, Kid>();
  for (const kid of kids) {
    if (!POLL_ANSWERS.includes(kid.type) || (end && kid.ts > end.ts)) continue;
    const before = last.get(kid.sender);
    if (!before || kid.ts >= before.ts) last.set(kid.sender, kid);
  }
  const start = pollStart(contentOf(data));
  const most = Math.max(1, numberOf(start, "max_selections", 1));
  const valid = new Set(answersOf(start));
  const votes: Record<string, UserId[]> = {};
  for (const [sender, kid] of last) {
    const chosen = selections(kid.content).slice(0, most);
    if (chosen.some((answer) => !valid.has(answer))) continue;
    for (const answer of new Set(chosen)) votes[answer] = [...(votes[answer] ?? []), sender];
  }
  const mine = Object.keys(votes).filter((answer) => votes[answer]?.includes(me));
  return { votes, mine, closed: end !== undefined };
}

function pollStart(content: Content): Content {
  const unstable = objectOf(content, "org.matrix.msc3381.poll.start");
  return Object.keys(unstable).length > 0 ? unstable : objectOf(content, "m.poll");
}

function answersOf(start: Content): string[] {
  const answers = start.answers;
  if (!Array.isArray(answers)) return [];
  return answers
    .filter(isObject)
    .map((answer) => textOf(answer, "m.id") ?? textOf(answer, "id"))
    .filter((id) => id !== undefined);
}

function selections(content: Content): string[] {
  const unstable = objectOf(content, "org.matrix.msc3381.poll.response");
  return "answers" in unstable ? textsOf(unstable, "answers") : textsOf(content, "m.selections");
}

/** Plain text of a message, for previews and the index; the file's name of a file. */
export function bodyOf(type: string, content: Content): string | undefined {
  if (type === MESSAGE || type === "m.sticker") {
    const body = textOf(content, "body");
    return replyFallbackCut(body, content);
  }
  if (isPoll(type)) {
    const question = objectOf(pollStart(content), "question");
    return (
      textOf(question, "org.matrix.msc1767.text") ?? textOf(question, "body") ?? firstText(question)
    );
  }
  return undefined;
}

function firstText(question: Content): string | undefined {
  const texts = question["m.text"];
  return Array.isArray(texts) && isObject(texts[0]) ? textOf(texts[0], "body") : undefined;
}

/** The quoted lines that old clients put before a reply. */
function replyFallbackCut(body: string | undefined, content: Content): string | undefined {
  const relates = objectOf(content, "m.relates_to");
  if (body === undefined || !("m.in_reply_to" in relates) || !body.startsWith("> ")) return body;
  const lines = body.split("\n");
  const first = lines.findIndex((line) => !line.startsWith("> "));
  return first < 0 ? body : lines.slice(lines[first] === "" ? first + 1 : first).join("\n");
}

/** Key of what tells a deputy of something, in whichever language the server has for all. */
const SUBSTITUTION = "org.depesha.substitution";

const LINK = /\bhttps?:\/\/\S/;

/** What a message is listed as in the chat's panel. */
export function mediaKindOf(type: string, content: Content): MediaKind | undefined {
  if (type !== MESSAGE) return undefined;
  const msgtype = textOf(content, "msgtype");
  if (msgtype === "m.image" || msgtype === "m.video") return "media";
  if (msgtype === "m.audio") return isVoice(content) ? "voice" : "file";
  if (msgtype === "m.file") return "file";
  return LINK.test(textOf(content, "body") ?? "") ? "link" : undefined;
}

function isVoice(content: Content): boolean {
  return "org.matrix.msc3245.voice" in content || "m.voice" in content;
}

const SHOWN_STATE = new Set([
  MEMBER,
  "m.room.create",
  "m.room.name",
  "m.room.topic",
  "m.room.avatar",
  "m.room.encryption",
  "m.room.tombstone",
  "m.room.pinned_events",
  "m.room.power_levels",
  "m.room.join_rules",
  "m.room.history_visibility",
  "m.room.guest_access",
  "m.room.canonical_alias",
  "m.space.child",
]);

const SHOWN = new Set([MESSAGE, "m.sticker", ENCRYPTED, "m.call.invite", ...POLL_STARTS]);

/** Whether the event is an item of a timeline; relations and signals are not. */
export function isShown(data: EventData): boolean {
  const type = typeOf(data);
  if (data.event.state_key !== undefined) {
    // The state that ends it changes the item that began it.
    if (isBeaconInfo(type)) return data.event.content.live === true;
    return SHOWN_STATE.has(type);
  }
  if (isChange(relationOf(contentOf(data))?.type ?? relationOf(data.event.content)?.type))
    return false;
  if (type === MESSAGE && textOf(contentOf(data), "msgtype")?.startsWith("m.key.verification"))
    return false;
  return SHOWN.has(type) || type.startsWith("org.depesha.");
}

/** Relations that change what their parent shows, and are not shown themselves. */
function isChange(rel: string | undefined): boolean {
  return rel === "m.replace" || rel === "m.annotation" || rel === ACK;
}

/** Whether the event may stand in the list of chats as the last thing said. */
export function isPreviewed(data: EventData): boolean {
  if (!isShown(data)) return false;
  if (data.event.state_key === undefined) return true;
  const type = typeOf(data);
  return type === "m.room.create" || isBeaconInfo(type) || isArrival(data.event);
}

/** A join, a leave or an invitation, and not a change of name. */
function isArrival(event: WireEvent): boolean {
  if (event.type !== MEMBER) return false;
  const before = textOf(event.unsigned?.prev_content, "membership");
  return before !== textOf(event.content, "membership");
}

/** The event as a line of the list shows it. */
export function saidOf(entry: Pick<Entry, "id" | "ts" | "data">): Said {
  const { data } = entry;
  const said: Said = {
    id: entry.id,
    sender: data.event.sender,
    ts: entry.ts,
    type: typeOf(data),
    content: trimmed(data),
  };
  if (data.event.state_key !== undefined) said.stateKey = data.event.state_key;
  if (data.redaction) said.redacted = true;
  if (isUndecryptable(data)) said.undecryptable = true;
  return said;
}

const MOST_PREVIEW = 300;

/** As much of the content as a preview needs: the list is kept in memory. */
function trimmed(data: EventData): Content {
  const type = typeOf(data);
  const { content } = currentOf(data);
  if (isUndecryptable(data)) return {};
  if (data.event.state_key !== undefined)
    return { ...content, prev: textOf(data.event.unsigned?.prev_content, "membership") };
  const body = bodyOf(type, content)?.slice(0, MOST_PREVIEW);
  const msgtype = previewType(content);
  return { ...(body !== undefined && { body }), ...(msgtype !== undefined && { msgtype }) };
}

/** What a preview calls a message: of some kinds, more than their `msgtype` says. */
function previewType(content: Content): string | undefined {
  if (isVoice(content)) return "m.voice";
  return SUBSTITUTION in content ? SUBSTITUTION : textOf(content, "msgtype");
}

/** The thread an event is in: its own relation's, or that of what it replaces or reacts to. */
export function threadOf(content: Content): EventId | undefined {
  const relation = relationOf(content);
  return relation?.type === "m.thread" ? relation.parent : undefined;
}
