"""Thumbnails: made once, in another process, and kept. Spec: "Thumbnails"."""

import io
import warnings
from collections.abc import AsyncIterator

from PIL import Image, ImageOps

from depesha.base.errors import MatrixError, too_large
from depesha.http.endpoint import Reply, StreamReply
from depesha.io.cpu import CpuError
from depesha.media import store
from depesha.media.download import Wanted, access_file, send
from depesha.media.record import Media
from depesha.media.rules import choose_size

MOST_SOURCE_BYTES = 32 * 2**20
MOST_PIXELS = 64_000_000
MAKE_SECONDS = 20
FORMATS = ("PNG", "JPEG", "GIF", "WEBP", "BMP", "TIFF")


class NotAnImage(Exception):
    """The bytes are no picture that can be made smaller."""


def make_thumbnail(source: bytes, width: int, height: int, method: str) -> tuple[bytes, str]:
    """The smaller picture and its type; the source itself when it is not larger.

    Runs in a worker process. Raises NotAnImage.
    """
    Image.MAX_IMAGE_PIXELS = MOST_PIXELS
    warnings.simplefilter("error", Image.DecompressionBombWarning)
    try:
        with Image.open(io.BytesIO(source), formats=FORMATS) as opened:
            kind = Image.MIME.get(opened.format or "", "")
            if opened.width <= width and opened.height <= height:
                return source, kind
            opened.draft("RGB", (2 * width, 2 * height))
            turned = ImageOps.exif_transpose(opened)
            picture = turned.convert("RGBA" if _has_alpha(turned) else "RGB")
    except (OSError, ValueError, Warning, Image.DecompressionBombError) as error:
        raise NotAnImage(str(error)) from error
    if method == "crop":
        fitted = min(width, picture.width), min(height, picture.height)
        picture = ImageOps.fit(picture, fitted, Image.Resampling.LANCZOS)
    else:
        picture.thumbnail((width, height), Image.Resampling.LANCZOS)
    out = io.BytesIO()
    if picture.mode == "RGBA":
        picture.save(out, "PNG", optimize=True)
        return out.getvalue(), "image/png"
    picture.save(out, "JPEG", quality=82, progressive=True)
    return out.getvalue(), "image/jpeg"


def _has_alpha(picture: Image.Image) -> bool:
    return picture.mode in {"RGBA", "LA", "PA"} or "transparency" in picture.info


async def thumbnail(
    media: Media, server_name: str, media_id: str, size: tuple[int, int, str], wanted: Wanted
) -> Reply | StreamReply:
    """A thumbnail not smaller than asked, or the picture itself where that is smaller.

    400 M_UNKNOWN for what is no picture, 413 M_TOO_LARGE for one too large to look into.
    """
    row = await access_file(media, server_name, media_id, wanted.timeout_ms)
    width, height, method = choose_size(*size)
    source = row.sha256 or ""
    made = await _find(media, source, (width, height), method)
    if made is None:
        if row.size > MOST_SOURCE_BYTES:
            raise too_large("The picture is too large for a thumbnail")
        made = await _make(media, source, (width, height), method)
    return await send(media, made.sha256, made.size, made.content_type, "thumbnail", wanted)


async def _find(
    media: Media, source: str, size: tuple[int, int], method: str
) -> store.ThumbnailRow | None:
    spine = media.spine
    return await spine.db.read(store.select_thumbnail, spine.institution.id, source, size, method)


async def _make(
    media: Media, source: str, size: tuple[int, int], method: str
) -> store.ThumbnailRow:
    spine = media.spine
    data = b"".join([piece async for piece in media.blobs.get(source)])
    try:
        small, kind = await media.cpu.run(make_thumbnail, data, *size, method, seconds=MAKE_SECONDS)
    except (NotAnImage, CpuError):
        raise MatrixError(400, "M_UNKNOWN", "No thumbnail can be made of this file") from None
    blob = await media.blobs.put(_once(small), len(small))
    row = store.ThumbnailRow(blob.sha256, blob.size, kind)
    await spine.db.write(store.insert_thumbnail, spine.institution.id, source, size, method, row)
    return row


async def _once(data: bytes) -> AsyncIterator[bytes]:
    yield data
