/** What is typed on the way in, as the server wants it. */

/** An address of a server: a scheme is put before it where there is none. */
export function homeserverOf(text: string, own: string): string {
  const trimmed = text.trim().replace(/\/+$/, "");
  if (!trimmed) return own;
  return /^https?:\/\//.test(trimmed) ? trimmed : `https://${trimmed}`;
}

/** The name to sign in by: `@anna:example.org` and `anna` are both understood. */
export function userOf(text: string): string {
  const trimmed = text.trim();
  return trimmed.startsWith("@") && !trimmed.includes(":") ? trimmed.slice(1) : trimmed;
}

/** Where the browser goes to sign in on the server's pages; it comes `back` with a login token. */
export function ssoAddress(homeserver: string, back: string, provider?: string): string {
  const path = "/_matrix/client/v3/login/sso/redirect";
  const way = provider === undefined ? path : `${path}/${encodeURIComponent(provider)}`;
  return `${homeserver}${way}?redirectUrl=${encodeURIComponent(back)}`;
}

/** The login token in the query of the address one came back to. */
export function loginTokenIn(search: string): string | undefined {
  return new URLSearchParams(search).get("loginToken") || undefined;
}

/** The browser's name, for the list of devices. */
export function browserOf(agent: string): string {
  const known: readonly [RegExp, string][] = [
    [/YaBrowser/, "Яндекс Браузер"],
    [/Edg\//, "Edge"],
    [/Firefox\//, "Firefox"],
    [/Chrom(e|ium)\//, "Chrome"],
    [/Safari\//, "Safari"],
  ];
  const system = /Android|iPhone|iPad|Windows|Mac OS|Linux/.exec(agent)?.[0] ?? "";
  const browser = known.find(([pattern]) => pattern.test(agent))?.[1] ?? "браузер";
  return system ? `${browser}, ${system}` : browser;
}
