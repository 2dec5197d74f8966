"""Endpoints by which the tree is kept: `depesha org …` asks the same."""

from typing import Annotated

import msgspec

from depesha.base.canonical import Json
from depesha.base.errors import MatrixError
from depesha.base.rights import InUnits, Right
from depesha.http.caller import Caller
from depesha.http.endpoint import EMPTY, Ask, Endpoint, Reply, endpoint, json_reply
from depesha.org.absences import absence_rows
from depesha.org.access import access_employee, check_person, check_whole, check_within
from depesha.org.api import AbsencesBody, seen_as, unit_id
from depesha.org.difference import describe_move
from depesha.org.enrol import import_table
from depesha.org.levels import Wanted, change_level, create_level, remove_level
from depesha.org.look import describe_anyone, describe_people, describe_tree, describe_whole
from depesha.org.people import Card, appoint, dismiss, put_card, set_absences, show_out
from depesha.org.record import Org

_OWN = "/_depesha/v1/admin/org"
_UNIT = f"{_OWN}/units/{{unitId}}"
_PERSON = f"{_OWN}/people/{{userId}}"
TABLE_BODY = 64 * 2**20
"""Bytes of a table of employees."""


class LevelBody(msgspec.Struct, frozen=True):
    """What a level is to be; left out: as it is, or as usual."""

    name: str | None = None
    parent: Annotated[int, msgspec.Meta(ge=0, le=2**53 - 1)] | None = None
    kind: str | None = None
    manager: str | None = None
    rights: list[str] | None = None
    inherit_rights: bool = False
    accepts: str | None = None

    def wanted(self) -> Wanted:
        rights = None if self.rights is None else tuple(self.rights)
        return Wanted(
            self.parent,
            self.kind,
            self.name,
            self.manager,
            rights,
            self.inherit_rights,
            self.accepts,
        )


def _kept(caller: Caller) -> frozenset[int] | None:
    """The levels that alone the caller may read; None: all."""
    return None if caller.may(Right.TREE_READ) else caller.units_of(Right.TREE_READ)


@endpoint("GET", f"{_OWN}/units", right=InUnits(Right.TREE_READ))
async def get_units(org: Org, ask: Ask[None]) -> Reply:
    """The tree: the whole, or what one keeps of it."""
    return json_reply(describe_whole(org, _kept(ask.caller)))


@endpoint("POST", f"{_OWN}/units", right=InUnits(Right.TREE_KEEP), body=LevelBody)
async def post_unit(org: Org, ask: Ask[LevelBody]) -> Reply:
    """Make a level; its number."""
    check_within(org, ask.caller, Right.TREE_KEEP, ask.body.parent or 0)
    if ask.body.manager:
        check_person(org, ask.caller, Right.TREE_KEEP, ask.body.manager)
    return json_reply({"unit_id": await create_level(org, ask.caller, ask.body.wanted())})


@endpoint("PUT", _UNIT, right=InUnits(Right.TREE_KEEP), body=LevelBody)
async def put_unit(org: Org, ask: Ask[LevelBody]) -> Reply:
    """Rename or move a level, set its manager, its rights or who accepts requests."""
    body = ask.body
    if body.parent is not None:
        check_within(org, ask.caller, Right.TREE_KEEP, body.parent)
    node = org.tree.node(unit_id(ask))
    before = node.level.manager if node is not None else None
    if body.manager and org.user_id(body.manager) != before:
        check_person(org, ask.caller, Right.TREE_KEEP, body.manager)
    if body.rights is not None or body.inherit_rights:
        check_whole(ask.caller, Right.TREE_KEEP)
    await change_level(org, ask.caller, unit_id(ask), ask.body.wanted())
    return EMPTY


@endpoint("DELETE", _UNIT, right=InUnits(Right.TREE_KEEP))
async def delete_unit(org: Org, ask: Ask[None]) -> Reply:
    """Remove an empty level."""
    await remove_level(org, ask.caller, unit_id(ask))
    return EMPTY


@endpoint("GET", f"{_UNIT}/move", right=InUnits(Right.TREE_READ))
async def get_move(org: Org, ask: Ask[None]) -> Reply:
    """What moving a level below `parent` would change of who sees whom."""
    parent = ask.number("parent", 0)
    check_within(org, ask.caller, Right.TREE_READ, parent)
    return json_reply(describe_move(org, unit_id(ask), parent))


@endpoint("GET", f"{_UNIT}/people", right=InUnits(Right.TREE_READ))
async def get_unit_people(org: Org, ask: Ask[None]) -> Reply:
    """Everyone of a level."""
    return json_reply(await describe_people(org, None, unit_id(ask)))


