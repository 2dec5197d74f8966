"""Absences begin and end by themselves: whoever stands in learns of it at the time (G7)."""

from depesha.eventlog.append import Writing
from depesha.eventlog.changes import Change, Reach
from depesha.io.jobs import Job
from depesha.org import store
from depesha.org.people import next_absence
from depesha.org.record import DEPUTY, Org


async def tell_deputies(org: Org, job: Job) -> int | None:
    """Do one job: tell whoever stands in for somebody; when it is to be done next (ms)."""
    spine = org.spine

    async def plan(w: Writing) -> int | None:
        rows = await store.select_absences_of(w.tx, w.institution.id, job.key)
        for deputy in sorted({row.deputy for row in rows}):
            await w.change(Change(DEPUTY, Reach.USER, deputy))
        return next_absence(rows, spine.clock.now_ms())

    return await spine.log.commit(plan)
