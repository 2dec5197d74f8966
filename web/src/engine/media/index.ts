/** Files and pictures: uploaded with progress, loaded through a cache, encrypted where they must be. */

import type { Bytes } from "../../base/bytes";
import { FailureError } from "../../base/errors";
import type { Mxc } from "../../base/ids";
import type { Media, MediaNeeds, UploadAsk } from "../ports";
import type { Content, MediaAsk, MediaSource } from "../records";
import { placeOf, sealFile, unsealFile } from "./attachment";
import { openCache } from "./cache";
import { safeType } from "./safe-type";
import { download, type Transfer, upload } from "./transfer";

const UPLOAD = "/_matrix/media/v3/upload";
const CREATE = "/_matrix/media/v1/create";
const NEW = "/_matrix/client/v1/media";

const failure = (code: string, message: string) => new FailureError({ code, message });

export function makeMedia(needs: MediaNeeds): Media {
  const cache = openCache(needs.storeKey as Bytes, Date.now);
  cache.catch(() => {}); // awaited by whoever loads
  const loading = new Map<string, Promise<Blob>>();
  let limit: Promise<number | undefined> | undefined;

  /** The server's limit, asked once; without an answer the next upload asks again. */
  function askLimit(): Promise<number | undefined> {
    limit ??= needs.call("GET", `${NEW}/config`).then(
      (text) => {
        const size = (JSON.parse(text) as Content)["m.upload.size"];
        return typeof size === "number" ? size : undefined;
      },
      () => {
        limit = undefined;
        return undefined;
      },
    );
    return limit;
  }

  async function send(ask: UploadAsk): Promise<MediaSource> {
    const most = await askLimit();
    if (most !== undefined && ask.blob.size > most)
      throw new FailureError({
        code: "M_TOO_LARGE",
        message: "The server takes no file of this size",
        fields: { limit: most },
      });
    if (!ask.encrypt) return { mxc: await put(ask, ask.blob) };
    const { ciphertext, file } = await sealFile(ask.blob);
    const { name: _name, mimetype: _mimetype, ...hidden } = ask;
    return { file: { ...file, url: await put(hidden, ciphertext) } };
  }

  async function put(ask: Omit<UploadAsk, "blob">, body: Blob): Promise<Mxc> {
    const query = ask.name ? `?filename=${encodeURIComponent(ask.name)}` : "";
    const what: Omit<Transfer, "method" | "path"> = {
      body,
      contentType: ask.mimetype || "application/octet-stream",
      onProgress: ask.onProgress,
      signal: ask.signal,
    };
    if (ask.into === undefined) {
      const answer = await upload(needs, { method: "POST", path: UPLOAD + query, ...what });
      return (JSON.parse(answer) as { content_uri: Mxc }).content_uri;
    }
    try {
      await upload(needs, { method: "PUT", path: `${UPLOAD}/${split(ask.into)}${query}`, ...what });
    } catch (error) {
      // An earlier try arrived, only its answer was lost.
      const isThere =
        error instanceof FailureError && error.failure.code === "M_CANNOT_OVERWRITE_MEDIA";
      if (!isThere) throw error;
    }
    return ask.into;
  }

  async function reserve(): Promise<Mxc | undefined> {
    try {
      return (JSON.parse(await needs.call("POST", CREATE)) as { content_uri: Mxc }).content_uri;
    } catch (error) {
      const known = error instanceof FailureError ? error.failure : undefined;
      if (known?.status === 404 || known?.code === "M_UNRECOGNIZED") return undefined;
      throw error;
    }
  }

  /** The bytes as the server has them. What is loaded twice at once is asked for once. */
  function fetchBytes(path: string, signal?: AbortSignal): Promise<Blob> {
    const under = loading.get(path);
    if (under) return under;
    const next = fetchThrough(path, signal).finally(() => loading.delete(path));
    loading.set(path, next);
    return next;
  }

  async function fetchThrough(path: string, signal?: AbortSignal): Promise<Blob> {
    const kept = await (await cache).get(path);
    if (kept) return kept;
    const blob = await download(needs, path, signal);
    // A full disk must not hide the picture.
    await (await cache).put(path, blob).catch(() => {});
    return blob;
  }

  async function load({ source, thumbnail, mimetype }: MediaAsk, signal?: AbortSignal) {
    const type = safeType(mimetype);
    if ("tile" in source) {
      const tile = await fetchBytes(tilePath(source.tile, Date.now()), signal);
      return tile.slice(0, tile.size, safeType(tile.type || "image/png"));
    }
    if ("file" in source) {
      const place = placeOf(source.file);
      if (!place) throw failure("broken", "The file's place is not named");
      const ciphertext = await fetchBytes(`${NEW}/download/${split(place)}`, signal);
      return unsealFile(ciphertext, source.file, type);
    }
    if (thumbnail) {
      const small = await fetchBytes(thumbnailPath(source.mxc, thumbnail), signal).catch(unmade);
      if (small) return small.slice(0, small.size, safeType(small.type || "image/png"));
    }
    const blob = await fetchBytes(downloadPath(source.mxc), signal);
    return blob.slice(0, blob.size, type);
  }

  return {
    reserve,
    upload: send,
    load,
    fetch: (path) => download(needs, path),
    limit: askLimit,
    clear: async () => (await cache).clear(),
    close: () => void cache.then((open) => open.close()),
  };
}

/** A server that is too busy to make a thumbnail says that it cannot: then the whole is shown. */
function unmade(error: unknown): undefined {
  if (error instanceof FailureError && error.failure.status === 400) return undefined;
  throw error;
}

const MONTH_MS = 30 * 24 * 3_600_000;

/** Maps change: what is kept of one has another name after a while. */
const tilePath = (tile: string, now: number) =>
  `/_depesha/v1/map/${tile}?since=${Math.floor(now / MONTH_MS)}`;

const downloadPath = (mxc: Mxc) => `${NEW}/download/${split(mxc)}`;

function thumbnailPath(mxc: Mxc, { width, height, crop }: NonNullable<MediaAsk["thumbnail"]>) {
  const method = crop ? "crop" : "scale";
  const size = `width=${Math.ceil(width)}&height=${Math.ceil(height)}`;
  return `${NEW}/thumbnail/${split(mxc)}?${size}&method=${method}&animated=false`;
}

/** `server/id` of an address, escaped. Throws `broken` where it is none. */
function split(mxc: Mxc): string {
  const found = /^mxc:\/\/([^/]+)\/([\w-]+)$/.exec(mxc);
  if (!found?.[1] || !found[2]) throw failure("broken", "This is not an address of a file");
  return `${encodeURIComponent(found[1])}/${encodeURIComponent(found[2])}`;
}
