"""Joining a room, and knocking on its door.

Spec: client-server API, "Joining rooms", "Restricted rooms", "Knocking on rooms",
"Third-party invites", "Room Upgrades" (settings that follow a member), "Guest Access".
"""

from collections.abc import Collection, Iterator

from depesha.accounts import check_not_suspended
from depesha.base.canonical import Content, encode
from depesha.base.errors import forbidden
from depesha.eventlog.append import Writing
from depesha.eventlog.state import MEMBER, Tip
from depesha.events.event import Draft
from depesha.events.power import creators_of, level_of, power_of
from depesha.http.caller import Caller
from depesha.profile import find_data, member_content, write_data
from depesha.rooms.access import access_tip, check_takes
from depesha.rooms.gate import is_of_notices, notices_sender
from depesha.rooms.record import Rooms
from depesha.rooms.rules import AUTHORISED_VIA, allowed_rooms, moved_direct_rooms, predecessor_of

NOT_INVITED = "You are not invited to this room"
NO_KNOCKS = "This room takes no knocks"


async def join(
    rooms: Rooms,
    caller: Caller,
    room_id: str,
    reason: str | None = None,
    third_party_signed: Content | None = None,
) -> None:
    """Join the room; nothing happens when that is so already. Raises 403 M_FORBIDDEN.

    `third_party_signed` proves that the caller is whom a third-party invitation was for.
    """
    user_id, log = caller.user_id, rooms.spine.log
    room = await log.find_room(room_id)
    create = room.find("m.room.create") if room is not None else None
    if not is_of_notices(create, notices_sender(rooms.spine)):
        check_not_suspended(caller)
    places = await log.rooms_of(user_id)
    joined = {each for each, place in places.items() if place.membership == "join"}
    settings = await _settings_of_old_room(rooms, user_id, room_id)

    async def plan(w: Writing) -> None:
        tip = await access_tip(w, room_id, NOT_INVITED)
        if tip.membership(user_id) == "join":
            return
        check_takes(tip, caller)
        if third_party_signed is not None:
            await _exchange_invite(w, tip, user_id, third_party_signed)
        content = await member_content(w.tx, w.institution.id, user_id, "join", reason)
        if tip.membership(user_id) != "invite":
            via = find_authoriser(w, tip, joined)
            if via is not None:
                content[AUTHORISED_VIA] = via
        await w.event(Draft(MEMBER, content, user_id, room_id, user_id))
        for data_room, type_, text in settings:
            await write_data(w, user_id, data_room, type_, text)

    await log.commit(plan)


def find_authoriser(w: Writing, tip: Tip, joined: Collection[str]) -> str | None:
    """A member on whose word someone may join who is in one of the rooms that the rule names."""
    allowed = allowed_rooms(tip.content("m.room.join_rules"), tip.version)
    if not any(each in joined for each in allowed):
        return None
    needed = level_of("invite", tip.find, tip.version)
    for member in _who_may_invite(tip):
        is_able = power_of(member, tip.find, tip.version) >= needed
        if is_able and w.institution.is_local(member) and tip.membership(member) == "join":
            return member
    return None


def _who_may_invite(tip: Tip) -> Iterator[str]:
    """Members, those with power of their own first."""
    create = tip.find("m.room.create")
    if create is not None:
        yield from creators_of(create, tip.version)
    users = tip.content("m.room.power_levels").get("users")
    yield from users if isinstance(users, dict) else ()
    yield from tip.room.joined


async def _exchange_invite(w: Writing, tip: Tip, user_id: str, signed: Content) -> None:
    """Turn a third-party invitation into one of the user; the rules verify its signature."""
    token = signed.get("token")
    invite = tip.find("m.room.third_party_invite", token) if isinstance(token, str) else None
    if invite is None or signed.get("mxid") != user_id:
        raise forbidden(NOT_INVITED)
    shown = invite.content.get("display_name")
    proof = {key: signed.get(key) for key in ("mxid", "token", "signatures")}
    content = await member_content(w.tx, w.institution.id, user_id, "invite")
    content["third_party_invite"] = {
        "display_name": shown if isinstance(shown, str) else "",
        "signed": proof,
    }
    await w.event(Draft(MEMBER, content, invite.sender, tip.room_id, user_id))


async def _settings_of_old_room(
    rooms: Rooms, user_id: str, room_id: str
) -> list[tuple[str, str, str]]:
    """Account data (room, type, JSON) that follows a member from the room this one replaces."""
    room = await rooms.spine.log.find_room(room_id)
    old_id = predecessor_of(room.content("m.room.create")) if room is not None else None
    if old_id is None or old_id not in await rooms.spine.log.rooms_of(user_id):
        return []
    found: list[tuple[str, str, str]] = []
    tags = await find_data(rooms.profile, user_id, old_id, "m.tag")
    if tags is not None and await find_data(rooms.profile, user_id, room_id, "m.tag") is None:
        found.append((room_id, "m.tag", encode(tags).decode()))
    direct = moved_direct_rooms(
        await find_data(rooms.profile, user_id, "", "m.direct") or {}, old_id, room_id
    )
    if direct is not None:
        found.append(("", "m.direct", encode(direct).decode()))
    return found


async def knock(rooms: Rooms, caller: Caller, room_id: str, reason: str | None) -> None:
    """Ask to be let in. Raises 403 M_FORBIDDEN."""
    check_not_suspended(caller)

    async def plan(w: Writing) -> None:
        tip = await access_tip(w, room_id, NO_KNOCKS)
        if tip.membership(caller.user_id) == "knock":
            return
        content = await member_content(w.tx, w.institution.id, caller.user_id, "knock", reason)
        await w.event(Draft(MEMBER, content, caller.user_id, room_id, caller.user_id))

    await rooms.spine.log.commit(plan, [room_id])
