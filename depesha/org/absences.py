"""One's own absences: who stands in for oneself, and for whom one does (requirement G7)."""

from collections.abc import Iterable
from typing import Annotated

import msgspec

from depesha.base.canonical import Content
from depesha.base.errors import invalid_param
from depesha.http.caller import Caller
from depesha.org import store
from depesha.org.access import no_such_user
from depesha.org.look import describe_deputies, describe_stood_for
from depesha.org.people import set_absences
from depesha.org.record import Org
from depesha.org.sight import check_may_address


class Deputy(msgspec.Struct, frozen=True):
    """Who stands in, from when until when (milliseconds since 1970)."""

    user_id: str
    since_ts: Annotated[int, msgspec.Meta(ge=0, le=2**53 - 1)]
    until_ts: Annotated[int, msgspec.Meta(ge=0, le=2**53 - 1)]


def absence_rows(org: Org, user_id: str, deputies: Iterable[Deputy]) -> list[store.AbsenceRow]:
    """The absences of somebody that a request tells of."""
    return [
        store.AbsenceRow(user_id, org.user_id(each.user_id), each.since_ts, each.until_ts)
        for each in deputies
    ]


_AHEAD_MS = 366 * 86_400_000
"""How far ahead one may say that one is away."""


async def describe_absences(org: Org, user_id: str) -> Content:
    """`deputies` who stand in for somebody, and whom they themselves stand in for."""
    spine = org.spine
    rows = await spine.db.read(store.select_absences_of, spine.institution.id, user_id)
    return {
        "deputies": describe_deputies(rows, spine.clock.now_ms()),
        "stands_for": describe_stood_for(org, user_id),
    }


async def set_own_absences(org: Org, caller: Caller, deputies: Iterable[Deputy]) -> None:
    """As `set_absences`, for oneself.

    A deputy sees, and is seen, as who is absent, so it is somebody whom one may write to: raises
    404 M_NOT_FOUND for who is not there for the caller, 403 M_FORBIDDEN with the rule for others.
    400 M_INVALID_PARAM for what is over already, or more than a year ahead.
    """
    now = org.spine.clock.now_ms()
    absences = absence_rows(org, caller.user_id, deputies)
    for row in absences:
        if not now < row.until_ts <= now + _AHEAD_MS:
            raise invalid_param("An absence ends in the future, within a year")
        if row.deputy in org.residents:
            raise no_such_user()
        await check_may_address(org, caller.user_id, row.deputy)
    await set_absences(org, caller, caller.user_id, absences)
