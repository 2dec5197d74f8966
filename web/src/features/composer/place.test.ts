import { describe, expect, test } from "vitest";
import { geoUri } from "../../base/spot";
import { distance, isWorth, placeContent, spotIn } from "./place";

describe("a place that is typed or pasted", () => {
  const square = { lat: 59.93901, lon: 30.31582 };
  test.each([
    ["59.93901, 30.31582"],
    ["59.93901,30.31582"],
    ["59,93901 30,31582"],
    ["  59.93901 30.31582 "],
    ["geo:59.93901,30.31582;u=12"],
    ["https://www.openstreetmap.org/#map=17/59.93901/30.31582"],
    ["https://www.openstreetmap.org/?mlat=59.93901&mlon=30.31582#map=17/1/2"],
    ["https://yandex.ru/maps/2/saint-petersburg/?ll=30.31582%2C59.93901&z=16"],
    ["https://2gis.ru/spb?m=30.31582%2C59.93901%2F16"],
    ["https://www.google.com/maps/place/Palace/@59.93901,30.31582,17z"],
    ["https://maps.google.com/?q=59.93901,30.31582"],
  ])("%s", (text) => {
    expect(spotIn(text)).toEqual(square);
  });

  test.each([[""], ["Palace Square"], ["91, 30"], ["59.9, 181"], ["12"], ["https://example.org"]])(
    "%s is none",
    (text) => {
      expect(spotIn(text)).toBeUndefined();
    },
  );
});

test("a place is written so that every client reads it", () => {
  expect(geoUri({ lat: 1, lon: -2.5, accuracy: 12.4 })).toBe("geo:1.00000,-2.50000;u=12");
  expect(placeContent({ lat: 1, lon: 2 }, "Location", "Gate", false)).toEqual({
    msgtype: "m.location",
    body: "Location",
    geo_uri: "geo:1.00000,2.00000",
    "org.matrix.msc3488.location": { uri: "geo:1.00000,2.00000", description: "Gate" },
    "org.matrix.msc3488.asset": { type: "m.pin" },
  });
});

test("others are told of a move, neither too often nor too seldom", () => {
  const here = { lat: 59.93901, lon: 30.31582 };
  const there = { lat: 59.94001, lon: 30.31582 };
  expect(distance(here, there)).toBeGreaterThan(105);
  expect(distance(here, there)).toBeLessThan(115);
  expect(isWorth(undefined, here, 0)).toBe(true);
  expect(isWorth({ spot: here, ts: 0 }, there, 9_000)).toBe(false);
  expect(isWorth({ spot: here, ts: 0 }, there, 10_000)).toBe(true);
  expect(isWorth({ spot: here, ts: 0 }, here, 100_000)).toBe(false);
  expect(isWorth({ spot: here, ts: 0 }, here, 120_000)).toBe(true);
});
