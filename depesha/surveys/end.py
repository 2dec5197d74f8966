"""What an author does to a survey: ending it, forgetting it, reminding who has not answered."""

import msgspec

from depesha.audit import act_of, record
from depesha.base.errors import invalid_param, limit_exceeded
from depesha.eventlog.append import Writing
from depesha.eventlog.changes import Change, Reach
from depesha.http.caller import Caller
from depesha.io.jobs import delete_job, upsert_job
from depesha.surveys import store
from depesha.surveys.access import access_own, is_over, refused
from depesha.surveys.answer import questions_of
from depesha.surveys.create import END, TELL, tell_changed
from depesha.surveys.record import DUE, Surveys
from depesha.surveys.rules import KEPT_MS, Box, settled

REMIND_MS = 20 * 3_600_000
"""How long people are left in peace between two tellings."""


async def end_survey(surveys: Surveys, caller: Caller, survey_id: str) -> None:
    """End a survey of one's own now, for good; what is over stays so."""
    row, now = await access_own(surveys, caller.user_id, survey_id), surveys.spine.clock.now_ms()
    if is_over(surveys, row):
        return

    async def plan(w: Writing) -> None:
        await write_end(w, row, now)
        await upsert_job(w.tx, w.institution.id, END, survey_id, b"", now + KEPT_MS)
        if not row.room_id:
            await record(w, act_of(caller, "survey.end", survey_id, title=row.title))

    await surveys.spine.log.commit(plan)


async def write_end(w: Writing, row: store.SurveyRow, ts: int) -> None:
    """Within a plan: the survey is over. What is too little to be told is not kept any longer."""
    tx, institution_id = w.tx, w.institution.id
    await store.update_ended(tx, institution_id, row.survey_id, ts)
    sums = await store.select_box(tx, institution_id, row.survey_id)
    if sums is not None:
        box = settled(msgspec.json.decode(sums, type=Box), questions_of(row))
        kept = msgspec.json.encode(box).decode()
        await store.upsert_box(tx, institution_id, row.survey_id, kept)
    await tell_changed(w, row, row.author)


async def forget_survey(surveys: Surveys, caller: Caller, survey_id: str) -> None:
    """Forget a survey of one's own with all answers."""
    row = await access_own(surveys, caller.user_id, survey_id)

    async def plan(w: Writing) -> None:
        await tell_changed(w, row, caller.user_id)
        await store.delete_survey(w.tx, w.institution.id, survey_id)
        for kind in (TELL, END):
            await delete_job(w.tx, w.institution.id, kind, survey_id)
        if not row.room_id:
            await record(w, act_of(caller, "survey.forget", survey_id, title=row.title))

    await surveys.spine.log.commit(plan)


async def remind(surveys: Surveys, caller: Caller, survey_id: str) -> None:
    """Have those told once more who have not answered, once a day at most; not of a chat's."""
    row, now = await access_own(surveys, caller.user_id, survey_id), surveys.spine.clock.now_ms()
    if row.room_id:
        raise invalid_param("In a chat one reminds by speaking there")
    if is_over(surveys, row):
        raise refused("survey_over", "The survey is over")
    wait = row.round_ts + REMIND_MS - now
    if wait > 0:
        raise limit_exceeded(wait)

    async def plan(w: Writing) -> None:
        await store.update_round(w.tx, w.institution.id, survey_id, now)
        await upsert_job(w.tx, w.institution.id, TELL, survey_id, b"", now)
        await w.change(Change(DUE, Reach.NOBODY, item=survey_id))
        await record(w, act_of(caller, "survey.remind", survey_id, title=row.title))

    await surveys.spine.log.commit(plan)
