"""What changed, when, and whom it concerns: changes, the hot tail, tokens and waiting."""

import asyncio
from bisect import bisect_right
from collections import deque
from collections.abc import Iterable, Iterator, KeysView
from dataclasses import dataclass, field
from enum import IntEnum
from functools import lru_cache, partial
from typing import NamedTuple

from depesha.base.canonical import Content
from depesha.base.clock import Clock
from depesha.base.turnstile import Turnstile
from depesha.events.event import Event, client_event


class Reach(IntEnum):
    """Whose sync a change concerns."""

    NOBODY = 0
    """Only caches must hear of it."""
    USER = 1
    """The user named."""
    ROOM = 2
    """The joined members of the room named."""
    SHARED = 3
    """The user named and everyone who shares a joined room with them."""
    DEVICE = 4
    """The one device of the user named whose id is the `item`."""
    ROOM_SOON = 5
    """The joined members of the room named; but for the user named they wake once a second."""
    ROOM_LATER = 6
    """The joined members of the room named, with whatever else they are told: of them only the
    user named wakes."""
    ALL_SOON = 7
    """Everybody, who wake once a second; of what has changed its slice tells whom it concerns."""


@dataclass(frozen=True, slots=True)
class Change:
    """A durable change that is not a room event. `item` says which one of its kind."""

    kind: str
    reach: Reach
    user_id: str | None = None
    room_id: str | None = None
    item: str = ""
    position: int = 0


@dataclass(slots=True)
class Logged:
    """An event with its place in the log. Immutable but for the bytes it remembers."""

    event: Event
    position: int
    room_order: int
    state_id: int
    replaces: int | None = None
    prev_content: Content | None = None
    sent_by: str | None = None
    redacted_by: int | None = None
    redacted_because: bytes | None = None
    plain: bytes = field(default=b"", repr=False)
    """The whole JSON as most viewers get it, once somebody asked for it."""
    _head: bytes = field(default=b"", repr=False)

    @property
    def is_over(self) -> bool:
        """True when its time was over: of it nothing but the envelope is left, for nobody."""
        return self.redacted_by is not None and self.redacted_because is None

    @property
    def head(self) -> bytes:
        """The client form of the event as JSON, without `unsigned` and the closing brace."""
        if not self._head:
            self._head = client_event(self.event)
        return self._head

    @property
    def size(self) -> int:
        """Bytes that this record holds in memory, roughly."""
        return 2 * len(self.event.pdu) + 1000


Entry = Change | Logged


class Token(NamedTuple):
    """A sync token: the run of the log, the durable position, and the ephemeral one.

    The ephemeral position belongs to one worker; to another it says nothing.
    """

    run: str
    position: int
    worker: str
    ephemeral: int
    to_device: int = 0
    """Position of the last to-device message given when more were waiting; else 0."""

    def __str__(self) -> str:
        text = f"d{self.run}.{self.position}.{self.worker}.{self.ephemeral}"
        return f"{text}.{self.to_device}" if self.to_device else text

    @property
    def to_device_since(self) -> int:
        """Position up to which to-device messages were given."""
        return self.to_device or self.position


@lru_cache(maxsize=100)
def encode_token(token: Token) -> bytes:
    """The token as bytes: many answers at once end with the same one."""
    return str(token).encode()


@lru_cache(maxsize=1_000)
def parse_token(text: str) -> Token | None:
    """The token, or None when it is not one of ours; what sliding sync adds is passed over.

    Whoever was woken by the same event comes back with the same text, so it is parsed once.
    """
    parts = text[1:].split(".")
    if text[:1] != "d" or len(parts) not in {4, 5, 6}:
        return None
    run, position, worker, ephemeral = parts[:4]
    to_device = parts[4] if len(parts) == 5 else "0"
    numbers = (position, ephemeral, to_device)
    if not all(n.isascii() and n.isdigit() and len(n) < 19 for n in numbers) or not run.isalnum():
        return None
    return Token(run, int(position), worker, int(ephemeral), int(to_device))


