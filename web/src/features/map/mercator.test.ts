import { describe, expect, test } from "vitest";
import { coordinates } from "../../base/spot";
import {
  fitted,
  kept,
  moved,
  pixelOf,
  pointAt,
  project,
  tileBox,
  tileName,
  tilesOf,
  unproject,
  zoomed,
} from "./mercator";
import { countryAt } from "./world";

const SIZE = { width: 400, height: 300 };
const BOUNDS = { least: 1, most: 16 };
const MOSCOW = { lat: 55.75222, lon: 37.61556 };

describe("the projection", () => {
  test.each([MOSCOW, { lat: 0, lon: 0 }, { lat: -54.8, lon: -68.3 }, { lat: 84, lon: 179.9 }])(
    "gives %o back",
    (spot) => {
      const back = unproject(project(spot));
      expect(back.lat).toBeCloseTo(spot.lat, 6);
      expect(back.lon).toBeCloseTo(spot.lon, 6);
    },
  );

  test("ends before the poles", () => {
    expect(project({ lat: 90, lon: 0 }).y).toBeCloseTo(0, 4);
    expect(project({ lat: -90, lon: 0 }).y).toBeCloseTo(1, 4);
  });

  test("is that of tiles everywhere", () => {
    // The tile of Moscow's Kremlin, as every server of tiles has it.
    const sight = { ...project(MOSCOW), zoom: 10 };
    expect(tileName(tilesOf(sight, { width: 1, height: 1 }, 18)[0] as never)).toBe("10/618/320");
  });
});

describe("a sight", () => {
  const sight = fitted([MOSCOW], 6, SIZE, BOUNDS);

  test("of one place has it in its middle", () => {
    const at = pixelOf(project(MOSCOW), sight, SIZE);
    expect([at.x, at.y, sight.zoom]).toEqual([200, 150, 6]);
  });

  test("of several has them all, also beside the date line", () => {
    const places = [
      { lat: 66, lon: -172 },
      { lat: 52, lon: 143 },
      { lat: 43, lon: 132 },
    ];
    const all = fitted(places, 15, SIZE, BOUNDS);
    for (const place of places) {
      const { x, y } = pixelOf(project(place), all, SIZE);
      expect(x).toBeGreaterThan(20);
      expect(x).toBeLessThan(380);
      expect(y).toBeGreaterThan(20);
      expect(y).toBeLessThan(280);
    }
    expect(all.zoom).toBeGreaterThan(2);
  });

  test("follows the finger, and stays within the world", () => {
    const before = pointAt({ x: 100, y: 100 }, sight, SIZE);
    const after = pointAt({ x: 130, y: 80 }, moved(sight, { x: 30, y: -20 }, SIZE, BOUNDS), SIZE);
    expect(after.x).toBeCloseTo(before.x, 9);
    expect(after.y).toBeCloseTo(before.y, 9);
    const top = moved(sight, { x: 0, y: 1e6 }, SIZE, BOUNDS);
    expect(pointAt({ x: 0, y: 0 }, top, SIZE).y).toBeCloseTo(0, 9);
    expect(kept({ x: 3.25, y: 0.5, zoom: 99 }, BOUNDS, SIZE)).toEqual({
      x: 0.25,
      y: 0.5,
      zoom: 16,
    });
  });

  test("comes nearer to what is pointed at", () => {
    const pixel = { x: 300, y: 60 };
    const held = pointAt(pixel, sight, SIZE);
    const near = zoomed(sight, 2, pixel, SIZE, BOUNDS);
    expect(near.zoom).toBe(8);
    expect(pointAt(pixel, near, SIZE).x).toBeCloseTo(held.x, 9);
    expect(pointAt(pixel, near, SIZE).y).toBeCloseTo(held.y, 9);
  });
});

describe("tiles", () => {
  test("cover the window without a gap, the middle first", () => {
    const sight = { ...project(MOSCOW), zoom: 5.4 };
    const boxes = tilesOf(sight, SIZE, 18).map((tile) => tileBox(tile, sight, SIZE));
    for (const pixel of [0, 100, 200, 399])
      for (const row of [0, 150, 299])
        expect(
          boxes.filter(
            ({ left, top, side }) =>
              left <= pixel && pixel < left + side && top <= row && row < top + side,
          ),
        ).toHaveLength(1);
    const [first] = boxes;
    expect(Math.abs((first?.left ?? 999) + (first?.side ?? 0) / 2 - 200)).toBeLessThan(200);
  });

  test("begin anew beyond the edge of the world, and end where the server's do", () => {
    const names = tilesOf({ x: 0, y: 0.5, zoom: 1 }, SIZE, 18).map(tileName);
    expect(new Set(names)).toEqual(new Set(["1/1/0", "1/0/0", "1/1/1", "1/0/1"]));
    expect(tilesOf({ ...project(MOSCOW), zoom: 16 }, SIZE, 3).every(({ z }) => z === 3)).toBe(true);
  });
});

test.each([
  ["RU", MOSCOW],
  ["RU", { lat: 66.0, lon: -172.0 }],
  ["RU", { lat: 54.71, lon: 20.51 }],
  ["SG", { lat: 1.35, lon: 103.82 }],
  ["AQ", { lat: -80, lon: -100 }],
  ["FJ", { lat: -17.8, lon: 178 }],
  ["LS", { lat: -29.5, lon: 28.2 }],
  ["ZA", { lat: -28.5, lon: 25.0 }],
  ["", { lat: 0, lon: -30 }],
] as const)("the country is %s at %o", (code, spot) => {
  expect(countryAt(spot)).toBe(code);
});

test("coordinates are written as they are read", () => {
  expect(coordinates(MOSCOW)).toBe("55.75222, 37.61556");
});
