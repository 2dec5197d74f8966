import { expect, test } from "vitest";
import { REMIND_TIMES, remindAt } from "./remind";

const at = (text: string) => new Date(text).getTime();

test.each([
  ["a Friday", "2026-11-27T17:30", "2026-11-28T09:00", "2026-11-30T09:00"],
  ["a Sunday", "2026-11-29T08:00", "2026-11-30T09:00", "2026-11-30T09:00"],
  ["a Monday", "2026-11-30T08:00", "2026-12-01T09:00", "2026-12-07T09:00"],
  ["the end of a year", "2026-12-31T23:50", "2027-01-01T09:00", "2027-01-04T09:00"],
])("mornings as seen from %s", (_, now, tomorrow, monday) => {
  expect(remindAt("remindTomorrow", at(now))).toBe(at(tomorrow));
  expect(remindAt("remindMonday", at(now))).toBe(at(monday));
});

test("every choice lies ahead", () => {
  const now = at("2026-11-27T17:30");
  for (const choice of REMIND_TIMES) expect(remindAt(choice, now)).toBeGreaterThan(now);
});