class Tail:
    """The latest changes, in memory, bounded in bytes.

    Complete for every position above `start`.
    """

    def __init__(self, most_bytes: int) -> None:
        self._most = most_bytes
        self._bytes = 0
        self._entries: deque[Entry] = deque()
        self._by_room: dict[str, deque[Logged]] = {}
        self.start = 0

    def reset(self, start: int) -> None:
        """Forget everything; complete from `start` on."""
        self._bytes = 0
        self._entries.clear()
        self._by_room.clear()
        self.start = start

    def add(self, entry: Entry) -> None:
        self._entries.append(entry)
        self._bytes += _size(entry)
        if isinstance(entry, Logged):
            self._by_room.setdefault(entry.event.room_id, deque()).append(entry)
        while self._bytes > self._most and len(self._entries) > 1:
            self._drop_oldest()

    def _drop_oldest(self) -> None:
        oldest = self._entries.popleft()
        self._bytes -= _size(oldest)
        self.start = oldest.position
        if isinstance(oldest, Logged):
            events = self._by_room[oldest.event.room_id]
            events.popleft()
            if not events:
                del self._by_room[oldest.event.room_id]

    def since(self, position: int) -> Iterator[Entry]:
        """Entries after `position`, oldest first; the caller has checked `start`."""
        entries = self._entries
        index = _bisect(entries, position)
        for i in range(index, len(entries)):
            yield entries[i]

    def count_since(self, position: int) -> int:
        return len(self._entries) - _bisect(self._entries, position)

    def room_since(self, room_id: str, position: int) -> list[Logged]:
        """Events of one room after `position`, oldest first."""
        found: list[Logged] = []
        for logged in reversed(self._by_room.get(room_id, ())):
            if logged.position <= position:
                break
            found.append(logged)
        found.reverse()
        return found

    def room_back(self, room_id: str) -> Iterator[Logged]:
        """Events of one room, newest first."""
        return reversed(self._by_room.get(room_id, ()))

    def replace(self, position: int, new: Logged) -> None:
        """Put another form of an event (a redacted one) in its place."""
        index = _bisect(self._entries, position - 1)
        if index >= len(self._entries) or self._entries[index].position != position:
            return
        self._bytes += new.size - _size(self._entries[index])
        self._entries[index] = new
        events = self._by_room[new.event.room_id]
        at = next(i for i, logged in enumerate(events) if logged.position == position)
        events[at] = new


def _size(entry: Entry) -> int:
    return entry.size if isinstance(entry, Logged) else 300


def _bisect(entries: deque[Entry], position: int) -> int:
    """Index of the first entry after `position`. Most askers want the very end of the tail."""
    near = len(entries)
    while near and len(entries) - near < 64 and entries[near - 1].position > position:
        near -= 1
    if not near or entries[near - 1].position <= position:
        return near
    return bisect_right(entries, position, hi=near, key=lambda entry: entry.position)


class Waiters:
    """Who is parked until something concerns them."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._parked: dict[str, set[asyncio.Future[bool]]] = {}
        self._turnstile = Turnstile()
        self.count = 0
        self._stopped = False

    def users(self) -> KeysView[str]:
        return self._parked.keys()

    def __len__(self) -> int:
        return len(self._parked)

    def __contains__(self, user_id: str) -> bool:
        return user_id in self._parked

    async def wait(self, user_id: str, seconds: float) -> bool:
        """True when something woke the user, False after `seconds` or when stopping."""
        if seconds <= 0 or self._stopped:
            return False
        future: asyncio.Future[bool] = asyncio.get_running_loop().create_future()
        timer = self._clock.call_later(seconds, lambda: _settle(future, False))
        parked = self._parked.setdefault(user_id, set())
        parked.add(future)
        self.count += 1
        try:
            return await future
        finally:
            timer.cancel()
            self.count -= 1
            parked.discard(future)
            if not parked and self._parked.get(user_id) is parked:
                del self._parked[user_id]

    def wake(self, users: Iterable[str]) -> None:
        """Wake those of the users who are parked; some now, and the others a little later."""
        for user_id in users:
            self._turnstile.enter(partial(self._rouse, user_id))

    def _rouse(self, user_id: str) -> None:
        for future in self._parked.pop(user_id, ()):
            _settle(future, True)

    def stop(self) -> None:
        """Let everyone go at once, now and from here on."""
        self._stopped = True
        for futures in list(self._parked.values()):
            for future in futures:
                _settle(future, False)


def _settle(future: asyncio.Future[bool], value: bool) -> None:
    if not future.done():
        future.set_result(value)
