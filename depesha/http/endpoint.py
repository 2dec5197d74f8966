"""The endpoint table: one row a method and path, declared beside its handler.

A handler takes the record of its slice and the request, and returns a reply: it knows
no transport. `endpoint` only makes the row; `app/wiring.py` lists the rows.
"""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Generic, TypeVar

from depesha.base.canonical import Json, encode
from depesha.base.errors import invalid_param, missing_param
from depesha.base.rights import InUnits, Right
from depesha.http.caller import Caller

Slice = TypeVar("Slice")
Body = TypeVar("Body")

SMALL_BODY = 256 * 1024
"""Bytes that a JSON body may have where the endpoint says nothing else."""


class Auth(Enum):
    """Who may call an endpoint."""

    NONE = "none"
    OPTIONAL = "optional"
    USER = "user"
    GUEST = "guest"
    """A user, or a guest account."""
    APPSERVICE = "appservice"


@dataclass(frozen=True, slots=True)
class Reply:
    """A whole response; `body` is sent as it is."""

    body: bytes = b"{}"
    status: int = 200
    headers: tuple[tuple[bytes, bytes], ...] = ()
    content_type: bytes = b"application/json"


@dataclass(frozen=True, slots=True)
class StreamReply:
    """A response whose body comes in pieces, such as a file; `length` in bytes if known."""

    chunks: AsyncIterator[bytes]
    content_type: bytes
    length: int | None = None
    status: int = 200
    headers: tuple[tuple[bytes, bytes], ...] = ()


def json_reply(value: Json, status: int = 200) -> Reply:
    return Reply(encode(value), status)


EMPTY = Reply()
"""`{}` with 200: what most writes answer."""


@dataclass(slots=True)
class Ask(Generic[Body]):
    """One request, decoded. `params` are the path's, `query` holds the last value of a name."""

    method: str
    path: str
    params: Mapping[str, str]
    query: Mapping[str, str]
    headers: Mapping[str, str]
    address: str
    body: Body
    stream: AsyncIterator[bytes]
    found_caller: Caller | None = field(default=None)

    @property
    def caller(self) -> Caller:
        """Who asks; only endpoints with `auth` other than NONE and OPTIONAL may read it."""
        if self.found_caller is None:
            raise RuntimeError(f"{self.path} reads its caller but does not ask for one")
        return self.found_caller

    def need(self, name: str) -> str:
        """A query parameter that must be there; 400 M_MISSING_PARAM."""
        value = self.query.get(name)
        if value is None:
            raise missing_param(name)
        return value

    def number(self, name: str, default: int, low: int = 0, high: int = 2**53 - 1) -> int:
        """A query parameter as an integer, clipped to `high`; 400 M_INVALID_PARAM."""
        text = self.query.get(name)
        if text is None:
            return default
        if not (text.isascii() and text.removeprefix("-").isdigit() and len(text) < 20):
            raise invalid_param(f"{name} must be an integer")
        if int(text) < low:
            raise invalid_param(f"{name} must be at least {low}")
        return min(int(text), high)

    def flag(self, name: str, default: bool = False) -> bool:
        """A query parameter as a boolean; 400 M_INVALID_PARAM."""
        text = self.query.get(name)
        if text is None:
            return default
        if text not in {"true", "false"}:
            raise invalid_param(f"{name} must be true or false")
        return text == "true"


Handler = Callable[[Slice, Ask[Body]], Awaitable[Reply | StreamReply]]


@dataclass(frozen=True, slots=True)
class Endpoint(Generic[Slice, Body]):
    """A row of the table. `spec` is the operation's id in the specification's OpenAPI."""

    method: str
    paths: tuple[str, ...]
    handler: Handler[Slice, Body]
    auth: Auth
    body: type[Body] | None
    limit: str
    max_body: int
    spec: str | None
    streams: bool
    parks: bool
    while_locked: bool
    right: Right | None
    scoped: bool


def endpoint(
    method: str,
    *paths: str,
    body: type[Body] | None = None,
    auth: Auth = Auth.USER,
    limit: str = "default",
    max_body: int = SMALL_BODY,
    spec: str | None = None,
    streams: bool = False,
    parks: bool = False,
    while_locked: bool = False,
    right: Right | InUnits | None = None,
) -> Callable[[Handler[Slice, Body]], Endpoint[Slice, Body]]:
    """Make the row of a handler; further `paths` are other names of the same operation.

    `body` is the msgspec type that the JSON body must have (None: no body is read, and
    `ask.body` is None); `streams` leaves the body to the handler as `ask.stream`;
    `parks` marks a request that may wait long and ends when its client goes away;
    `limit` names a rate limit of `http/limits.py`; `while_locked` lets a locked account in;
    `right` is what the caller must be allowed by a role; `InUnits` lets in also who has it for
    some levels of the tree alone, where the path names only what is in these.
    """

    def row(handler: Handler[Slice, Body]) -> Endpoint[Slice, Body]:
        return Endpoint(
            method,
            paths,
            handler,
            auth,
            body,
            limit,
            max_body,
            spec,
            streams,
            parks,
            while_locked,
            right.right if isinstance(right, InUnits) else right,
            isinstance(right, InUnits),
        )

    return row


@dataclass(frozen=True, slots=True)
class Bound:
    """An endpoint with the record of its slice: what the server calls."""

    row: Endpoint[Json, Json]
    call: Callable[[Ask[Json]], Awaitable[Reply | StreamReply]]


def bind(slice_: Slice, rows: tuple[Endpoint[Slice, Json], ...]) -> tuple[Bound, ...]:
    """The rows of one slice, bound to its record."""

    def bound(row: Endpoint[Slice, Json]) -> Bound:
        return Bound(row, lambda ask: row.handler(slice_, ask))

    return tuple(bound(row) for row in rows)
