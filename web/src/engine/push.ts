/** Push rules: what raises a notice, and what a chat's notification setting is. Pure. */

import type { RoomId } from "../base/ids";
import { MENTIONS } from "../base/mentions";
import type { Content } from "./records";
import { URGENT } from "./urgent";
import { isObject, numberOf, objectOf, textOf } from "./wire";

/** An event as the rules look at it, with what they ask of the room. */
export interface Judged {
  event: Content;
  members: number;
  /** The reader's own name in the room. */
  myName: string;
  /** Whether the sender may notify the whole room. */
  mayNotifyRoom: boolean;
  /** Whether it came marked as urgent: the mark is in clear also beside what was sealed. */
  isUrgent?: boolean;
  /** Whether it mentions a unit or a named group of the reader's. */
  isMeant?: boolean;
}

export interface Verdict {
  notify: boolean;
  highlight: boolean;
  sound: boolean;
}

const KINDS = ["override", "content", "room", "sender", "underride"] as const;
const SILENT: Verdict = { notify: false, highlight: false, sound: false };

/** What the first rule that matches says. `rules` is the content of `m.push_rules`. */
export function judge(rules: Content | undefined, judged: Judged): Verdict {
  const global = objectOf(rules, "global");
  for (const kind of KINDS) {
    for (const rule of listOf(global[kind]))
      if (rule.enabled !== false && matches(kind, rule, judged)) return verdictOf(rule.actions);
  }
  return SILENT;
}

function listOf(value: unknown): Content[] {
  return Array.isArray(value) ? value.filter(isObject) : [];
}

function verdictOf(actions: unknown): Verdict {
  const list = Array.isArray(actions) ? actions : [];
  const tweaks = listOf(actions);
  const tweak = (name: string) => tweaks.find((each) => each.set_tweak === name);
  const highlight = tweak("highlight");
  return {
    notify: list.includes("notify"),
    highlight: highlight !== undefined && highlight.value !== false,
    sound: tweak("sound") !== undefined,
  };
}

function matches(kind: (typeof KINDS)[number], rule: Content, judged: Judged): boolean {
  const { event } = judged;
  if (kind === "room") return rule.rule_id === event.room_id;
  if (kind === "sender") return rule.rule_id === event.sender;
  if (kind === "content") {
    const pattern = textOf(rule, "pattern");
    return pattern !== undefined && hasWord(valueAt(event, "content.body"), pattern);
  }
  return listOf(rule.conditions).every((condition) => holds(condition, judged));
}

function holds(condition: Content, judged: Judged): boolean {
  const { event } = judged;
  const key = textOf(condition, "key") ?? "";
  switch (condition.kind) {
    case "event_match": {
      const pattern = textOf(condition, "pattern") ?? "";
      const value = valueAt(event, key);
      return key === "content.body" ? hasWord(value, pattern) : isLike(value, pattern);
    }
    case "event_property_is":
      return valueAt(event, key) === condition.value;
    case "event_property_contains": {
      const value = valueAt(event, key);
      return Array.isArray(value) && value.includes(condition.value);
    }
    case "contains_display_name":
      return (
        judged.myName !== "" && hasWord(valueAt(event, "content.body"), escaped(judged.myName))
      );
    case "room_member_count":
      return isCount(judged.members, textOf(condition, "is") ?? "");
    case "sender_notification_permission":
      return judged.mayNotifyRoom;
    case URGENT:
      return judged.isUrgent ?? false;
    case MENTIONS:
      return judged.isMeant ?? false;
    default:
      return false;
  }
}

/** The value at a dotted path; a dot within a key is written `\.`. */
function valueAt(event: Content, path: string): unknown {
  const keys = path.split(/(?<!\\)\./).map((key) => key.replaceAll(/\\([\\.])/g, "$1"));
  let value: unknown = event;
  for (const key of keys) value = isObject(value) ? value[key] : undefined;
  return value;
}

