"""Removing files for good, with their thumbnails and, where nobody else has the same, the content.

What is to go is written down first. An upload of the very same content that comes meanwhile is
refused, and succeeds when it is tried again.
"""

from depesha.base.errors import MatrixError
from depesha.io.tx import Tx
from depesha.media import store
from depesha.media.record import Media


async def remove_files(media: Media, media_ids: list[str]) -> None:
    """Remove files by their ids; what is not there is passed over."""
    institution_id, db = media.spine.institution.id, media.spine.db

    async def plan(tx: Tx) -> None:
        for media_id in media_ids:
            row = await store.select_file(tx, institution_id, media_id)
            if row is not None:
                await store.delete_file(tx, institution_id, media_id)
                await store.add_total(tx, institution_id, -row.size)
                await doom(tx, institution_id, row.sha256)

    await db.write(plan)
    await remove_doomed(media)


async def doom(tx: Tx, institution_id: int, sha256: str | None) -> None:
    """Write down that a content is to be removed, unless a file still has it."""
    if sha256 is None or await store.count_uses(tx, institution_id, sha256):
        return
    thumbnails = await store.select_thumbnails_of(tx, institution_id, sha256)
    await store.delete_thumbnails_of(tx, institution_id, sha256)
    for content in (sha256, *thumbnails):
        if not await store.count_uses(tx, institution_id, content):
            await store.insert_doomed(tx, institution_id, content)


async def remove_doomed(media: Media) -> None:
    """Remove the contents that are written down, also those that a crash has left so."""
    institution_id, db = media.spine.institution.id, media.spine.db
    for sha256 in await db.read(store.select_doomed, institution_id):
        await media.blobs.delete(sha256)
        await db.write(store.delete_doomed, institution_id, sha256)


async def check_not_doomed(tx: Tx, institution_id: int, sha256: str) -> None:
    """Raise 503 M_UNKNOWN for a content that is being removed at this moment."""
    if await store.is_doomed(tx, institution_id, sha256):
        raise MatrixError(503, "M_UNKNOWN", "Try again in a moment")
