/** Smaller pictures of images, made in the worker; the server cannot make them of ciphertext. */

import type { Thumbnail } from "../ports";

const WIDTH = 800;
const HEIGHT = 600;
/** A thumbnail that saves less is not worth a second file. */
const WORTH = 0.8;
const QUALITY = 0.8;
/** Pixels; more would not fit a phone's memory. */
const MOST_PIXELS = 64_000_000;

interface Measured {
  width: number;
  height: number;
  thumbnail?: Thumbnail;
}

/** Undefined where it is no image, or pictures cannot be drawn here. */
export async function makeThumbnail(blob: Blob): Promise<Measured | undefined> {
  if (typeof OffscreenCanvas === "undefined" || typeof createImageBitmap === "undefined")
    return undefined;
  let image: ImageBitmap;
  try {
    image = await createImageBitmap(blob, { imageOrientation: "from-image" });
  } catch {
    return undefined;
  }
  try {
    const { width, height } = image;
    const thumbnail = width * height <= MOST_PIXELS ? await draw(image, blob) : undefined;
    return thumbnail ? { width, height, thumbnail } : { width, height };
  } finally {
    image.close();
  }
}

async function draw(image: ImageBitmap, blob: Blob): Promise<Thumbnail | undefined> {
  const { width, height } = within(image.width, image.height);
  const canvas = new OffscreenCanvas(width, height);
  const pen = canvas.getContext("2d");
  if (!pen) return undefined;
  pen.imageSmoothingQuality = "high";
  pen.drawImage(image, 0, 0, width, height);
  // A photo has no transparency to lose; where WebP is not written, PNG comes back instead.
  const wanted = blob.type === "image/jpeg" ? "image/jpeg" : "image/webp";
  const small = await canvas.convertToBlob({ type: wanted, quality: QUALITY });
  if (small.size > blob.size * WORTH) return undefined;
  return { blob: small, width, height, mimetype: small.type };
}

/** The size that fits the bounds, in whole pixels; never larger than the image. */
export function within(width: number, height: number): { width: number; height: number } {
  const scale = Math.min(1, WIDTH / width, HEIGHT / height);
  const whole = (side: number) => Math.max(1, Math.round(side * scale));
  return { width: whole(width), height: whole(height) };
}
