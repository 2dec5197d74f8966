import { describe, expect, test } from "vitest";
import { dayEdge } from "../../base/format";
import type { MemberRecord } from "../../engine/records";
import { filterMembers, rankOf, serversOf, sortMembers } from "./data";

const member = (id: string, name: string, more: Partial<MemberRecord> = {}): MemberRecord => ({
  id,
  name,
  ambiguous: false,
  membership: "join",
  power: 0,
  ...more,
});
const members = [
  member("@v:a.org", "Вера"),
  member("@b:b.org", "Борис", { power: 100 }),
  member("@a:a.org", "Анна"),
  member("@g:a.org", "Глеб", { membership: "knock" }),
  member("@i:a.org", "Инна", { membership: "invite", power: 100 }),
  member("@l:a.org", "Лев", { membership: "leave" }),
  member("@c:a.org", "Создатель", { power: Number.MAX_SAFE_INTEGER }),
];

test("who asks comes first, then the powerful, then by name; those who left are gone", () => {
  expect(sortMembers(members, "ru").map(({ name }) => name)).toEqual([
    "Глеб",
    "Создатель",
    "Борис",
    "Анна",
    "Вера",
    "Инна",
  ]);
});

test("ranks", () => {
  expect([0, 50, 100, 1e9].map(rankOf)).toEqual(["", "moderator", "admin", "owner"]);
});

test("servers of those inside, the most numerous first", () => {
  expect(serversOf(members)).toEqual(["a.org", "b.org"]);
});

test("members are found by name", () => {
  expect(filterMembers(members, "борис").map(({ id }) => id)).toEqual(["@b:b.org"]);
  expect(filterMembers(members, "")).toBe(members);
});

describe("days of a date field", () => {
  test("are whole", () => {
    const from = dayEdge("2026-11-27", false) ?? 0;
    expect((dayEdge("2026-11-27", true) ?? 0) - from).toBe(86_399_999);
    expect(new Date(from).getHours()).toBe(0);
  });
  test("nothing is nothing", () => expect(dayEdge("", true)).toBeUndefined());
});
