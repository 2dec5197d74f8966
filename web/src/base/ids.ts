/** Matrix identifiers, as the specification's appendix names them. */

export type UserId = string;
export type RoomId = string;
export type EventId = string;
export type DeviceId = string;
/** `mxc://server/id`. */
export type Mxc = string;
/** Milliseconds since 1970. */
export type Millis = number;

/** The name before the colon of a user id: `@anna:example.org` gives `anna`. */
export function localpart(id: UserId): string {
  const end = id.indexOf(":");
  return id.slice(1, end < 0 ? undefined : end);
}

/** A person without a display name: by the name alone beside somebody of the same server. */
export function shortName(id: UserId, beside: UserId): string {
  return serverOf(id) === serverOf(beside) ? localpart(id) : id;
}

/** The server of a user id, or "" when it has none. */
export function serverOf(id: string): string {
  const colon = id.indexOf(":");
  return colon < 0 ? "" : id.slice(colon + 1);
}
