"""What each sliding sync connection has been sent, so that only what is new is sent next.

A response counts once the client comes back with its `pos`; until then the memory of before is
kept, so that a request may be repeated. Kept in memory and bounded: a connection that is
forgotten is answered with M_UNKNOWN_POS, and the client begins anew.
"""

from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass, field

from depesha.base.errors import MatrixError
from depesha.eventlog.changes import Token, parse_token
from depesha.sync.sliding.ask import RoomConfig

MOST_PER_DEVICE = 10
MOST_CONNECTIONS = 20_000


@dataclass(frozen=True, slots=True)
class SentRoom:
    """What of a room the client has: everything up to `position` by `config`."""

    position: int
    config: RoomConfig
    members: frozenset[str]
    """Members that were sent for lazy loading."""
    membership: str
    is_dm: bool


@dataclass(slots=True)
class Connection:
    """One connection. `token` and `rooms` are what the client is known to have."""

    nonce: str
    sequence: int = 0
    token: Token | None = None
    rooms: dict[str, SentRoom] = field(default_factory=dict)
    next_token: Token | None = None
    next_rooms: dict[str, SentRoom] = field(default_factory=dict)

    def pos(self, token: Token) -> str:
        """The `pos` of the response that is being made: it works as a sync token, too."""
        return f"{token}.{self.nonce}.{self.sequence + 1}"

    def advance(self) -> None:
        """The client has the last response."""
        self.sequence += 1
        self.token = self.next_token
        self.rooms.update(self.next_rooms)
        self.forget_next()

    def forget_next(self) -> None:
        self.next_token, self.next_rooms = None, {}

    def promise(self, token: Token, rooms: Mapping[str, SentRoom]) -> None:
        """A response with these rooms is on its way."""
        self.next_token, self.next_rooms = token, dict(rooms)


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
        parts = pos.rsplit(".", 2)
        connection = self._connections.get(key)
        if connection is None or len(parts) != 3 or parts[1] != connection.nonce:
            raise unknown_pos()
        token = parse_token(parts[0])
        if token is None:
            raise unknown_pos()
        self._connections.move_to_end(key)
        if parts[2] == str(connection.sequence + 1) and connection.next_token == token:
            connection.advance()
        elif parts[2] == str(connection.sequence) and connection.token == token:
            connection.forget_next()
        else:
            raise unknown_pos()
        return connection
