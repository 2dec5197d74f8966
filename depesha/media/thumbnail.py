"""Thumbnails: made once, in a worker process, and kept. Spec: "Thumbnails"."""

from depesha.base.errors import MatrixError, too_large
from depesha.http.endpoint import Reply, StreamReply
from depesha.io.cpu import CpuError
from depesha.media import store
from depesha.media.download import Wanted, access_file, send
from depesha.media.record import Media, reached
from depesha.media.rules import NotAnImage, TooManyPixels, choose_size, extension
from depesha.media.upload import one_piece

MOST_SOURCE_BYTES = 32 * 2**20
MAKE_SECONDS = 20


def make_thumbnail(source: bytes, width: int, height: int, method: str) -> tuple[bytes, str]:
    """`shrink`, for a worker process: the server itself never loads what decodes pictures."""
    from depesha.media.shrink import shrink  # noqa: PLC0415 (as the docstring says)

    return shrink(source, width, height, method)


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
