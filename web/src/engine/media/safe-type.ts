/** Types a browser shows without running anything inside; all else is bytes to be saved. */

const SHOWN = new Set([
  "image/jpeg",
  "image/png",
  "image/gif",
  "image/webp",
  "image/avif",
  "image/apng",
  "image/bmp",
  "video/mp4",
  "video/webm",
  "video/ogg",
  "video/quicktime",
  "audio/mp4",
  "audio/aac",
  "audio/mpeg",
  "audio/ogg",
  "audio/webm",
  "audio/wav",
  "audio/x-wav",
  "audio/wave",
  "audio/flac",
  "audio/x-flac",
  "application/pdf",
  "text/plain",
]);

/** A blob's address has this page's origin, so what its sender calls HTML or SVG is not shown. */
export function safeType(mimetype: string | undefined): string {
  const plain = (mimetype ?? "").split(";")[0]?.trim().toLowerCase() ?? "";
  return SHOWN.has(plain) ? plain : "application/octet-stream";
}
