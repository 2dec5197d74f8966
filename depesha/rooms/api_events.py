"""Endpoints of what is in rooms: sending, redacting, state and members."""

from depesha.base.canonical import Content, Json, encode
from depesha.base.errors import forbidden, invalid_param, not_found
from depesha.eventlog.read import access_joined, access_known, check_gap, served_state
from depesha.eventlog.state import MEMBER
from depesha.events.event import MAX_STICKY_MS, Draft
from depesha.http.endpoint import Ask, Auth, Endpoint, Reply, endpoint, json_reply
from depesha.rooms.api import Redacting
from depesha.rooms.delayed import schedule
from depesha.rooms.members import access_members
from depesha.rooms.record import Rooms
from depesha.rooms.redact import redact_related
from depesha.rooms.send import REDACTION, send_message, send_state

_ROOM = "/_matrix/client/v3/rooms/{roomId}"
EVENT_BODY = 128 * 1024
"""Bytes of an event's content as sent; canonical it is smaller."""

DELAY = "org.matrix.msc4140.delay"
_STICKY = "org.matrix.msc4354.sticky_duration_ms"

# --- writing -------------------------------------------------------------------------


def _ts(ask: Ask[Json]) -> int | None:
    """`ts`, which only application services may give ("Timestamp massaging")."""
    if "ts" not in ask.query or ask.caller.appservice is None:
        return None
    return ask.number("ts", 0)


def sticky_ms(ask: Ask[Json]) -> int | None:
    """How long the message is to stick, if at all (MSC4354); raises 400 M_INVALID_PARAM."""
    if _STICKY not in ask.query:
        return None
    duration = ask.number(_STICKY, 0)
    if duration > MAX_STICKY_MS:
        raise invalid_param(f"{_STICKY} must be at most {MAX_STICKY_MS}")
    return duration


async def _sent(rooms: Rooms, ask: Ask[Json], draft: Draft, txn_id: str) -> Reply:
    """The reply to a message: sent, or kept for later (MSC4140)."""
    if DELAY in ask.query:
        delay = ask.number(DELAY, 0, low=1)
        delay_id = await schedule(rooms, ask.caller, draft, txn_id, delay)
        return json_reply({"delay_id": delay_id})
    event_id = await send_message(rooms, ask.caller, draft, txn_id, _ts(ask))
    return Reply(b'{"event_id":"%b"}' % event_id.encode())


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
    params = ask.params
    if params["eventType"] == MEMBER:
        raise forbidden("Events of this type are not sent so")
    draft = Draft(
        params["eventType"],
        ask.body,
        ask.caller.user_id,
        params["roomId"],
        sticky_ms=sticky_ms(ask),
    )
    return await _sent(rooms, ask, draft, params["txnId"])


@endpoint(
    "PUT", _ROOM + "/redact/{eventId}/{txnId}", body=Redacting, limit="send", spec="redactEvent"
)
async def put_redact(rooms: Rooms, ask: Ask[Redacting]) -> Reply:
    """Strip an event of its content, and if so asked those that relate to it."""
    params, reason = ask.params, ask.body.reason
    content: Content = {} if reason is None else {"reason": reason}
    room_id, target = params["roomId"], params["eventId"]
    draft = Draft(REDACTION, content, ask.caller.user_id, room_id, redacts=target)
    rel_types = ask.body.with_rel_types or ask.body.unstable
    if rel_types and DELAY not in ask.query:
        event_id = await redact_related(rooms, ask.caller, draft, params["txnId"], rel_types)
        return json_reply({"event_id": event_id})
    return await _sent(rooms, ask, draft, params["txnId"])


@endpoint(
    "PUT",
    _ROOM + "/state/{eventType}/{stateKey}",
    _ROOM + "/state/{eventType}",
    _ROOM + "/state/{eventType}/",
    body=Content,
    auth=Auth.GUEST,
    limit="send",
    max_body=EVENT_BODY,
    spec="setRoomStateWithKey",
)
async def put_state(rooms: Rooms, ask: Ask[Content]) -> Reply:
    """Set a piece of the room's state, now or later (MSC4140)."""
    params, state_key = ask.params, ask.params.get("stateKey", "")
    draft = Draft(params["eventType"], ask.body, ask.caller.user_id, params["roomId"], state_key)
    if DELAY in ask.query:
        delay = ask.number(DELAY, 0, low=1)
        return json_reply({"delay_id": await schedule(rooms, ask.caller, draft, "", delay)})
    return json_reply({"event_id": await send_state(rooms, ask.caller, draft, _ts(ask))})


# --- reading state and members -------------------------------------------------------


@endpoint("GET", _ROOM + "/state", auth=Auth.GUEST, spec="getRoomState")
async def get_state(rooms: Rooms, ask: Ask[None]) -> Reply:
    """The room's whole state, now or at the time of leaving."""
    room = await access_known(rooms.spine.log, ask.caller.user_id, ask.params["roomId"])
    return Reply(b"[" + b",".join(map(served_state, room.entries())) + b"]")


@endpoint(
    "GET",
    _ROOM + "/state/{eventType}/{stateKey}",
    _ROOM + "/state/{eventType}",
    _ROOM + "/state/{eventType}/",
    auth=Auth.GUEST,
    spec="getRoomStateWithKey",
)
async def get_state_entry(rooms: Rooms, ask: Ask[None]) -> Reply:
    """One piece of the room's state: its content, or with `format=event` the whole event."""
    room = await access_known(rooms.spine.log, ask.caller.user_id, ask.params["roomId"])
    entry = room.find(ask.params["eventType"], ask.params.get("stateKey", ""))
    if entry is None:
        raise not_found("The room has no such state")
    whole = ask.query.get("format") == "event"
    return Reply(served_state(entry) if whole else encode(entry.content))


@endpoint("GET", _ROOM + "/members", auth=Auth.GUEST, spec="getMembersByRoom")
async def get_members(rooms: Rooms, ask: Ask[None]) -> Reply:
    """Member events, now or at a token, with or without some memberships."""
    only, without = ask.query.get("membership"), ask.query.get("not_membership")
    at = ask.query.get("at")
    entries = await access_members(
        rooms, ask.caller.user_id, ask.params["roomId"], check_gap(at) if at else None
    )
    chunk = [
        served_state(entry)
        for entry in entries
        if (only is None or entry.membership == only)
        and (without is None or entry.membership != without)
    ]
    return Reply(b'{"chunk":[' + b",".join(chunk) + b"]}")


@endpoint("GET", _ROOM + "/joined_members", spec="getJoinedMembersByRoom")
async def get_joined_members(rooms: Rooms, ask: Ask[None]) -> Reply:
    """Names and pictures of those who are in the room."""
    room = await access_joined(rooms.spine.log, ask.caller.user_id, ask.params["roomId"])
    joined: dict[str, Content] = {}
    for user_id in room.joined:
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
    put_send,
    put_redact,
    put_state,
    get_state,
    get_state_entry,
    get_members,
    get_joined_members,
    get_joined_rooms,
)
