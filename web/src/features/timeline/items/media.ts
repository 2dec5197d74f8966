/** Where the bytes of a message's file are, and what it is called. */

import { plainName } from "../../../base/format";
import type { Content, ItemRecord, MediaAsk, MediaSource } from "../../../engine/records";

const asObject = (value: unknown): Content =>
  typeof value === "object" && value !== null ? (value as Content) : {};

function sourceIn(holder: Content, url: string, file: string): MediaSource | undefined {
  const encrypted = holder[file];
  if (typeof encrypted === "object" && encrypted !== null) return { file: encrypted as Content };
  const mxc = holder[url];
  return typeof mxc === "string" && mxc.startsWith("mxc://") ? { mxc } : undefined;
}

export function infoOf(item: ItemRecord): Content {
  return asObject(item.content.info);
}

/** The whole file. */
export function fileOf(item: ItemRecord): MediaAsk | undefined {
  const source = sourceIn(item.content, "url", "file");
  if (!source) return undefined;
  const { mimetype } = infoOf(item);
  return typeof mimetype === "string" ? { source, mimetype } : { source };
}

/** A small picture of it: its own thumbnail, else one that the server makes of a plain image. */
export function thumbnailOf(item: ItemRecord, side: number): MediaAsk | undefined {
  const info = infoOf(item);
  const own = sourceIn(info, "thumbnail_url", "thumbnail_file");
  if (own) return { source: own };
  const whole = fileOf(item);
  if (!whole || item.content.msgtype === "m.video") return undefined;
  if ("file" in whole.source || info.mimetype === "image/gif" || isSmall(info, side)) return whole;
  return { ...whole, thumbnail: { width: side, height: side, crop: false } };
}

/** Whether the server would only hand out the picture as it is. */
function isSmall({ w, h, size }: Content, side: number): boolean {
  return Number(w) <= side && Number(h) <= side && Number(size) <= 200_000;
}

export function nameOf(item: ItemRecord): string {
  const { filename, body } = item.content;
  return plainName(String(filename ?? body ?? "")) ?? "";
}

/** Whether the body says more than the file's name. */
export function hasCaption(item: ItemRecord): boolean {
  const { filename, body } = item.content;
  return (
    typeof filename === "string" && typeof body === "string" && body !== "" && body !== filename
  );
}

/** Hands a file to the person. */
export function saveFile(url: string, name: string): void {
  const link = document.createElement("a");
  link.href = url;
  link.download = name;
  link.click();
}
