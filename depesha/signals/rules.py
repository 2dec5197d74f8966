"""Unread counts and receipts, as pure functions.

Unread is arithmetic: events that count for everyone, after the place read up to, that are not
one's own. Only what is different for one person is kept for that person (`Single`).
Spec: client-server API, "Receiving notifications", "Threaded read receipts".
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import IntEnum
from types import MappingProxyType
from typing import NamedTuple

READ, PRIVATE, FULLY_READ = "m.read", "m.read.private", "m.fully_read"

MAIN = "main"
"""The thread id of what is in no thread."""

COUNTED_TYPES = ("m.call.invite", "m.room.encrypted", "m.room.message")
"""Types of event that count as unread unless something else speaks against it."""


class Hears(IntEnum):
    """Which events of a room reach a user who is not singled out by them."""

    EVERYTHING = 0
    HIGHLIGHTS = 1
    NOTHING = 2


class Weight(NamedTuple):
    """Whether an event notifies, and highlights; what is urgent does so whatever one hears."""

    notify: bool
    highlight: bool
    urgent: bool = False


NO_WEIGHT = Weight(notify=False, highlight=False)


def predict(hears: Hears, weight: Weight) -> Weight:
    """What an event is to someone who hears so much, by what it is to everyone."""
    is_heard = reaches(hears, highlight=weight.highlight, urgent=weight.urgent)
    return weight if is_heard else NO_WEIGHT


def reaches(hears: Hears, *, highlight: bool, urgent: bool) -> bool:
    """Whether an event that notifies everyone notifies someone who hears so much."""
    return hears is Hears.EVERYTHING or urgent or (hears is Hears.HIGHLIGHTS and highlight)


class Counted(NamedTuple):
    """An event that notifies everyone who hears everything."""

    order: int
    sender: str
    thread: str
    highlight: bool
    urgent: bool = False


class Single(NamedTuple):
    """What an event is to one user, in place of what is predicted."""

    order: int
    user_id: str
    sender: str
    thread: str
    notify: bool
    highlight: bool


Counts = tuple[int, int]
"""Notifications and highlights."""


_NO_THREADS: "Mapping[str, Counts]" = MappingProxyType({})


class Unread(NamedTuple):
    """What a user has not read of a room; threads without anything unread are left out."""

    main: Counts = (0, 0)
    threads: Mapping[str, Counts] = _NO_THREADS

    @property
    def total(self) -> Counts:
        """Main timeline and threads together, for who does not tell threads apart."""
        if not self.threads:
            return self.main
        every = (self.main, *self.threads.values())
        return sum(n for n, _ in every), sum(h for _, h in every)


@dataclass(frozen=True, slots=True)
class Reading:
    """Up to where one user has read a room, and what reaches the user there.

    All are room orders: `floor` of joining, `unthreaded` of the farther unthreaded receipt,
    `threads` of the farther receipts of threads, with `MAIN` among them.
    """

    user_id: str
    floor: int
    unthreaded: int
    threads: Mapping[str, int]
    hears: Hears
    ignored: frozenset[str]

    @property
    def lowest(self) -> int:
        """Nothing up to here is unread in any thread."""
        return max(self.floor, self.unthreaded)

    def read_to(self, thread: str) -> int:
        return max(self.floor, self.unthreaded, self.threads.get(thread, 0))

    def skips(self, sender: str) -> bool:
        return sender == self.user_id or sender in self.ignored


class Tally:
    """One user's counts in one room, that grow event by event."""

    __slots__ = ("_counts", "_unread", "reading")

    def __init__(self, reading: Reading) -> None:
        self.reading = reading
        self._counts: dict[str, Counts] = {}
        self._unread: Unread | None = None

    def add(self, thread: str, notified: int, highlighted: int) -> None:
        before = self._counts.get(thread, (0, 0))
        self._counts[thread] = (before[0] + notified, before[1] + highlighted)
        self._unread = None

    def count(self, events: Iterable[Counted], singles: Iterable[Single]) -> None:
        """Add events; `singles` are those of this user, also of events not among them."""
        reading, singled = self.reading, set[int]()
        for single in singles:
            singled.add(single.order)
            if single.order > reading.read_to(single.thread) and not reading.skips(single.sender):
                self.add(single.thread, single.notify, single.highlight)
        for event in events:
            if event.order in singled or reading.skips(event.sender):
                continue
            is_heard = reaches(reading.hears, highlight=event.highlight, urgent=event.urgent)
            if is_heard and event.order > reading.read_to(event.thread):
                self.add(event.thread, 1, event.highlight)

    @property
    def unread(self) -> Unread:
        if self._unread is None:
            threads = {t: c for t, c in self._counts.items() if c != (0, 0)}
            self._unread = Unread(threads.pop(MAIN, (0, 0)), threads)
        return self._unread


class Line:
    """The latest events of a room that count, complete for orders in (start, end].

    `edits` grows when something in it changed that was counted before.
    """

    __slots__ = ("edits", "end", "events", "is_loaded", "singles", "start")

    def __init__(self, start: int) -> None:
        self.start = self.end = start
        self.edits = 0
        self.events: list[Counted] = []
        self.singles: dict[str, list[Single]] = {}
        self.is_loaded = False

    def append(self, order: int, event: Counted | None, singles: Iterable[Single]) -> None:
        """Take in the room's next event; `event` is None when it does not count."""
        self.end = order
        if event is not None:
            self.events.append(event)
        for single in singles:
            self.singles.setdefault(single.user_id, []).append(single)

    def prepend(self, start: int, events: list[Counted], singles: Iterable[Single]) -> None:
        """Take in what was before; complete from `start` then."""
        self.start, self.is_loaded = start, True
        self.events = events + self.events
        older: dict[str, list[Single]] = {}
        for single in singles:
            older.setdefault(single.user_id, []).append(single)
        for user_id, found in older.items():
            self.singles[user_id] = found + self.singles.get(user_id, [])

    def trim(self, keep: int) -> None:
        """Keep only the newest `keep` events."""
        if len(self.events) <= keep:
            return
        self.start = self.events[-keep - 1].order
        self.events = self.events[-keep:]
        for user_id, found in list(self.singles.items()):
            rest = [single for single in found if single.order > self.start]
            self.singles[user_id] = rest
            if not rest:
                del self.singles[user_id]

    def events_after(self, order: int) -> list[Counted]:
        """Events with a greater order, newest first."""
        found: list[Counted] = []
        for event in reversed(self.events):
            if event.order <= order:
                break
            found.append(event)
        return found

    def singles_after(self, user_id: str, order: int) -> list[Single]:
        return [s for s in self.singles.get(user_id, ()) if s.order > order]
