/** Members in order, their ranks, and whose servers take part. Pure. */

import { match } from "../../base/fuzzy";
import { serverOf } from "../../base/ids";
import type { MemberRecord, RoomView } from "../../engine/records";

export type Rank = "owner" | "admin" | "moderator" | "";

export function rankOf(power: number): Rank {
  if (power > 100) return "owner";
  if (power >= 100) return "admin";
  return power >= 50 ? "moderator" : "";
}

const standing: Record<MemberRecord["membership"], number> = {
  knock: 0,
  join: 1,
  invite: 2,
  ban: 3,
  leave: 4,
};

/** Members as they are listed: who asks to be let in, the powerful, then by name. */
export function sortMembers(members: readonly MemberRecord[], language: string): MemberRecord[] {
  const collator = new Intl.Collator(language);
  return members
    .filter((member) => member.membership !== "leave")
    .sort(
      (a, b) =>
        standing[a.membership] - standing[b.membership] ||
        Math.min(b.power, 101) - Math.min(a.power, 101) ||
        collator.compare(a.name, b.name),
    );
}

export function filterMembers(
  members: readonly MemberRecord[],
  query: string,
): readonly MemberRecord[] {
  if (!query.trim()) return members;
  return members.filter((member) => match(query, `${member.name} ${member.id}`) > 0);
}

/** Servers of those who are in, the most numerous first. */
export function serversOf(members: readonly MemberRecord[]): string[] {
  const counts = new Map<string, number>();
  for (const { id, membership } of members)
    if (membership === "join") counts.set(serverOf(id), (counts.get(serverOf(id)) ?? 0) + 1);
  return [...counts].sort((a, b) => b[1] - a[1]).map(([server]) => server);
}

/** How a chat is kept, as the server tells its members. Times in ms; null is for ever. */
export interface Keeping {
  messages_ms: number | null;
  files_ms: number | null;
  erased_before_ts?: number;
  inspections: readonly {
    of: "room" | "person";
    case_number: string;
    ground: string;
    read_ts: number;
    asked_by: string;
    approved_by: string;
  }[];
}

/** Milliseconds as whole days, at least one. */
export function daysOf(ms: number): number {
  return Math.max(1, Math.round(ms / 86_400_000));
}

/** What I may do to a member: only to those below me. */
export function mayTouch(room: RoomView, member: MemberRecord, me: string): boolean {
  return member.id !== me && room.myPower > member.power;
}
