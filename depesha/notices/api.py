"""The endpoints of notices, and of what is urgent."""

from typing import Annotated, Literal

import msgspec

from depesha.base.canonical import Json
from depesha.base.rights import Right
from depesha.eventlog.read import END
from depesha.http.endpoint import Ask, Endpoint, Reply, endpoint, json_reply
from depesha.notices.awaiting import list_awaiting
from depesha.notices.figures import describe_official, list_not_reached, list_officials
from depesha.notices.official import MOST_NAMED, Said, Target, send_official
from depesha.notices.reached import describe_reached
from depesha.notices.record import Notices
from depesha.notices.send import send_notice

_NOTICES = "/_depesha/v1/admin/notices"
_OFFICIAL = f"{_NOTICES}/official"


class NoticeBody(msgspec.Struct, frozen=True):
    """Whom to tell what."""

    user_id: str
    body: Annotated[str, msgspec.Meta(min_length=1, max_length=20_000)]


@endpoint("POST", _NOTICES, right=Right.NOTICES, body=NoticeBody)
async def post_notice(notices: Notices, ask: Ask[NoticeBody]) -> Reply:
    """Send a server notice to one person."""
    told = await send_notice(notices, ask.body.user_id, ask.body.body)
    return json_reply({"room_id": told.room_id, "event_id": told.event_id})


class OfficialBody(msgspec.Struct, frozen=True):
    """An official notice: its kind, what it says, in whose name, and whom it is to reach."""

    kind: Literal["official", "emergency"]
    body: Annotated[str, msgspec.Meta(min_length=1, max_length=20_000)]
    signed: Annotated[str, msgspec.Meta(max_length=255)] = ""
    all: bool = False
    units: Annotated[list[int], msgspec.Meta(max_length=MOST_NAMED)] = msgspec.field(
        default_factory=list
    )
    users: Annotated[list[str], msgspec.Meta(max_length=MOST_NAMED)] = msgspec.field(
        default_factory=list
    )


@endpoint("POST", _OFFICIAL, right=Right.NOTICES, body=OfficialBody)
async def post_official(notices: Notices, ask: Ask[OfficialBody]) -> Reply:
    """Have an official notice sent; `notice_id`."""
    body = ask.body
    target = Target(body.all, body.units, body.users)
    said = Said(body.kind, body.body, body.signed.strip())
    notice_id = await send_official(notices, ask.caller, said, target)
    return json_reply({"notice_id": notice_id})


@endpoint("GET", _OFFICIAL, right=Right.NOTICES)
async def get_officials(notices: Notices, ask: Ask[None]) -> Reply:
    """The official notices sent before the time `before` (ms), the latest first."""
    limit = ask.number("limit", 50, 1, 500)
    found = await list_officials(notices, ask.number("before", END), limit)
    body: Json = {"notices": found}
    if len(found) == limit:
        body["next"] = found[-1]["ts"]
    return json_reply(body)


@endpoint("GET", f"{_OFFICIAL}/{{noticeId}}", right=Right.NOTICES)
async def get_official(notices: Notices, ask: Ask[None]) -> Reply:
    """An official notice and its figures."""
    return json_reply(await describe_official(notices, ask.params["noticeId"]))


@endpoint("GET", f"{_OFFICIAL}/{{noticeId}}/not_reached", right=Right.NOTICES)
async def get_not_reached(notices: Notices, ask: Ask[None]) -> Reply:
    """`users` whom an official notice has not reached, after the id `after`, and `next`."""
    limit = ask.number("limit", 100, 1, 1000)
    found, following = await list_not_reached(
        notices, ask.params["noticeId"], ask.query.get("after", ""), limit
    )
    body: Json = {"users": found}
    if following is not None:
        body["next"] = following
    return json_reply(body)


@endpoint("GET", "/_depesha/v1/rooms/{roomId}/urgent/{eventId}")
async def get_urgent(notices: Notices, ask: Ask[None]) -> Reply:
    """Whom an urgent message has reached, for its sender and the room's moderators."""
    room_id, event_id = ask.params["roomId"], ask.params["eventId"]
    return json_reply(await describe_reached(notices, ask.caller.user_id, room_id, event_id))


@endpoint("GET", "/_depesha/v1/urgent")
async def get_awaiting(notices: Notices, ask: Ask[None]) -> Reply:
    """What is `urgent` and awaits one's acknowledgement."""
    return json_reply({"urgent": await list_awaiting(notices, ask.caller.user_id)})


ENDPOINTS: tuple[Endpoint[Notices, Json], ...] = (
    post_notice,
    post_official,
    get_officials,
    get_official,
    get_not_reached,
    get_urgent,
    get_awaiting,
)
