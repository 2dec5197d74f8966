"""Deciding complaints, and answering whoever complained (requirement D6)."""

from contextlib import suppress
from typing import Literal

from depesha.audit import act_of, record
from depesha.base.errors import MatrixError, not_found
from depesha.duty import store
from depesha.duty.record import REPORT, Duty
from depesha.eventlog.append import Writing
from depesha.eventlog.changes import Change, Reach
from depesha.http.caller import Caller
from depesha.notices import send_notice

Decision = Literal["upheld", "rejected"]
Complaint = store.DecidedRow


async def load_complaints(
    duty: Duty, before: int, limit: int, *, only_open: bool
) -> list[Complaint]:
    """Complaints, the latest first; of the open ones alone where asked so."""
    spine = duty.spine
    return await spine.db.read(
        store.select_reports, spine.institution.id, before, limit, int(only_open)
    )


async def decide(duty: Duty, caller: Caller, number: int, decision: Decision, answer: str) -> None:
    """Decide a complaint, once or anew; the reporter is told `answer` in their room of notices.

    404 M_NOT_FOUND for no such complaint.
    """

    async def plan(w: Writing) -> Complaint:
        row = await store.select_report(w.tx, w.institution.id, number)
        if row is None:
            raise not_found("There is no such complaint")
        now = duty.spine.clock.now_ms()
        await store.update_decision(
            w.tx, w.institution.id, number, decision, answer, caller.user_id, now
        )
        await w.change(Change(REPORT, Reach.NOBODY, row.reporter, row.room_id))
        act = act_of(caller, "complaint.decide", str(number), decision=decision)
        await record(w, act)
        return row

    row = await duty.spine.log.commit(plan)
    if answer:
        # The decision stands also where the reporter is not here any more to be told.
        with suppress(MatrixError):
            await send_notice(duty.notices, row.reporter, answer)