class PostBody(msgspec.Struct, frozen=True):
    """A position; `instead_of` is the level that the person leaves for it."""

    title: str = ""
    instead_of: int | None = None


@endpoint("PUT", f"{_PERSON}/posts/{{unitId}}", right=InUnits(Right.TREE_KEEP), body=PostBody)
async def put_post(org: Org, ask: Ask[PostBody]) -> Reply:
    """Appoint somebody, or move them."""
    body = ask.body
    user_id = ask.params["userId"]
    if body.instead_of is not None:
        check_within(org, ask.caller, Right.TREE_KEEP, body.instead_of)
    await appoint(org, ask.caller, user_id, unit_id(ask), body.title, instead_of=body.instead_of)
    return EMPTY


@endpoint("DELETE", f"{_PERSON}/posts/{{unitId}}", right=InUnits(Right.TREE_KEEP))
async def delete_post(org: Org, ask: Ask[None]) -> Reply:
    """Dismiss somebody from a position."""
    await dismiss(org, ask.caller, org.user_id(ask.params["userId"]), unit_id(ask))
    return EMPTY


@endpoint("GET", _PERSON, right=InUnits(Right.PEOPLE_READ))
async def get_employee(org: Org, ask: Ask[None]) -> Reply:
    """Anyone's card."""
    user_id = await access_employee(org, ask.params["userId"])
    return json_reply(await describe_anyone(org, user_id))


@endpoint("GET", f"{_PERSON}/sees", right=Right.SEE_AS)
async def get_seen(org: Org, ask: Ask[None]) -> Reply:
    """The levels that somebody sees; that one looked is written down."""
    return json_reply(describe_tree(org, await seen_as(org, ask, ask.params["userId"])))


class CardBody(msgspec.Struct, frozen=True):
    """What a card is to tell; left out: as it is."""

    number: str | None = None
    name: str | None = None
    room: str | None = None
    phone: str | None = None
    photo: str | None = None


@endpoint("PUT", _PERSON, right=InUnits(Right.PEOPLE_KEEP), body=CardBody)
async def put_person(org: Org, ask: Ask[CardBody]) -> Reply:
    """Change what somebody's card tells."""
    body = ask.body
    card = Card(body.number, body.name, body.room, body.phone, body.photo)
    await put_card(org, ask.caller, ask.params["userId"], card)
    return EMPTY


@endpoint("PUT", f"{_PERSON}/deputies", right=InUnits(Right.PEOPLE_KEEP), body=AbsencesBody)
async def put_deputies(org: Org, ask: Ask[AbsencesBody]) -> Reply:
    """Say who stands in for somebody, and when; an empty list ends it."""
    user_id = org.user_id(ask.params["userId"])
    for each in ask.body.deputies:
        check_person(org, ask.caller, Right.PEOPLE_KEEP, each.user_id)
    rows = absence_rows(org, user_id, ask.body.deputies)
    await set_absences(org, ask.caller, user_id, rows)
    return EMPTY


@endpoint("POST", f"{_PERSON}/leave", right=InUnits(Right.PEOPLE_KEEP))
async def post_leave(org: Org, ask: Ask[None]) -> Reply:
    """Somebody leaves the institution: the receipt says how many sessions ended, and when."""
    user_id = org.user_id(ask.params["userId"])
    if user_id == ask.caller.user_id:
        raise MatrixError(403, "M_FORBIDDEN", "Administrators may not show themselves out")
    ended = await show_out(org, ask.caller, user_id)
    ts = org.spine.clock.now_ms()
    return json_reply({"user_id": user_id, "sessions_ended": ended, "ts": ts})


class TableBody(msgspec.Struct, frozen=True):
    """A table of employees in CSV."""

    csv: str
    dry_run: bool = False
    force: bool = False


@endpoint("POST", f"{_OWN}/import", right=Right.TREE_IMPORT, body=TableBody, max_body=TABLE_BODY)
async def post_import(org: Org, ask: Ask[TableBody]) -> Reply:
    """Take in a table of employees, or say what that would do."""
    body = ask.body
    return json_reply(
        await import_table(org, ask.caller, body.csv, is_dry=body.dry_run, is_forced=body.force)
    )


ENDPOINTS: tuple[Endpoint[Org, Json], ...] = (
    get_units,
    post_unit,
    put_unit,
    delete_unit,
    get_move,
    get_unit_people,
    put_post,
    delete_post,
    get_employee,
    get_seen,
    put_person,
    put_deputies,
    post_leave,
    post_import,
)
