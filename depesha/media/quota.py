"""How much room files take: of one person, and of the whole institution.

Pictures of link previews count for the institution alone: nobody chose to keep them.
"""

from depesha.base.errors import MatrixError, forbidden
from depesha.io.blobs import Blob
from depesha.io.tx import Tx
from depesha.media import store
from depesha.media.erase import check_not_doomed, doom, remove_doomed
from depesha.media.record import Media


async def check_room(media: Media, user_id: str | None, more: int) -> None:
    """Raise 403 M_FORBIDDEN when `more` bytes would be beyond what is granted, before they come."""

    async def look(tx: Tx) -> MatrixError | None:
        return await _find_excess(media, tx, user_id, more)

    excess = await media.spine.db.read(look)
    if excess is not None:
        raise excess


async def enter(media: Media, blob: Blob, row: store.FileRow, *, for_user: bool = True) -> None:
    """Note a file whose content has come; a row that is there as pending gets it.

    Raises 403 M_FORBIDDEN beyond what is granted: then the content is removed again; 409
    M_CANNOT_OVERWRITE_MEDIA for a file that has its content; 503 M_UNKNOWN while the same content
    is being removed.
    """
    institution_id = media.spine.institution.id

    async def write(tx: Tx) -> MatrixError | None:
        await check_not_doomed(tx, institution_id, blob.sha256)
        excess = await _find_excess(media, tx, row.user_id if for_user else None, blob.size)
        if excess is not None:
            await doom(tx, institution_id, blob.sha256)
            return excess
        if await store.select_file(tx, institution_id, row.media_id) is None:
            await store.insert_file(tx, institution_id, row)
        elif not await store.update_uploaded(tx, institution_id, row):
            raise MatrixError(409, "M_CANNOT_OVERWRITE_MEDIA", "This file has been uploaded")
        await store.add_total(tx, institution_id, blob.size)
        return None

    excess = await media.spine.db.write(write)
    if excess is not None:
        await remove_doomed(media)
        raise excess


async def _find_excess(media: Media, tx: Tx, user_id: str | None, more: int) -> MatrixError | None:
    """The refusal of `more` bytes, by the person's grant and by the institution's."""
    config, institution_id = media.spine.config, media.spine.institution.id
    most, whole = config.media_quota_bytes, config.media_total_bytes
    if most and user_id and more + await store.sum_sizes(tx, institution_id, user_id) > most:
        return forbidden(f"Your files may take at most {most} bytes on this server")
    if whole and more + await store.select_total(tx, institution_id) > whole:
        return forbidden("The files of this institution take all the room that it has")
    return None
