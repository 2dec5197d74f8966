import { expect, test } from "vitest";
import { absenceProblem, inGroups, otherDevices, pinProblem, STATUS_ENDS, statusEnd } from "./data";

test("other devices, the last active first", () => {
  const device = (id: string, lastSeenAt: number, current = false) => ({
    id,
    name: id,
    current,
    verified: true,
    lastSeenAt,
  });
  const devices = [device("a", 1), device("me", 9, true), device("b", 5)];
  expect(otherDevices(devices).map(({ id }) => id)).toEqual(["b", "a"]);
});

test("a PIN has at least four digits and is written twice alike", () => {
  expect(pinProblem("123", "123")).toBe("pinShort");
  expect(pinProblem("12a4", "12a4")).toBe("pinShort");
  expect(pinProblem("1234", "1235")).toBe("pinDifferent");
  expect(pinProblem("1234", "1234")).toBeUndefined();
});

test("a fingerprint is grouped", () => expect(inGroups("abcdefghij")).toBe("abcd efgh ij"));

test("a status ends when it was said to, or stays", () => {
  const now = new Date(2026, 1, 3, 22, 40).getTime();
  const hours = STATUS_ENDS.map((end) => ((statusEnd(end, now) ?? now) - now) / 3_600_000);
  expect(hours.slice(0, 4)).toEqual([0, 0.5, 1, 4]);
  expect(statusEnd("endToday", now)).toBe(new Date(2026, 1, 4).getTime());
});

test("an absence has two days in their order, not over and not far", () => {
  const now = new Date(2026, 10, 27, 12).getTime();
  expect(absenceProblem("2026-11-27", "2026-11-27", now)).toBeUndefined();
  expect(absenceProblem("2026-11-20", "2026-11-27", now)).toBeUndefined();
  expect(absenceProblem("2026-11-27", "", now)).toBe("daysMissing");
  expect(absenceProblem("2026-11-28", "2026-11-27", now)).toBe("daysTurned");
  expect(absenceProblem("2026-11-20", "2026-11-26", now)).toBe("daysOver");
  expect(absenceProblem("2026-11-27", "2027-11-28", now)).toBe("daysFar");
});
