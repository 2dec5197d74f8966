/** Units of the tree: which may have a group of mine, who decides for them, how they are called. Pure. */

import { match } from "../../base/fuzzy";
import type { CardRecord, UnitRecord } from "../../engine/records";

/** The unit and all above it, the unit first. */
function lineOf(units: readonly UnitRecord[], unitId: number): UnitRecord[] {
  const byId = new Map(units.map((unit) => [unit.id, unit]));
  const line: UnitRecord[] = [];
  for (let at = byId.get(unitId); at; at = byId.get(at.parent ?? 0)) line.push(at);
  return line;
}

/** "Ministry › Law": where a unit is, from the top down to above it; "" at the top. */
export function pathAbove(units: readonly UnitRecord[], unitId: number): string {
  return lineOf(units, unitId)
    .slice(1)
    .reverse()
    .map((unit) => unit.name)
    .join(" › ");
}

/** The units whose basic groups let somebody in: where they are, above that, and what they manage. */
export function groupUnits(
  units: readonly UnitRecord[],
  card: CardRecord | null | undefined,
): UnitRecord[] {
  const own = [...(card?.posts ?? []), ...(card?.manages ?? [])].map((post) => post.unitId);
  const managed = new Set(card?.manages.map((post) => post.unitId));
  const open = new Set(own.flatMap((id) => lineOf(units, id)).map((unit) => unit.id));
  return units.filter(
    (unit) => open.has(unit.id) || lineOf(units, unit.id).some((above) => managed.has(above.id)),
  );
}

/** Who decides on requests to a unit: the nearest manager whom one sees. */
export function deciderOf(units: readonly UnitRecord[], unitId: number): string | undefined {
  return lineOf(units, unitId).find((unit) => unit.manager !== undefined)?.manager;
}

/** Units that answer `query`, the best first; all in the order of the tree for an empty one. */
export function findUnits(units: readonly UnitRecord[], query: string): UnitRecord[] {
  if (!query.trim()) return [...units];
  return units
    .map((unit, place) => ({ unit, place, score: match(query, unit.name) }))
    .filter(({ score }) => score > 0)
    .sort((a, b) => b.score - a.score || a.place - b.place)
    .map(({ unit }) => unit);
}
