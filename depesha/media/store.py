"""SQL on uploaded files, thumbnails and link previews."""

from typing import NamedTuple

from depesha.io.tx import Tx


class FileRow(NamedTuple):
    """A file; `sha256` is None while its upload has not come. Times in milliseconds."""

    media_id: str
    user_id: str
    sha256: str | None
    size: int
    content_type: str
    file_name: str | None
    created_ts: int
    expires_ts: int | None


class ThumbnailRow(NamedTuple):
    """A thumbnail that was made before."""

    sha256: str
    size: int
    content_type: str


class PreviewRow(NamedTuple):
    """A link preview as JSON, and when it was made."""

    preview: str
    fetched_ts: int


async def insert_file(tx: Tx, institution_id: int, row: FileRow) -> None:
    await tx.execute(
        "INSERT INTO media_files (institution_id, media_id, user_id, sha256, size, content_type,"
        " file_name, created_ts, expires_ts) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        institution_id,
        *row,
    )


async def select_file(tx: Tx, institution_id: int, media_id: str) -> FileRow | None:
    return await tx.row(
        FileRow,
        "SELECT media_id, user_id, sha256, size, content_type, file_name, created_ts, expires_ts"
        " FROM media_files WHERE institution_id = $1 AND media_id = $2",
        institution_id,
        media_id,
    )


async def update_uploaded(tx: Tx, institution_id: int, row: FileRow) -> int:
    """Give a pending file its content; the number of rows, 0 when it is not pending."""
    return await tx.execute(
        "UPDATE media_files SET sha256 = $3, size = $4, content_type = $5, file_name = $6,"
        " expires_ts = NULL WHERE institution_id = $1 AND media_id = $2 AND sha256 IS NULL",
        institution_id,
        row.media_id,
        row.sha256,
        row.size,
        row.content_type,
        row.file_name,
    )


async def count_pending(tx: Tx, institution_id: int, user_id: str, now_ms: int) -> int:
    """Uploads that the user has announced and that may still come."""
    found = await tx.value(
        int,
        "SELECT COUNT(*) FROM media_files WHERE institution_id = $1 AND user_id = $2"
        " AND sha256 IS NULL AND expires_ts > $3",
        institution_id,
        user_id,
        now_ms,
    )
    return found or 0


async def sum_sizes(tx: Tx, institution_id: int, user_id: str) -> int:
    """Bytes of all files that the user has uploaded."""
    found = await tx.value(
        int,
        "SELECT CAST(SUM(size) AS INTEGER) FROM media_files"
        " WHERE institution_id = $1 AND user_id = $2 AND expires_ts IS NULL",
        institution_id,
        user_id,
    )
    return found or 0


async def select_total(tx: Tx, institution_id: int) -> int:
    """Bytes of all files of the institution."""
    found = await tx.value(
        int, "SELECT bytes FROM media_totals WHERE institution_id = $1", institution_id
    )
    return found or 0


async def add_total(tx: Tx, institution_id: int, more: int) -> None:
    """Files take so many bytes more, or less."""
    await tx.execute(
        "INSERT INTO media_totals (institution_id, bytes) VALUES ($1, $2)"
        " ON CONFLICT (institution_id) DO UPDATE SET bytes = media_totals.bytes + excluded.bytes",
        institution_id,
        more,
    )


class OverRow(NamedTuple):
    """A picture of a link preview whose time is over."""

    media_id: str


async def select_over(tx: Tx, institution_id: int, now_ms: int, after: str) -> list[str]:
    """A page of such pictures, in the order of their ids."""
    rows = await tx.rows(
        OverRow,
        "SELECT media_id FROM media_files WHERE institution_id = $1 AND expires_ts <= $2"
        " AND sha256 IS NOT NULL AND media_id > $3 ORDER BY media_id LIMIT 500",
        institution_id,
        now_ms,
        after,
    )
    return [row.media_id for row in rows]


async def select_files_of(
    tx: Tx, institution_id: int, user_id: str, after: str, limit: int
) -> list[FileRow]:
    """Files that the user has uploaded, in the order of their ids."""
    return await tx.rows(
        FileRow,
        "SELECT media_id, user_id, sha256, size, content_type, file_name, created_ts, expires_ts"
        " FROM media_files WHERE institution_id = $1 AND user_id = $2 AND media_id > $3"
        " AND sha256 IS NOT NULL ORDER BY media_id LIMIT $4",
        institution_id,
        user_id,
        after,
        limit,
    )


class MadeRow(NamedTuple):
    """A file by its age (ms)."""

    media_id: str
    user_id: str
    created_ts: int


async def select_made_before(
    tx: Tx, institution_id: int, after: tuple[int, str], before: int, limit: int
) -> list[MadeRow]:
    """Files that are there, uploaded before a time, oldest first; those after one of them."""
    return await tx.rows(
        MadeRow,
        "SELECT media_id, user_id, created_ts FROM media_files WHERE institution_id = $1"
        " AND created_ts < $4 AND sha256 IS NOT NULL"
        " AND (created_ts > $2 OR (created_ts = $2 AND media_id > $3))"
        " ORDER BY created_ts, media_id LIMIT $5",
        institution_id,
        *after,
        before,
        limit,
    )


