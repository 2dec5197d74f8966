"""Making a survey: for a chat, by who may speak there; for units and people, by who may ask them.

Whom one may ask are the people of the levels that one manages or stands in for, and of those for
which one has the right; who has it for the institution may ask everybody.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

import msgspec

from depesha.accounts import check_not_suspended
from depesha.audit import act_of, record
from depesha.base.canonical import Content
from depesha.base.errors import MatrixError, forbidden, invalid_param, not_found
from depesha.base.ids import parse_user_id
from depesha.base.rights import Right
from depesha.eventlog.append import Writing
from depesha.eventlog.changes import Change, Reach
from depesha.events.power import power_of, required_power
from depesha.http.caller import Caller
from depesha.io.jobs import upsert_job
from depesha.org import find_shown, managed_units, no_such_user, sees_alone
from depesha.surveys import store
from depesha.surveys.access import refused
from depesha.surveys.record import CHANGED, DUE, Surveys
from depesha.surveys.rules import (
    LONGEST_MS,
    Question,
    check_questions,
    empty_box,
)

TELL = "surveys_tell"
"""Kind of job: telling those whom a survey is for, and who have not answered. Key: its id."""
END = "surveys_end"
"""Kind of job: ending a survey in time, and forgetting it a year later."""
MOST_NAMED = 1_000
MOST_PEOPLE = 20_000
MOST_OPEN = 50
"""Surveys of one author that may run at once."""


class Target(msgspec.Struct, frozen=True):
    """Whom a survey is for: the people of units and of those below, people."""

    units: Sequence[int] = ()
    users: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Asked:
    """What is asked, until when (ms), and how it may be answered."""

    title: str
    about: str
    questions: Sequence[Question]
    is_anonymous: bool
    is_changeable: bool
    results: str
    until_ts: int


async def create_survey(
    surveys: Surveys, caller: Caller, asked: Asked, room_id: str, target: Target
) -> str:
    """Make a survey; its id.

    Raises 400 M_INVALID_PARAM; 403 M_FORBIDDEN where one may not ask; 404 M_NOT_FOUND for a unit or
    somebody whom one does not see.
    """
    check_not_suspended(caller)
    spine, me = surveys.spine, caller.user_id
    now, survey_id = spine.clock.now_ms(), spine.clock.new_id()
    _check(asked, now)
    if bool(room_id) == bool(target.units or target.users):
        raise invalid_param("A survey is either for a chat, or for units and people")
    if room_id:
        await _check_speaks(surveys, me, room_id)
    else:
        _check_may_ask(surveys, caller, target)
    row = store.SurveyRow(
        survey_id,
        me,
        asked.title.strip(),
        asked.about.strip(),
        msgspec.json.encode(asked.questions).decode(),
        int(asked.is_anonymous),
        int(asked.is_changeable),
        asked.results,
        room_id,
        msgspec.json.encode(target).decode(),
        now,
        asked.until_ts,
        None,
        1,
        now,
        int(bool(room_id)),
    )

    async def plan(w: Writing) -> None:
        tx, institution_id = w.tx, w.institution.id
        if await store.count_open_of(tx, institution_id, me, now) >= MOST_OPEN:
            raise MatrixError(400, "M_LIMIT_EXCEEDED", f"At most {MOST_OPEN} surveys may run")
        await store.insert_survey(tx, institution_id, row)
        await upsert_job(tx, institution_id, END, survey_id, b"", row.until_ts)
        if room_id and row.is_anonymous:
            box = empty_box(asked.questions, ())
            await store.upsert_box(tx, institution_id, survey_id, msgspec.json.encode(box).decode())
        if not room_id:
            await upsert_job(tx, institution_id, TELL, survey_id, b"", now)
            whom: Content = msgspec.to_builtins(target)
            details: Content = {"title": row.title, "anonymous": asked.is_anonymous, "to": whom}
            await record(w, act_of(caller, "survey.create", survey_id, **details))
        await w.change(Change(DUE, Reach.NOBODY, item=survey_id))
        await tell_changed(w, row, me)

    await spine.log.commit(plan)
    return survey_id


async def tell_changed(w: Writing, row: store.SurveyRow, user_id: str) -> None:
    """Within a plan: the survey is another than it was, for somebody, its author and its chat."""
    if row.room_id:
        change = Change(CHANGED, Reach.ROOM_LATER, user_id, row.room_id, row.survey_id)
        await w.change(change)
    for each in dict.fromkeys((user_id, row.author)):
        await w.change(Change(CHANGED, Reach.USER, each, item=row.survey_id))


def _check(asked: Asked, now: int) -> None:
    if not asked.title.strip() or "\x00" in asked.title + asked.about:
        raise invalid_param("A survey has a title")
    if asked.is_anonymous and asked.is_changeable:
        raise invalid_param("An anonymous answer cannot be found again to be changed")
    if not now < asked.until_ts <= now + LONGEST_MS:
        raise invalid_param("A survey ends within a year from now")
    check_questions(asked.questions)


async def _check_speaks(surveys: Surveys, user_id: str, room_id: str) -> None:
    room = await surveys.spine.log.find_room(room_id)
    if room is None or room.membership(user_id) != "join":
        raise forbidden("You are not joined to this room")
    needed = required_power("m.room.message", None, room.find, room.version)
    if power_of(user_id, room.find, room.version) < needed:
        raise forbidden("You may not speak in this room")


def _check_may_ask(surveys: Surveys, caller: Caller, target: Target) -> None:
    org, me = surveys.org, caller.user_id
    if any(parse_user_id(user) is None for user in target.users):
        raise no_such_user()
    if caller.may(Right.SURVEYS):
        if any(org.tree.node(unit) is None for unit in target.units):
            raise _no_unit()
    else:
        mine = frozenset(managed_units(org, me)) | caller.units_of(Right.SURVEYS)
        _check_mine(surveys, me, mine, target)
    if len(addressed(surveys, target)) > MOST_PEOPLE:
        raise invalid_param(f"A survey is for at most {MOST_PEOPLE} people")


def _check_mine(surveys: Surveys, me: str, mine: Collection[int], target: Target) -> None:
    tree, shown = surveys.org.tree, find_shown(surveys.org, me)
    below = {
        each.level.unit_id
        for unit in mine
        if (node := tree.node(unit)) is not None
        for each in tree.at_and_below(node)
    }
    people = tree.people_of(below)
    if any(unit not in shown and unit not in below for unit in target.units):
        raise _no_unit()
    if any(user not in people and not sees_alone(surveys.org, me, user) for user in target.users):
        raise no_such_user()
    if not below.issuperset(target.units) or not people.issuperset(target.users):
        raise refused("survey_units", "Units are asked by who manages them, or has the right")


def _no_unit() -> MatrixError:
    return not_found("There is no such unit")


def addressed(surveys: Surveys, target: Target) -> dict[str, int]:
    """Whom a survey is for, each with the unit in which they are counted; 0: none.

    Of one unit the units right below it are told apart, of several they themselves. A post is not
    asked: its holders are, in their own units.
    """
    tree, found = surveys.org.tree, dict[str, int]()
    tops = list(dict.fromkeys(target.units))
    if len(tops) == 1 and (node := tree.node(tops[0])) is not None:
        tops = [*(child.level.unit_id for child in node.children), tops[0]]
    for unit in tops:
        for user_id in tree.people_of([unit]):
            found.setdefault(user_id, unit)
    for user_id in target.users:
        found.setdefault(user_id, 0)
    return {user_id: unit for user_id, unit in found.items() if user_id not in tree.posts}
