"""Leaving rooms and forgetting them.

Spec: client-server API, "Leaving rooms"; "Account deactivation" (whoever goes leaves all rooms).
"""

from depesha.base.canonical import Content
from depesha.base.errors import MatrixError, forbidden
from depesha.eventlog import store as eventlog_store
from depesha.eventlog.append import Writing
from depesha.eventlog.changes import Change, Reach
from depesha.eventlog.state import MEMBER
from depesha.events.event import Draft
from depesha.rooms.access import access_tip
from depesha.rooms.record import Rooms

NOT_IN = "You are not in this room"
INSIDE = frozenset({"join", "invite", "knock"})


async def leave(rooms: Rooms, user_id: str, room_id: str, reason: str | None = None) -> None:
    """Leave the room, refuse its invitation, or take back a knock. Raises 403 M_FORBIDDEN."""

    async def plan(w: Writing) -> None:
        tip = await access_tip(w, room_id, NOT_IN)
        entry = tip.find(MEMBER, user_id)
        if entry is None:
            raise forbidden(NOT_IN)
        if entry.membership != "leave":
            await write_leave(w, user_id, room_id, reason)

    await rooms.spine.log.commit(plan, [room_id])


async def write_leave(w: Writing, user_id: str, room_id: str, reason: str | None = None) -> None:
    """Within a plan: the user's own leaving."""
    content: Content = {"membership": "leave"}
    if reason is not None:
        content["reason"] = reason
    await w.event(Draft(MEMBER, content, user_id, room_id, user_id))


async def forget(rooms: Rooms, user_id: str, room_id: str) -> None:
    """Drop a room that was left from the user's history. 400 M_UNKNOWN when still in it."""

    async def plan(w: Writing) -> None:
        tip = await access_tip(w, room_id, NOT_IN)
        if tip.find(MEMBER, user_id) is None:
            raise forbidden(NOT_IN)
        if tip.membership(user_id) in INSIDE:
            raise MatrixError(400, "M_UNKNOWN", "Leave the room before forgetting it")
        await write_forget(w, user_id, room_id)

    await rooms.spine.log.commit(plan, [room_id])


async def write_forget(w: Writing, user_id: str, room_id: str) -> None:
    """Within a plan: drop a room that was left from the user's history."""
    await eventlog_store.update_forgotten(w.tx, w.institution.id, user_id, room_id)
    await w.change(Change("forget", Reach.USER, user_id, room_id))
