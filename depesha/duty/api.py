"""Endpoints of complaints."""

import msgspec

from depesha.accounts import is_active
from depesha.base.canonical import Json
from depesha.base.errors import invalid_param, not_found
from depesha.base.ids import parse_user_id
from depesha.duty.complaints import report
from depesha.duty.record import Duty
from depesha.eventlog.read import access_event
from depesha.http.endpoint import EMPTY, Ask, Endpoint, Reply, endpoint

_ROOM = "/_matrix/client/v3/rooms/{roomId}"


class ReportBody(msgspec.Struct, frozen=True):
    """A complaint; `score` from -100 (most offensive) to 0 is of the past."""

    reason: str = ""
    score: int | None = None


@endpoint("POST", _ROOM + "/report/{eventId}", body=ReportBody, limit="report", spec="reportEvent")
async def post_event_report(duty: Duty, ask: Ask[ReportBody]) -> Reply:
    """Complain about an event that one can see in a room one is in."""
    user_id, room_id = ask.caller.user_id, ask.params["roomId"]
    log = duty.spine.log
    place = (await log.rooms_of(user_id)).get(room_id)
    if place is None or place.membership != "join":
        raise not_found("The event was not found, or you are not in its room")
    logged = await access_event(log, user_id, room_id, ask.params["eventId"])
    await report(
        duty,
        user_id,
        ask.body.reason,
        room_id=room_id,
        event_id=logged.event.event_id,
        user_id=logged.event.sender,
        score=ask.body.score,
    )
    return EMPTY


@endpoint("POST", _ROOM + "/report", body=ReportBody, limit="report", spec="reportRoom")
async def post_room_report(duty: Duty, ask: Ask[ReportBody]) -> Reply:
    """Complain about a room; an unknown one is answered alike."""
    room_id = ask.params["roomId"]
    if await duty.spine.log.find_room(room_id) is None:
        raise not_found("The room was not found")
    await report(duty, ask.caller.user_id, ask.body.reason, room_id=room_id)
    return EMPTY


@endpoint(
    "POST",
    "/_matrix/client/v3/users/{userId}/report",
    body=ReportBody,
    limit="report",
    spec="reportUser",
)
async def post_user_report(duty: Duty, ask: Ask[ReportBody]) -> Reply:
    """Complain about a person; whether there is such a person is not told."""
    user_id = ask.params["userId"]
    if parse_user_id(user_id) is None:
        raise invalid_param("Not a user id")
    if await is_active(duty.accounts, user_id):
        await report(duty, ask.caller.user_id, ask.body.reason, user_id=user_id)
    return EMPTY


ENDPOINTS: tuple[Endpoint[Duty, Json], ...] = (
    post_event_report,
    post_room_report,
    post_user_report,
)
