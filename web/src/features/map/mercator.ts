/** The map's projection (Web Mercator), and what of it a window shows. Pure. */

import type { Spot } from "../../base/spot";

/** A place on the unfolded world, both from 0 to 1, from the north-west. */
export interface Point {
  x: number;
  y: number;
}

/** What is in the middle, and how near: at zoom 0 the world is one tile wide. */
export interface Sight extends Point {
  zoom: number;
}

/** Pixels. */
export interface Size {
  width: number;
  height: number;
}

export const TILE = 256;
/** Beyond it the projection has no end. */
const MOST_LAT = 85.0511;
const RADIANS = Math.PI / 180;

export function project({ lat, lon }: Spot): Point {
  const north = Math.max(-MOST_LAT, Math.min(MOST_LAT, lat)) * RADIANS;
  return {
    x: (lon + 180) / 360,
    y: 0.5 - Math.log(Math.tan(Math.PI / 4 + north / 2)) / (2 * Math.PI),
  };
}

export function unproject({ x, y }: Point): Spot {
  const lon = (x - Math.floor(x)) * 360 - 180;
  return { lat: (2 * Math.atan(Math.exp((0.5 - y) * 2 * Math.PI)) - Math.PI / 2) / RADIANS, lon };
}

/** Pixels that the world is wide. */
export const worldSize = (zoom: number) => TILE * 2 ** zoom;

/** Where in the window a place stands; of the world's copies side by side, the nearest to its middle. */
export function pixelOf(point: Point, sight: Sight, { width, height }: Size): Point {
  const across = point.x - sight.x - Math.round(point.x - sight.x);
  const scale = worldSize(sight.zoom);
  return { x: width / 2 + across * scale, y: height / 2 + (point.y - sight.y) * scale };
}

/** What stands at a pixel of the window. */
export function pointAt(pixel: Point, sight: Sight, { width, height }: Size): Point {
  const scale = worldSize(sight.zoom);
  return {
    x: sight.x + (pixel.x - width / 2) / scale,
    y: sight.y + (pixel.y - height / 2) / scale,
  };
}

export interface Bounds {
  least: number;
  most: number;
}

/** A sight that shows something: within the world, neither too near nor too far. */
export function kept(sight: Sight, { least, most }: Bounds, { height }: Size): Sight {
  const zoom = Math.max(least, Math.min(most, sight.zoom));
  const edge = Math.min(0.5, height / 2 / worldSize(zoom));
  return {
    x: sight.x - Math.floor(sight.x),
    y: Math.max(edge, Math.min(1 - edge, sight.y)),
    zoom,
  };
}

/** The sight nearer by so many steps, with what is at `pixel` staying there. */
export function zoomed(sight: Sight, by: number, pixel: Point, size: Size, bounds: Bounds): Sight {
  const held = pointAt(pixel, sight, size);
  const zoom = Math.max(bounds.least, Math.min(bounds.most, sight.zoom + by));
  const scale = worldSize(zoom);
  const moved = {
    x: held.x - (pixel.x - size.width / 2) / scale,
    y: held.y - (pixel.y - size.height / 2) / scale,
    zoom,
  };
  return kept(moved, bounds, size);
}

/** The sight moved so that what was under the finger follows it by so many pixels. */
export function moved(sight: Sight, by: Point, size: Size, bounds: Bounds): Sight {
  const scale = worldSize(sight.zoom);
  return kept({ ...sight, x: sight.x - by.x / scale, y: sight.y - by.y / scale }, bounds, size);
}

/** A sight in which all the places are seen; one place is seen at `near`. */
export function fitted(spots: readonly Spot[], near: number, size: Size, bounds: Bounds): Sight {
  const points = spots.map(project);
  const [first] = points;
  if (!first) return kept({ x: 0.58, y: 0.32, zoom: bounds.least }, bounds, size);
  // Each on the copy of the world that is nearest to the first.
  const xs = points.map(({ x }) => x - Math.round(x - first.x));
  const ys = points.map(({ y }) => y);
  const [west, east] = [Math.min(...xs), Math.max(...xs)];
  const [north, south] = [Math.min(...ys), Math.max(...ys)];
  const room = (pixels: number, part: number) =>
    part > 0 ? Math.log2((pixels * 0.7) / (part * TILE)) : near;
  const zoom = Math.min(near, room(size.width, east - west), room(size.height, south - north));
  return kept({ x: (west + east) / 2, y: (north + south) / 2, zoom }, bounds, size);
}

export interface TilePlace {
  z: number;
  /** Counted on beyond the edge of the world, where it begins anew. */
  column: number;
  row: number;
}

/** The tiles that cover the window, those of its middle first. */
export function tilesOf(sight: Sight, size: Size, mostZoom: number): TilePlace[] {
  const z = Math.max(0, Math.min(mostZoom, Math.round(sight.zoom)));
  const count = 2 ** z;
  const from = pointAt({ x: 0, y: 0 }, sight, size);
  const to = pointAt({ x: size.width, y: size.height }, sight, size);
  const found: TilePlace[] = [];
  for (let row = Math.floor(from.y * count); row < to.y * count; row++) {
    if (row < 0 || row >= count) continue;
    for (let column = Math.floor(from.x * count); column < to.x * count; column++)
      found.push({ z, column, row });
  }
  const far = ({ column, row }: TilePlace) =>
    Math.hypot(column + 0.5 - sight.x * count, row + 0.5 - sight.y * count);
  return found.sort((a, b) => far(a) - far(b));
}

/** What the server calls a tile. */
export function tileName({ z, column, row }: TilePlace): string {
  const count = 2 ** z;
  return `${z}/${((column % count) + count) % count}/${row}`;
}

/** Where in the window a tile stands: its corner and its side, in pixels. */
export function tileBox({ z, column, row }: TilePlace, sight: Sight, { width, height }: Size) {
  const [count, scale] = [2 ** z, worldSize(sight.zoom)];
  return {
    left: width / 2 + (column / count - sight.x) * scale,
    top: height / 2 + (row / count - sight.y) * scale,
    side: scale / count,
  };
}
