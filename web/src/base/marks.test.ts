import { expect, test } from "vitest";
import { cutMarks } from "./marks";

test("a snippet is cut at its marks", () => {
  expect(cutMarks("один два три", [[5, 8]])).toEqual([
    ["один ", false],
    ["два", true],
    [" три", false],
  ]);
  expect(cutMarks("да", [])).toEqual([["да", false]]);
});
