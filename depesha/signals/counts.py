"""What is remembered to count unread events: lines of rooms, and tallies of users."""

from collections import OrderedDict
from sys import intern
from typing import NamedTuple

from depesha.eventlog.changes import Logged
from depesha.signals.rules import Counted, Line, Single, Tally

MOST_LINE = 1_000
"""Events of one room that are remembered; half of them stay when there are more."""


class Noted(NamedTuple):
    """What an event's transaction found out about it, until it is committed."""

    event: Counted | None
    singles: tuple[Single, ...]


class Counts:
    """Lines and tallies, bounded: what is forgotten is read again.

    `changes` grows when a receipt or the like changed: what was read before is old then.
    """

    def __init__(self, most_events: int = 200_000, most_tallies: int = 100_000) -> None:
        self._most_events, self._most_tallies = most_events, most_tallies
        self._lines: OrderedDict[str, Line] = OrderedDict()
        self._events = 0
        self._tallies: OrderedDict[str, dict[str, Placed]] = OrderedDict()
        self._tally_count = 0
        self._noted: dict[str, Noted] = {}
        self.changes = 0

    # --- lines ------------------------------------------------------------------------

    def find_line(self, room_id: str) -> Line | None:
        return self._lines.get(room_id)

    def start_line(self, room_id: str, order: int) -> Line:
        """The room's line: a new one takes in what comes after `order`."""
        line = self._lines.get(room_id)
        if line is None:
            line = self._lines[room_id] = Line(order)
        return line

    def loaded(self, room_id: str, line: Line) -> None:
        """The line has got its older events."""
        self._events += len(line.events)
        self._lines.move_to_end(room_id)
        while self._events > self._most_events and len(self._lines) > 1:
            _, oldest = self._lines.popitem(last=False)
            self._events -= len(oldest.events) if oldest.is_loaded else 0

    def drop_line(self, room_id: str) -> None:
        line = self._lines.pop(room_id, None)
        if line is not None and line.is_loaded:
            self._events -= len(line.events)

    def note(self, event_id: str, noted: Noted) -> None:
        """Remember it for `take_in`. What aborted transactions leave is thrown away in time."""
        if len(self._noted) > 10_000:
            self._noted.clear()
        self._noted[event_id] = noted

    def take_in(self, logged: Logged) -> None:
        """Advance the room's line by a committed event."""
        room_id = logged.event.room_id
        noted = self._noted.pop(logged.event.event_id, None)
        line = self._lines.get(room_id)
        if line is None:
            return
        if noted is None or logged.event.type == "m.room.redaction":
            # Another worker counted it; or something may not count any more.
            self.drop_line(room_id)
            return
        line.append(logged.room_order, noted.event, noted.singles)
        if line.is_loaded:
            self._events += noted.event is not None
            if len(line.events) > MOST_LINE:
                before = len(line.events)
                line.trim(MOST_LINE // 2)
                self._events -= before - len(line.events)

    # --- tallies ----------------------------------------------------------------------

    def find_tally(self, user_id: str, room_id: str) -> "Placed | None":
        rooms = self._tallies.get(user_id)
        return None if rooms is None else rooms.get(room_id)

    def put_tally(self, room_id: str, placed: "Placed") -> None:
        user_id = placed.tally.reading.user_id
        rooms = self._tallies.setdefault(user_id, {})
        self._tallies.move_to_end(user_id)
        self._tally_count += room_id not in rooms
        rooms[room_id] = placed
        while self._tally_count > self._most_tallies and len(self._tallies) > 1:
            _, dropped = self._tallies.popitem(last=False)
            self._tally_count -= len(dropped)

    def drop_tally(self, user_id: str, room_id: str) -> None:
        """Something changed about how far the user has read the room."""
        self.changes += 1
        rooms = self._tallies.get(user_id)
        if rooms is not None and rooms.pop(room_id, None) is not None:
            self._tally_count -= 1

    def drop_tallies(self, user_id: str) -> None:
        """Something changed about what the user hears."""
        self.changes += 1
        self._tally_count -= len(self._tallies.pop(user_id, ()))


class Placed:
    """A tally, and the line and order up to which it has counted."""

    __slots__ = ("line", "tally", "upto")

    def __init__(self, tally: Tally, line: Line, upto: int) -> None:
        self.tally, self.line, self.upto = tally, line, upto

    def advance(self) -> None:
        """Count what the line has got since."""
        line, upto, user_id = self.line, self.upto, self.tally.reading.user_id
        singles = line.singles_after(user_id, upto) if user_id in line.singles else ()
        self.tally.count(line.events_after(upto), singles)
        self.upto = line.end


def counted(
    order: int, sender: str, thread: str, *, highlight: bool, urgent: bool = False
) -> Counted:
    """An event of a line; texts that come again and again are kept once."""
    return Counted(order, intern(sender), intern(thread), highlight, urgent)
