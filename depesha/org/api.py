"""Endpoints of the tree as one sees it; administrators may see it as anyone (requirement G6)."""

from typing import Annotated

import msgspec

from depesha.audit import act_of, record
from depesha.base.canonical import Json
from depesha.base.errors import forbidden
from depesha.base.rights import Right
from depesha.eventlog.append import Writing
from depesha.http.endpoint import EMPTY, Ask, Endpoint, Reply, endpoint, json_reply
from depesha.org.absences import Deputy, describe_absences, set_own_absences
from depesha.org.access import number_of
from depesha.org.find import find_listed
from depesha.org.look import describe_people, describe_person, describe_tree
from depesha.org.people import MOST_ABSENCES
from depesha.org.record import Org

_OWN = "/_depesha/v1/org"


async def _viewer(org: Org, ask: Ask[None]) -> str:
    """The caller, or whom somebody with the right for it names as `as`, which is written down.

    403 M_FORBIDDEN for others.
    """
    other = ask.query.get("as")
    if other is None:
        return ask.caller.user_id
    if not ask.caller.may(Right.SEE_AS):
        raise forbidden("This needs the right tree.see-as")
    return await seen_as(org, ask, other)


async def seen_as(org: Org, ask: Ask[None], name: str) -> str:
    """The whole id of whom the caller sees the tree as, which is written down."""
    other = org.user_id(name)

    async def plan(w: Writing) -> None:
        await record(w, act_of(ask.caller, "org.see-as", other, path=ask.path))

    await org.spine.log.commit(plan)
    return other


def unit_id(ask: Ask[Json]) -> int:
    """The level of the path; 0, which there never is, for what is no number."""
    return number_of(ask.params["unitId"])


@endpoint("GET", f"{_OWN}/tree")
async def get_tree(org: Org, ask: Ask[None]) -> Reply:
    """The levels that one sees."""
    return json_reply(describe_tree(org, await _viewer(org, ask)))


@endpoint("GET", f"{_OWN}/units/{{unitId}}/people")
async def get_people(org: Org, ask: Ask[None]) -> Reply:
    """The people of a level, as far as one sees them."""
    return json_reply(await describe_people(org, await _viewer(org, ask), unit_id(ask)))


Cell = Annotated[str, msgspec.Meta(max_length=255)]


class ListBody(msgspec.Struct, frozen=True):
    """The lines of a list, each by its cells."""

    rows: Annotated[
        list[Annotated[list[Cell], msgspec.Meta(max_length=20)]], msgspec.Meta(max_length=500)
    ]


@endpoint("POST", f"{_OWN}/find", body=ListBody, limit="search")
async def post_find(org: Org, ask: Ask[ListBody]) -> Reply:
    """Whom the lines of a list mean: by user ids, personnel numbers, e-mail addresses and names."""
    rows = [
        [cell for text in row if (cell := " ".join(text.replace("\0", " ").split()))]
        for row in ask.body.rows
    ]
    return json_reply(await find_listed(org, ask.caller.user_id, rows))


@endpoint("GET", f"{_OWN}/people/{{userId}}")
async def get_person(org: Org, ask: Ask[None]) -> Reply:
    """Somebody's card, and whether one may write to them."""
    viewer = await _viewer(org, ask)
    return json_reply(await describe_person(org, viewer, ask.params["userId"]))


class AbsencesBody(msgspec.Struct, frozen=True):
    """All deputies of somebody."""

    deputies: Annotated[list[Deputy], msgspec.Meta(max_length=MOST_ABSENCES)]


@endpoint("GET", f"{_OWN}/absences")
async def get_absences(org: Org, ask: Ask[None]) -> Reply:
    """Who stands in for oneself, and for whom one does."""
    return json_reply(await describe_absences(org, ask.caller.user_id))


@endpoint("PUT", f"{_OWN}/absences", body=AbsencesBody)
async def put_absences(org: Org, ask: Ask[AbsencesBody]) -> Reply:
    """Say who stands in for oneself, and when; an empty list ends it."""
    await set_own_absences(org, ask.caller, ask.body.deputies)
    return EMPTY


ENDPOINTS: tuple[Endpoint[Org, Json], ...] = (
    get_tree,
    get_people,
    post_find,
    get_person,
    get_absences,
    put_absences,
)
