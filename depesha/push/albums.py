"""Pictures and videos that our client sends together: a browser is told of them once.

What makes parts an album is their mark, in clear; in encrypted chats nothing can be seen of it.
"""

from collections import OrderedDict

from depesha.base.canonical import Content
from depesha.eventlog.changes import Logged
from depesha.push.store import PusherKey

MARK = "org.depesha.album"
_KINDS = frozenset({"m.image", "m.video"})
_MOST = 10_000


def album_of(event_type: str, content: Content) -> str | None:
    """The mark of the album that an event is a part of."""
    mark = content.get(MARK)
    is_part = event_type == "m.room.message" and content.get("msgtype") in _KINDS
    return mark if is_part and isinstance(mark, str) and 0 < len(mark) <= 255 else None


class Albums:
    """Which albums were told to which pushers lately."""

    def __init__(self) -> None:
        self._told: OrderedDict[tuple[str, ...], None] = OrderedDict()

    def is_told(self, pusher: PusherKey, logged: Logged) -> bool:
        """Whether the pusher knows of the event's album; from now on it does."""
        event = logged.event
        mark = album_of(event.type, event.content)
        if mark is None:
            return False
        key = (*pusher, event.room_id, event.sender, mark)
        if key in self._told:
            return True
        self._told[key] = None
        if len(self._told) > _MOST:
            self._told.popitem(last=False)
        return False
