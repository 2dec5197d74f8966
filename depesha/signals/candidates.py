"""Which events may have notified a user: to be looked at, newest first."""

from depesha.eventlog import store as eventlog_store
from depesha.io.tx import Tx
from depesha.signals import store
from depesha.signals.rules import COUNTED_TYPES


async def select_candidates(
    tx: Tx,
    institution_id: int,
    user_id: str,
    room_nids: list[int],
    before: int,
    limit: int,
    *,
    only_highlights: bool,
) -> list[int]:
    """Positions of up to `limit` events before a position, newest first."""
    found = await store.select_singled(tx, institution_id, user_id, room_nids, before, limit)
    found += await store.select_highlighted(tx, institution_id, room_nids, before, limit)
    if not only_highlights:
        types = list(COUNTED_TYPES)
        found += await eventlog_store.select_positions(
            tx, institution_id, room_nids, types, before, limit
        )
    return sorted(set(found), reverse=True)[:limit]
