"""Messages that stick for a while: every member is given them, however long the timeline is.

Spec: MSC4354; MSC4480 for sliding sync.
"""

from dataclasses import dataclass

from depesha.base.errors import limit_exceeded
from depesha.eventlog.append import Writing
from depesha.eventlog.changes import Logged
from depesha.eventlog.read import find_events
from depesha.eventlog.state import Tip
from depesha.profile import ignored_users
from depesha.timeline import store
from depesha.timeline.record import Timelines

MOST_STUCK = 100
"""Messages of one person that stick in one room at once."""


async def project_sticky(w: Writing, logged: Logged, tip: Tip) -> None:
    """Keep a message that sticks at hand; 429 M_LIMIT_EXCEEDED for whom too many stick already."""
    event, now = logged.event, w.log.clock.now_ms()
    sticks_for = event.sticks_for(now) if event.state_key is None else 0
    if not sticks_for:
        return
    institution_id = w.institution.id
    await store.delete_unstuck(w.tx, institution_id, now)
    ends = await store.select_stuck_of(w.tx, institution_id, tip.room_id, event.sender)
    if len(ends) >= MOST_STUCK:
        raise limit_exceeded(ends[0] - now)
    row = store.StuckRow(tip.room_id, logged.position, now + sticks_for)
    await store.insert_stuck(w.tx, institution_id, row, event.sender)


async def load_sticky(timelines: Timelines) -> None:
    """Remember what sticks from before the start."""
    spine = timelines.spine
    now = spine.clock.now_ms()
    for row in await spine.db.read(store.select_stuck_rooms, spine.institution.id, now):
        timelines.stuck.put(row.room_id, row.position, row.until_ts)


@dataclass(frozen=True, slots=True)
class StuckAsk:
    """What sticks in a room for one person after `since`, up to `until`; oldest first."""

    user_id: str
    room_id: str
    since: int
    until: int
    limit: int = 10_000


async def find_stuck(timelines: Timelines, ask: StuckAsk) -> list[Logged]:
    """The messages, without those of people whom the user ignores."""
    spine, now = timelines.spine, timelines.spine.clock.now_ms()
    if not timelines.stuck.may_have(ask.room_id, ask.since, now):
        return []
    asked = (ask.room_id, ask.since, ask.until, now, ask.limit)
    positions = await spine.db.read(store.select_stuck, spine.institution.id, *asked)
    events = await find_events(spine.log, positions) if positions else {}
    ignored = await ignored_users(timelines.profile, ask.user_id)
    return [
        logged
        for position in positions
        if (logged := events.get(position)) is not None
        and logged.event.sticks_for(now)
        and logged.event.sender not in ignored
    ]
