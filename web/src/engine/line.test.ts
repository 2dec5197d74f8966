import { describe, expect, test } from "vitest";
import {
  cut,
  type Line,
  newer,
  older,
  type Placed,
  placeAround,
  placeNewer,
  placeNewest,
  placeOlder,
  reachesEnd,
} from "./line";

const point = (n: number) => ({ id: `$${n}`, ts: n * 1_000 });
const points = (from: number, to: number) =>
  Array.from({ length: Math.max(0, to - from + 1) }, (_, index) => point(from + index));

/** A client's copy of a room whose events are numbered; tokens are numbers of events, too. */
class Copy {
  line: Line = [];
  places = new Map<string, number>();

  take({ line, places }: Placed): void {
    this.line = line;
    for (const [id, place] of places) this.places.set(id, place);
  }

  sync(from: number, to: number, limited: boolean): void {
    this.take(placeNewest(this.line, points(from, to), this.places, limited, `${from}`));
  }

  back(index: number, count: number): void {
    const token = Number(this.line[index]?.back);
    const from = Math.max(0, token - count);
    const page = points(from, token - 1).reverse();
    this.take(placeOlder(this.line, index, page, this.places, from === 0 ? null : `${from}`));
  }

  forward(index: number, count: number, end: number): void {
    const last = this.numberAt(this.line[index]?.high ?? 0);
    const to = Math.min(end, last + count);
    const page = points(last + 1, to);
    this.take(placeNewer(this.line, index, page, this.places, to === end ? null : `${to}`));
  }

  around(n: number, reach: number, end: number): void {
    const from = Math.max(0, n - reach);
    const page = points(from, Math.min(end, n + reach));
    this.take(placeAround(this.line, page, this.places, from === 0 ? null : `${from}`));
  }

  numberAt(place: number): number {
    for (const [id, at] of this.places) if (at === place) return Number(id.slice(1));
    throw new Error(`Nothing is at ${place}`);
  }

  /** Numbers of the events that can be read back from the newest without asking the server. */
  readBack(): number[] {
    const found: number[] = [];
    let place = (this.line.at(-1)?.high ?? -1) + 1;
    for (;;) {
      const { ranges } = older(this.line, place, 7);
      if (ranges.length === 0) return found.reverse();
      for (const [low, high] of ranges)
        for (let at = high; at >= low; at--) found.push(this.numberAt(at));
      place = ranges.at(-1)?.[0] ?? place;
    }
  }

  check(): void {
    const known = [...this.places].sort((a, b) => a[1] - b[1]).map(([id]) => Number(id.slice(1)));
    expect(known).toEqual(known.toSorted((a, b) => a - b));
    const read = this.readBack();
    const newest = read.at(-1) ?? 0;
    expect(read).toEqual(points(newest - read.length + 1, newest).map((each) => each.ts / 1_000));
  }
}

describe("a line", () => {
  test("grows without a gap", () => {
    const copy = new Copy();
    copy.sync(0, 4, false);
    copy.sync(5, 6, false);
    expect(copy.readBack()).toEqual([0, 1, 2, 3, 4, 5, 6]);
    expect(older(copy.line, 0, 10)).toEqual({ ranges: [], atEnd: true });
  });

  test("stops at a gap until it is filled", () => {
    const copy = new Copy();
    copy.sync(0, 4, false);
    copy.sync(20, 22, true);
    expect(copy.readBack()).toEqual([20, 21, 22]);
    expect(reachesEnd(copy.line, copy.places.get("$4") ?? 0)).toBe(false);
    copy.back(1, 10);
    expect(copy.readBack()).toEqual([10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22]);
    copy.back(1, 10);
    expect(copy.readBack()).toHaveLength(23);
    expect(reachesEnd(copy.line, copy.places.get("$4") ?? 0)).toBe(true);
  });

  test("takes more of what it has, as a room that is opened gets", () => {
    const copy = new Copy();
    copy.sync(50, 50, true);
    copy.sync(31, 51, true);
    copy.check();
    expect(copy.readBack()).toEqual(points(31, 51).map((each) => each.ts / 1_000));
  });

  test("finds a place in the past and joins it from both sides", () => {
    const copy = new Copy();
    copy.sync(90, 99, true);
    copy.around(40, 5, 99);
    copy.check();
    const at = copy.places.get("$40") ?? 0;
    expect(newer(copy.line, at, 100).gap).toBe(0);
    copy.forward(0, 30, 99);
    copy.forward(0, 30, 99);
    copy.check();
    expect(copy.readBack()[0]).toBe(35);
    copy.back(0, 50);
    expect(copy.readBack()).toHaveLength(100);
  });

  test("is right whatever comes in whatever order", () => {
    for (let seed = 1; seed <= 300; seed++) {
      const random = generator(seed);
      const copy = new Copy();
      let end = random(30);
      copy.sync(Math.max(0, end - random(10)), end, end > 0);
      const acts = [
        function sync() {
          const from = end + 1;
          end += 1 + random(40);
          const kept = Math.max(from, end - random(12));
          copy.sync(kept, end, kept > from);
        },
        () => copy.sync(Math.max(0, end - random(30)), end, true),
        function back() {
          const gaps = copy.line.flatMap((each, index) => (each.back === null ? [] : [index]));
          const index = gaps[random(gaps.length)];
          if (index !== undefined) copy.back(index, 1 + random(20));
        },
        function forward() {
          const index = random(copy.line.length);
          const token = copy.line[index + 1]?.back ?? null;
          if (token !== null) copy.forward(index, 1 + random(20), end);
        },
        () => copy.around(random(end + 1), 1 + random(6), end),
      ];
      for (let step = 0; step < 25; step++) {
        acts[random(acts.length)]?.();
        copy.check();
      }
    }
  });
});

/** Repeatable numbers below a bound. */
function generator(seed: number): (below: number) => number {
  let state = seed * 2_654_435_761;
  return (below) => {
    state = (Math.imul(state ^ (state >>> 15), 2_246_822_519) + 0x9e37_79b9) | 0;
    return Math.abs(state >>> 3) % Math.max(1, below);
  };
}

describe("a line that is cut", () => {
  const line: Line = [
    { low: 0, high: 9, since: 0, until: 9, back: null },
    { low: 20, high: 29, since: 20, until: 29, back: "t20" },
    { low: 30, high: 39, since: 30, until: 39, back: null },
  ];
  test("begins at the first event that stays, with a gap before it", () => {
    expect(cut(line, { pos: 25, ts: 25 }, "t25")).toEqual([
      { low: 25, high: 29, since: 25, until: 29, back: "t25" },
      line[2],
    ]);
  });
  test("keeps the gap that is there", () => {
    expect(cut(line, { pos: 20, ts: 20 }, "t20b")).toEqual(line.slice(1));
  });
  test("has a gap also where what was before it goes whole", () => {
    expect(cut(line, { pos: 30, ts: 30 }, "t30")).toEqual([{ ...line[2], back: "t30" }]);
  });
  test("is empty where nothing stays", () => {
    expect(cut(line, undefined, null)).toEqual([]);
  });
});
