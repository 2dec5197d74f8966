"""A request as it came over the wire, before an endpoint has been found for it."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass


class Disconnected(Exception):
    """The client went away while its body was being read."""


@dataclass(slots=True)
class Request:
    """Method, target, headers (lower-case names, last value wins) and the body to come.

    `piece()` gives the next piece of the body and whether more comes; it raises Disconnected.
    """

    method: str
    path: str
    """As sent: percent-encoded, without the query."""
    query: bytes
    headers: Mapping[str, str]
    address: str
    piece: Callable[[], Awaitable[tuple[bytes, bool]]]
    parks: bool = False
    """True once it waits for something to happen: then it ends when its client goes away."""
