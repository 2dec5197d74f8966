"""What is done from time to time: forgetting what nobody can ask for any more."""

from depesha.io.tx import Tx
from depesha.media import store
from depesha.media.record import Media

EVERY_SECONDS = 3_600
KEPT_PREVIEWS_MS = 24 * 3_600_000
"""How long a link preview lies about; for most of that time it is too old to be given."""


async def keep_media(media: Media) -> None:
    """Do so for ever."""
    while True:
        await forget_old(media)
        await media.spine.clock.sleep(EVERY_SECONDS)


async def forget_old(media: Media) -> None:
    """Drop old link previews, and uploads that were announced and never came.

    The pictures of previews stay longer: whether somebody has sent one is for `duty` to know.
    """
    institution_id, now = media.spine.institution.id, media.spine.clock.now_ms()

    async def plan(tx: Tx) -> None:
        await store.delete_previews(tx, institution_id, now - KEPT_PREVIEWS_MS)
        await store.delete_pending(tx, institution_id, now - KEPT_PREVIEWS_MS)

    await media.spine.db.write(plan)
