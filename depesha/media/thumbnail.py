"""Thumbnails: made once, in another process, and kept. Spec: "Thumbnails"."""

import io

from PIL import Image, ImageOps

from depesha.base.errors import MatrixError, too_large
from depesha.http.endpoint import Reply, StreamReply
from depesha.io.cpu import CpuError
from depesha.media import store
from depesha.media.download import Wanted, access_file, send
from depesha.media.record import Media, reached
from depesha.media.rules import choose_size, extension
from depesha.media.upload import one_piece

MOST_SOURCE_BYTES = 32 * 2**20
MOST_PIXELS = 64_000_000
MAKE_SECONDS = 20
FORMATS = ("PNG", "JPEG", "GIF", "WEBP", "BMP", "TIFF")


AS_IT_IS = frozenset({"PNG", "JPEG", "GIF", "WEBP"})
"""Formats that a thumbnail may have: a small picture in one of them is its own."""


class NotAnImage(Exception):
    """The bytes are no picture that can be made smaller."""


class TooManyPixels(Exception):
    """The picture is too large to be looked into."""


def make_thumbnail(source: bytes, width: int, height: int, method: str) -> tuple[bytes, str]:
    """The smaller picture and its type, not moving; the source itself when it is not larger.

    Runs in a worker process. Raises NotAnImage, TooManyPixels.
    """
    # Sizes are checked below, before anything is decoded.
    Image.MAX_IMAGE_PIXELS = None
    try:
        with Image.open(io.BytesIO(source), formats=FORMATS) as opened:
            if opened.width * opened.height > MOST_PIXELS:
                raise TooManyPixels
            if opened.width <= width and opened.height <= height and _is_still(opened):
                return source, Image.MIME[opened.format or ""]
            opened.draft("RGB", (2 * width, 2 * height))
            turned = ImageOps.exif_transpose(opened)
            picture = turned.convert("RGBA" if _has_alpha(turned) else "RGB")
        return _encode(_resize(picture, width, height, method))
    except TooManyPixels:
        raise
    except Exception as error:  # decoders fail in any way on what is no picture
        raise NotAnImage(str(error)) from error


def _is_still(opened: Image.Image) -> bool:
    return opened.format in AS_IT_IS and not getattr(opened, "is_animated", False)


def _resize(picture: Image.Image, width: int, height: int, method: str) -> Image.Image:
    """Never larger than it was; a cropped one keeps the aspect that was asked for."""
    if method == "crop":
        shrink = min(1.0, picture.width / width, picture.height / height)
        fitted = max(1, round(width * shrink)), max(1, round(height * shrink))
        return ImageOps.fit(picture, fitted, Image.Resampling.LANCZOS)
    picture.thumbnail((width, height), Image.Resampling.LANCZOS)
    return picture


def _encode(picture: Image.Image) -> tuple[bytes, str]:
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
    name = f"thumbnail.{extension(made.content_type)}"
    return await send(media, made.sha256, made.size, made.content_type, name, wanted)


async def _find(
    media: Media, source: str, size: tuple[int, int], method: str
) -> store.ThumbnailRow | None:
    spine = media.spine
    return await spine.db.read(store.select_thumbnail, spine.institution.id, source, size, method)


async def _make(
    media: Media, source: str, size: tuple[int, int], method: str
) -> store.ThumbnailRow:
    spine = media.spine
    with reached():
        data = await media.blobs.read(source, 0, MOST_SOURCE_BYTES)
    try:
        small, kind = await media.cpu.run(make_thumbnail, data, *size, method, seconds=MAKE_SECONDS)
    except TooManyPixels:
        raise too_large("The picture is too large for a thumbnail") from None
    except (NotAnImage, CpuError):
        raise MatrixError(400, "M_UNKNOWN", "No thumbnail can be made of this file") from None
    with reached():
        blob = await media.blobs.put(one_piece(small), len(small))
    row = store.ThumbnailRow(blob.sha256, blob.size, kind)
    await spine.db.write(store.insert_thumbnail, spine.institution.id, source, size, method, row)
    return row
