"""What is no longer there counts for nobody."""

from depesha.eventlog.append import Writing
from depesha.signals import store


async def forget_counts(w: Writing, room_order: int, room_nid: int) -> None:
    """Within a plan: forget what an event whose time was over has counted."""
    await store.delete_exception(w.tx, w.institution.id, room_nid, room_order)
    await store.delete_singles(w.tx, w.institution.id, room_nid, room_order)
