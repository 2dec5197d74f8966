/** Signing in on the server's pages: going there, and what one comes back with. */

import { loginTokenIn, ssoAddress } from "./data";

/** Holds the server one went to sign in at, in this tab alone. */
const WENT = "depesha.signInAt";

export function goToPages(homeserver: string, provider?: string): void {
  sessionStorage.setItem(WENT, homeserver);
  location.assign(ssoAddress(homeserver, location.origin + location.pathname, provider));
}

/**
 * The token one came back with, once, taken out of the address. A token that this tab did not go
 * for is a stranger's, who would have one write under their account: it is not used.
 */
export function takeToken(): { homeserver: string; token: string } | undefined {
  const token = loginTokenIn(location.search);
  if (token === undefined) return undefined;
  history.replaceState(null, "", location.pathname + location.hash);
  const homeserver = sessionStorage.getItem(WENT);
  sessionStorage.removeItem(WENT);
  return homeserver === null ? undefined : { homeserver, token };
}
