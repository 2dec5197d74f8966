"""Inviting. Spec: client-server API, "Inviting users", "Invite permission"."""

from collections.abc import Collection

from depesha.accounts import check_not_suspended, is_active
from depesha.base.canonical import Json
from depesha.base.errors import MatrixError, forbidden, invalid_param
from depesha.base.ids import parse_user_id
from depesha.contacts import check_reachable
from depesha.eventlog.append import Writing
from depesha.eventlog.state import MEMBER, Room
from depesha.events.event import Draft
from depesha.events.group import GROUP, read_group
from depesha.events.power import level_of, power_of
from depesha.events.state import State
from depesha.events.versions import RoomVersion
from depesha.http.caller import Caller
from depesha.org import fits, no_such_user, refused
from depesha.profile import Answer, invite_rules, member_content
from depesha.rooms.access import access_joined_tip
from depesha.rooms.record import Rooms


def by_address() -> MatrixError:
    """The refusal of every invitation by e-mail or phone number."""
    return MatrixError(403, "M_THREEPID_DENIED", "Invitations by e-mail are not offered here")


async def check_invitable(rooms: Rooms, inviter: str, user_id: str) -> None:
    """Raise 403 M_INVITE_BLOCKED for someone who takes no invites, 404 for nobody.

    Whom the inviter does not see is nobody; 403 M_FORBIDDEN for whom they may not write to,
    and for who does not want to hear from them.
    """
    if parse_user_id(user_id) is None:
        raise invalid_param(f"Not a user id: {user_id[:100]}")
    if not rooms.spine.institution.is_local(user_id):
        raise forbidden("People of other servers cannot be reached from here")
    if not await is_active(rooms.accounts, user_id):
        await rooms.accounts.appservices.provide_user(user_id)
        if not await is_active(rooms.accounts, user_id):
            raise no_such_user()
    await check_reachable(rooms.contacts, inviter, user_id)
    if (await invite_rules(rooms.profile, user_id)).answer(inviter) is Answer.BLOCKED:
        raise MatrixError(403, "M_INVITE_BLOCKED", "This person takes no invitations")


def check_fits(rooms: Rooms, room: Room, user_id: str) -> None:
    """Raise 403 M_FORBIDDEN for whom a basic group does not let in, with whom to ask (G5)."""
    entry, org = room.find(GROUP), rooms.profile.org
    group = read_group(entry.content) if entry is not None else None
    if entry is not None and not fits(org, group, user_id):
        raise refused("basic_group", entry.sender, "Only people of the group's unit may be in it")


def check_may_invite(
    find: State, version: RoomVersion, user_id: str, joined: Collection[str]
) -> None:
    """Raise 403 M_FORBIDDEN for who may not invite into a room, with whom to ask (G5)."""
    if power_of(user_id, find, version) >= level_of("invite", find, version):
        return
    levels, created = find("m.room.power_levels", ""), find("m.room.create", "")
    named: Json = levels.content.get("users") if levels is not None else None
    able = {*(named if isinstance(named, dict) else ())}
    if created is not None:
        able.add(created.sender)
    present = sorted(able.intersection(joined))
    host = max(present, key=lambda each: power_of(each, find, version), default=user_id)
    raise refused("invite", host, "You may not invite into this room")


async def invite(
    rooms: Rooms, caller: Caller, room_id: str, user_id: str, reason: str | None
) -> None:
    """Invite somebody; nothing happens when that is so already."""
    check_not_suspended(caller)
    room = await rooms.spine.log.find_room(room_id)
    if room is None or room.membership(user_id) != "knock":
        await check_invitable(rooms, caller.user_id, user_id)
    if room is not None and room.membership(caller.user_id) == "join":
        check_may_invite(room.find, room.version, caller.user_id, room.joined)
        check_fits(rooms, room, user_id)

    async def plan(w: Writing) -> None:
        tip = await access_joined_tip(w, caller.user_id, room_id)
        if tip.membership(user_id) == "invite":
            return
        await write_invite(w, room_id, caller.user_id, user_id, reason)

    await rooms.spine.log.commit(plan, [room_id])


async def write_invite(
    w: Writing,
    room_id: str,
    inviter: str,
    user_id: str,
    reason: str | None = None,
    *,
    is_direct: bool = False,
) -> None:
    """Within a plan: invite somebody who has passed `check_invitable`."""
    content = await member_content(w.tx, w.institution.id, user_id, "invite", reason)
    if is_direct:
        content["is_direct"] = True
    await w.event(Draft(MEMBER, content, inviter, room_id, user_id))
