"""Who is typing. Spec: client-server API, "Typing Notifications"."""

from depesha.base.canonical import encode
from depesha.signals.record import Signals

MOST_SECONDS = 120


def set_typing(signals: Signals, user_id: str, room_id: str, seconds: float) -> None:
    """The user types in the room for so long; 0 stops."""
    typing, clock = signals.typing, signals.spine.clock
    typers = typing.rooms.setdefault(room_id, {})
    was_typing = user_id in typers
    if was_typing:
        typers.pop(user_id).cancel()
    if seconds > 0:
        typers[user_id] = clock.call_later(
            min(seconds, MOST_SECONDS), lambda: set_typing(signals, user_id, room_id, 0)
        )
    if not typers:
        del typing.rooms[room_id]
    if was_typing != (seconds > 0):
        typing.changed_at[room_id] = signals.spine.log.nudge(rooms=[room_id])


def typing_event(signals: Signals, room_id: str) -> bytes:
    """The `m.typing` event of a room as JSON."""
    typers = sorted(signals.typing.rooms.get(room_id, ()))
    return b'{"type":"m.typing","content":{"user_ids":%b}}' % encode(typers)
