"""Kinds of change that this slice makes."""

from depesha.eventlog.append import Writing
from depesha.eventlog.changes import Change, Reach
from depesha.keys import store

LIST = "keys_list"
"""Identity or cross-signing keys of the user named have changed."""

SIGNED = "keys_signed"
"""The user named has signed keys of the user `item`, which only the signer can see."""

COUNT = "keys_count"
"""One-time or fallback keys of the device `item` have come or gone."""

TO_DEVICE = "to_device"
"""A message for the device `item` has been queued."""


async def change_list(w: Writing, user_id: str) -> int:
    """Log that the keys of a user have changed, for everyone who shares a room with them."""
    position = await w.change(Change(LIST, Reach.SHARED, user_id))
    await store.upsert_list(w.tx, w.institution.id, user_id, position)
    return position


async def change_count(w: Writing, user_id: str, device_id: str) -> int:
    """Log that a device has more or fewer keys to be claimed: its next sync will say so."""
    return await w.change(Change(COUNT, Reach.NOBODY, user_id, item=device_id))
