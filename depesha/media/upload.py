"""Taking files in. Spec: `POST /upload`, `POST /create`, `PUT /upload/{serverName}/{mediaId}`."""

from collections.abc import AsyncIterator

import msgspec

from depesha.base.errors import MatrixError, forbidden, limit_exceeded, not_found, too_large
from depesha.io.blobs import Blob, TooLarge
from depesha.io.tx import Tx
from depesha.media import store
from depesha.media.download import is_over
from depesha.media.quota import check_room, enter
from depesha.media.record import Media, reached
from depesha.media.rules import check_media, clean_type
from depesha.org import Right, check_may

ARRIVED = "media"
"""Kind of whisper: an announced file has come."""

PENDING_MS = 24 * 3600_000
MOST_PENDING = 50
PENDING_RETRY_MS = 60_000
KEPT_FREE = 256 * 2**20
"""Bytes of the disk that uploads leave alone."""


async def upload(
    media: Media,
    user_id: str,
    content: AsyncIterator[bytes],
    length: int | None,
    content_type: str | None,
    file_name: str | None,
) -> str:
    """Keep a file; its `mxc://` URI. 413 M_TOO_LARGE, 403 for whose level may not send files."""
    check_may(media.org, user_id, Right.SEND_FILES)
    await check_room(media, user_id, length or 0)
    blob = await put(media, content, length)
    spine = media.spine
    media_id = spine.clock.new_id(24)
    row = store.FileRow(
        media_id,
        user_id,
        blob.sha256,
        blob.size,
        clean_type(content_type),
        _name(file_name),
        spine.clock.now_ms(),
        None,
    )
    await enter(media, blob, row)
    return uri(media, media_id)


async def keep_picture(media: Media, user_id: str, data: bytes, content_type: str) -> str:
    """Keep a picture that the institution has of somebody; its `mxc://` URI.

    413 M_TOO_LARGE, 403 without room. Neither the rights of the person's level nor their own
    quota count.
    """
    blob = await put(media, one_piece(data), len(data))
    spine = media.spine
    media_id = spine.clock.new_id(24)
    now = spine.clock.now_ms()
    row = store.FileRow(
        media_id, user_id, blob.sha256, blob.size, clean_type(content_type), None, now, None
    )
    await enter(media, blob, row, for_user=False)
    return uri(media, media_id)


def uri(media: Media, media_id: str) -> str:
    return f"mxc://{media.spine.institution.server_name}/{media_id}"


def _name(given: str | None) -> str | None:
    return given[:255] if given else None


async def put(media: Media, content: AsyncIterator[bytes], length: int | None) -> Blob:
    """Keep the content, which no file has yet. 413 M_TOO_LARGE, 507 on a full disk."""
    most = media.spine.config.max_upload_bytes
    if length is not None and length > most:
        raise too_large(f"A file may have at most {most} bytes")
    free = await media.blobs.free_space()
    if free is not None and free - (length or 0) < KEPT_FREE:
        raise MatrixError(507, "M_UNKNOWN", "The server has no room for files left")
    try:
        with reached():
            return await media.blobs.put(content, most)
    except TooLarge:
        raise too_large(f"A file may have at most {most} bytes") from None


async def one_piece(data: bytes) -> AsyncIterator[bytes]:
    """Bytes at hand as the content of a file."""
    yield data


async def announce(media: Media, user_id: str) -> tuple[str, int]:
    """A URI for a file that is to come, and until when it must (ms). 429 for too many.

    403 for whose level may not send files.
    """
    check_may(media.org, user_id, Right.SEND_FILES)
    spine, now = media.spine, media.spine.clock.now_ms()
    media_id = spine.clock.new_id(24)
    row = store.FileRow(media_id, user_id, None, 0, "", None, now, now + PENDING_MS)

    async def write(tx: Tx) -> None:
        pending = await store.count_pending(tx, spine.institution.id, user_id, now)
        if pending >= MOST_PENDING:
            raise limit_exceeded(PENDING_RETRY_MS)
        await store.insert_file(tx, spine.institution.id, row)

    await spine.db.write(write)
    return uri(media, media_id), now + PENDING_MS


async def deliver(
    media: Media,
    user_id: str,
    server_name: str,
    media_id: str,
    content: AsyncIterator[bytes],
    length: int | None,
    content_type: str | None,
    file_name: str | None,
) -> None:
    """Give an announced file its content. 404, 403, 409 M_CANNOT_OVERWRITE_MEDIA, 413."""
    spine = media.spine
    check_media(server_name, media_id)
    row = None
    if server_name == spine.institution.server_name:
        row = await spine.db.read(store.select_file, spine.institution.id, media_id)
    if row is None:
        raise not_found("No such upload was announced")
    if row.user_id != user_id:
        raise forbidden("Somebody else announced this upload")
    if row.sha256 is not None:
        raise MatrixError(409, "M_CANNOT_OVERWRITE_MEDIA", "This file has been uploaded")
    if is_over(row, spine.clock.now_ms()):
        raise not_found("The time for this upload is over")
    await check_room(media, user_id, length or 0)
    blob = await put(media, content, length)
    row = row._replace(
        sha256=blob.sha256,
        size=blob.size,
        content_type=clean_type(content_type),
        file_name=_name(file_name),
    )
    await enter(media, blob, row)
    note_arrival(media, media_id)
    spine.log.whispers.tell(ARRIVED, {"media_id": media_id})


class _Arrived(msgspec.Struct):
    """What one worker tells the others."""

    media_id: str


def hear_arrival(media: Media, message: bytes) -> None:
    """Another worker tells that an announced file has come."""
    note_arrival(media, msgspec.json.decode(message, type=_Arrived).media_id)


def note_arrival(media: Media, media_id: str) -> None:
    """Let the downloads go on that wait for the file."""
    for arrived in media.awaited.pop(media_id, ()):
        arrived.set()
