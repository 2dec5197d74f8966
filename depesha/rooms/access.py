"""Rooms within a plan, as the batch in work will leave them.

A room that is not there is refused like one that the caller has no part in.
"""

from depesha.base.errors import MatrixError, forbidden
from depesha.base.ids import is_room_id
from depesha.eventlog.append import Writing
from depesha.eventlog.state import Tip
from depesha.http.caller import Caller

NOT_JOINED = "You are not joined to this room"


def check_takes(tip: Tip, caller: Caller) -> None:
    """Raise 403 M_GUEST_ACCESS_FORBIDDEN for a guest whom the room does not take."""
    if caller.is_guest and tip.content("m.room.guest_access").get("guest_access") != "can_join":
        raise MatrixError(403, "M_GUEST_ACCESS_FORBIDDEN", "This room takes no guests")


async def find_tip(w: Writing, room_id: str) -> Tip | None:
    """The room, or None when there is none."""
    if not is_room_id(room_id):
        return None
    try:
        return await w.tip(room_id)
    except MatrixError:
        return None


async def access_tip(w: Writing, room_id: str, refusal: str) -> Tip:
    """The room; 403 M_FORBIDDEN with the given words when there is none."""
    tip = await find_tip(w, room_id)
    if tip is None:
        raise forbidden(refusal)
    return tip


async def access_joined_tip(w: Writing, user_id: str, room_id: str) -> Tip:
    """The room, which the user has joined; else 403 M_FORBIDDEN."""
    tip = await access_tip(w, room_id, NOT_JOINED)
    if tip.membership(user_id) != "join":
        raise forbidden(NOT_JOINED)
    return tip
