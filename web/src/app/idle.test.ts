import { expect, test } from "vitest";
import { waitOf } from "./idle";

test("the sooner of one's own time and the institution's locks; 0 and null never do", () => {
  expect(waitOf(0, null)).toBe(0);
  expect(waitOf(5, null)).toBe(5);
  expect(waitOf(0, 10)).toBe(10);
  expect(waitOf(5, 10)).toBe(5);
  expect(waitOf(15, 10)).toBe(10);
});
