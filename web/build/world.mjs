// Packs the countries of Natural Earth (public domain), as `world-atlas` brings them, into what the
// map loads: coarser, and only what is drawn. To write it anew, in web/:
//   npm install --no-save world-atlas@2.0.2 && node build/world.mjs
import { readFileSync, writeFileSync } from "node:fs";

/** Degrees: how far a border may be from where it was, and what coordinates are counted in. */
const TOLERANCE = 0.035;
const CELL = 0.01;
/** Square degrees: a smaller island is left out where its country has more. */
const SMALL = 0.015;

const topology = JSON.parse(readFileSync("node_modules/world-atlas/countries-50m.json", "utf8"));
const { scale, translate } = topology.transform;

const whole = topology.arcs.map((arc) => {
  let [x, y] = [0, 0];
  let before;
  return arc.map(([dx, dy]) => {
    x += dx;
    y += dy;
    // Over the date line it goes on counting.
    let lon = x * scale[0] + translate[0];
    if (before !== undefined) lon -= Math.round((lon - before) / 360) * 360;
    before = lon;
    return [lon, y * scale[1] + translate[1]];
  });
});

function area(ring) {
  let sum = 0;
  for (let at = 1; at < ring.length; at++)
    sum += ring[at - 1][0] * ring[at][1] - ring[at][0] * ring[at - 1][1];
  return Math.abs(sum / 2);
}

/** How far a point is from the line between two others. */
function distance([x, y], [ax, ay], [bx, by]) {
  const [dx, dy] = [bx - ax, by - ay];
  const length = dx * dx + dy * dy;
  const along =
    length === 0 ? 0 : Math.max(0, Math.min(1, ((x - ax) * dx + (y - ay) * dy) / length));
  return Math.hypot(x - ax - along * dx, y - ay - along * dy);
}

/** The points that are needed to stay within the tolerance (Ramer, Douglas, Peucker). */
function simplified(points, tolerance) {
  let [farthest, most] = [0, 0];
  for (let at = 1; at < points.length - 1; at++) {
    const far = distance(points[at], points[0], points.at(-1));
    if (far > most) [farthest, most] = [at, far];
  }
  if (most <= tolerance) return [points[0], points.at(-1)];
  const before = simplified(points.slice(0, farthest + 1), tolerance);
  return [...before.slice(0, -1), ...simplified(points.slice(farthest), tolerance)];
}

/** What is small is kept finer, so that it does not vanish. */
function toleranceOf(points) {
  const xs = points.map(([x]) => x);
  const ys = points.map(([, y]) => y);
  const side = Math.max(Math.max(...xs) - Math.min(...xs), Math.max(...ys) - Math.min(...ys));
  return Math.min(TOLERANCE, side / 12);
}

function packed(points) {
  const numbers = [];
  let [x, y] = [0, 0];
  for (const [lon, lat] of simplified(points, toleranceOf(points))) {
    const [nx, ny] = [Math.round(lon / CELL), Math.round(lat / CELL)];
    if (numbers.length > 0 && nx === x && ny === y) continue;
    numbers.push(nx - x, ny - y);
    [x, y] = [nx, ny];
  }
  return numbers;
}

const arcOf = (index) => (index < 0 ? whole[~index].toReversed() : whole[index]);
const ringOf = (indices) => indices.flatMap(arcOf);

/** RU of 643. */
function codeOf({ id }) {
  if (id === undefined) return "";
  return new Intl.Locale(`und-${String(id).padStart(3, "0")}`).region ?? "";
}

function polygonsOf({ type, arcs }) {
  const all = type === "Polygon" ? [arcs] : (arcs ?? []);
  const large = all.filter(([outer]) => area(ringOf(outer)) >= SMALL);
  const sorted = all.toSorted(([a], [b]) => area(ringOf(b)) - area(ringOf(a)));
  return large.length > 0 ? large : sorted.slice(0, 3);
}

const countries = topology.objects.countries.geometries.map((each) => [
  codeOf(each),
  polygonsOf(each),
]);
// Arcs in the order of their use, those of none left out.
const places = new Map();
const used = [];
function placeOf(index) {
  const at = index < 0 ? ~index : index;
  if (!places.has(at)) {
    places.set(at, used.length);
    used.push(packed(whole[at]));
  }
  return index < 0 ? ~places.get(at) : places.get(at);
}
const drawn = countries.map(([code, polygons]) => [
  code,
  polygons.map((rings) => rings.map((ring) => ring.map(placeOf))),
]);
writeFileSync(
  "src/features/map/world.json",
  `${JSON.stringify({ cell: CELL, arcs: used, countries: drawn })}\n`,
);
