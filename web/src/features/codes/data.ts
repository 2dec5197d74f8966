/** What codes name. Pure. */

export interface Named {
  kind: "user" | "room";
  id: string;
}

/** The person or chat that a scanned text names: our own links, `matrix.to` and `matrix:`. */
export function namedBy(text: string): Named | undefined {
  const trimmed = text.trim();
  const web = /(?:#\/(?:user|chat)\/|^https:\/\/matrix\.to\/#\/)([^?/]+)/.exec(trimmed)?.[1];
  const id = web === undefined ? fromUri(trimmed) : decode(web);
  if (/^@[^\s:]+:\S+$/.test(id)) return { kind: "user", id };
  return /^[!#]\S+$/.test(id) ? { kind: "room", id } : undefined;
}

const SIGILS: Readonly<Record<string, string>> = { u: "@", r: "#", roomid: "!" };

function fromUri(text: string): string {
  const [, kind = "", name = ""] = /^matrix:(u|r|roomid)\/([^?/]+)/.exec(text) ?? [];
  return kind === "" ? text : SIGILS[kind] + decode(name);
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** The dark modules of a code as the path of a picture, a unit for each module. */
export function pathOf(side: number, isDark: (at: number) => boolean): string {
  let path = "";
  for (let at = 0; at < side * side; at++)
    if (isDark(at)) path += `M${at % side} ${Math.floor(at / side)}h1v1h-1z`;
  return path;
}
