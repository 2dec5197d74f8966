"""The endpoints of notices, and of what is urgent."""

from typing import Annotated

import msgspec

from depesha.base.canonical import Json
from depesha.base.rights import Right
from depesha.http.endpoint import Ask, Endpoint, Reply, endpoint, json_reply
from depesha.notices.reached import describe_reached
from depesha.notices.record import Notices
from depesha.notices.send import send_notice


class NoticeBody(msgspec.Struct, frozen=True):
    """Whom to tell what."""

    user_id: str
    body: Annotated[str, msgspec.Meta(min_length=1, max_length=20_000)]


@endpoint("POST", "/_depesha/v1/admin/notices", right=Right.NOTICES, body=NoticeBody)
async def post_notice(notices: Notices, ask: Ask[NoticeBody]) -> Reply:
    """Send a server notice to one person."""
    told = await send_notice(notices, ask.body.user_id, ask.body.body)
    return json_reply({"room_id": told.room_id, "event_id": told.event_id})


@endpoint("GET", "/_depesha/v1/rooms/{roomId}/urgent/{eventId}")
async def get_urgent(notices: Notices, ask: Ask[None]) -> Reply:
    """Whom an urgent message has reached, for its sender and the room's moderators."""
    room_id, event_id = ask.params["roomId"], ask.params["eventId"]
    return json_reply(await describe_reached(notices, ask.caller.user_id, room_id, event_id))


ENDPOINTS: tuple[Endpoint[Notices, Json], ...] = (post_notice, get_urgent)
