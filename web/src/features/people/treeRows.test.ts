import { describe, expect, test } from "vitest";
import type { EmployeeRecord, UnitRecord } from "../../engine/records";
import {
  firstOpen,
  hasUnit,
  type Level,
  moveOf,
  NOBODY,
  rowByLetter,
  togglePerson,
  toggleUnit,
  treeRows,
  unique,
  unitKey,
} from "./treeRows";

const unit = (id: number, name: string, parent?: number): UnitRecord => ({
  id,
  name,
  kind: "unit",
  rights: [],
  ...(parent !== undefined && { parent }),
});
const person = (name: string): EmployeeRecord => ({
  id: `@${name}:x`,
  name,
  title: "",
  isManager: false,
});

const units = [unit(1, "Министерство"), unit(2, "Право", 1), unit(3, "Суды", 2), unit(4, "ИТ", 1)];
const whole: Record<number, Level> = {
  1: { state: "whole", people: [person("Анна")] },
  2: { state: "whole", people: [person("Борис"), person("Вера")] },
  3: { state: "whole", people: [] },
};
const rows = (...open: number[]) => treeRows(units, new Set(open), (id) => whole[id]);
const keys = (...open: number[]) => rows(...open).map((row) => row.key);

describe("rows of the tree", () => {
  test("a folded level hides everything below it", () => {
    expect(keys()).toEqual(["unit/1"]);
    expect(keys(2)).toEqual(["unit/1"]);
  });

  test("people stand before the levels below", () => {
    expect(keys(1, 2)).toEqual([
      "unit/1",
      "unit/1/@Анна:x",
      "unit/2",
      "unit/2/@Борис:x",
      "unit/2/@Вера:x",
      "unit/3",
      "unit/4",
    ]);
  });

  test("each knows its place among its siblings, people and levels counted together", () => {
    const places = rows(1).flatMap((row) => (row.kind === "note" ? [] : [[row.place, row.of]]));
    expect(places).toEqual([
      [1, 1],
      [1, 3],
      [2, 3],
      [3, 3],
    ]);
  });

  test("an open level says that its people are awaited, cannot be had, or are none", () => {
    const notes = (level: Level | undefined) =>
      treeRows([unit(1, "A")], new Set([1]), () => level).flatMap((row) =>
        row.kind === "note" ? [row.note] : [],
      );
    expect(notes(undefined)).toEqual(["loading"]);
    expect(notes({ state: "kept", people: [] })).toEqual(["offline"]);
    expect(notes({ state: "whole", people: [] })).toEqual(["empty"]);
    expect(notes({ state: "kept", people: [person("Анна")] })).toEqual([]);
  });

  test("a level whose upper one is not seen begins a tree of its own", () => {
    const seen = [unit(2, "Право", 1), unit(3, "Суды", 2)];
    expect(treeRows(seen, new Set(), () => undefined).map((row) => row.key)).toEqual(["unit/2"]);
  });

  test("at first all is open down to where one must choose", () => {
    expect(firstOpen(units)).toEqual([1]);
    expect(firstOpen([unit(1, "A"), unit(2, "B", 1)])).toEqual([1, 2]);
    expect(firstOpen([unit(1, "A"), unit(2, "B")])).toEqual([]);
  });
});

describe("keys in the tree", () => {
  test("up and down pass over notes, and end at the ends", () => {
    const some = treeRows(units, new Set([1]), () => undefined);
    expect(moveOf(some, unitKey(1), "ArrowDown")).toEqual({ to: unitKey(2) });
    expect(moveOf(some, unitKey(2), "ArrowUp")).toEqual({ to: unitKey(1) });
    expect(moveOf(some, unitKey(4), "ArrowDown")).toBeUndefined();
    expect(moveOf(some, unitKey(1), "End")).toEqual({ to: unitKey(4) });
  });

  test("right unfolds, then goes in; left folds, then goes out", () => {
    expect(moveOf(rows(), unitKey(1), "ArrowRight")).toEqual({ unfold: 1 });
    expect(moveOf(rows(1), unitKey(1), "ArrowRight")).toEqual({ to: "unit/1/@Анна:x" });
    expect(moveOf(rows(1), "unit/1/@Анна:x", "ArrowLeft")).toEqual({ to: unitKey(1) });
    expect(moveOf(rows(1), unitKey(1), "ArrowLeft")).toEqual({ fold: 1 });
    expect(moveOf(rows(1), unitKey(2), "ArrowLeft")).toEqual({ to: unitKey(1) });
  });

  test("a letter goes to the next row that begins with it, round the end", () => {
    expect(rowByLetter(rows(1, 2), unitKey(4), "в")).toBe("unit/2/@Вера:x");
    expect(rowByLetter(rows(1, 2), unitKey(4), "я")).toBeUndefined();
  });
});

describe("choosing", () => {
  test("twice is not at all", () => {
    const anna = person("Анна");
    expect(togglePerson(togglePerson(NOBODY, anna), anna)).toEqual(NOBODY);
    expect(toggleUnit(toggleUnit(NOBODY, unit(2, "Право")), unit(2, "Право"))).toEqual(NOBODY);
  });

  test("a level is chosen with one above it", () => {
    const chosen = toggleUnit(NOBODY, unit(2, "Право", 1));
    expect([1, 2, 3, 4].map((id) => hasUnit(chosen, units, id))).toEqual([
      false,
      true,
      true,
      false,
    ]);
  });

  test("who has two posts is one person", () => {
    expect(unique([person("Анна"), person("Борис"), person("Анна")])).toHaveLength(2);
  });
});
