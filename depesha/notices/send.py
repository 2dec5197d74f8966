"""Sending a server notice, in a room of the server and the one person alone.

Spec: client-server API, "Server Notices".
"""

from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import NamedTuple

from depesha.accounts import NewUser, is_active, register
from depesha.base.canonical import Content
from depesha.base.errors import MatrixError, not_found
from depesha.base.ids import parse_user_id
from depesha.eventlog.append import Writing
from depesha.eventlog.state import MEMBER
from depesha.events.event import Draft
from depesha.events.power import required_power
from depesha.events.urgent import URGENT
from depesha.http.caller import Caller
from depesha.notices import store
from depesha.notices.record import Notices
from depesha.notices.rules import ACK
from depesha.profile import member_content, set_field, write_tag
from depesha.rooms import (
    NOTICES,
    CreateRoom,
    NewRoom,
    decide_room,
    notices_sender,
    write_invite,
    write_room,
)

_LEVELS = "m.room.power_levels"
TAG = "m.server_notice"
MSGTYPE = "m.server_notice"
KIND = "depesha.notice"
"""`server_notice_type` of what an administrator says in words of their own."""

_ONLY_THE_SERVER_SPEAKS: Content = {"events_default": 50, "invite": 50}

Also = Callable[[Writing, "Told"], Awaitable[None]]
"""What else is written with a notice."""


class Told(NamedTuple):
    """Where a notice is; `position` is that of its event in the log."""

    room_id: str
    event_id: str
    position: int


async def send_notice(notices: Notices, user_id: str, text: str) -> Told:
    """Tell a person something; 404 M_NOT_FOUND for who has no account.

    Whoever has left the room of notices is invited again, also who takes no invitations.
    """
    return await send_content(notices, user_id, {"body": text, "server_notice_type": KIND})


async def send_content(
    notices: Notices,
    user_id: str,
    content: Content,
    also: Also | None = None,
    *,
    is_invited: bool = True,
) -> Told:
    """As `send_notice`, with further content; `also` is done in the same transaction.

    Whom something urgent is told, or who is not only `is_invited`, is in the room at once.
    """
    sender = notices_sender(notices.spine)
    is_person = parse_user_id(user_id) is not None and user_id != sender
    if not (is_person and await is_active(notices.accounts, user_id)):
        raise not_found("User not found")
    await _provide_sender(notices, sender)
    new = _new_room(notices, sender, user_id)

    async def plan(w: Writing) -> Told:
        room_id = await store.select_room(w.tx, w.institution.id, user_id)
        if room_id is None:
            room_id = await write_room(w, sender, new)
            await store.insert_room(w.tx, w.institution.id, user_id, room_id)
        elif (await w.tip(room_id)).membership(user_id) not in {"join", "invite"}:
            await write_invite(w, room_id, sender, user_id)
        await write_tag(w, user_id, room_id, TAG)
        if URGENT in content:
            await _let_acknowledge(w, room_id, sender)
        if URGENT in content or not is_invited:
            await _show_in(w, room_id, user_id)
        shown = {"msgtype": MSGTYPE, **content}
        sent = await w.event(Draft("m.room.message", shown, sender, room_id))
        told = Told(room_id, sent.event.event_id, sent.position)
        if also is not None:
            await also(w, told)
        return told

    return await notices.spine.log.commit(plan)


async def _let_acknowledge(w: Writing, room_id: str, sender: str) -> None:
    """Where only the server speaks, let people say that they know."""
    tip = await w.tip(room_id)
    if required_power(ACK, None, tip.find, tip.version) > 0:
        levels = tip.content(_LEVELS)
        events = {**levels.get("events", {}), ACK: 0}
        await w.event(Draft(_LEVELS, {**levels, "events": events}, sender, room_id, ""))


async def _show_in(w: Writing, room_id: str, user_id: str) -> None:
    """Have the person in the room: what matters does not wait for an invitation to be accepted."""
    if (await w.tip(room_id)).membership(user_id) == "invite":
        content = await member_content(w.tx, w.institution.id, user_id, "join")
        await w.event(Draft(MEMBER, content, user_id, room_id, user_id))


async def _provide_sender(notices: Notices, sender: str) -> None:
    """Make the user that notices come from, unless there is one."""
    if await is_active(notices.accounts, sender):
        return
    with suppress(MatrixError):  # another worker was faster
        await register(notices.accounts, NewUser(sender, None, None))
    await set_field(notices.profile, sender, "displayname", notices.spine.config.notices_name)


def _new_room(notices: Notices, sender: str, user_id: str) -> NewRoom:
    asked = CreateRoom(
        creation_content={NOTICES: True},
        name=notices.spine.config.notices_name,
        preset="private_chat",
        power_level_content_override=_ONLY_THE_SERVER_SPEAKS,
        invite=[user_id],
    )
    caller = Caller(notices.spine.institution, sender, "")
    return decide_room(notices.rooms, caller, asked)
