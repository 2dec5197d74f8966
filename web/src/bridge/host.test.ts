import { describe, expect, test } from "vitest";
import { makeDiff } from "./host";

const row = (id: string) => ({ id });

describe("what crosses to the tab", () => {
  test("is all at first, and nothing where nothing changed", () => {
    const diff = makeDiff();
    const rows = [row("a"), row("b")];
    expect(diff({ n: 1 }, rows)).toEqual({ head: { n: 1 }, order: ["a", "b"], put: rows });
    expect(diff({ n: 1 }, [...rows])).toBeUndefined();
    expect(diff(null, [])).toEqual({ head: null, order: [], put: [] });
  });

  test("is the row that is another object, and the order only where it moved", () => {
    const diff = makeDiff();
    const [a, b] = [row("a"), row("b")];
    diff(null, [a, b]);
    const again = row("b");
    expect(diff(null, [a, again])).toEqual({ put: [again] });
    expect(diff(null, [again, a])).toEqual({ put: [], order: ["b", "a"] });
    expect(diff(null, [again])).toEqual({ put: [], order: ["b"] });
    expect(diff(null, [again, a])).toEqual({ put: [a], order: ["b", "a"] });
  });
});
