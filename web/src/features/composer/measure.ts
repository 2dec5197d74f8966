/** What a file is and how large it looks, learned in the tab before it is sent. */

import type { Attachment } from "../../engine/records";

const SHOWN = /^image\/(jpeg|png|gif|webp|avif|bmp)$/;
const THUMBNAIL = 800;

/** The kind by which a file is shown. */
export function kindOf(mimetype: string): Attachment["kind"] {
  if (SHOWN.test(mimetype)) return "image";
  if (mimetype.startsWith("video/")) return "video";
  return mimetype.startsWith("audio/") ? "audio" : "file";
}

/** Width and height that fit into `side`, in the same proportion, never larger than they are. */
export function fitInto(
  width: number,
  height: number,
  side: number,
): { width: number; height: number } {
  const scale = Math.min(1, side / Math.max(width, height, 1));
  return {
    width: Math.max(1, Math.round(width * scale)),
    height: Math.max(1, Math.round(height * scale)),
  };
}

async function thumbnailOf(
  picture: CanvasImageSource,
  size: { width: number; height: number },
): Promise<Attachment["thumbnail"]> {
  const { width, height } = fitInto(size.width, size.height, THUMBNAIL);
  const canvas = new OffscreenCanvas(width, height);
  canvas.getContext("2d")?.drawImage(picture, 0, 0, width, height);
  const blob = await canvas.convertToBlob({ type: "image/jpeg", quality: 0.8 });
  return { blob, width, height, mimetype: blob.type };
}

async function measureImage(file: File): Promise<Partial<Attachment>> {
  const picture = await createImageBitmap(file);
  const size = { width: picture.width, height: picture.height };
  const large = Math.max(size.width, size.height) > THUMBNAIL && file.size > 100_000;
  const thumbnail =
    large && file.type !== "image/gif" ? await thumbnailOf(picture, size) : undefined;
  picture.close();
  return thumbnail ? { ...size, thumbnail } : size;
}

function loaded(element: HTMLMediaElement, event: string): Promise<void> {
  return new Promise((resolve, reject) => {
    element.addEventListener(event, () => resolve(), { once: true });
    element.addEventListener("error", () => reject(new Error("unreadable")), { once: true });
  });
}

async function measureMedia(file: File, kind: "video" | "audio"): Promise<Partial<Attachment>> {
  const element = document.createElement(kind);
  const url = URL.createObjectURL(file);
  try {
    element.muted = true;
    element.preload = "auto";
    element.src = url;
    await loaded(element, kind === "video" ? "loadeddata" : "loadedmetadata");
    const durationMs = Number.isFinite(element.duration) ? Math.round(element.duration * 1000) : 0;
    if (!(element instanceof HTMLVideoElement)) return { durationMs };
    const size = { width: element.videoWidth, height: element.videoHeight };
    const thumbnail = await thumbnailOf(element, size);
    return thumbnail ? { ...size, durationMs, thumbnail } : { ...size, durationMs };
  } finally {
    URL.revokeObjectURL(url);
  }
}

/** A file as it is sent. What cannot be measured is sent as a file. */
export async function attachmentOf(file: File, plain: boolean): Promise<Attachment> {
  const mimetype = file.type || "application/octet-stream";
  const base = { blob: file, name: file.name || "file", mimetype };
  const kind = plain ? "file" : kindOf(mimetype);
  if (kind === "file" || kind === "voice") return { ...base, kind: "file" };
  try {
    const more = kind === "image" ? await measureImage(file) : await measureMedia(file, kind);
    return { ...base, kind, ...more };
  } catch {
    return { ...base, kind: "file" };
  }
}
