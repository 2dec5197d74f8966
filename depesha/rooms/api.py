"""Endpoints of rooms: making them, being in them, and writing to them."""

import msgspec

from depesha.base.canonical import Content, Json, encode
from depesha.base.errors import MatrixError, forbidden, not_found
from depesha.eventlog.load import load_state_at
from depesha.eventlog.read import access_joined, access_room, access_state, check_gap, served_state
from depesha.eventlog.state import MEMBER
from depesha.events.event import Draft
from depesha.http.endpoint import EMPTY, Ask, Auth, Endpoint, Reply, endpoint, json_reply
from depesha.rooms.alias import access_room_id
from depesha.rooms.create import CreateRoom, create_room
from depesha.rooms.member import forget, invite, join, knock, leave, remove
from depesha.rooms.record import Rooms
from depesha.rooms.send import REDACTION, send_message, send_state

_ROOM = "/_matrix/client/v3/rooms/{roomId}"
BIG_BODY = 512 * 1024
"""Bytes of a room's creation, whose events are limited each by themselves."""
EVENT_BODY = 128 * 1024
"""Bytes of an event's content as sent; canonical it is smaller."""


class Reason(msgspec.Struct, frozen=True):
    """A body that may give a reason."""

    reason: str | None = None


class Whom(msgspec.Struct, frozen=True):
    """A body that names a user, with a reason."""

    user_id: str
    reason: str | None = None


class Invited(msgspec.Struct, frozen=True):
    """Whom to invite: a user, or a third-party identifier."""

    user_id: str | None = None
    reason: str | None = None
    medium: str | None = None


# --- making and joining --------------------------------------------------------------


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


@endpoint("POST", _ROOM + "/join", body=Reason, auth=Auth.GUEST, limit="join", spec="joinRoomById")
async def post_join_by_id(rooms: Rooms, ask: Ask[Reason]) -> Reply:
    """Join a room of this server by its id."""
    room_id = ask.params["roomId"]
    await join(rooms, ask.caller, room_id, ask.body.reason)
    return json_reply({"room_id": room_id})


@endpoint(
    "POST",
    "/_matrix/client/v3/join/{roomIdOrAlias}",
    body=Reason,
    auth=Auth.GUEST,
    limit="join",
    spec="joinRoom",
)
async def post_join(rooms: Rooms, ask: Ask[Reason]) -> Reply:
    """Join a room by its id or an alias."""
    room_id = await access_room_id(rooms, ask.params["roomIdOrAlias"])
    await join(rooms, ask.caller, room_id, ask.body.reason)
    return json_reply({"room_id": room_id})


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
    """Invite a user; by a third-party identifier is refused."""
    if ask.body.user_id is None:
        if ask.body.medium is not None:
            raise MatrixError(
                403, "M_THREEPID_DENIED", "Invitations by e-mail are not offered here"
            )
        raise MatrixError(400, "M_MISSING_PARAM", "Missing parameter: user_id")
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


async def _remove(rooms: Rooms, ask: Ask[Whom], verb: str) -> Reply:
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


# --- writing -------------------------------------------------------------------------


def _ts(ask: Ask[Json]) -> int | None:
    """`ts`, which only application services may give ("Timestamp massaging")."""
    if "ts" not in ask.query or ask.caller.appservice is None:
        return None
    return ask.number("ts", 0)


@endpoint(
    "PUT",
    _ROOM + "/send/{eventType}/{txnId}",
    body=Content,
    auth=Auth.GUEST,
    limit="send",
    max_body=EVENT_BODY,
    spec="sendMessage",
)
async def put_send(rooms: Rooms, ask: Ask[Content]) -> Reply:
    """Send a message event."""
    params, caller = ask.params, ask.caller
    type_ = params["eventType"]
    if type_ == MEMBER or (caller.is_guest and type_ != "m.room.message"):
        raise forbidden("Events of this type are not sent so")
    draft = Draft(type_, ask.body, caller.user_id, params["roomId"])
    event_id = await send_message(rooms, caller, draft, params["txnId"], _ts(ask))
    return Reply(b'{"event_id":"%b"}' % event_id.encode())


@endpoint(
    "PUT",
    _ROOM + "/redact/{eventId}/{txnId}",
    body=Reason,
    limit="send",
    spec="redactEvent",
)
async def put_redact(rooms: Rooms, ask: Ask[Reason]) -> Reply:
    """Strip an event of its content."""
    params = ask.params
    content: Content = {} if ask.body.reason is None else {"reason": ask.body.reason}
    draft = Draft(
        REDACTION, content, ask.caller.user_id, params["roomId"], redacts=params["eventId"]
    )
    txn_id = f"{params['eventId']} {params['txnId']}"
    event_id = await send_message(rooms, ask.caller, draft, txn_id, _ts(ask))
    return json_reply({"event_id": event_id})


