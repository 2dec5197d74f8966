import { expect, test } from "vitest";
import { placesAfter } from "./export";

const stretch = (low: number, high: number) => ({ low, high, since: 0, until: 0, back: null });

test("every place of a line with gaps is given once, in order", () => {
  const line = [stretch(-5, 2), stretch(100, 103), stretch(500, 500)];
  const seen: number[] = [];
  for (let after: number | null = null; ; ) {
    const ranges = placesAfter(line, after, 3);
    if (ranges.length === 0) break;
    const places = ranges.flatMap(([from, to]) =>
      Array.from({ length: to - from + 1 }, (_, n) => from + n),
    );
    expect(places.length).toBeLessThanOrEqual(3);
    seen.push(...places);
    after = places.at(-1) ?? null;
  }
  expect(seen).toEqual([-5, -4, -3, -2, -1, 0, 1, 2, 100, 101, 102, 103, 500]);
});
