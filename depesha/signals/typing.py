"""Who is typing, in memory alone: each worker tells the others.

Spec: client-server API, "Typing Notifications".
"""

from collections import OrderedDict
from dataclasses import dataclass, field

import msgspec

from depesha.base.canonical import encode
from depesha.base.clock import Timer
from depesha.eventlog.append import EventLog

TYPING = "typing"
"""Kind of whisper: somebody types at another worker, or no longer."""

MOST_SECONDS = 120
_MOST_ROOMS = 10_000


class Told(msgspec.Struct, frozen=True):
    """What one worker tells the others; 0 seconds: no longer."""

    user_id: str
    room_id: str
    seconds: float


@dataclass(slots=True)
class _Room:
    """Who types in a room; `changed` is the ephemeral position of the last change."""

    typers: dict[str, Timer] = field(default_factory=dict)
    changed: int = 0
    event: bytes = b""


class Typing:
    """Who types where."""

    def __init__(self) -> None:
        self._rooms: OrderedDict[str, _Room] = OrderedDict()

    def put(self, log: EventLog, user_id: str, room_id: str, seconds: float) -> None:
        """As `set`, at every worker."""
        self.set(log, user_id, room_id, seconds)
        told = {"user_id": user_id, "room_id": room_id, "seconds": seconds}
        log.whispers.tell(TYPING, told)

    def hear(self, log: EventLog, message: bytes) -> None:
        """Take in what another worker tells."""
        told = msgspec.json.decode(message, type=Told)
        self.set(log, told.user_id, told.room_id, told.seconds)

    def set(self, log: EventLog, user_id: str, room_id: str, seconds: float) -> None:
        """The user types in the room for so long; 0 ends it."""
        room = self._rooms.get(room_id)
        timer = room.typers.pop(user_id, None) if room is not None else None
        if timer is not None:
            timer.cancel()
        if timer is None and seconds <= 0:
            return
        room = room or self._start(room_id)
        if seconds > 0:
            room.typers[user_id] = log.clock.call_later(
                min(seconds, MOST_SECONDS), lambda: self.set(log, user_id, room_id, 0)
            )
        if (timer is not None) != (seconds > 0):
            users = encode({"user_ids": sorted(room.typers)})
            room.event = b'{"type":"m.typing","content":%b}' % users
            room.changed = log.nudge(rooms=[room_id])

    def _start(self, room_id: str) -> _Room:
        room = self._rooms[room_id] = _Room()
        while len(self._rooms) > _MOST_ROOMS:
            _, oldest = self._rooms.popitem(last=False)
            for timer in oldest.typers.values():
                timer.cancel()
        return room

    def find(self, room_id: str, since: int) -> bytes | None:
        """The `m.typing` event of a room, if it changed after an ephemeral position.

        Since 0, which knows nothing, only if somebody types.
        """
        room = self._rooms.get(room_id)
        if room is None or room.changed <= since or not (since or room.typers):
            return None
        return room.event

    def changed_since(self, position: int) -> dict[str, bytes]:
        """Room id → `m.typing` event of rooms in which typing changed after a position."""
        return {
            room_id: room.event for room_id, room in self._rooms.items() if room.changed > position
        }
