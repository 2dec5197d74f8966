"""Endpoints of units in groups: invitations that their manager approves, and mentions of them."""

from typing import Annotated

import msgspec

from depesha.base.canonical import Json
from depesha.base.errors import invalid_param
from depesha.http.endpoint import EMPTY, Ask, Endpoint, Reply, endpoint, json_reply
from depesha.rooms.invite_unit import (
    approve_unit,
    ask_unit,
    describe_unit_invites,
    refuse_unit,
    withdraw_unit,
)
from depesha.rooms.mentioned import count_mentioned
from depesha.rooms.record import Rooms

_REQUESTS = "/_depesha/v1/unit_invites"
_REQUEST = f"{_REQUESTS}/{{requestId}}"
MOST_CHOSEN = 1_000


class InviteUnitBody(msgspec.Struct, frozen=True):
    """Whose people to invite, with a few words to their manager."""

    unit: int
    message: str = ""


@endpoint("POST", "/_depesha/v1/rooms/{roomId}/invite_unit", body=InviteUnitBody, limit="report")
async def post_invite_unit(rooms: Rooms, ask: Ask[InviteUnitBody]) -> Reply:
    """Ask a unit's manager to let its people be invited; `request_id`."""
    body = ask.body
    request_id = await ask_unit(rooms, ask.caller, ask.params["roomId"], body.unit, body.message)
    return json_reply({"request_id": request_id})


@endpoint("GET", _REQUESTS)
async def get_unit_invites(rooms: Rooms, ask: Ask[None]) -> Reply:
    """Requests on which one decides, and one's own."""
    return json_reply(await describe_unit_invites(rooms, ask.caller.user_id))


@endpoint("DELETE", _REQUEST)
async def delete_unit_invite(rooms: Rooms, ask: Ask[None]) -> Reply:
    """Take back a request of one's own."""
    await withdraw_unit(rooms, ask.caller.user_id, ask.params["requestId"])
    return EMPTY


class ApproveBody(msgspec.Struct, frozen=True):
    """All people of the unit, or those chosen."""

    all: bool = False
    users: Annotated[list[str], msgspec.Meta(max_length=MOST_CHOSEN)] = msgspec.field(
        default_factory=list
    )


@endpoint("POST", f"{_REQUEST}/approve", body=ApproveBody)
async def post_approve(rooms: Rooms, ask: Ask[ApproveBody]) -> Reply:
    """Have people of the unit invited; `invited`, and `skipped` who cannot be."""
    body = ask.body
    if body.all == bool(body.users):
        raise invalid_param("Either all, or users")
    chosen = None if body.all else body.users
    done = await approve_unit(rooms, ask.caller.user_id, ask.params["requestId"], chosen)
    return json_reply({"invited": done.invited, "skipped": done.skipped})


class RefuseBody(msgspec.Struct, frozen=True):
    """Why, for who asked."""

    reason: str = ""


@endpoint("POST", f"{_REQUEST}/refuse", body=RefuseBody)
async def post_refuse(rooms: Rooms, ask: Ask[RefuseBody]) -> Reply:
    """Refuse a request."""
    await refuse_unit(rooms, ask.caller.user_id, ask.params["requestId"], ask.body.reason)
    return EMPTY


@endpoint("GET", "/_depesha/v1/rooms/{roomId}/mentions")
async def get_mentions(rooms: Rooms, ask: Ask[None]) -> Reply:
    """How many members a mention of each unit reaches."""
    counts = await count_mentioned(rooms, ask.caller.user_id, ask.params["roomId"])
    return json_reply({"units": [{"unit_id": u, "count": n} for u, n in counts.items()]})


ENDPOINTS: tuple[Endpoint[Rooms, Json], ...] = (
    post_invite_unit,
    get_unit_invites,
    delete_unit_invite,
    post_approve,
    post_refuse,
    get_mentions,
)
