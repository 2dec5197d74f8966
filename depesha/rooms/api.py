"""Endpoints of being in rooms: making, joining, inviting, leaving, removing, upgrading them."""

import msgspec

from depesha.base.canonical import Content, Json
from depesha.base.errors import missing_param
from depesha.http.endpoint import EMPTY, Ask, Auth, Endpoint, Reply, endpoint, json_reply
from depesha.rooms.alias import access_room_id
from depesha.rooms.create import CreateRoom, create_room
from depesha.rooms.invite import by_address, invite
from depesha.rooms.join import join, knock
from depesha.rooms.leave import forget, leave
from depesha.rooms.record import Rooms
from depesha.rooms.remove import Verb, remove
from depesha.rooms.upgrade import upgrade

_ROOM = "/_matrix/client/v3/rooms/{roomId}"
BIG_BODY = 512 * 1024
"""Bytes of a room's creation, whose events are limited each by themselves."""


class Reason(msgspec.Struct, frozen=True):
    """A body that may give a reason."""

    reason: str | None = None


class Redacting(msgspec.Struct, frozen=True):
    """A body that may give a reason, and kinds of relation to be redacted as well (MSC3912)."""

    reason: str | None = None
    with_rel_types: list[str] | None = None
    unstable: list[str] | None = msgspec.field(
        name="org.matrix.msc3912.with_relations", default=None
    )


class Joining(msgspec.Struct, frozen=True):
    """A body that may give a reason, and prove a third-party invitation."""

    reason: str | None = None
    third_party_signed: Content | None = None


class Whom(msgspec.Struct, frozen=True):
    """A body that names a user, with a reason."""

    user_id: str
    reason: str | None = None


class Invited(msgspec.Struct, frozen=True):
    """Whom to invite: a user, or a third-party identifier."""

    user_id: str | None = None
    reason: str | None = None
    medium: str | None = None
    address: str | None = None


class UpgradeBody(msgspec.Struct, frozen=True):
    """`POST /rooms/{roomId}/upgrade`."""

    new_version: str
    additional_creators: list[str] = []


@endpoint(
    "POST",
    "/_matrix/client/v3/createRoom",
    body=CreateRoom,
    limit="create",
    max_body=BIG_BODY,
    spec="createRoom",
)
async def post_create_room(rooms: Rooms, ask: Ask[CreateRoom]) -> Reply:
    """Make a room."""
    return json_reply({"room_id": await create_room(rooms, ask.caller, ask.body)})


@endpoint("POST", _ROOM + "/upgrade", body=UpgradeBody, limit="create", spec="upgradeRoom")
async def post_upgrade(rooms: Rooms, ask: Ask[UpgradeBody]) -> Reply:
    """Replace a room by one of another version."""
    body, room_id = ask.body, ask.params["roomId"]
    replacement = await upgrade(
        rooms, ask.caller, room_id, body.new_version, body.additional_creators
    )
    return json_reply({"replacement_room": replacement})


async def _join(rooms: Rooms, ask: Ask[Joining], room_id: str) -> Reply:
    await join(rooms, ask.caller, room_id, ask.body.reason, ask.body.third_party_signed)
    return json_reply({"room_id": room_id})


@endpoint("POST", _ROOM + "/join", body=Joining, auth=Auth.GUEST, limit="join", spec="joinRoomById")
async def post_join_by_id(rooms: Rooms, ask: Ask[Joining]) -> Reply:
    """Join a room by its id."""
    return await _join(rooms, ask, ask.params["roomId"])


@endpoint(
    "POST",
    "/_matrix/client/v3/join/{roomIdOrAlias}",
    body=Joining,
    auth=Auth.GUEST,
    limit="join",
    spec="joinRoom",
)
async def post_join(rooms: Rooms, ask: Ask[Joining]) -> Reply:
    """Join a room by its id or an alias."""
    return await _join(rooms, ask, await access_room_id(rooms, ask.params["roomIdOrAlias"]))


@endpoint(
    "POST",
    "/_matrix/client/v3/knock/{roomIdOrAlias}",
    body=Reason,
    limit="join",
    spec="knockRoom",
)
async def post_knock(rooms: Rooms, ask: Ask[Reason]) -> Reply:
    """Ask to be let into a room."""
    room_id = await access_room_id(rooms, ask.params["roomIdOrAlias"])
    await knock(rooms, ask.caller, room_id, ask.body.reason)
    return json_reply({"room_id": room_id})


@endpoint("POST", _ROOM + "/invite", body=Invited, limit="join", spec="inviteUser")
async def post_invite(rooms: Rooms, ask: Ask[Invited]) -> Reply:
    """Invite a user; by a third-party identifier is refused (operation inviteBy3PID)."""
    if ask.body.user_id is None:
        raise missing_param("user_id") if ask.body.address is None else by_address()
    await invite(rooms, ask.caller, ask.params["roomId"], ask.body.user_id, ask.body.reason)
    return EMPTY


@endpoint("POST", _ROOM + "/leave", body=Reason, auth=Auth.GUEST, spec="leaveRoom")
async def post_leave(rooms: Rooms, ask: Ask[Reason]) -> Reply:
    """Leave a room or refuse its invitation."""
    await leave(rooms, ask.caller.user_id, ask.params["roomId"], ask.body.reason)
    return EMPTY


@endpoint("POST", _ROOM + "/forget", auth=Auth.GUEST, spec="forgetRoom")
async def post_forget(rooms: Rooms, ask: Ask[None]) -> Reply:
    """Forget a room that was left."""
    await forget(rooms, ask.caller.user_id, ask.params["roomId"])
    return EMPTY


async def _remove(rooms: Rooms, ask: Ask[Whom], verb: Verb) -> Reply:
    room_id, whom = ask.params["roomId"], ask.body
    await remove(rooms, ask.caller, room_id, whom.user_id, verb, whom.reason)
    return EMPTY


@endpoint("POST", _ROOM + "/kick", body=Whom, spec="kick")
async def post_kick(rooms: Rooms, ask: Ask[Whom]) -> Reply:
    """Make somebody leave."""
    return await _remove(rooms, ask, "kick")


@endpoint("POST", _ROOM + "/ban", body=Whom, spec="ban")
async def post_ban(rooms: Rooms, ask: Ask[Whom]) -> Reply:
    """Make somebody leave and keep them out."""
    return await _remove(rooms, ask, "ban")


@endpoint("POST", _ROOM + "/unban", body=Whom, spec="unban")
async def post_unban(rooms: Rooms, ask: Ask[Whom]) -> Reply:
    """Let somebody come back."""
    return await _remove(rooms, ask, "unban")


ENDPOINTS: tuple[Endpoint[Rooms, Json], ...] = (
    post_create_room,
    post_upgrade,
    post_join_by_id,
    post_join,
    post_knock,
    post_invite,
    post_leave,
    post_forget,
    post_kick,
    post_ban,
    post_unban,
)
