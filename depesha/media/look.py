"""Which files there are, for whoever answers for them."""

from depesha.media import store
from depesha.media.record import Media

_PAGE = 500


async def files_of(media: Media, user_id: str) -> list[store.FileRow]:
    """All files that the user has uploaded, by their ids."""
    spine, found, after = media.spine, list[store.FileRow](), ""
    while page := await spine.db.scan(
        store.select_files_of, spine.institution.id, user_id, after, _PAGE
    ):
        found += page
        after = page[-1].media_id
    return found


async def find_file(media: Media, media_id: str) -> store.FileRow | None:
    """The file of this id, when it is there and its content has come."""
    row = await media.spine.db.read(store.select_file, media.spine.institution.id, media_id)
    return row if row is not None and row.sha256 is not None else None


async def pictures_over(media: Media, after: str) -> list[str]:
    """A page of the pictures of link previews whose time is over, by their ids, behind one."""
    spine = media.spine
    now = spine.clock.now_ms()
    return await spine.db.scan(store.select_over, spine.institution.id, now, after)


async def files_made_before(
    media: Media, after: tuple[int, str], before_ts: int
) -> list[store.MadeRow]:
    """A page of the files uploaded before a time (ms), oldest first, beginning behind one."""
    spine = media.spine
    return await spine.db.scan(
        store.select_made_before, spine.institution.id, after, before_ts, _PAGE
    )
