/** Addresses of Matrix inside messages: people, chats and messages. */

import { trimAddress } from "../../ui/richtext/parse";

export interface MatrixLink {
  kind: "user" | "room";
  id: string;
  eventId?: string;
}

/** What a `matrix.to` or `matrix:` address names; undefined for any other. */
export function parseMatrixLink(href: string): MatrixLink | undefined {
  const web = /^https:\/\/matrix\.to\/#\/([^?]+)/.exec(href);
  if (web) return named((web[1] ?? "").split("/").map(decode));
  const uri = /^matrix:(u|r|roomid)\/([^/?]+)(?:\/e\/([^/?]+))?/.exec(href);
  if (!uri) return undefined;
  const sigil = { u: "@", r: "#", roomid: "!" }[uri[1] as "u" | "r" | "roomid"];
  const parts = [sigil + decode(uri[2] ?? "")];
  if (uri[3]) parts.push(`$${decode(uri[3])}`);
  return named(parts);
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function named([id = "", eventId]: string[]): MatrixLink | undefined {
  if (id.startsWith("@")) return { kind: "user", id };
  if (!/^[!#]/.test(id)) return undefined;
  return eventId?.startsWith("$") ? { kind: "room", id, eventId } : { kind: "room", id };
}

/** The first outside address of a text. */
export function firstLink(body: string): string | undefined {
  const found = /\bhttps?:\/\/[^\s<>"']+/.exec(body)?.[0];
  return found && !found.startsWith("https://matrix.to/") ? trimAddress(found) : undefined;
}
