/** What the page of notifications shows of the push rules (client-server API, "Push Rules"). Pure. */

import type { ChatRecord, Content } from "../../engine/records";

const isObject = (value: unknown): value is Content =>
  typeof value === "object" && value !== null && !Array.isArray(value);

function rulesOf(rules: Content | null | undefined, kind: string): Content[] {
  const global = isObject(rules?.global) ? rules.global : {};
  const list = global[kind];
  return Array.isArray(list) ? list.filter(isObject) : [];
}

/** Words that ring wherever they are said. */
export function keywordsOf(rules: Content | null | undefined): string[] {
  return rulesOf(rules, "content").flatMap((rule) => {
    const { pattern, rule_id: id } = rule;
    const isOwn = typeof id === "string" && !id.startsWith(".") && rule.enabled !== false;
    return isOwn && typeof pattern === "string" ? [id] : [];
  });
}

/** Whether messages of groups ring that name nobody. */
export function isLoud(rules: Content | null | undefined): boolean {
  const off = rulesOf(rules, "underride").some(
    (rule) => rule.rule_id === ".m.rule.message" && rule.enabled === false,
  );
  return !off;
}

/** Chats whose notifications are set otherwise than those of all. */
export function ownSettings(chats: readonly ChatRecord[], now: number): ChatRecord[] {
  return chats.filter(
    (chat) => chat.membership === "join" && (chat.notify !== "all" || (chat.mutedUntil ?? 0) > now),
  );
}
