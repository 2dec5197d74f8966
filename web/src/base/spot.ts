/** A place on the earth, and how it is written. Pure. */

export interface Spot {
  /** Degrees, north and east. */
  lat: number;
  lon: number;
  /** Metres. */
  accuracy?: number;
}

/** A place to be read, and to be typed: 55.75222, 37.61556. */
export const coordinates = ({ lat, lon }: Spot) => `${lat.toFixed(5)}, ${lon.toFixed(5)}`;

/** Its address (RFC 5870). */
export function geoUri({ lat, lon, accuracy }: Spot): string {
  const near = accuracy === undefined ? "" : `;u=${Math.round(accuracy)}`;
  return `geo:${lat.toFixed(5)},${lon.toFixed(5)}${near}`;
}
