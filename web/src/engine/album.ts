/** Pictures and videos sent together, as the list of chats and notices count them. Pure. */

import type { EventId } from "../base/ids";
import { contentOf, currentOf, typeOf } from "./content";
import type { AlbumView } from "./records";
import type { AlbumData, Entry } from "./stored";
import { relationOf, textOf } from "./wire";

const FIELD = "org.depesha.album";
const MOST = 50;

/** The album after `entries`, in which parts of it may have come, changed or been deleted. */
export function withParts(
  before: AlbumData | undefined,
  entries: readonly Entry[],
): AlbumData | undefined {
  let album = before;
  for (const entry of entries) album = withPart(album, entry);
  return album;
}

function withPart(before: AlbumData | undefined, { id, data }: Entry): AlbumData | undefined {
  if (data.redaction) {
    if (!before || !(id in before.parts)) return before;
    const { [id]: _, ...parts } = before.parts;
    return { ...before, parts };
  }
  // An edit says all of its part again, and is none.
  if (relationOf(contentOf(data))?.type === "m.replace") return before;
  const { content } = currentOf(data);
  const mark = textOf(content, FIELD);
  const msgtype = textOf(content, "msgtype") ?? "";
  if (!mark || typeOf(data) !== "m.room.message" || !/^m\.(image|video)$/.test(msgtype))
    return before;
  const { sender } = data.event;
  const known = before?.mark === mark && before.sender === sender ? before : undefined;
  const { caption: _, ...album } = known ?? { mark, sender, parts: {} };
  if (Object.keys(album.parts).length >= MOST && !(id in album.parts)) return before;
  const [body, filename] = [textOf(content, "body"), textOf(content, "filename")];
  const said = filename !== undefined && body !== filename ? body : undefined;
  const isFirst = Object.keys(album.parts)[0] === id;
  const caption = said ?? (isFirst ? undefined : known?.caption);
  return {
    ...album,
    parts: { ...album.parts, [id]: msgtype },
    ...(caption !== undefined && { caption }),
  };
}

/** What a line says of the album that `id` is a part of; undefined where it stands alone. */
export function albumView(
  album: AlbumData | undefined,
  id: EventId | undefined,
): AlbumView | undefined {
  if (!album || id === undefined || !(id in album.parts)) return undefined;
  const kinds = Object.values(album.parts);
  if (kinds.length < 2) return undefined;
  const [kind] = kinds;
  const isOne = kinds.every((one) => one === kind);
  return {
    count: kinds.length,
    kind: !isOne ? "mixed" : kind === "m.image" ? "images" : "videos",
    ...(album.caption !== undefined && { caption: album.caption }),
  };
}
