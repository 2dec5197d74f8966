"""What is done of surveys later: telling those whom they are for, ending and forgetting them."""

from functools import partial

import msgspec

from depesha.accounts import Accounts
from depesha.base.canonical import Content
from depesha.base.errors import MatrixError
from depesha.eventlog.append import Writing
from depesha.eventlog.changes import Change, Reach
from depesha.io.jobs import Job, Jobs, Kind
from depesha.notices import Notices, Told, send_content
from depesha.org import Org
from depesha.spine import Spine
from depesha.surveys import store
from depesha.surveys.access import is_over
from depesha.surveys.answer import questions_of
from depesha.surveys.create import END, TELL, Target, addressed
from depesha.surveys.end import write_end
from depesha.surveys.record import CHANGED, Surveys
from depesha.surveys.rules import Step, empty_box, merge_few, next_step

SURVEY = "org.depesha.survey"
"""Key of the content of a message that leads to a survey: `survey_id`."""
TYPE = "depesha.survey"
"""`server_notice_type` of what tells of a survey."""

_AT_ONCE = 500


def make_surveys(spine: Spine, accounts: Accounts, org: Org, notices: Notices) -> Surveys:
    """The slice, whose jobs are done once they run."""
    kinds: dict[str, Kind] = {}
    jobs = Jobs(spine.db, spine.clock, spine.institution.id, kinds)
    surveys = Surveys(spine, accounts, org, notices, jobs)
    kinds.update({TELL: Kind(partial(tell, surveys)), END: Kind(partial(end, surveys), None)})
    return surveys


async def tell(surveys: Surveys, job: Job) -> None:
    """Write down whom a survey is for, and tell each who has not answered."""
    spine, survey_id = surveys.spine, job.key
    row = await spine.db.read(store.select_survey, spine.institution.id, survey_id)
    if row is None or row.room_id:
        return
    if not row.is_spread:
        await _spread(surveys, row)
    while not is_over(surveys, row):
        untold = await spine.db.read(
            store.select_untold, spine.institution.id, survey_id, row.round, _AT_ONCE
        )
        if not untold:
            return
        for person in untold:
            await _tell(surveys, row, person.user_id)


async def _spread(surveys: Surveys, row: store.SurveyRow) -> None:
    units = addressed(surveys, msgspec.json.decode(row.target, type=Target))
    groups = merge_few(units) if row.is_anonymous else units
    box = empty_box(questions_of(row), set(groups.values()))

    async def plan(w: Writing) -> None:
        tx, institution_id = w.tx, w.institution.id
        for user_id, unit in groups.items():
            await store.insert_person(tx, institution_id, row.survey_id, user_id, unit)
        if row.is_anonymous:
            sums = msgspec.json.encode(box).decode()
            await store.upsert_box(tx, institution_id, row.survey_id, sums)
        await store.update_spread(tx, institution_id, row.survey_id)
        await w.change(Change(CHANGED, Reach.USER, row.author, item=row.survey_id))

    await surveys.spine.log.commit(plan)


async def _tell(surveys: Surveys, row: store.SurveyRow, user_id: str) -> None:
    async def also(w: Writing, told: Told) -> None:
        await store.update_told(w.tx, w.institution.id, row.survey_id, user_id, row.round)
        await w.change(Change(CHANGED, Reach.USER, user_id, item=row.survey_id))

    content: Content = {
        "body": told_text(surveys, row),
        "server_notice_type": TYPE,
        SURVEY: {"survey_id": row.survey_id},
    }
    spine = surveys.spine
    try:
        await send_content(surveys.notices, user_id, content, also, is_invited=False)
    except MatrixError:
        # The account has ended, or never was; the others are told.
        await spine.db.write(
            store.update_told, spine.institution.id, row.survey_id, user_id, row.round
        )


def told_text(surveys: Surveys, row: store.SurveyRow) -> str:
    """What is told of a survey, in every language: which one they read is not known here."""
    where = f"{surveys.spine.config.base_url()}/#/surveys/{row.survey_id}"
    again = row.round > 1
    return (
        f"{'Напоминание: о' if again else 'О'}прос «{row.title}» ждёт вашего ответа.\n"
        f"{'A reminder: the' if again else 'The'} survey “{row.title}” awaits your answer.\n"
        f"{where}"
    )


async def end(surveys: Surveys, job: Job) -> int | None:
    """End a survey whose time is over, or forget it; when there is something to do next (ms)."""
    spine, survey_id = surveys.spine, job.key
    row = await spine.db.read(store.select_survey, spine.institution.id, survey_id)
    if row is None:
        return None
    step, again = next_step(row.until_ts, row.ended_ts, spine.clock.now_ms())

    async def plan(w: Writing) -> None:
        await write_end(w, row, row.until_ts)

    if step is Step.END:
        await spine.log.commit(plan)
    if step is Step.FORGET:
        await spine.db.write(store.delete_survey, spine.institution.id, survey_id)
        return None
    return again
