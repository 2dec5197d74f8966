"""What each sliding sync connection has been sent, so that only what is new is sent next.

An answer counts once the client comes back with its `pos`; until then the memory of before is
kept, so that a request may be repeated, and whichever answer arrives may be gone on from. Kept in
memory and bounded: a connection that is forgotten is answered with M_UNKNOWN_POS, and the client
begins anew.
"""

from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from depesha.base.errors import MatrixError
from depesha.eventlog.changes import Token
from depesha.sync.sliding.ask import RoomConfig

MOST_PER_DEVICE = 10
MOST_CONNECTIONS = 20_000
MOST_PROMISED = 5
"""Answers to one request, repeated, of which any may be the one that arrives."""


@dataclass(frozen=True, slots=True)
class SentRoom:
    """What of a room the client has: everything up to `position` by `config`."""

    position: int
    config: RoomConfig
    members: frozenset[str]
    """Members that were sent for lazy loading."""
    membership: str
    is_dm: bool


class Promised(NamedTuple):
    """What the client has once an answer has arrived; `rooms` are those told anew."""

    token: Token
    rooms: Mapping[str, SentRoom]


@dataclass(slots=True)
class Connection:
    """One connection. `token` and `rooms` are what the client has with answer `number`.

    `promised` are the answers since, by number.
    """

    nonce: str
    number: int = 0
    token: Token | None = None
    rooms: dict[str, SentRoom] = field(default_factory=dict)
    promised: dict[int, Promised] = field(default_factory=dict)
    last: int = 0
    """The number that was given out last."""

    def next_number(self) -> int:
        """The number of an answer that is going to be made."""
        self.last += 1
        return self.last

    def pos(self, number: int, token: Token) -> str:
        """The `pos` of an answer: it works as a sync token, too."""
        return f"{token}.{self.nonce}.{number}"

    def promise(self, number: int, token: Token, rooms: Mapping[str, SentRoom]) -> None:
        """The answer is on its way."""
        self.promised[number] = Promised(token, rooms)
        if len(self.promised) > MOST_PROMISED:
            del self.promised[next(iter(self.promised))]

    def go_on(self, number: int, pos: str) -> bool:
        """Take in which answer the client has; False when `pos` is of none that it may have."""
        found = self.promised.get(number)
        if found is not None and pos == self.pos(number, found.token):
            self.number, self.token = number, found.token
            self.rooms.update(found.rooms)
            self.promised.clear()
        return self.token is not None and pos == self.pos(self.number, self.token)


Key = tuple[str, str, str]
"""User, device and conn_id."""


def unknown_pos() -> MatrixError:
    return MatrixError(400, "M_UNKNOWN_POS", "Unknown pos: begin the connection anew")


class Connections:
    """All connections of one institution in this process."""

    def __init__(self) -> None:
        self._connections: OrderedDict[Key, Connection] = OrderedDict()
        self._devices: dict[tuple[str, str], OrderedDict[str, None]] = {}

    def begin(self, key: Key, nonce: str) -> Connection:
        """A new connection in place of the old one of this conn_id."""
        connection = Connection(nonce)
        self._connections.pop(key, None)
        self._connections[key] = connection
        device = self._devices.setdefault(key[:2], OrderedDict())
        device.pop(key[2], None)
        device[key[2]] = None
        if len(device) > MOST_PER_DEVICE:
            self._drop((*key[:2], next(iter(device))))
        if len(self._connections) > MOST_CONNECTIONS:
            self._drop(next(iter(self._connections)))
        return connection

    def _drop(self, key: Key) -> None:
        self._connections.pop(key, None)
        device = self._devices.get(key[:2])
        if device is not None:
            device.pop(key[2], None)
            if not device:
                del self._devices[key[:2]]

    def resume(self, key: Key, pos: str) -> Connection:
        """The connection that goes on from `pos`; raises 400 M_UNKNOWN_POS."""
        number = pos.rpartition(".")[2]
        connection = self._connections.get(key)
        is_number = number.isascii() and number.isdigit() and len(number) < 19
        if connection is None or not (is_number and connection.go_on(int(number), pos)):
            raise unknown_pos()
        self._connections.move_to_end(key)
        return connection
