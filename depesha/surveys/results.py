"""What a survey has come to: sums, words, and in an open one who has answered what."""

from collections.abc import Sequence
from typing import NamedTuple

import msgspec

from depesha.base.canonical import Content
from depesha.io.tx import Tx
from depesha.org import find_seen, path_of
from depesha.surveys import store
from depesha.surveys.access import Seen, access_own, access_survey, refused
from depesha.surveys.answer import questions_of
from depesha.surveys.look import count_all, why_hidden
from depesha.surveys.record import Surveys
from depesha.surveys.rules import (
    Answer,
    Box,
    Question,
    Sum,
    added,
    cell,
    dropped,
    empty_box,
    shown_groups,
)

_MOST_TEXTS = 500
_MOST_PEOPLE = 1_000
_WHY = {
    "survey_author": "The results are for the author alone",
    "survey_running": "The results are told when the survey is over",
    "survey_few": "Too few have answered for anything to be told",
}


class Come(NamedTuple):
    """All that has come: the box, whole, and open answers by people."""

    box: Box
    given: Sequence[store.GivenRow]


async def describe_results(surveys: Surveys, user_id: str, survey_id: str) -> Content:
    """The sums of a survey.

    Raises 404 M_NOT_FOUND, 403 M_FORBIDDEN with `org.depesha.rule`: `survey_author`,
    `survey_running`, `survey_few`.
    """
    seen, come = await _access_results(surveys, user_id, survey_id)
    row, questions = seen.row, questions_of(seen.row)
    whole = added(come.box.groups.values(), questions)
    told: Content = {
        "answered": whole.answered,
        "questions": [
            {"said": said, "counts": list(counts), "texts": list(texts[:_MOST_TEXTS])}
            for said, counts, texts in zip(whole.said, whole.counts, come.box.texts, strict=True)
        ],
    }
    if seen.is_author:
        told["units"] = _units(surveys, row, come.box)
    if not row.is_anonymous:
        told["people"] = await _people(surveys, user_id, come.given)
    return told


async def _access_results(surveys: Surveys, user_id: str, survey_id: str) -> tuple[Seen, Come]:
    seen, spine = await access_survey(surveys, user_id, survey_id), surveys.spine
    person = await spine.db.read(store.select_person, spine.institution.id, survey_id, user_id)
    _, answered = await count_all(surveys, seen.row)
    has_answered = person is not None and bool(person.has_answered)
    why = why_hidden(surveys, seen, answered, has_answered=has_answered)
    if why is not None:
        raise refused(why, _WHY[why])
    return seen, await spine.db.scan(_load, spine.institution.id, seen.row)


async def _load(tx: Tx, institution_id: int, row: store.SurveyRow) -> Come:
    questions = questions_of(row)
    if row.is_anonymous:
        sums = await store.select_box(tx, institution_id, row.survey_id)
        box = empty_box(questions, ()) if sums is None else msgspec.json.decode(sums, type=Box)
        return Come(box, ())
    given = await store.select_answers(tx, institution_id, row.survey_id)
    box = empty_box(questions, {each.unit_id for each in given})
    for each in given:
        box = dropped(box, each.unit_id, answers_of(each.answers))
    return Come(box, given)


def answers_of(text: str) -> list[Answer]:
    return msgspec.json.decode(text, type=list[Answer])


def _units(surveys: Surveys, row: store.SurveyRow, box: Box) -> list[Content]:
    """The sums of units that are told apart: of an anonymous survey, of none with too few."""
    answered = {unit: each.answered for unit, each in box.groups.items()}
    shown = shown_groups(answered) if row.is_anonymous else set(answered) - {0}
    return [_unit(surveys, unit, box.groups[unit]) for unit in sorted(shown) if answered[unit] > 0]


def _unit(surveys: Surveys, unit: int, each: Sum) -> Content:
    node = surveys.org.tree.node(unit)
    return {
        "unit_id": unit,
        "path": path_of(node) if node is not None else [],
        "answered": each.answered,
        "said": list(each.said),
        "counts": [list(counts) for counts in each.counts],
    }


async def _people(surveys: Surveys, viewer: str, given: Sequence[store.GivenRow]) -> list[Content]:
    """Who has answered what, of those whom the viewer sees."""
    seen = await find_seen(surveys.org, viewer, [row.user_id for row in given])
    return [
        {"user_id": row.user_id, "ts": row.ts, "answers": msgspec.json.decode(row.answers)}
        for row in given
        if row.user_id in seen
    ][:_MOST_PEOPLE]


async def list_unanswered(surveys: Surveys, user_id: str, survey_id: str) -> Content:
    """Those who have not answered a survey of one's own: how `many`, and those whom one sees."""
    row, spine = await access_own(surveys, user_id, survey_id), surveys.spine
    institution_id = spine.institution.id
    if row.room_id:
        room = await spine.log.find_room(row.room_id)
        done = await spine.db.read(store.select_people, institution_id, survey_id, 1)
        joined = room.joined if room is not None else frozenset[str]()
        waiting = sorted(joined - {each.user_id for each in done} - surveys.org.tree.posts.keys())
    else:
        rows = await spine.db.read(store.select_people, institution_id, survey_id, 0)
        waiting = [each.user_id for each in rows]
    seen = await find_seen(surveys.org, user_id, waiting)
    return {
        "many": len(waiting),
        "users": [each for each in waiting if each in seen][:_MOST_PEOPLE],
    }


# --- as a table ----------------------------------------------------------------------


async def write_table(surveys: Surveys, user_id: str, survey_id: str) -> str:
    """The results of a survey of one's own as CSV; raises as `describe_results`."""
    await access_own(surveys, user_id, survey_id)
    seen, come = await _access_results(surveys, user_id, survey_id)
    questions = questions_of(seen.row)
    if seen.row.is_anonymous:
        lines = _sums_table(questions, come.box)
    else:
        visible = await find_seen(surveys.org, user_id, [row.user_id for row in come.given])
        given = [row for row in come.given if row.user_id in visible]
        lines = [["", *(question.text for question in questions)]]
        lines += [[row.user_id, *_worded(questions, row.answers)] for row in given]
    return "\ufeff" + "".join(",".join(map(cell, line)) + "\r\n" for line in lines)


def _worded(questions: Sequence[Question], answers: str) -> list[str]:
    pairs = zip(questions, answers_of(answers), strict=True)
    return [
        answer if isinstance(answer, str) else "; ".join(_choice(question, n) for n in answer)
        for question, answer in pairs
    ]


def _choice(question: Question, number: int) -> str:
    return question.choices[number] if question.choices else str(number + 1)


def _sums_table(questions: Sequence[Question], box: Box) -> list[list[str]]:
    whole, lines = added(box.groups.values(), questions), list[list[str]]()
    for at, question in enumerate(questions):
        for number, count in enumerate(whole.counts[at]):
            lines.append([question.text, _choice(question, number), str(count)])
        lines += [[question.text, text, ""] for text in box.texts[at]]
    return lines
