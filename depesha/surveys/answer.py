"""Answering a survey: openly, or into its box."""

from collections.abc import Sequence

import msgspec

from depesha.accounts import check_not_suspended
from depesha.base.errors import forbidden
from depesha.eventlog.append import Writing
from depesha.http.caller import Caller
from depesha.surveys import store
from depesha.surveys.access import access_survey, is_over, no_survey, refused
from depesha.surveys.create import tell_changed
from depesha.surveys.record import Surveys
from depesha.surveys.rules import Answer, Box, Question, check_answers, dropped


async def answer_survey(
    surveys: Surveys, caller: Caller, survey_id: str, given: Sequence[list[int] | str | None]
) -> None:
    """Answer, or answer anew where that is allowed.

    Raises 400 M_INVALID_PARAM; 403 M_FORBIDDEN with `org.depesha.rule`: `survey_over`,
    `survey_answered`; 404 M_NOT_FOUND.
    """
    check_not_suspended(caller)
    me, spine = caller.user_id, surveys.spine
    seen = await access_survey(surveys, me, survey_id)
    if not seen.is_for:
        raise forbidden("The survey does not ask you")
    answers = check_answers(questions_of(seen.row), given)

    async def plan(w: Writing) -> None:
        tx, institution_id = w.tx, w.institution.id
        row = await store.select_survey(tx, institution_id, survey_id)
        if row is None:
            raise no_survey()
        if is_over(surveys, row):
            raise refused("survey_over", "The survey is over")
        await store.insert_person(tx, institution_id, survey_id, me, 0)
        person = await store.select_person(tx, institution_id, survey_id, me)
        if person is None or (person.has_answered and not row.is_changeable):
            raise refused("survey_answered", "You have answered")
        if row.is_anonymous:
            await _drop(w, row, person.unit_id, answers)
        else:
            text = msgspec.json.encode(answers).decode()
            given_row = store.AnswerRow(me, text, spine.clock.now_ms())
            await store.upsert_answer(tx, institution_id, survey_id, given_row)
        await store.update_answered(tx, institution_id, survey_id, me)
        await tell_changed(w, row, me)

    await spine.log.commit(plan)


async def _drop(w: Writing, row: store.SurveyRow, group: int, answers: Sequence[Answer]) -> None:
    tx, institution_id = w.tx, w.institution.id
    sums = await store.select_box(tx, institution_id, row.survey_id)
    if sums is None:
        raise no_survey()
    box = dropped(msgspec.json.decode(sums, type=Box), group, answers)
    await store.upsert_box(tx, institution_id, row.survey_id, msgspec.json.encode(box).decode())


def questions_of(row: store.SurveyRow) -> list[Question]:
    return msgspec.json.decode(row.questions, type=list[Question])
