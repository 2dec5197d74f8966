/** Packs of stickers, as MSC2545 keeps them in account data and in the state of rooms. Pure. */

import type { Content } from "../../engine/records";

export const OWN_PACK = "im.ponies.user_emotes";
export const ROOM_PACKS = "im.ponies.room_emotes";
/** Account data that names packs of chats to be used in all others. */
export const USED_PACKS = "im.ponies.emote_rooms";

/** A stranger's pack may not fill the board. */
const MOST = 200;
const MOST_NAME = 64;

export interface Sticker {
  /** Its name in the pack, without spaces or colons. */
  code: string;
  url: string;
  body: string;
  info: Content;
}

export interface Pack {
  /** "own", or the key of the room's state. */
  id: string;
  name: string;
  stickers: readonly Sticker[];
}

const object = (value: unknown): Content =>
  typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Content) : {};
const text = (value: unknown) => (typeof value === "string" ? value : "");

/** Sent by itself, or within a text. */
export type Usage = "sticker" | "emoticon";

/** Without a word both are meant. */
const isFor = (wanted: Usage, usage: unknown) =>
  !Array.isArray(usage) || usage.length === 0 || usage.includes(wanted);

/** What of a pack is for `usage`, whatever else is in it. */
export function readPack(
  id: string,
  content: Content | null | undefined,
  usage: Usage = "sticker",
): Pack {
  const pack = object(content?.pack);
  const stickers = Object.entries(object(content?.images)).flatMap(([code, value]): Sticker[] => {
    const image = object(value);
    const url = text(image.url);
    if (!url.startsWith("mxc://") || !isFor(usage, image.usage ?? pack.usage)) return [];
    return [{ code, url, body: text(image.body) || code, info: object(image.info) }];
  });
  return {
    id,
    name: text(pack.display_name).slice(0, MOST_NAME),
    stickers: stickers.slice(0, MOST),
  };
}

/** `before` with the pack's name and stickers; emoticons and what else was there stay. */
export function writePack(pack: Pack, before: Content | null | undefined): Content {
  const shown = new Set(readPack(pack.id, before).stickers.map(({ code }) => code));
  const kept = Object.entries(object(before?.images)).filter(([code]) => !shown.has(code));
  const images: Record<string, unknown> = Object.fromEntries(kept);
  for (const { code, url, body, info } of pack.stickers)
    images[freeCode(code || body, images)] = { url, body, info };
  return { ...before, images, pack: { ...object(before?.pack), display_name: pack.name } };
}

/** Packs of chats that are used in all, by chat. */
export function packsEverywhere(content: Content | null | undefined): Map<string, string[]> {
  const rooms = Object.entries(object(content?.rooms)).slice(0, MOST);
  return new Map(rooms.map(([roomId, packs]) => [roomId, Object.keys(object(packs))]));
}

/** `before` with a chat's pack used in all chats, or no more. */
export function withPackUsed(
  before: Content | null | undefined,
  { roomId, key, on }: { roomId: string; key: string; on: boolean },
): Content {
  const { [roomId]: here, ...rest } = object(before?.rooms);
  const { [key]: one, ...others } = object(here);
  const packs = on ? { ...others, [key]: object(one) } : others;
  const rooms = Object.keys(packs).length > 0 ? { ...rest, [roomId]: packs } : rest;
  return { ...before, rooms };
}

/** The pictures of a pack that a text may have within it. */
export interface Emoticons {
  key: string;
  name: string;
  stickers: readonly Sticker[];
}

/** Pictures for texts by their codes; of two with one code, the first. */
export function emoticonsOf(
  packs: readonly Pick<Pack, "stickers">[],
): ReadonlyMap<string, Sticker> {
  const found = new Map<string, Sticker>();
  for (const sticker of packs.flatMap(({ stickers }) => stickers))
    if (/^[^\s:]+$/.test(sticker.code) && !found.has(sticker.code))
      found.set(sticker.code, sticker);
  return found;
}

/** Those whose codes answer `query`: the ones that begin with it first. */
export function findEmoticons(
  emoticons: ReadonlyMap<string, Sticker>,
  query: string,
  limit: number,
): Sticker[] {
  const asked = query.toLowerCase();
  const place = ({ code, body }: Sticker) => {
    const at = code.toLowerCase().indexOf(asked);
    return at < 0 && body.toLowerCase().includes(asked) ? MOST_NAME : at;
  };
  return [...emoticons.values()]
    .filter((one) => place(one) >= 0)
    .sort((a, b) => place(a) - place(b))
    .slice(0, limit);
}

/** A code of its own for a sticker, from its name. */
function freeCode(name: string, taken: Readonly<Record<string, unknown>>): string {
  const plain =
    name
      .trim()
      .replace(/[\s:]+/g, "_")
      .slice(0, MOST_NAME) || "sticker";
  let code = plain;
  for (let n = 2; code in taken; n++) code = `${plain}_${n}`;
  return code;
}

/** The event that sends a sticker. */
export function stickerContent({ url, body, info }: Sticker): Content {
  return { body, url, info };
}
