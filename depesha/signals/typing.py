"""Who is typing, in memory alone. Spec: client-server API, "Typing Notifications"."""

from collections import OrderedDict
from dataclasses import dataclass, field

from depesha.base.canonical import encode
from depesha.base.clock import Timer
from depesha.eventlog.append import EventLog

MOST_SECONDS = 120
_MOST_ROOMS = 10_000


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
