"""Requests to invite units, in a sync: `org.depesha.unit_invites` among the global account data.

Its content is that of `GET /_depesha/v1/unit_invites`, whole, whenever something of it has changed,
or for whom the user stands in.
"""

from depesha.base.canonical import encode
from depesha.eventlog.section import NOTHING, Section, SyncAsk
from depesha.org import DEPUTY
from depesha.rooms.invite_unit import UNIT_INVITES, describe_unit_invites
from depesha.rooms.record import Rooms

KINDS = frozenset({UNIT_INVITES, DEPUTY})
TYPE = "org.depesha.unit_invites"


async def section(rooms: Rooms, ask: SyncAsk) -> Section:
    """What the user has asked for, and what they decide on."""
    if not ask.may_have(KINDS):
        return NOTHING
    told = await describe_unit_invites(rooms, ask.user_id)
    if (not ask.since or ask.kinds is None) and not (told["incoming"] or told["outgoing"]):
        return NOTHING
    return Section(account_data=[encode({"type": TYPE, "content": told})])