async def delete_file(tx: Tx, institution_id: int, media_id: str) -> None:
    await tx.execute(
        "DELETE FROM media_files WHERE institution_id = $1 AND media_id = $2",
        institution_id,
        media_id,
    )


async def count_uses(tx: Tx, institution_id: int, sha256: str) -> int:
    """How many files and thumbnails have this content."""
    found = await tx.value(
        int,
        "SELECT (SELECT COUNT(*) FROM media_files WHERE institution_id = $1 AND sha256 = $2)"
        " + (SELECT COUNT(*) FROM media_thumbnails WHERE institution_id = $1 AND sha256 = $2)",
        institution_id,
        sha256,
    )
    return found or 0


class ContentRow(NamedTuple):
    """The content of something."""

    sha256: str


async def select_thumbnails_of(tx: Tx, institution_id: int, sha256: str) -> list[str]:
    """The contents of all thumbnails that were made of a content."""
    rows = await tx.rows(
        ContentRow,
        "SELECT sha256 FROM media_thumbnails WHERE institution_id = $1 AND source_sha256 = $2",
        institution_id,
        sha256,
    )
    return [row.sha256 for row in rows]


async def delete_thumbnails_of(tx: Tx, institution_id: int, sha256: str) -> None:
    await tx.execute(
        "DELETE FROM media_thumbnails WHERE institution_id = $1 AND source_sha256 = $2",
        institution_id,
        sha256,
    )


async def insert_doomed(tx: Tx, institution_id: int, sha256: str) -> None:
    await tx.execute(
        "INSERT INTO media_doomed (institution_id, sha256) VALUES ($1, $2)"
        " ON CONFLICT (institution_id, sha256) DO NOTHING",
        institution_id,
        sha256,
    )


async def select_doomed(tx: Tx, institution_id: int) -> list[str]:
    rows = await tx.rows(
        ContentRow, "SELECT sha256 FROM media_doomed WHERE institution_id = $1", institution_id
    )
    return [row.sha256 for row in rows]


async def is_doomed(tx: Tx, institution_id: int, sha256: str) -> bool:
    """True for a content that is being removed at this moment."""
    found = await tx.value(
        str,
        "SELECT sha256 FROM media_doomed WHERE institution_id = $1 AND sha256 = $2",
        institution_id,
        sha256,
    )
    return found is not None


async def delete_doomed(tx: Tx, institution_id: int, sha256: str) -> None:
    await tx.execute(
        "DELETE FROM media_doomed WHERE institution_id = $1 AND sha256 = $2",
        institution_id,
        sha256,
    )


async def insert_thumbnail(
    tx: Tx,
    institution_id: int,
    source_sha256: str,
    size: tuple[int, int],
    method: str,
    row: ThumbnailRow,
) -> None:
    await tx.execute(
        "INSERT INTO media_thumbnails (institution_id, source_sha256, width, height, method,"
        " sha256, size, content_type) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)"
        " ON CONFLICT (institution_id, source_sha256, width, height, method) DO NOTHING",
        institution_id,
        source_sha256,
        *size,
        method,
        *row,
    )


async def select_thumbnail(
    tx: Tx, institution_id: int, source_sha256: str, size: tuple[int, int], method: str
) -> ThumbnailRow | None:
    return await tx.row(
        ThumbnailRow,
        "SELECT sha256, size, content_type FROM media_thumbnails WHERE institution_id = $1"
        " AND source_sha256 = $2 AND width = $3 AND height = $4 AND method = $5",
        institution_id,
        source_sha256,
        *size,
        method,
    )


async def select_preview(tx: Tx, institution_id: int, url: str) -> PreviewRow | None:
    return await tx.row(
        PreviewRow,
        "SELECT preview, fetched_ts FROM media_previews WHERE institution_id = $1 AND url = $2",
        institution_id,
        url,
    )


async def upsert_preview(tx: Tx, institution_id: int, url: str, row: PreviewRow) -> None:
    await tx.execute(
        "INSERT INTO media_previews (institution_id, url, preview, fetched_ts)"
        " VALUES ($1, $2, $3, $4) ON CONFLICT (institution_id, url)"
        " DO UPDATE SET preview = excluded.preview, fetched_ts = excluded.fetched_ts",
        institution_id,
        url,
        *row,
    )


async def delete_previews(tx: Tx, institution_id: int, before: int) -> None:
    """Forget previews made before a time."""
    await tx.execute(
        "DELETE FROM media_previews WHERE institution_id = $1 AND fetched_ts < $2",
        institution_id,
        before,
    )


async def delete_pending(tx: Tx, institution_id: int, before: int) -> None:
    """Forget announced uploads whose time was over before a time."""
    await tx.execute(
        "DELETE FROM media_files WHERE institution_id = $1 AND sha256 IS NULL AND expires_ts < $2",
        institution_id,
        before,
    )