function escaped(text: string): string {
  return text.replaceAll(/[*?]/g, "\\$&");
}

/** A glob as an expression: `*` and `?` stand for any text and any letter. */
function glob(pattern: string): string {
  return pattern.replaceAll(/\\([*?])|[\\^$.*+?()[\]{}|]/g, (found, literal) => {
    if (literal) return `\\${literal}`;
    if (found === "*") return ".*";
    return found === "?" ? "." : `\\${found}`;
  });
}

function isLike(value: unknown, pattern: string): boolean {
  return typeof value === "string" && new RegExp(`^(?:${glob(pattern)})$`, "isu").test(value);
}

function hasWord(value: unknown, pattern: string): boolean {
  if (typeof value !== "string") return false;
  const border = "[^\\p{L}\\p{N}_]";
  return new RegExp(`(?:^|${border})(?:${glob(pattern)})(?:$|${border})`, "isu").test(value);
}

function isCount(count: number, is: string): boolean {
  const found = /^(==|<=|>=|<|>)?(\d+)$/.exec(is);
  if (!found) return false;
  const asked = Number(found[2]);
  switch (found[1]) {
    case "<":
      return count < asked;
    case ">":
      return count > asked;
    case "<=":
      return count <= asked;
    case ">=":
      return count >= asked;
    default:
      return count === asked;
  }
}

// ── Settings of chats ──────────────────────────────────────────────────────────────────────────

/** Rooms whose setting differs from `all`. */
export type NotifySettings = ReadonlyMap<RoomId, "mentions" | "none">;

/** Chats that are silent (an override rule of their own) or tell of mentions alone (a room rule). */
export function notifySettings(rules: Content | undefined): NotifySettings {
  const global = objectOf(rules, "global");
  const found = new Map<RoomId, "mentions" | "none">();
  for (const rule of listOf(global.room))
    if (rule.enabled !== false && !verdictOf(rule.actions).notify)
      found.set(textOf(rule, "rule_id") ?? "", "mentions");
  for (const rule of listOf(global.override)) {
    const roomId = silencedRoom(rule);
    if (roomId !== undefined) found.set(roomId, "none");
  }
  return found;
}

function silencedRoom(rule: Content): RoomId | undefined {
  const conditions = listOf(rule.conditions);
  const [only] = conditions;
  if (rule.enabled === false || conditions.length !== 1 || only?.key !== "room_id")
    return undefined;
  return verdictOf(rule.actions).notify ? undefined : textOf(only, "pattern");
}

export function notifyOf(settings: NotifySettings, roomId: RoomId): "all" | "mentions" | "none" {
  return settings.get(roomId) ?? "all";
}

/** Whether a sender's power allows to notify everybody. */
export function mayNotify(levels: Content | undefined, power: number): boolean {
  return power >= numberOf(objectOf(levels, "notifications"), "room", 50);
}

/** Requests that make a chat's setting so: rules to put, and rules to delete. */
export function rulesFor(
  roomId: RoomId,
  notify: "all" | "mentions" | "none",
): { put?: { path: string; body: Content }; drop: readonly string[] } {
  const id = encodeURIComponent(roomId);
  const silent = `override/${id}`;
  const quiet = `room/${id}`;
  if (notify === "all") return { drop: [silent, quiet] };
  if (notify === "mentions") return { put: { path: quiet, body: { actions: [] } }, drop: [silent] };
  const conditions = [{ kind: "event_match", key: "room_id", pattern: roomId }];
  return { put: { path: silent, body: { actions: [], conditions } }, drop: [quiet] };
}

/** The server's rules for messages of groups in which nobody is named. */
export const GROUP_RULES = [".m.rule.message", ".m.rule.encrypted"] as const;

/** The rule of a word: a sound and a mark, as for a mention. */
export function keywordRule(keyword: string): Content {
  return {
    pattern: keyword,
    actions: ["notify", { set_tweak: "sound", value: "default" }, { set_tweak: "highlight" }],
  };
}
