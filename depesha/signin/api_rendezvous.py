"""The place where two devices meet to sign one of them in by a QR code.

Spec: MSC4108, "Insecure rendezvous session".
"""

from email.utils import formatdate

from depesha.base.canonical import Json, encode
from depesha.base.errors import MatrixError, invalid_param, missing_param, too_large
from depesha.http.endpoint import Ask, Auth, Endpoint, Reply, endpoint
from depesha.signin.metadata import check_on
from depesha.signin.record import Signin
from depesha.signin.rendezvous import (
    MOST_BYTES,
    Overtaken,
    access_meeting,
    end_meeting,
    leave_message,
    open_meeting,
)
from depesha.signin.store import MeetingRow

_PATH = "/_matrix/client/unstable/org.matrix.msc4108/rendezvous"
_ONE = _PATH + "/{meetingId}"


async def _read(ask: Ask[None]) -> bytes:
    """The message in the body; raises 400 M_MISSING_PARAM, M_INVALID_PARAM, 413 M_TOO_LARGE."""
    kind = ask.headers.get("content-type")
    if kind is None:
        raise missing_param("Content-Type")
    if kind.partition(";")[0].strip().lower() != "text/plain":
        raise invalid_param("Content-Type must be text/plain")
    message = b""
    async for piece in ask.stream:
        message += piece
        if len(message) > MOST_BYTES:
            raise too_large(f"A message may have {MOST_BYTES} bytes")
    return message


def _headers(row: MeetingRow) -> tuple[tuple[bytes, bytes], ...]:
    return (
        (b"etag", row.etag.encode()),
        (b"expires", formatdate(row.expires_ts / 1000, usegmt=True).encode()),
        (b"last-modified", formatdate(row.changed_ts / 1000, usegmt=True).encode()),
        (b"cache-control", b"no-store"),
        (b"pragma", b"no-cache"),
    )


@endpoint("POST", _PATH, auth=Auth.NONE, limit="client", streams=True)
async def open_place(signin: Signin, ask: Ask[None]) -> Reply:
    """Make a place, with a first message."""
    check_on(signin)
    meeting_id, row = await open_meeting(signin, await _read(ask))
    body = {"url": signin.url(f"{_PATH}/{meeting_id}")}
    return Reply(encode(body), 201, _headers(row))


@endpoint("GET", _ONE, auth=Auth.NONE)
async def read_place(signin: Signin, ask: Ask[None]) -> Reply:
    """The message, unless the device has it already."""
    row = await access_meeting(signin, ask.params["meetingId"])
    if ask.headers.get("if-none-match") == row.etag:
        return Reply(b"", 304, _headers(row), b"text/plain")
    return Reply(row.message, 200, _headers(row), b"text/plain")


@endpoint("PUT", _ONE, auth=Auth.NONE, streams=True)
async def write_place(signin: Signin, ask: Ask[None]) -> Reply:
    """Leave a message instead of the one that the device has read."""
    etag = ask.headers.get("if-match")
    if etag is None:
        raise missing_param("If-Match")
    if not (etag.startswith('"') and etag.endswith('"') and etag.count('"') == 2):
        raise invalid_param("If-Match must be one strong ETag")
    try:
        row = await leave_message(signin, ask.params["meetingId"], etag, await _read(ask))
    except Overtaken as overtaken:
        fields = {"org.matrix.msc4108.errcode": "M_CONCURRENT_WRITE"}
        headers = {"ETag": str(overtaken)}
        message = "Another message is here"
        raise MatrixError(412, "M_UNKNOWN", message, fields, headers) from None
    return Reply(b"", 202, _headers(row), b"text/plain")


@endpoint("DELETE", _ONE, auth=Auth.NONE)
async def end_place(signin: Signin, ask: Ask[None]) -> Reply:
    """Forget the place."""
    await end_meeting(signin, ask.params["meetingId"])
    return Reply(b"", 204, (), b"text/plain")


ENDPOINTS: tuple[Endpoint[Signin, Json], ...] = (open_place, read_place, write_place, end_place)
