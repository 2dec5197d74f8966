/** Packs of stickers, as MSC2545 keeps them in account data and in the state of rooms. Pure. */

import type { Content } from "../../engine/records";

export const OWN_PACK = "im.ponies.user_emotes";
export const ROOM_PACKS = "im.ponies.room_emotes";

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

/** Emoticons only, or stickers too: without a word both are meant. */
const isForStickers = (usage: unknown) =>
  !Array.isArray(usage) || usage.length === 0 || usage.includes("sticker");

/** The stickers of a pack, whatever else is in it. */
export function readPack(id: string, content: Content | null | undefined): Pack {
  const pack = object(content?.pack);
  const stickers = Object.entries(object(content?.images)).flatMap(([code, value]): Sticker[] => {
    const image = object(value);
    const url = text(image.url);
    if (!url.startsWith("mxc://") || !isForStickers(image.usage ?? pack.usage)) return [];
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
    images[freeCode(code || body, images)] = { url, body, info, usage: ["sticker"] };
  return { ...before, images, pack: { ...object(before?.pack), display_name: pack.name } };
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
