import { expect, test } from "vitest";
import { barsOf, type Figures } from "./notice";

test("bars stand against all whom a notice is to reach", () => {
  const told = { addressed: 8, delivered: 6, shown: 4, acknowledged: 1, not_reached: 2 };
  const bars = barsOf(told as Figures);
  expect(bars.map(({ count, percent }) => [count, percent])).toEqual([
    [6, 75],
    [4, 50],
    [1, 13],
    [2, 25],
  ]);
  const none = { addressed: 0, delivered: 0, shown: 0, acknowledged: 0, not_reached: 0 };
  expect(barsOf(none as Figures).every((bar) => bar.percent === 0)).toBe(true);
});
