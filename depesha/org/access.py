"""What is there, and what is answered of what is not."""

from collections.abc import Mapping

from depesha.accounts import is_active
from depesha.base.errors import MatrixError, forbidden, not_found
from depesha.base.rights import Right
from depesha.http.caller import Caller
from depesha.org.record import Org


def no_unit() -> MatrixError:
    """What is answered of a level that is not there, and of one that is not seen."""
    return not_found("There is no such unit")


def no_such_user() -> MatrixError:
    """What is answered of somebody who is not there, and of somebody who is not seen."""
    return not_found("There is no such user")


async def access_employee(org: Org, name: str) -> str:
    """The id of somebody who has an account here, by it or by the localpart; else 404.

    A post is nobody who could be appointed, manage a level or stand in.
    """
    user_id = org.user_id(name)
    if user_id in org.tree.posts or not await is_active(org.accounts, user_id):
        raise no_such_user()
    return user_id


def is_within(org: Org, units: frozenset[int], params: Mapping[str, str]) -> bool:
    """True when the level and the person that a path names are in these levels or below.

    Whoever stands elsewhere too, or nowhere, is not.
    """
    unit, name = params.get("unitId"), params.get("userId")
    if unit is not None and not is_below(org, units, number_of(unit)):
        return False
    if name is None:
        return True
    place = org.tree.place(org.user_id(name))
    nodes = place.all if place is not None else ()
    return bool(nodes) and all(is_below(org, units, node.level.unit_id) for node in nodes)


def is_below(org: Org, units: frozenset[int], unit_id: int) -> bool:
    """True when the level is one of these, or below one."""
    node = org.tree.node(unit_id)
    tops = [top for each in units if (top := org.tree.node(each)) is not None]
    return node is not None and any(top.low <= node.low < top.high for top in tops)


def number_of(text: str) -> int:
    """The level of a path; 0, which there never is, for what is no number."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 17 else 0


def check_within(org: Org, caller: Caller, right: Right, unit_id: int) -> None:
    """Raise 403 M_FORBIDDEN when the caller has the right, but not for this level."""
    if not caller.may(right) and not is_below(org, caller.units_of(right), unit_id):
        raise forbidden("You keep another part of the tree", right=right.value)


def check_person(org: Org, caller: Caller, right: Right, name: str) -> None:
    """The same for somebody: to be named beside others is to be seen by them.

    Whether there is such a person is not told.
    """
    if not caller.may(right) and not is_within(org, caller.units_of(right), {"userId": name}):
        raise forbidden("This person is of another part of the tree", right=right.value)


def check_whole(caller: Caller, right: Right) -> None:
    """Raise 403 M_FORBIDDEN for who has the right for some levels alone."""
    if not caller.may(right):
        raise forbidden("This is not for whoever keeps a part of the tree", right=right.value)
