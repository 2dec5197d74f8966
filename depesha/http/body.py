"""Reading and decoding a request's body, bounded in bytes and in time."""

import asyncio
import re
from collections.abc import AsyncIterator

import msgspec

from depesha.base.canonical import Json
from depesha.base.clock import Clock
from depesha.base.errors import MatrixError, bad_json, missing_param, not_json, too_large
from depesha.http.asgi import Receive

BODY_SECONDS = 30
"""How long a client may take to send a JSON body, or to send the next piece of a file."""

_MISSING = re.compile(r"missing required field `([^`]+)`")
_TOO_DEEP = "The body is nested too deeply"


class Disconnected(Exception):
    """The client went away while its body was being read."""


async def _receive_within(receive: Receive, clock: Clock) -> tuple[bytes, bool]:
    """The next piece of the body, and whether more comes."""
    task = asyncio.current_task()
    late = False

    def expire() -> None:
        nonlocal late
        late = True
        if task is not None:
            task.cancel()

    timer = clock.call_later(BODY_SECONDS, expire)
    try:
        message = await receive()
    except asyncio.CancelledError:
        if late and task is not None:
            task.uncancel()
            raise MatrixError(408, "M_UNKNOWN", "The body did not arrive in time") from None
        raise
    finally:
        timer.cancel()
    if message["type"] == "http.disconnect":
        raise Disconnected
    return message.get("body", b""), bool(message.get("more_body"))


async def read_body(receive: Receive, clock: Clock, most: int, length: int | None) -> bytes:
    """The whole body; raises 413 M_TOO_LARGE, 408 when it stalls, or Disconnected."""
    if length is not None and length > most:
        raise too_large()
    body, more = await _receive_within(receive, clock)
    while more:
        piece, more = await _receive_within(receive, clock)
        body += piece
        if len(body) > most:
            raise too_large()
    if len(body) > most:
        raise too_large()
    return body


async def stream_body(receive: Receive, clock: Clock) -> AsyncIterator[bytes]:
    """The body in pieces as they arrive; the handler bounds their sum."""
    more = True
    while more:
        piece, more = await _receive_within(receive, clock)
        if piece:
            yield piece


def decode_body(raw: bytes, wanted: type[Json]) -> Json:
    """`raw` as the msgspec type `wanted`; an empty body counts as `{}`.

    Raises 400 M_NOT_JSON, M_MISSING_PARAM or M_BAD_JSON, saying where.
    """
    # COMPAT(many clients): POST with no body where the specification wants `{}`.
    try:
        return msgspec.json.decode(raw or b"{}", type=wanted)
    except msgspec.ValidationError as error:
        if missing := _MISSING.search(str(error)):
            raise missing_param(missing[1]) from None
        raise bad_json(str(error)) from None
    except RecursionError:
        raise bad_json(_TOO_DEEP) from None
    except (msgspec.DecodeError, UnicodeDecodeError):
        raise not_json() from None
