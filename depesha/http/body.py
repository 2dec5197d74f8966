"""Reading and decoding a request's body, bounded in bytes and in time."""

import asyncio
import re
from collections.abc import AsyncIterator

import msgspec

from depesha.base.canonical import Json
from depesha.base.clock import Clock
from depesha.base.errors import MatrixError, bad_json, missing_param, not_json, too_large
from depesha.http.request import Request

BODY_SECONDS = 30
"""How long a client may take to send a JSON body, or the next piece of a file."""

SLOWEST = 256
"""Bytes a second that a body in pieces must come with, or the client has used its time up."""

_MISSING = re.compile(r"missing required field `([^`]+)`")


class _Deadline:
    """Cancels the current task after some seconds of the clock, and tells that from others."""

    def __init__(self, clock: Clock, seconds: float) -> None:
        self._task = asyncio.current_task()
        self._expired = False
        self._timer = clock.call_later(seconds, self._expire)

    def _expire(self) -> None:
        self._expired = True
        if self._task is not None:
            self._task.cancel()

    def __enter__(self) -> None:
        pass

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        self._timer.cancel()
        if self._expired and kind is asyncio.CancelledError and self._task is not None:
            self._task.uncancel()
            raise MatrixError(408, "M_UNKNOWN", "The body did not arrive in time") from None


async def read_body(request: Request, clock: Clock, most: int, length: int | None) -> bytes:
    """The whole body; raises 413 M_TOO_LARGE, 408 when it stalls, or Disconnected."""
    if length is not None and length > most:
        raise too_large()
    with _Deadline(clock, BODY_SECONDS):
        body, more = await request.piece()
        while more and len(body) <= most:
            piece, more = await request.piece()
            body += piece
    if len(body) > most:
        raise too_large()
    return body


async def stream_body(request: Request, clock: Clock) -> AsyncIterator[bytes]:
    """The body in pieces as they arrive; the handler bounds their sum.

    Only time spent waiting for the client counts: what it sends buys it more.
    """
    more, seconds = True, float(BODY_SECONDS)
    while more:
        begun = clock.monotonic()
        with _Deadline(clock, seconds):
            piece, more = await request.piece()
        waited = clock.monotonic() - begun
        seconds = min(BODY_SECONDS, max(0.0, seconds - waited) + len(piece) / SLOWEST)
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
        raise bad_json("The body is nested too deeply") from None
    except (msgspec.DecodeError, UnicodeDecodeError):
        raise not_json() from None
