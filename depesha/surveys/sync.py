"""That surveys have changed, in a sync: `org.depesha.surveys` among the global account data.

Its content names in `surveys` those to be read anew; nothing of them is told here.
"""

from depesha.base.canonical import encode
from depesha.eventlog.changes import Change, Reach
from depesha.eventlog.section import NOTHING, Section, SyncAsk
from depesha.surveys.record import CHANGED, Surveys

KINDS = frozenset({CHANGED})
TYPE = "org.depesha.surveys"


async def section(surveys: Surveys, ask: SyncAsk) -> Section:
    """The surveys that have changed for the user since."""
    tail = surveys.spine.log.tail
    if not ask.since or not ask.may_have(KINDS) or tail.start > ask.since:
        return NOTHING
    rooms = await surveys.spine.log.rooms_of(ask.user_id)
    found = {
        entry.item
        for entry in tail.since(ask.since)
        if isinstance(entry, Change) and entry.kind == CHANGED and entry.position <= ask.until
        if entry.user_id == ask.user_id
        or (entry.reach is Reach.ROOM_LATER and entry.room_id in rooms)
    }
    if not found:
        return NOTHING
    content = {"surveys": sorted(found), "version": ask.until}
    return Section(account_data=[encode({"type": TYPE, "content": content})])
