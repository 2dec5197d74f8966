import { expect, test } from "vitest";
import type { ItemRecord } from "../../engine/records";
import { albumAnew, albumOf, tilesOf } from "./album";

const item = (content: Record<string, unknown>, more: Partial<ItemRecord> = {}) =>
  ({ type: "m.room.message", content, ...more }) as ItemRecord;

test("pictures and videos that are there have an album, whatever strangers put in its place", () => {
  const content = { msgtype: "m.image", "org.depesha.album": "a" };
  expect(albumOf(item(content))).toBe("a");
  expect(albumOf(item({ ...content, msgtype: "m.video" }))).toBe("a");
  expect(albumOf(item({ ...content, msgtype: "m.file" }))).toBeUndefined();
  expect(albumOf(item(content, { redacted: { by: "@a" } }))).toBeUndefined();
  for (const wrong of ["", 1, {}, null, "x".repeat(65)])
    expect(albumOf(item({ ...content, "org.depesha.album": wrong }))).toBeUndefined();
});

test("tiles fill their rows, and are no towers", () => {
  for (let count = 1; count <= 50; count++)
    for (const ratio of [0.1, 0.75, 1, 1.5, 9, Number.NaN]) {
      const tiles = tilesOf(Array.from({ length: count }, () => ratio));
      expect(tiles).toHaveLength(count);
      let width = 0;
      let height = 0;
      for (const tile of tiles) {
        if (width === 0) height += tile.share / tile.ratio;
        width += tile.share;
        expect(width).toBeLessThanOrEqual(1);
        if (width > 0.999) width = 0;
      }
      expect(width).toBe(0);
      if (count > 1) expect(height).toBeLessThan(4);
    }
});

test("four of one size stand two by two", () => {
  expect(tilesOf([1.33, 1.33, 1.33, 1.33]).map(({ share }) => share)).toEqual([0.5, 0.5, 0.5, 0.5]);
});

test("what is sent on is an album of its own, one picture is none", () => {
  const part = { body: "a", "org.depesha.album": "old" };
  expect(albumAnew([part, part, { body: "b" }], "new")).toEqual([
    { body: "a", "org.depesha.album": "new" },
    { body: "a", "org.depesha.album": "new" },
    { body: "b" },
  ]);
  expect(albumAnew([part], "new")).toEqual([{ body: "a" }]);
});
