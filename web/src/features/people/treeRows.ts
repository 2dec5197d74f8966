/** The contact tree as rows: what is unfolded, what is chosen, where the keys lead. Pure. */

import type { EmployeeRecord, UnitRecord } from "../../engine/records";

/** One row of the tree; `depth` counts from 1. */
export type TreeRow =
  | {
      kind: "unit";
      key: string;
      unit: UnitRecord;
      depth: number;
      isOpen: boolean;
      place: number;
      of: number;
    }
  | {
      kind: "person";
      key: string;
      person: EmployeeRecord;
      unitId: number;
      depth: number;
      place: number;
      of: number;
    }
  /** The people of an open level are on their way, cannot be had, or there are none. */
  | { kind: "note"; key: string; depth: number; note: Note };

export type Note = "loading" | "offline" | "empty";

/** The people of a level, as far as they are there. */
export interface Level {
  state: "loading" | "whole" | "kept";
  people: readonly EmployeeRecord[];
}

export const unitKey = (id: number) => `unit/${id}`;

/** Levels with nothing seen above them: where the tree begins. */
function roots(units: readonly UnitRecord[]): UnitRecord[] {
  const ids = new Set(units.map((unit) => unit.id));
  return units.filter((unit) => unit.parent === undefined || !ids.has(unit.parent));
}

/** The levels that are unfolded at first: those above the first choice there is to make. */
export function firstOpen(units: readonly UnitRecord[]): number[] {
  const open: number[] = [];
  let at = roots(units);
  while (at.length === 1 && at[0]) {
    const only = at[0];
    open.push(only.id);
    at = units.filter((unit) => unit.parent === only.id);
  }
  return open;
}

/** What is seen of the tree: its people first in each level, then the levels below. */
export function treeRows(
  units: readonly UnitRecord[],
  open: ReadonlySet<number>,
  levels: (unitId: number) => Level | undefined,
): TreeRow[] {
  const below = Map.groupBy(units, (unit) => unit.parent);
  const rows: TreeRow[] = [];
  const add = (siblings: readonly UnitRecord[], depth: number, before: number, of: number) => {
    siblings.forEach((unit, index) => {
      const isOpen = open.has(unit.id);
      const place = before + index + 1;
      rows.push({ kind: "unit", key: unitKey(unit.id), unit, depth, isOpen, place, of });
      if (!isOpen) return;
      const level = levels(unit.id);
      const people = level?.people ?? [];
      const children = below.get(unit.id) ?? [];
      const total = people.length + children.length;
      people.forEach((person, at) => {
        const key = `unit/${unit.id}/${person.id}`;
        const common = { depth: depth + 1, place: at + 1, of: total };
        rows.push({ kind: "person", key, person, unitId: unit.id, ...common });
      });
      const note = noteOf(level, total);
      if (note) rows.push({ kind: "note", key: `unit/${unit.id}/note`, depth: depth + 1, note });
      add(children, depth + 1, people.length, total);
    });
  };
  const first = roots(units);
  add(first, 1, 0, first.length);
  return rows;
}

function noteOf(level: Level | undefined, total: number): Note | undefined {
  if (!level || level.state === "loading") return "loading";
  if (level.people.length > 0) return undefined;
  if (level.state === "kept") return "offline";
  return total === 0 ? "empty" : undefined;
}

/** What a key does in the tree: goes to a row, folds or unfolds a level. */
export type Move = { to: string } | { fold: number } | { unfold: number };

/** Where the keys of a tree lead (WAI-ARIA, tree view); undefined for keys of something else. */
export function moveOf(rows: readonly TreeRow[], at: string, key: string): Move | undefined {
  const stops = rows.filter((row) => row.kind !== "note");
  const index = stops.findIndex((row) => row.key === at);
  const row = stops[index];
  const to = (other: TreeRow | undefined) => other && { to: other.key };
  if (key === "ArrowDown") return to(stops[index + 1]);
  if (key === "ArrowUp") return to(stops[index - 1]);
  if (key === "Home") return to(stops[0]);
  if (key === "End") return to(stops.at(-1));
  if (!row) return undefined;
  if (key === "ArrowRight" && row.kind === "unit") {
    const next = stops[index + 1];
    if (!row.isOpen) return { unfold: row.unit.id };
    return next && next.depth > row.depth ? { to: next.key } : undefined;
  }
  if (key === "ArrowLeft") {
    if (row.kind === "unit" && row.isOpen) return { fold: row.unit.id };
    return to(stops.slice(0, index).findLast((other) => other.depth < row.depth));
  }
  return undefined;
}

/** The next row whose words begin with the letter pressed, from `at` on and round. */
export function rowByLetter(
  rows: readonly TreeRow[],
  at: string,
  letter: string,
): string | undefined {
  const start = rows.findIndex((row) => row.key === at);
  const round = [...rows.slice(start + 1), ...rows.slice(0, start + 1)];
  const wanted = letter.toLocaleLowerCase();
  return round.find((row) => nameOfRow(row).toLocaleLowerCase().startsWith(wanted))?.key;
}

function nameOfRow(row: TreeRow): string {
  if (row.kind === "note") return "";
  return row.kind === "unit" ? row.unit.name : row.person.name;
}

// ── Choosing ───────────────────────────────────────────────────────────────────────────────────

/** People and whole levels that were chosen for a group. */
export interface Chosen {
  people: readonly EmployeeRecord[];
  units: readonly UnitRecord[];
}

export const NOBODY: Chosen = { people: [], units: [] };

export function isNobody(chosen: Chosen): boolean {
  return chosen.people.length + chosen.units.length === 0;
}

/** Whether a level is chosen, by itself or within one above it. */
export function hasUnit(chosen: Chosen, units: readonly UnitRecord[], unitId: number): boolean {
  if (chosen.units.length === 0) return false;
  const byId = new Map(units.map((unit) => [unit.id, unit]));
  const ids = new Set(chosen.units.map((unit) => unit.id));
  for (
    let at = byId.get(unitId);
    at;
    at = at.parent === undefined ? undefined : byId.get(at.parent)
  )
    if (ids.has(at.id)) return true;
  return false;
}

export function togglePerson(chosen: Chosen, person: EmployeeRecord): Chosen {
  const rest = chosen.people.filter((each) => each.id !== person.id);
  const isIn = rest.length < chosen.people.length;
  return { ...chosen, people: isIn ? rest : [...chosen.people, person] };
}

export function toggleUnit(chosen: Chosen, unit: UnitRecord): Chosen {
  const rest = chosen.units.filter((each) => each.id !== unit.id);
  const isIn = rest.length < chosen.units.length;
  return { ...chosen, units: isIn ? rest : [...chosen.units, unit] };
}

/** Each person once. */
export function unique(people: readonly EmployeeRecord[]): EmployeeRecord[] {
  return [...new Map(people.map((person) => [person.id, person])).values()];
}