@endpoint(
    "PUT",
    _ROOM + "/state/{eventType}/{stateKey}",
    _ROOM + "/state/{eventType}",
    body=Content,
    limit="send",
    max_body=EVENT_BODY,
    spec="setRoomStateWithKey",
)
async def put_state(rooms: Rooms, ask: Ask[Content]) -> Reply:
    """Set a piece of the room's state."""
    params = ask.params
    draft = Draft(
        params["eventType"],
        ask.body,
        ask.caller.user_id,
        params["roomId"],
        params.get("stateKey", ""),
    )
    return json_reply({"event_id": await send_state(rooms, ask.caller, draft, _ts(ask))})


# --- reading state and members -------------------------------------------------------


@endpoint("GET", _ROOM + "/state", auth=Auth.GUEST, spec="getRoomState")
async def get_state(rooms: Rooms, ask: Ask[None]) -> Reply:
    """The room's whole state, now or at the time of leaving."""
    entries = await access_state(rooms.spine.log, ask.caller.user_id, ask.params["roomId"])
    return Reply(b"[" + b",".join(map(served_state, entries)) + b"]")


@endpoint(
    "GET",
    _ROOM + "/state/{eventType}/{stateKey}",
    _ROOM + "/state/{eventType}",
    auth=Auth.GUEST,
    spec="getRoomStateWithKey",
)
async def get_state_entry(rooms: Rooms, ask: Ask[None]) -> Reply:
    """One piece of the room's state: its content, or with `format=event` the whole event."""
    key = ask.params["eventType"], ask.params.get("stateKey", "")
    entries = await access_state(rooms.spine.log, ask.caller.user_id, ask.params["roomId"])
    for entry in entries:
        if (entry.type, entry.state_key) == key:
            whole = ask.query.get("format") == "event"
            return Reply(served_state(entry) if whole else encode(entry.content))
    raise not_found("The room has no such state")


@endpoint("GET", _ROOM + "/members", auth=Auth.GUEST, spec="getMembersByRoom")
async def get_members(rooms: Rooms, ask: Ask[None]) -> Reply:
    """Member events, now or at a token, with or without some memberships."""
    log, room_id = rooms.spine.log, ask.params["roomId"]
    only, without = ask.query.get("membership"), ask.query.get("not_membership")
    entries = await access_state(log, ask.caller.user_id, room_id)
    at = ask.query.get("at")
    if at and check_gap(at) < log.position:
        room = await access_room(log, ask.caller.user_id, room_id)
        if check_gap(at) < room.position:
            state = await log.db.scan(load_state_at, log.institution.id, room, check_gap(at))
            entries = list(state.values())
    chunk = [
        served_state(entry)
        for entry in entries
        if entry.type == MEMBER
        and (only is None or entry.membership == only)
        and (without is None or entry.membership != without)
    ]
    return Reply(b'{"chunk":[' + b",".join(chunk) + b"]}")


@endpoint("GET", _ROOM + "/joined_members", spec="getJoinedMembersByRoom")
async def get_joined_members(rooms: Rooms, ask: Ask[None]) -> Reply:
    """Names and pictures of those who are in the room."""
    room = await access_joined(rooms.spine.log, ask.caller.user_id, ask.params["roomId"])
    joined: dict[str, Content] = {}
    for user_id in sorted(room.joined):
        content = room.members[user_id].content
        shown = {
            "display_name": content.get("displayname"),
            "avatar_url": content.get("avatar_url"),
        }
        joined[user_id] = {name: text for name, text in shown.items() if isinstance(text, str)}
    return json_reply({"joined": joined})


@endpoint("GET", "/_matrix/client/v3/joined_rooms", auth=Auth.GUEST, spec="getJoinedRooms")
async def get_joined_rooms(rooms: Rooms, ask: Ask[None]) -> Reply:
    """The rooms that the caller has joined."""
    places = await rooms.spine.log.rooms_of(ask.caller.user_id)
    joined = [room_id for room_id, place in places.items() if place.membership == "join"]
    return json_reply({"joined_rooms": joined})


ENDPOINTS: tuple[Endpoint[Rooms, Json], ...] = (
    post_create_room,
    post_join_by_id,
    post_join,
    post_knock,
    post_invite,
    post_leave,
    post_forget,
    post_kick,
    post_ban,
    post_unban,
    put_send,
    put_redact,
    put_state,
    get_state,
    get_state_entry,
    get_members,
    get_joined_members,
    get_joined_rooms,
)
