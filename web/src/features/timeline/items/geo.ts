/** Addresses of places (RFC 5870), as strangers write them. Pure. */

import type { Spot } from "../../../base/spot";

const GEO = /^geo:(-?\d{1,3}(?:\.\d{1,12})?),(-?\d{1,3}(?:\.\d{1,12})?)(?=[,;]|$)/;

/** What of `uri` may be followed: its coordinates alone; undefined where it names no place. */
export function geoOf(uri: unknown): string | undefined {
  return typeof uri === "string" ? GEO.exec(uri)?.[0] : undefined;
}

/** The place that such an address names; undefined where it is not on this world. */
export function spotOf(uri: string | undefined): Spot | undefined {
  const [lat, lon] = (uri ?? "").slice("geo:".length).split(",").map(Number);
  if (!uri || lat === undefined || lon === undefined) return undefined;
  return Math.abs(lat) <= 90 && Math.abs(lon) <= 180 ? { lat, lon } : undefined;
}

/** The coordinates of an address, to be read. */
export function coordinates(uri: string): string {
  return uri.slice("geo:".length).replace(",", ", ");
}

const MOST_NAME = 100;

/** What its sender calls the place of a message; "" where it has no name. */
export function placeName(content: Readonly<Record<string, unknown>>): string {
  const location = content["m.location"] ?? content["org.matrix.msc3488.location"];
  const name = (location as { description?: unknown } | undefined)?.description;
  return typeof name === "string" ? name.trim().slice(0, MOST_NAME) : "";
}
