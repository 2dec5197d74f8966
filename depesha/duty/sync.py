"""What a sync tells of retention, so that the archives of clients shrink like the server's.

The account data `org.depesha.erased` of a room says before which time (ms) nothing that was said is
there any more, state events and what is under a hold excepted.
"""

from depesha.base.canonical import encode
from depesha.duty import store
from depesha.duty.record import Duty
from depesha.eventlog.append import ERASED
from depesha.eventlog.section import NOTHING, Section, SyncAsk

KINDS = frozenset({ERASED})
TYPE = "org.depesha.erased"


async def section(duty: Duty, ask: SyncAsk) -> Section:
    """Rooms of which something was erased since."""
    if not (0 in ask.rooms.values() or ask.may_have(KINDS)):
        return NOTHING
    spine, part = duty.spine, Section()
    by_since: dict[int, list[str]] = {}
    for room_id, since in ask.rooms.items():
        by_since.setdefault(since, []).append(room_id)
    for since, room_ids in by_since.items():
        rows = await spine.db.read(
            store.select_told_since, spine.institution.id, room_ids, since, ask.until
        )
        for row in rows:
            event = encode({"type": TYPE, "content": {"before_ts": row.erased_ts}})
            part.room_account_data[row.room_id] = [event]
    return part
