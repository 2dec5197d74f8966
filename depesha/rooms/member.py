"""Joining, knocking, inviting, leaving, kicking, banning: one member event each.

Whether it is allowed the authorisation rules of the room's version say.
Spec: client-server API, "Room membership", "Restricted rooms", "Knocking on rooms".
"""

from depesha.base.canonical import Content
from depesha.base.errors import MatrixError, forbidden, invalid_param, not_found
from depesha.base.ids import is_room_id, parse_user_id
from depesha.eventlog import store as eventlog_store
from depesha.eventlog.append import Writing
from depesha.eventlog.changes import Change, Reach
from depesha.eventlog.state import MEMBER, Tip
from depesha.events.event import Draft
from depesha.events.power import level_of, power_of
from depesha.http.caller import Caller
from depesha.rooms.create import member_content
from depesha.rooms.invite import check_invitable
from depesha.rooms.record import Rooms
from depesha.rooms.send import check_may_write

_RESTRICTED = {"restricted", "knock_restricted"}
AUTHORISED_VIA = "join_authorised_via_users_server"


async def _tip(w: Writing, room_id: str) -> Tip:
    """The room; an unknown one is refused like one that may not be entered."""
    try:
        return await w.tip(room_id)
    except MatrixError:
        raise not_found("Unknown room") from None


async def join(rooms: Rooms, caller: Caller, room_id: str, reason: str | None = None) -> None:
    """Join the room; nothing happens when that is so already."""
    check_may_write(caller)
    if not is_room_id(room_id):
        raise invalid_param("Not a room id")
    mine = await member_content(rooms, caller.user_id)
    room = await rooms.spine.log.find_room(room_id)
    allowed = room.content("m.room.join_rules").get("allow") if room else None
    joined = await _joined_rooms(rooms, caller.user_id) if isinstance(allowed, list) else set()

    async def plan(w: Writing) -> None:
        tip = await _tip(w, room_id)
        if tip.membership(caller.user_id) == "join":
            return
        if caller.is_guest and tip.content("m.room.guest_access").get("guest_access") != "can_join":
            raise MatrixError(403, "M_GUEST_ACCESS_FORBIDDEN", "This room takes no guests")
        content: Content = {**mine, "membership": "join"}
        if reason is not None:
            content["reason"] = reason
        if tip.membership(caller.user_id) != "invite":
            via = _authorising_user(w, tip, joined)
            if via is not None:
                content[AUTHORISED_VIA] = via
        await w.event(Draft(MEMBER, content, caller.user_id, room_id, caller.user_id))

    await rooms.spine.log.commit(plan)


async def _joined_rooms(rooms: Rooms, user_id: str) -> set[str]:
    places = await rooms.spine.log.rooms_of(user_id)
    return {room_id for room_id, place in places.items() if place.membership == "join"}


def _authorising_user(w: Writing, tip: Tip, joined: set[str]) -> str | None:
    """A member who may invite, where being in another room is what lets one in; else None."""
    rules = tip.content("m.room.join_rules")
    if not tip.version.restricted or rules.get("join_rule") not in _RESTRICTED:
        return None
    allowed = rules.get("allow")
    if not isinstance(allowed, list) or not any(
        isinstance(each, dict)
        and each.get("type") == "m.room_membership"
        and each.get("room_id") in joined
        for each in allowed
    ):
        return None
    needed = level_of("invite", tip.find, tip.version)
    members = {**tip.room.members, **{k[1]: e for k, e in tip.state.items() if k[0] == MEMBER}}
    able = [
        member
        for member, entry in members.items()
        if entry.membership == "join"
        and w.institution.is_local(member)
        and power_of(member, tip.find, tip.version) >= needed
    ]
    return min(able, default=None)


async def knock(rooms: Rooms, caller: Caller, room_id: str, reason: str | None) -> None:
    """Ask to be let in."""
    check_may_write(caller)
    mine = await member_content(rooms, caller.user_id)

    async def plan(w: Writing) -> None:
        await _tip(w, room_id)
        content: Content = {**mine, "membership": "knock"}
        if reason is not None:
            content["reason"] = reason
        await w.event(Draft(MEMBER, content, caller.user_id, room_id, caller.user_id))

    await rooms.spine.log.commit(plan)


async def invite(
    rooms: Rooms, caller: Caller, room_id: str, user_id: str, reason: str | None
) -> None:
    """Invite somebody; nothing happens when that is so already."""
    check_may_write(caller)
    await check_invitable(rooms, caller.user_id, user_id)
    theirs = await member_content(rooms, user_id)

    async def plan(w: Writing) -> None:
        tip = await _tip_of_member(w, caller.user_id, room_id)
        if tip.membership(user_id) == "invite":
            return
        content: Content = {**theirs, "membership": "invite"}
        if reason is not None:
            content["reason"] = reason
        await w.event(Draft(MEMBER, content, caller.user_id, room_id, user_id))

    await rooms.spine.log.commit(plan)


async def _tip_of_member(w: Writing, user_id: str, room_id: str) -> Tip:
    try:
        tip = await w.tip(room_id)
    except MatrixError:
        tip = None
    if tip is None or tip.membership(user_id) != "join":
        raise forbidden("You are not joined to this room")
    return tip


async def leave(rooms: Rooms, user_id: str, room_id: str, reason: str | None = None) -> None:
    """Leave the room, refuse its invitation, or take back a knock."""

    async def plan(w: Writing) -> None:
        tip = await _tip(w, room_id)
        entry = tip.find(MEMBER, user_id)
        if entry is None:
            raise forbidden("You are not in this room")
        if entry.membership == "leave":
            return
        content: Content = {"membership": "leave"}
        if reason is not None:
            content["reason"] = reason
        await w.event(Draft(MEMBER, content, user_id, room_id, user_id))

    await rooms.spine.log.commit(plan)


async def forget(rooms: Rooms, user_id: str, room_id: str) -> None:
    """Drop a room that was left from the user's history."""

    async def plan(w: Writing) -> None:
        tip = await _tip(w, room_id)
        if tip.membership(user_id) in {"join", "invite", "knock"}:
            raise MatrixError(400, "M_UNKNOWN", "Leave the room before forgetting it")
        if tip.find(MEMBER, user_id) is None:
            raise not_found("Unknown room")
        await eventlog_store.update_forgotten(w.tx, w.institution.id, user_id, room_id)
        await w.change(Change("forget", Reach.USER, user_id, room_id))

    await rooms.spine.log.commit(plan)


async def remove(
    rooms: Rooms, caller: Caller, room_id: str, user_id: str, verb: str, reason: str | None
) -> None:
    """Kick, ban or unban somebody; `verb` names which."""
    check_may_write(caller)
    if parse_user_id(user_id) is None:
        raise invalid_param("Not a user id")

    async def plan(w: Writing) -> None:
        tip = await _tip_of_member(w, caller.user_id, room_id)
        before = tip.membership(user_id)
        if verb == "kick" and before not in {"join", "invite", "knock"}:
            raise forbidden("This person is not in the room")
        if verb == "unban" and before != "ban":
            raise forbidden("This person is not banned")
        if verb == "ban" and before == "ban":
            return
        content: Content = {"membership": "ban" if verb == "ban" else "leave"}
        if reason is not None:
            content["reason"] = reason
        await w.event(Draft(MEMBER, content, caller.user_id, room_id, user_id))

    await rooms.spine.log.commit(plan)
