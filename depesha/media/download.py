"""Giving files out. Spec: `GET /media/download/…`, `GET /media/thumbnail/…`."""

import asyncio
from dataclasses import dataclass

from depesha.base.errors import MatrixError, not_found
from depesha.http.endpoint import Reply, StreamReply
from depesha.media import store
from depesha.media.record import Media, reached
from depesha.media.rules import check_media, disposition, read_range

WHOLE_BYTES = 4 << 20
"""Up to this size a file is sent in one piece."""
MOST_WAIT_MS = 60_000

_SAFE = (
    (
        b"content-security-policy",
        (
            b"sandbox; default-src 'none'; script-src 'none'; plugin-types application/pdf;"
            b" style-src 'unsafe-inline'; object-src 'self';"
        ),
    ),
    (b"cross-origin-resource-policy", b"cross-origin"),
    (b"cache-control", b"private, max-age=31536000, immutable"),
    (b"accept-ranges", b"bytes"),
)


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a download asks for beside the file's id."""

    timeout_ms: int
    file_name: str | None
    range: str | None
    known_etag: str | None


async def access_file(
    media: Media, server_name: str, media_id: str, timeout_ms: int
) -> store.FileRow:
    """A file that is there, waiting for one that is on its way.

    404 M_NOT_FOUND; 504 M_NOT_YET_UPLOADED when it does not come in time.
    """
    spine = media.spine
    check_media(server_name, media_id)
    if server_name != spine.institution.server_name:
        raise not_found("Files of other servers cannot be reached yet")
    row = await spine.db.read(store.select_file, spine.institution.id, media_id)
    if row is None or is_over(row, spine.clock.now_ms()):
        raise not_found("Not found")
    if row.sha256 is None:
        await _wait(media, media_id, min(timeout_ms, MOST_WAIT_MS))
        row = await spine.db.read(store.select_file, spine.institution.id, media_id)
    if row is None or row.sha256 is None:
        raise MatrixError(504, "M_NOT_YET_UPLOADED", "The file has not been uploaded yet")
    return row


def is_over(row: store.FileRow, now_ms: int) -> bool:
    """True when the time for an announced upload has passed."""
    return row.sha256 is None and row.expires_ts is not None and row.expires_ts <= now_ms


async def _wait(media: Media, media_id: str, ms: int) -> None:
    arrived = asyncio.Event()
    waiting = media.awaited.setdefault(media_id, set())
    waiting.add(arrived)
    over = media.spine.clock.call_later(ms / 1000, arrived.set)
    try:
        await arrived.wait()
    finally:
        over.cancel()
        waiting.discard(arrived)
        if not waiting and media.awaited.get(media_id) is waiting:
            del media.awaited[media_id]


async def download(
    media: Media, server_name: str, media_id: str, wanted: Wanted
) -> Reply | StreamReply:
    """The file, or the part of it that is asked for."""
    row = await access_file(media, server_name, media_id, wanted.timeout_ms)
    name = wanted.file_name or row.file_name
    return await send(media, row.sha256 or "", row.size, row.content_type, name, wanted)


async def send(
    media: Media,
    sha256: str,
    size: int,
    content_type: str,
    name: str | None,
    wanted: Wanted,
) -> Reply | StreamReply:
    """A kept file as a response."""
    etag = f'"{sha256[:32]}"'
    headers: tuple[tuple[bytes, bytes], ...] = (
        *_SAFE,
        (b"etag", etag.encode()),
        (b"content-disposition", disposition(content_type, name)),
    )
    if wanted.known_etag == etag:
        return Reply(b"", 304, headers, content_type.encode())
    try:
        part = read_range(wanted.range, size)
    except ValueError:
        unmet = {"Content-Range": f"bytes */{size}"}
        raise MatrixError(416, "M_UNKNOWN", "Not in the file", headers=unmet) from None
    start, stop, status = (0, size, 200) if part is None else (*part, 206)
    if part is not None:
        headers = (*headers, (b"content-range", b"bytes %d-%d/%d" % (start, stop - 1, size)))
    if stop - start <= WHOLE_BYTES:
        with reached():
            whole = await media.blobs.read(sha256, start, stop)
        return Reply(whole, status, headers, content_type.encode())
    chunks = media.blobs.get(sha256, start, stop)
    return StreamReply(chunks, content_type.encode(), stop - start, status, headers)
