"""Endpoints of complaints: for whoever complains, and for the moderator."""

from typing import Annotated

import msgspec

from depesha.accounts import is_active
from depesha.base.canonical import Content, Json
from depesha.base.errors import invalid_param, not_found
from depesha.base.ids import parse_user_id
from depesha.base.rights import Right
from depesha.duty.complaints import MOST_REASON, report
from depesha.duty.decide import Complaint, Decision, decide, load_complaints
from depesha.duty.record import Duty
from depesha.eventlog.read import access_event
from depesha.http.endpoint import EMPTY, Ask, Endpoint, Reply, endpoint, json_reply

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


# --- for the moderator ---------------------------------------------------------------


@endpoint("GET", "/_depesha/v1/admin/complaints", right=Right.COMPLAINTS)
async def list_complaints(duty: Duty, ask: Ask[None]) -> Reply:
    """`complaints`, the latest first: before the number `before`, the open ones with `open`.

    `next`, when there may be more, is the next `before`.
    """
    limit = ask.number("limit", 50, 1, 500)
    found = await load_complaints(
        duty, ask.number("before", 2**53 - 1), limit, only_open=ask.flag("open")
    )
    body: Content = {"complaints": [{"number": row[0], **_told(row)} for row in found]}
    if len(found) == limit:
        body["next"] = found[-1].position
    return json_reply(body)


def _told(row: Complaint) -> Content:
    return {
        name: value
        for name, value in row._asdict().items()
        if value is not None and name != "position"
    }


class DecisionBody(msgspec.Struct, frozen=True):
    """What becomes of a complaint; `answer` is told to whoever complained."""

    decision: Decision
    answer: Annotated[str, msgspec.Meta(max_length=MOST_REASON)] = ""


@endpoint(
    "PUT", "/_depesha/v1/admin/complaints/{number}", right=Right.COMPLAINTS, body=DecisionBody
)
async def put_decision(duty: Duty, ask: Ask[DecisionBody]) -> Reply:
    """Decide a complaint."""
    text = ask.params["number"]
    number = int(text) if text.isascii() and text.isdigit() and len(text) < 17 else 0
    await decide(duty, ask.caller, number, ask.body.decision, ask.body.answer)
    return EMPTY


ENDPOINTS: tuple[Endpoint[Duty, Json], ...] = (
    post_event_report,
    post_room_report,
    post_user_report,
    list_complaints,
    put_decision,
)
