"""The slice's record, and which events have children."""

from collections import OrderedDict
from dataclasses import dataclass, field
from typing import NamedTuple

from depesha.eventlog.changes import Entry, Logged
from depesha.profile import Profile
from depesha.spine import Spine
from depesha.timeline.rules import read_relation


class Parents:
    """Events that lately got children.

    A child comes after its parent. So an event after `complete_since` that is not in here has
    none, and nobody need ask the database.
    """

    def __init__(self, most: int = 50_000) -> None:
        self._most = most
        self._latest: OrderedDict[str, int] = OrderedDict()
        self.complete_since: int | None = None

    def view(self, entry: Entry) -> None:
        """Take in one entry of the log."""
        if self.complete_since is None:
            self.complete_since = entry.position
        if not isinstance(entry, Logged):
            return
        relation = read_relation(entry.event.content)
        if relation is None:
            return
        self._latest[relation.parent_id] = entry.position
        self._latest.move_to_end(relation.parent_id)
        if len(self._latest) > self._most:
            _, position = self._latest.popitem(last=False)
            self.complete_since = max(self.complete_since, position)

    def may_have_children(self, logged: Logged) -> bool:
        if self.complete_since is None or logged.position <= self.complete_since:
            return True
        return logged.event.event_id in self._latest


class Stuck(NamedTuple):
    """Position of the latest sticky message in a room, and when the last one's time is over."""

    position: int
    until_ts: int


class Sticky:
    """Rooms in which something sticks (MSC4354): of others nobody need ask the database.

    Bounded: when there are too many, those go first whose time is over first.
    """

    def __init__(self, most: int = 20_000) -> None:
        self._most = most
        self._rooms: dict[str, Stuck] = {}

    def put(self, room_id: str, position: int, until_ts: int) -> None:
        """Something sticks in the room."""
        before = self._rooms.get(room_id, Stuck(0, 0))
        self._rooms[room_id] = Stuck(max(before[0], position), max(before[1], until_ts))
        if len(self._rooms) > self._most:
            ends = sorted(self._rooms.items(), key=lambda item: item[1].until_ts)
            self._rooms = dict(ends[len(ends) // 2 :])

    def view(self, entry: Entry) -> None:
        """Take in one entry of the log."""
        if isinstance(entry, Logged) and entry.event.sticky_ms:
            event = entry.event
            self.put(event.room_id, entry.position, event.origin_server_ts + entry.event.sticky_ms)

    def may_have(self, room_id: str, since: int, now_ms: int) -> bool:
        """False when nothing after `since` sticks in the room any more."""
        stuck = self._rooms.get(room_id)
        return stuck is not None and stuck.position > since and stuck.until_ts > now_ms


@dataclass(frozen=True, slots=True)
class Timelines:
    """History, relations and threads of one institution's rooms."""

    spine: Spine
    profile: Profile
    parents: Parents = field(default_factory=Parents)
    stuck: Sticky = field(default_factory=Sticky)
