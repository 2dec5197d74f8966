"""Surveys as somebody may see them: those that concern them, and one with its questions."""

import msgspec

from depesha.base.canonical import Content
from depesha.org import may_see
from depesha.surveys import store
from depesha.surveys.access import Seen, access_survey, is_over, joined_rooms
from depesha.surveys.create import Target
from depesha.surveys.record import Surveys
from depesha.surveys.rules import FLOOR

_MOST_LISTED = 200


async def list_surveys(surveys: Surveys, user_id: str) -> list[Content]:
    """The surveys that somebody is asked by or has made, the latest first; at most two hundred."""
    spine, rooms = surveys.spine, await joined_rooms(surveys, user_id)
    rows = await spine.db.read(
        store.select_surveys_of, spine.institution.id, user_id, rooms, _MOST_LISTED
    )
    found: list[Content] = []
    for row in rows:
        is_author = row.author == user_id
        person = await _person(surveys, row, user_id)
        is_for = row.room_id in rooms if row.room_id else person is not None
        if is_author or is_for:
            found.append(await _described(surveys, user_id, Seen(row, is_author, is_for), person))
    return found


async def describe_survey(surveys: Surveys, user_id: str, survey_id: str) -> Content:
    """A survey with its questions, and one's own answers where they are known; 404 M_NOT_FOUND."""
    seen, spine = await access_survey(surveys, user_id, survey_id), surveys.spine
    row = seen.row
    person = await _person(surveys, row, user_id)
    told = await _described(surveys, user_id, seen, person)
    told["questions"] = msgspec.json.decode(row.questions)
    own = await spine.db.read(store.select_answer, spine.institution.id, survey_id, user_id)
    if own is not None:
        told["answers"] = msgspec.json.decode(own.answers)
    if seen.is_author and not row.room_id:
        told["to"] = msgspec.to_builtins(msgspec.json.decode(row.target, type=Target))
    return told


async def _person(surveys: Surveys, row: store.SurveyRow, user_id: str) -> store.PersonRow | None:
    spine = surveys.spine
    return await spine.db.read(store.select_person, spine.institution.id, row.survey_id, user_id)


async def _described(
    surveys: Surveys, user_id: str, seen: Seen, person: store.PersonRow | None
) -> Content:
    row, over = seen.row, is_over(surveys, seen.row)
    has_answered = person is not None and bool(person.has_answered)
    counts = await count_all(surveys, row)
    told: Content = {
        "survey_id": row.survey_id,
        "title": row.title,
        "about": row.about,
        "anonymous": bool(row.is_anonymous),
        "changeable": bool(row.is_changeable),
        "results": row.results,
        "ts": row.ts,
        "until_ts": row.ended_ts or row.until_ts,
        "is_over": over,
        "is_mine": seen.is_author,
        "has_answered": has_answered,
        "may_answer": seen.is_for and not over and (not has_answered or bool(row.is_changeable)),
        "may_see_results": may_see_results(surveys, seen, counts[1], has_answered=has_answered),
        "people": counts[0],
        "answered": counts[1],
    }
    if row.room_id:
        told["room_id"] = row.room_id
    # Whoever asks by the right may be somebody who is not there for those who are asked.
    if await may_see(surveys.org, user_id, row.author):
        told["author"] = row.author
    return told


async def count_all(surveys: Surveys, row: store.SurveyRow) -> tuple[int, int]:
    """How many people a survey is for, and how many have answered."""
    spine = surveys.spine
    people, answered = await spine.db.read(store.count_people, spine.institution.id, row.survey_id)
    if row.room_id:
        room = await spine.log.find_room(row.room_id)
        joined = room.joined - surveys.org.tree.posts.keys() if room is not None else ()
        people = max(people, len(joined))
    return people, answered or 0


def may_see_results(surveys: Surveys, seen: Seen, answered: int, *, has_answered: bool) -> bool:
    return why_hidden(surveys, seen, answered, has_answered=has_answered) is None


def why_hidden(surveys: Surveys, seen: Seen, answered: int, *, has_answered: bool) -> str | None:
    """By which rule somebody may not see the results; None when they may.

    Of an anonymous survey nobody sees them while it runs: who looks twice would learn what was
    answered in between.
    """
    row, over = seen.row, is_over(surveys, seen.row)
    if not seen.is_author and row.results != "all":
        return "survey_author"
    if row.is_anonymous:
        if not over:
            return "survey_running"
        return "survey_few" if answered < FLOOR else None
    return None if over or seen.is_author or has_answered else "survey_running"
