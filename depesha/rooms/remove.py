"""Making somebody leave. Spec: client-server API, "Banning users in a room", "Leaving rooms"."""

from typing import Literal

from depesha.accounts import check_not_suspended
from depesha.base.canonical import Content
from depesha.base.errors import forbidden, invalid_param
from depesha.base.ids import parse_user_id
from depesha.eventlog.append import Writing
from depesha.eventlog.state import MEMBER
from depesha.events.event import Draft
from depesha.http.caller import Caller
from depesha.rooms.access import access_joined_tip
from depesha.rooms.leave import INSIDE
from depesha.rooms.record import Rooms

Verb = Literal["kick", "ban", "unban"]


async def remove(
    rooms: Rooms, caller: Caller, room_id: str, user_id: str, verb: Verb, reason: str | None
) -> None:
    """Kick, ban or unban somebody. Raises 403 M_FORBIDDEN."""
    check_not_suspended(caller)
    if parse_user_id(user_id) is None:
        raise invalid_param("Not a user id")

    async def plan(w: Writing) -> None:
        tip = await access_joined_tip(w, caller.user_id, room_id)
        before = tip.membership(user_id)
        if verb == "kick" and before not in INSIDE:
            raise forbidden("This person is not in the room")
        if verb == "unban" and before != "ban":
            raise forbidden("This person is not banned")
        if verb == before:
            return
        content: Content = {"membership": "ban" if verb == "ban" else "leave"}
        if reason is not None:
            content["reason"] = reason
        await w.event(Draft(MEMBER, content, caller.user_id, room_id, user_id))

    await rooms.spine.log.commit(plan, [room_id])
