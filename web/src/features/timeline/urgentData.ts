/** What marks of urgency say, and how far an urgent message has come. Pure. */

import type { Content, ReachedView } from "../../engine/records";

/** An official notice: its kind, and in whose name it speaks. */
export interface Official {
  kind: "official" | "emergency";
  signed?: string;
}

const objectIn = (content: Content, key: string): Content | undefined => {
  const value = content[key];
  return typeof value === "object" && value !== null ? (value as Content) : undefined;
};

const textIn = (content: Content | undefined, key: string): string | undefined => {
  const value = content?.[key];
  return typeof value === "string" && value !== "" ? value : undefined;
};

export function officialOf(content: Content): Official | undefined {
  const told = objectIn(content, "org.depesha.official");
  if (!told) return undefined;
  const signed = textIn(told, "signed");
  const kind = told.kind === "emergency" ? "emergency" : "official";
  return { kind, ...(signed !== undefined && { signed }) };
}

/** What a deputy is told: in whose place, who says something urgent or names them, and where. */
export interface Substitution {
  userId: string;
  sender: string;
  room?: string;
  mention: boolean;
}

export function substitutionOf(content: Content): Substitution | undefined {
  const told = objectIn(content, "org.depesha.substitution");
  const userId = textIn(told, "user_id");
  const sender = textIn(told, "sender");
  if (!told || userId === undefined || sender === undefined) return undefined;
  const room = textIn(told, "room_name");
  return { userId, sender, mention: told.why === "mention", ...(room !== undefined && { room }) };
}

/** What stands above something urgent, as a key of our words. */
export function urgentTitle(
  content: Content,
): "officialNotice" | "emergencyNotice" | "substitution" | "urgentMessage" {
  const official = officialOf(content);
  if (official) return official.kind === "emergency" ? "emergencyNotice" : "officialNotice";
  return substitutionOf(content) ? "substitution" : "urgentMessage";
}

export interface Share {
  key: "acknowledged" | "seen" | "notReached";
  count: number;
  /** Of all, in percent. */
  percent: number;
}

/** The parts of a bar: who has acknowledged, who has read alone, whom it has not reached. */
export function sharesOf(view: ReachedView): Share[] {
  const counts = {
    acknowledged: view.acknowledged.length,
    seen: view.seen.length,
    notReached: view.notReached.length,
  };
  const all = counts.acknowledged + counts.seen + counts.notReached;
  return (["acknowledged", "seen", "notReached"] as const).map((key) => ({
    key,
    count: counts[key],
    percent: all === 0 ? 0 : (100 * counts[key]) / all,
  }));
}
