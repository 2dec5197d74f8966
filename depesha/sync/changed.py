"""What changed for one user after a position: read off the hot tail where it reaches so far."""

from collections.abc import Mapping, Set
from dataclasses import dataclass, field
from typing import NamedTuple

from depesha.eventlog import store
from depesha.eventlog.append import EventLog
from depesha.eventlog.changes import Change, Logged, Reach
from depesha.eventlog.state import MEMBER, Membership

_MOST_ENTRIES = 2_000
_OF_ROOMS = frozenset({Reach.ROOM, Reach.ROOM_SOON, Reach.ROOM_LATER})
_OF_USERS = frozenset({Reach.USER, Reach.DEVICE})

_NONE: Set[str] = frozenset()


class Changed(NamedTuple):
    """Rooms with new events, rooms with other changes, and the kinds of change.

    `kinds` is None when the tail does not reach back: then anything may have changed.
    `places` are rooms in which the user's own membership changed. `may_wait` says that there is
    nothing by which a parked request would end: such changes go with others, or come in a while.
    """

    rooms: Set[str]
    touched: Set[str]
    places: Set[str]
    kinds: Set[str] | None
    may_wait: bool = False

    @property
    def is_nothing(self) -> bool:
        return not (self.rooms or self.touched or self.places or self.kinds is None or self.kinds)

    @property
    def is_events_alone(self) -> bool:
        """True when nothing changed but that joined rooms have new events, none of members."""
        return not (self.touched or self.places or self.kinds is None or self.kinds)


@dataclass(slots=True)
class Span:
    """A piece of the log, sorted by whom it concerns.

    `members` are rooms with member events, `moved` the rooms of each user whom one is about.
    """

    rooms: set[str] = field(default_factory=set)
    members: set[str] = field(default_factory=set)
    moved: dict[str, set[str]] = field(default_factory=dict)
    of_rooms: dict[str, list[Change]] = field(default_factory=dict)
    of_users: dict[str, list[Change]] = field(default_factory=dict)
    shared: list[Change] = field(default_factory=list)
    has_changes: bool = False

    def add_event(self, logged: Logged) -> None:
        event = logged.event
        self.rooms.add(event.room_id)
        if event.type == MEMBER:
            self.members.add(event.room_id)
            self.moved.setdefault(event.state_key or "", set()).add(event.room_id)

    def add_change(self, change: Change) -> None:
        self.has_changes = True
        if change.reach in _OF_ROOMS:
            self.of_rooms.setdefault(change.room_id or "", []).append(change)
        elif change.reach in _OF_USERS:
            self.of_users.setdefault(change.user_id or "", []).append(change)
        elif change.reach in {Reach.SHARED, Reach.ALL_SOON}:
            self.shared.append(change)


class Spans:
    """Spans up to the log's end as it was lately: whoever a commit wakes asks for the same one."""

    def __init__(self) -> None:
        self._until = 0
        self._spans: dict[int, Span] = {}

    def access(self, log: EventLog, since: int) -> Span | None:
        """The span after `since`; None when the tail does not reach back, or it is too long."""
        if log.position != self._until:
            self._until, self._spans = log.position, {}
        span = self._spans.get(since)
        if (
            span is None
            and log.tail.start <= since
            and log.tail.count_since(since) <= _MOST_ENTRIES
        ):
            span = self._spans[since] = _read(log, since)
        return span


def _read(log: EventLog, since: int) -> Span:
    span = Span()
    for entry in log.tail.since(since):
        if isinstance(entry, Logged):
            span.add_event(entry)
        else:
            span.add_change(entry)
    return span


async def find_changed(
    log: EventLog,
    spans: Spans,
    user_id: str,
    device_id: str,
    places: Mapping[str, Membership],
    since: int,
) -> Changed:
    """What concerns the user and this device in (since, now]."""
    span = spans.access(log, since)
    if span is not None:
        return _of_user(log, span, user_id, device_id, places)
    found = await log.db.scan(store.select_rooms_since, log.institution.id, user_id, since)
    moved = {room_id for room_id, place in places.items() if place.position > since}
    return Changed(found, _NONE, moved, None)


def _of_user(
    log: EventLog, span: Span, user_id: str, device_id: str, places: Mapping[str, Membership]
) -> Changed:
    rooms = {r for r in span.rooms & places.keys() if places[r].membership == "join"}
    moved = span.moved.get(user_id, _NONE)
    changes = _changes_of(span, user_id, device_id, places) if span.has_changes else ()
    kinds = {change.kind for change in changes}
    if moved or not span.members.isdisjoint(rooms):
        kinds.add(MEMBER)
    return Changed(
        rooms,
        {change.room_id for change in changes if change.room_id is not None},
        moved,
        kinds,
        not (rooms or moved) and all(log.may_wait(change, user_id) for change in changes),
    )


def _changes_of(
    span: Span, user_id: str, device_id: str, places: Mapping[str, Membership]
) -> list[Change]:
    """Changes that may have to be told to the user; their slices decide."""
    found = list(span.shared)
    found += (
        change
        for change in span.of_users.get(user_id, ())
        if change.reach is Reach.USER or change.item == device_id
    )
    for room_id in span.of_rooms.keys() & places.keys():
        if places[room_id].membership == "join":
            found += span.of_rooms[room_id]
    return found
