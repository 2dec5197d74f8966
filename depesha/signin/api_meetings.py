"""The same place where two devices meet, in the later form of its proposal: JSON, without ETags.

Spec: MSC4388, "Insecure rendezvous session".
"""

import msgspec

from depesha.base.canonical import Content, Json
from depesha.base.errors import MatrixError, forbidden, too_large
from depesha.http.endpoint import EMPTY, Ask, Auth, Endpoint, Reply, endpoint, json_reply
from depesha.signin.metadata import check_on
from depesha.signin.record import Signin
from depesha.signin.rendezvous import (
    Overtaken,
    access_meeting,
    end_meeting,
    leave_message,
    open_meeting,
)
from depesha.signin.store import MeetingRow

_PATH = "/_matrix/client/unstable/io.element.msc4388/rendezvous"
_ONE = _PATH + "/{meetingId}"

MOST_SIGNS = 4096
_NOT_KEPT = ((b"cache-control", b"no-store"), (b"pragma", b"no-cache"))


class OpenBody(msgspec.Struct, frozen=True):
    """`POST …/rendezvous`."""

    data: str


class LeaveBody(msgspec.Struct, frozen=True):
    """`PUT …/rendezvous/{id}`."""

    sequence_token: str
    data: str


def _message(data: str) -> bytes:
    if len(data) > MOST_SIGNS:
        raise too_large(f"A message may have {MOST_SIGNS} characters")
    return data.encode(errors="replace")


def _until(signin: Signin, row: MeetingRow) -> Content:
    """When the place is no more: as the proposal has it, and as clients wrote it down."""
    left = max(0, row.expires_ts - signin.spine.clock.now_ms())
    return {"expires_ts": row.expires_ts, "expires_in_ms": left}


@endpoint("GET", _PATH, auth=Auth.NONE)
async def tell_of_places(signin: Signin, ask: Ask[None]) -> Reply:
    """Say that anybody may make a place here."""
    check_on(signin)
    return json_reply({"create_available": True})


@endpoint("POST", _PATH, body=OpenBody, auth=Auth.NONE, limit="client")
async def open_meeting_place(signin: Signin, ask: Ask[OpenBody]) -> Reply:
    """Make a place, with a first message."""
    check_on(signin)
    meeting_id, row = await open_meeting(signin, _message(ask.body.data))
    told = {"id": meeting_id, "sequence_token": row.etag, **_until(signin, row)}
    return json_reply(told)


@endpoint("GET", _ONE, auth=Auth.NONE)
async def read_meeting_place(signin: Signin, ask: Ask[None]) -> Reply:
    """The message; never to a browser that was led here, for a stranger wrote it."""
    if ask.headers.get("sec-fetch-mode") == "navigate":
        raise forbidden("This is for applications alone")
    row = await access_meeting(signin, ask.params["meetingId"])
    told = {"data": row.message.decode(errors="replace"), "sequence_token": row.etag}
    return Reply(json_reply({**told, **_until(signin, row)}).body, 200, _NOT_KEPT)


@endpoint("PUT", _ONE, body=LeaveBody, auth=Auth.NONE)
async def write_meeting_place(signin: Signin, ask: Ask[LeaveBody]) -> Reply:
    """Leave a message instead of the one that the device has read."""
    body, meeting_id = ask.body, ask.params["meetingId"]
    try:
        row = await leave_message(signin, meeting_id, body.sequence_token, _message(body.data))
    except Overtaken:
        errcode = "IO_ELEMENT_MSC4388_CONCURRENT_WRITE"
        raise MatrixError(409, errcode, "Another message is here") from None
    return json_reply({"sequence_token": row.etag})


@endpoint("DELETE", _ONE, auth=Auth.NONE)
async def end_meeting_place(signin: Signin, ask: Ask[None]) -> Reply:
    """Forget the place."""
    await end_meeting(signin, ask.params["meetingId"])
    return EMPTY


ENDPOINTS: tuple[Endpoint[Signin, Json], ...] = (
    tell_of_places,
    open_meeting_place,
    read_meeting_place,
    write_meeting_place,
    end_meeting_place,
)
