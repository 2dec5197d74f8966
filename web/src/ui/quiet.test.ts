import { expect, test } from "vitest";
import { isQuiet, ownZone, readQuiet } from "./quiet";

const at = (time: string) => new Date(`2026-11-27T${time}`);
const hours = (from: string, until: string, on = true) => ({
  on,
  from,
  until,
  days: [] as readonly number[],
  zone: ownZone(),
  show: "none" as const,
});

test("hours of a day, the end not among them", () => {
  expect(isQuiet(hours("13:00", "14:00"), at("12:59"))).toBe(false);
  expect(isQuiet(hours("13:00", "14:00"), at("13:00"))).toBe(true);
  expect(isQuiet(hours("13:00", "14:00"), at("14:00"))).toBe(false);
});

test("hours over midnight", () => {
  expect(isQuiet(hours("22:00", "08:00"), at("23:30"))).toBe(true);
  expect(isQuiet(hours("22:00", "08:00"), at("07:59"))).toBe(true);
  expect(isQuiet(hours("22:00", "08:00"), at("12:00"))).toBe(false);
});

test("whole days, from midnight to midnight", () => {
  const weekend = { ...hours("22:00", "22:00"), days: [0, 6] };
  expect(isQuiet(weekend, at("12:00"))).toBe(false);
  expect(isQuiet(weekend, new Date("2026-11-28T00:00"))).toBe(true);
  expect(isQuiet(weekend, new Date("2026-11-29T23:59"))).toBe(true);
  expect(isQuiet(weekend, new Date("2026-11-30T00:00"))).toBe(false);
  expect(readQuiet({ days: [6, 7, "1", 0] }).days).toEqual([6, 0]);
});

test("turned off it is never quiet", () => {
  expect(isQuiet(hours("00:00", "23:59", false), at("12:00"))).toBe(false);
});

test("what is stored badly is a night, turned off", () => {
  expect(readQuiet({ from: "25:00", until: 8 })).toEqual(hours("22:00", "08:00", false));
  expect(readQuiet({ on: true, from: "21:00", until: "07:00" })).toEqual(hours("21:00", "07:00"));
});

test("the clock is that of the place, also its day", () => {
  const tokyo = { ...hours("22:00", "08:00"), zone: "Asia/Tokyo" };
  expect(isQuiet(tokyo, new Date("2026-11-27T13:00Z"))).toBe(true);
  expect(isQuiet(tokyo, new Date("2026-11-27T12:59Z"))).toBe(false);
  const saturday = { ...tokyo, from: "00:00", until: "00:00", days: [6] };
  expect(isQuiet(saturday, new Date("2026-11-27T15:00Z"))).toBe(true);
  expect(isQuiet(saturday, new Date("2026-11-27T14:59Z"))).toBe(false);
});

test("a place of which the browser has not heard is here", () => {
  expect(isQuiet({ ...hours("22:00", "08:00"), zone: "Mars/Olympus" }, at("23:30"))).toBe(true);
});

test("notifications come without a sound where that is so set, else none come", () => {
  expect(readQuiet({ show: "silent" }).show).toBe("silent");
  expect(readQuiet({ show: "loud" }).show).toBe("none");
});
