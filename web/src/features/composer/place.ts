/** Places: read from what is typed or pasted, sent, compared. Pure. */

import { geoUri, type Spot } from "../../base/spot";
import type { Content } from "../../engine/records";

const NUMBER = "-?\\d{1,3}(?:\\.\\d+)?";
/** Addresses of maps, each with where its coordinates stand; `lonFirst`: the length stands first. */
const LINKS: readonly { pattern: RegExp; lonFirst?: boolean }[] = [
  { pattern: new RegExp(`^geo:(${NUMBER}),(${NUMBER})`) },
  { pattern: new RegExp(`[?&]mlat=(${NUMBER})&mlon=(${NUMBER})`) },
  { pattern: new RegExp(`#map=\\d+(?:\\.\\d+)?/(${NUMBER})/(${NUMBER})`) },
  {
    pattern: new RegExp(`yandex\\.[^?]*\\?(?:.*&)?(?:pt|ll)=(${NUMBER})(?:,|%2C)(${NUMBER})`, "i"),
    lonFirst: true,
  },
  {
    pattern: new RegExp(`2gis\\.[^?]*\\?(?:.*&)?m=(${NUMBER})(?:,|%2C)(${NUMBER})`, "i"),
    lonFirst: true,
  },
  { pattern: new RegExp(`/@(${NUMBER}),(${NUMBER})`) },
  { pattern: new RegExp(`[?&](?:q|query|ll)=(${NUMBER})(?:,|%2C)(${NUMBER})`) },
];
/** 59.93, 30.31 · 59,93 30,31 · 59.93 30.31 */
const PLAIN = /^(-?\d{1,3}(?:[.,]\d+)?)(?:\s*[;,]\s+|\s+|[;,](?=-?\d+\.))(-?\d{1,3}(?:[.,]\d+)?)$/;

/** The place that coordinates or a map's link name; undefined where there is none. */
export function spotIn(text: string): Spot | undefined {
  const asked = text.trim();
  const plain = PLAIN.exec(asked);
  if (plain) return spotOf(plain[1], plain[2]);
  for (const { pattern, lonFirst } of LINKS) {
    const found = pattern.exec(asked);
    if (found) return lonFirst ? spotOf(found[2], found[1]) : spotOf(found[1], found[2]);
  }
  return undefined;
}

function spotOf(north: string | undefined, east: string | undefined): Spot | undefined {
  const [lat, lon] = [north, east].map((one) => Number((one ?? "").replace(",", ".")));
  if (lat === undefined || lon === undefined) return undefined;
  return Math.abs(lat) <= 90 && Math.abs(lon) <= 180 ? { lat, lon } : undefined;
}

/** The message that sends a place; `own`: it is where its sender is. */
export function placeContent(spot: Spot, body: string, name: string, own: boolean): Content {
  const uri = geoUri(spot);
  return {
    msgtype: "m.location",
    body,
    geo_uri: uri,
    "org.matrix.msc3488.location": { uri, ...(name && { description: name }) },
    "org.matrix.msc3488.asset": { type: own ? "m.self" : "m.pin" },
  };
}

const EARTH = 6_371_000;
const RADIANS = Math.PI / 180;

/** Metres, near enough for what is near. */
export function distance(a: Spot, b: Spot): number {
  const north = (b.lat - a.lat) * RADIANS;
  const east = (b.lon - a.lon) * RADIANS * Math.cos(((a.lat + b.lat) / 2) * RADIANS);
  return EARTH * Math.hypot(north, east);
}

const MOVED = 15;
const SOONEST_MS = 10_000;
const LATEST_MS = 120_000;

/** Whether the others are to be told anew of where one is. */
export function isWorth(told: { spot: Spot; ts: number } | undefined, now: Spot, ts: number) {
  if (!told) return true;
  const since = ts - told.ts;
  if (since < SOONEST_MS) return false;
  return since >= LATEST_MS || distance(told.spot, now) >= MOVED;
}
