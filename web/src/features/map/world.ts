/** The countries of the world: where their borders are, and which a place is in. Pure. */

import type { Spot } from "../../base/spot";
import { type Point, project } from "./mercator";
import packed from "./world.json";

/** A closed line: x and y by turns. */
type Ring = Float64Array;

export interface Country {
  /** Two letters (ISO 3166); "" where there are none. */
  code: string;
  rings: readonly Ring[];
  /** Its least and greatest x and y. */
  from: Point;
  to: Point;
}

interface Packed {
  /** Degrees that a unit of the arcs is. */
  cell: number;
  /** Lines that borders are made of: east and north by turns, each from the point before. */
  arcs: readonly (readonly number[])[];
  /** Codes, and polygons as rings of arcs; one that is run through backwards has its number inverted. */
  countries: readonly (readonly [string, readonly (readonly (readonly number[])[])[]])[];
}

function unpack({ cell, arcs, countries }: Packed): Country[] {
  const lines = arcs.map((steps) => {
    const line: Point[] = [];
    let [east, north] = [0, 0];
    for (let at = 0; at + 1 < steps.length; at += 2) {
      east += steps[at] ?? 0;
      north += steps[at + 1] ?? 0;
      line.push(project({ lon: east * cell, lat: north * cell }));
    }
    return line;
  });
  const lineOf = (index: number) => (index < 0 ? lines[~index]?.toReversed() : lines[index]) ?? [];
  return countries.map(([code, polygons]) => {
    const rings = polygons.flat().map((ring) => unrolled(ring.flatMap((index) => lineOf(index))));
    const points = rings.flat();
    const [xs, ys] = [points.map(({ x }) => x), points.map(({ y }) => y)];
    return {
      code,
      rings: rings.map((ring) => Float64Array.from(ring.flatMap(({ x, y }) => [x, y]))),
      from: { x: least(xs), y: least(ys) },
      to: { x: -least(xs.map((x) => -x)), y: -least(ys.map((y) => -y)) },
    };
  });
}

/** A ring whose x does not jump where the world begins anew; round a pole it is closed there. */
function unrolled(ring: readonly Point[]): Point[] {
  const points: Point[] = [];
  for (const { x, y } of ring) {
    const before = points.at(-1)?.x ?? x;
    points.push({ x: x - Math.round(x - before), y });
  }
  const [first, last] = [points[0], points.at(-1)];
  if (first && last && Math.abs(last.x - first.x) > 0.5)
    points.push({ x: last.x, y: 1 }, { x: first.x, y: 1 });
  return points;
}

const least = (numbers: readonly number[]) => numbers.reduce((a, b) => Math.min(a, b), Infinity);

export const COUNTRIES: readonly Country[] = unpack(packed as unknown as Packed);

/** The code of the country that a place is in; "" at sea, and where there is none. */
export function countryAt(spot: Spot): string {
  const { x, y } = project(spot);
  // What reaches over the date line goes on beside the world.
  const points = [x - 1, x, x + 1].map((each) => ({ x: each, y }));
  return COUNTRIES.find((country) => points.some((point) => isIn(point, country)))?.code ?? "";
}

function isIn(point: Point, { from, to, rings }: Country): boolean {
  const isNear = point.x >= from.x && point.x <= to.x && point.y >= from.y && point.y <= to.y;
  return isNear && rings.reduce((inside, ring) => inside !== isWithin(point, ring), false);
}

/** Whether a line from the point to the east crosses the ring an odd number of times. */
function isWithin({ x, y }: Point, ring: Ring): boolean {
  let inside = false;
  let [ax, ay] = [ring.at(-2) ?? 0, ring.at(-1) ?? 0];
  for (let at = 0; at + 1 < ring.length; at += 2) {
    const [bx, by] = [ring[at] ?? 0, ring[at + 1] ?? 0];
    if (ay > y !== by > y && x < ((bx - ax) * (y - ay)) / (by - ay) + ax) inside = !inside;
    [ax, ay] = [bx, by];
  }
  return inside;
}
