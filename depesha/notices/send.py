"""Sending a server notice, in a room of the server and the one person alone.

Spec: client-server API, "Server Notices".
"""

from contextlib import suppress
from typing import NamedTuple

from depesha.accounts import NewUser, is_active, register
from depesha.base.canonical import Content
from depesha.base.errors import MatrixError, not_found
from depesha.base.ids import parse_user_id
from depesha.eventlog.append import Writing
from depesha.events.event import Draft
from depesha.http.caller import Caller
from depesha.notices import store
from depesha.notices.record import Notices
from depesha.profile import set_field, write_tag
from depesha.rooms import (
    NOTICES,
    CreateRoom,
    NewRoom,
    decide_room,
    notices_sender,
    write_invite,
    write_room,
)

TAG = "m.server_notice"
MSGTYPE = "m.server_notice"
KIND = "depesha.notice"
"""`server_notice_type` of what an administrator says in words of their own."""

_ONLY_THE_SERVER_SPEAKS: Content = {"events_default": 50, "invite": 50}


class Told(NamedTuple):
    """Where a notice is."""

    room_id: str
    event_id: str


async def send_notice(notices: Notices, user_id: str, text: str) -> Told:
    """Tell a person something; 404 M_NOT_FOUND for who has no account.

    Whoever has left the room of notices is invited again, also who takes no invitations.
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
        content = {"msgtype": MSGTYPE, "body": text, "server_notice_type": KIND}
        sent = await w.event(Draft("m.room.message", content, sender, room_id))
        return Told(room_id, sent.event.event_id)

    return await notices.spine.log.commit(plan)


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
