"""Who may know of a survey: its author, those whom it is for, and who is in its chat."""

from typing import NamedTuple

from depesha.base.errors import MatrixError, forbidden, not_found
from depesha.surveys import store
from depesha.surveys.record import Surveys


class Seen(NamedTuple):
    """A survey, and what it is to somebody."""

    row: store.SurveyRow
    is_author: bool
    is_for: bool
    """They are asked themselves."""


def no_survey() -> MatrixError:
    """What is answered of a survey that is not there, and of one that is not shown."""
    return not_found("There is no such survey")


def refused(rule: str, reason: str) -> MatrixError:
    """403 M_FORBIDDEN that says by which rule."""
    return forbidden(reason, **{"org.depesha.rule": rule})


async def access_survey(surveys: Surveys, user_id: str, survey_id: str) -> Seen:
    """A survey that somebody knows of; else 404 M_NOT_FOUND."""
    spine = surveys.spine
    row = await spine.db.read(store.select_survey, spine.institution.id, survey_id)
    if row is None:
        raise no_survey()
    if row.room_id:
        is_for = row.room_id in await joined_rooms(surveys, user_id)
    else:
        person = await spine.db.read(store.select_person, spine.institution.id, survey_id, user_id)
        is_for = person is not None
    seen = Seen(row, row.author == user_id, is_for)
    if not (seen.is_author or seen.is_for):
        raise no_survey()
    return seen


async def access_own(surveys: Surveys, user_id: str, survey_id: str) -> store.SurveyRow:
    """A survey of one's own; 404 M_NOT_FOUND, 403 M_FORBIDDEN for that of another."""
    seen = await access_survey(surveys, user_id, survey_id)
    if not seen.is_author:
        raise forbidden("The survey is another's")
    return seen.row


async def joined_rooms(surveys: Surveys, user_id: str) -> list[str]:
    places = await surveys.spine.log.rooms_of(user_id)
    return [room_id for room_id, place in places.items() if place.membership == "join"]


def is_over(surveys: Surveys, row: store.SurveyRow) -> bool:
    return row.ended_ts is not None or surveys.spine.clock.now_ms() >= row.until_ts
