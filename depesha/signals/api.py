"""Endpoints of receipts, read markers, typing and presence."""

from typing import Annotated

import msgspec

from depesha.base.canonical import Json
from depesha.base.errors import forbidden
from depesha.eventlog.read import access_joined
from depesha.http.endpoint import EMPTY, Ask, Auth, Endpoint, Reply, endpoint, json_reply
from depesha.signals.be_present import note_act, put_presence
from depesha.signals.presence import current
from depesha.signals.quiet import is_quiet
from depesha.signals.receipts import set_receipts
from depesha.signals.record import Signals
from depesha.signals.rules import FULLY_READ, PRIVATE, READ

_ROOM = "/_matrix/client/v3/rooms/{roomId}"


class ReceiptBody(msgspec.Struct, frozen=True):
    """`POST …/receipt/{type}/{eventId}`."""

    thread_id: str | None = None


class MarkersBody(msgspec.Struct, frozen=True):
    """`POST …/read_markers`."""

    fully_read: str | None = msgspec.field(default=None, name=FULLY_READ)
    read: str | None = msgspec.field(default=None, name=READ)
    private: str | None = msgspec.field(default=None, name=PRIVATE)


class TypingBody(msgspec.Struct, frozen=True):
    """`PUT …/typing/{userId}`; `timeout` in milliseconds."""

    typing: bool
    timeout: Annotated[int, msgspec.Meta(ge=0)] = 30_000


class PresenceBody(msgspec.Struct, frozen=True):
    """`PUT /presence/{userId}/status`."""

    presence: str
    status_msg: Annotated[str, msgspec.Meta(max_length=1_000)] | None = None


@endpoint("POST", _ROOM + "/receipt/{receiptType}/{eventId}", body=ReceiptBody, spec="postReceipt")
async def post_receipt(signals: Signals, ask: Ask[ReceiptBody]) -> Reply:
    """One has read up to an event."""
    params = ask.params
    receipts = {params["receiptType"]: params["eventId"]}
    await set_receipts(signals, ask.caller.user_id, params["roomId"], receipts, ask.body.thread_id)
    return EMPTY


@endpoint("POST", _ROOM + "/read_markers", body=MarkersBody, spec="setReadMarker")
async def post_read_markers(signals: Signals, ask: Ask[MarkersBody]) -> Reply:
    """Several receipts of oneself at once."""
    body = ask.body
    given = {FULLY_READ: body.fully_read, READ: body.read, PRIVATE: body.private}
    receipts = {type_: event_id for type_, event_id in given.items() if event_id is not None}
    await set_receipts(signals, ask.caller.user_id, ask.params["roomId"], receipts, None)
    return EMPTY


@endpoint("PUT", _ROOM + "/typing/{userId}", body=TypingBody, auth=Auth.GUEST, spec="setTyping")
async def put_typing(signals: Signals, ask: Ask[TypingBody]) -> Reply:
    """One begins or stops to type."""
    user_id, room_id = ask.caller.user_id, ask.params["roomId"]
    if ask.params["userId"] != user_id:
        raise forbidden("You may type only for yourself")
    room = await access_joined(signals.spine.log, user_id, room_id)
    seconds = ask.body.timeout / 1000 if ask.body.typing else 0
    if not is_quiet(signals.spine, room):
        signals.typing.put(signals.spine.log, user_id, room_id, seconds)
    note_act(signals, user_id)
    return EMPTY


_STATUS = "/_matrix/client/v3/presence/{userId}/status"


@endpoint("PUT", _STATUS, body=PresenceBody, auth=Auth.GUEST, spec="setPresence")
async def put_status(signals: Signals, ask: Ask[PresenceBody]) -> Reply:
    """One's own presence and status."""
    if ask.params["userId"] != ask.caller.user_id:
        raise forbidden("You may set only your own presence")
    body = ask.body
    await put_presence(signals, ask.caller.user_id, body.presence, body.status_msg)
    return EMPTY


@endpoint("GET", _STATUS, auth=Auth.GUEST, spec="getPresence")
async def get_status(signals: Signals, ask: Ask[None]) -> Reply:
    """The presence of oneself, or of somebody one shares a room with."""
    user_id, log = ask.params["userId"], signals.spine.log
    mine = await log.rooms_of(ask.caller.user_id)
    theirs = await log.rooms_of(user_id)
    shared = (
        room_id
        for room_id, place in theirs.items()
        if place.membership == "join" and room_id in mine and mine[room_id].membership == "join"
    )
    if user_id != ask.caller.user_id and next(shared, None) is None:
        raise forbidden("You share no room with this person")
    spine = signals.spine
    person = await signals.people.access(spine, user_id)
    now_ms = spine.clock.now_ms()
    return json_reply(person.content(current(spine, user_id, person), now_ms))


ENDPOINTS: tuple[Endpoint[Signals, Json], ...] = (
    post_receipt,
    post_read_markers,
    put_typing,
    put_status,
    get_status,
)
