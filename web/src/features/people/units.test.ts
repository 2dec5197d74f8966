import { expect, test } from "vitest";
import type { CardRecord, UnitRecord } from "../../engine/records";
import { deciderOf, findUnits, groupUnits, pathAbove } from "./units";

const unit = (id: number, name: string, parent?: number, manager?: string): UnitRecord => ({
  id,
  name,
  kind: "unit",
  rights: [],
  ...(parent !== undefined && { parent }),
  ...(manager !== undefined && { manager }),
});
const units = [
  unit(1, "Министерство", undefined, "@minister:a"),
  unit(2, "Право", 1, "@lawhead:a"),
  unit(3, "Суды", 2),
  unit(4, "Связь", 1),
];
const card = (posts: number[], manages: number[]) => {
  const at = (unitId: number) => ({ unitId, path: [], title: "" });
  return { posts: posts.map(at), manages: manages.map(at) } as unknown as CardRecord;
};
const ids = (found: readonly UnitRecord[]) => found.map(({ id }) => id);

test("a group is of where one is, of what is above, and of all below what one manages", () => {
  expect(ids(groupUnits(units, card([3], [])))).toEqual([1, 2, 3]);
  expect(ids(groupUnits(units, card([2], [2])))).toEqual([1, 2, 3]);
  expect(ids(groupUnits(units, card([], [1])))).toEqual([1, 2, 3, 4]);
  expect(groupUnits(units, null)).toEqual([]);
});

test("the nearest manager decides", () => {
  expect(deciderOf(units, 3)).toBe("@lawhead:a");
  expect(deciderOf(units, 4)).toBe("@minister:a");
  expect(deciderOf([unit(9, "Одно")], 9)).toBeUndefined();
});

test("a unit says where it is, and is found by its name", () => {
  expect(pathAbove(units, 3)).toBe("Министерство › Право");
  expect(pathAbove(units, 1)).toBe("");
  expect(ids(findUnits(units, "суды"))).toEqual([3]);
  expect(ids(findUnits(units, ""))).toEqual([1, 2, 3, 4]);
});
