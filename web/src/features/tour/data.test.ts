import { expect, test } from "vitest";
import { isDue, steps } from "./data";

test("it is due until it was seen, and not before that is known", () => {
  expect(isDue(undefined)).toBe(false);
  expect(isDue(null)).toBe(true);
  expect(isDue({})).toBe(true);
  expect(isDue({ seen: true })).toBe(false);
});

test("it is short", () => {
  expect(steps.length).toBeGreaterThanOrEqual(3);
  expect(steps.length).toBeLessThanOrEqual(5);
});
