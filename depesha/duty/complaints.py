"""Complaints about content, rooms and people, kept for a moderator.

Spec: client-server API, "Reporting Content".
"""

from depesha.duty import store
from depesha.duty.record import REPORT, Duty
from depesha.eventlog.append import Writing
from depesha.eventlog.changes import Change, Reach

MOST_REASON = 4_000


async def report(
    duty: Duty,
    reporter: str,
    reason: str,
    *,
    room_id: str | None = None,
    event_id: str | None = None,
    user_id: str | None = None,
    score: int | None = None,
) -> None:
    """Keep a complaint; whether what it names may be named is for the caller to check."""

    async def plan(w: Writing) -> None:
        position = await w.change(Change(REPORT, Reach.NOBODY, reporter, room_id))
        row = store.ReportRow(
            position,
            reporter,
            room_id,
            event_id,
            user_id,
            reason[:MOST_REASON],
            score,
            duty.spine.clock.now_ms(),
        )
        await store.insert_report(w.tx, w.institution.id, row)

    await duty.spine.log.commit(plan)
