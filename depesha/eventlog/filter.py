"""Event filters, as sync, pages and search use them.

Spec: client-server API, "Filtering" (`EventFilter`, `RoomEventFilter`, `Filter`).
"""

from functools import lru_cache
from typing import Annotated, Literal, TypeVar

import msgspec

from depesha.base.canonical import Content
from depesha.base.errors import bad_json
from depesha.base.ids import is_room_id, parse_user_id

MOST_EVENTS = 1000
"""The largest `limit` that is honoured."""

Names = Annotated[list[str], msgspec.Meta(max_length=2000)]


def _is_like(text: str, pattern: str) -> bool:
    """True for a type that has the form of one in a filter, where `*` stands for any text.

    Each part is found at its earliest place in turn, so that many stars cost no backtracking.
    """
    first, *parts, last = pattern.split("*")
    at, end = len(first), len(text) - len(last)
    if end < at or not (text.startswith(first) and text.endswith(last)):
        return False
    for part in parts:
        found = text.find(part, at, end)
        if found < 0:
            return False
        at = found + len(part)
    return True


def _matches(text: str, patterns: list[str]) -> bool:
    return any(
        text == pattern or ("*" in pattern and _is_like(text, pattern)) for pattern in patterns
    )


MOST_STARS = 100
"""Types with a star in one filter: each is held against each event."""


def _check_types(*lists: Names | None) -> None:
    if sum("*" in each for names in lists for each in names or ()) > MOST_STARS:
        raise ValueError(f"at most {MOST_STARS} types may have a star")


def _check_users(*lists: Names | None) -> None:
    for each in lists:
        if each is not None and not all(parse_user_id(user_id) for user_id in each):
            raise ValueError("a sender is no user id")


def _check_rooms(*lists: Names | None) -> None:
    for each in lists:
        if each is not None and not all(map(is_room_id, each)):
            raise ValueError("a room is no room id")


class EventFilter(msgspec.Struct, frozen=True):
    """Which events, by sender, type, room and content; None means no restriction."""

    limit: int | None = None
    senders: Names | None = None
    not_senders: Names | None = None
    types: Names | None = None
    not_types: Names | None = None
    rooms: Names | None = None
    not_rooms: Names | None = None
    contains_url: bool | None = None
    lazy_load_members: bool = False
    include_redundant_members: bool = False
    unread_thread_notifications: bool = False
    related_by_senders: Names | None = None
    related_by_rel_types: Names | None = None

    def __post_init__(self) -> None:
        """Raise ValueError for what is no user id or room id, and for very many stars."""
        _check_types(self.types, self.not_types)
        _check_users(self.senders, self.not_senders)
        _check_rooms(self.rooms, self.not_rooms)

    @property
    def is_open(self) -> bool:
        """True when every event passes, whatever its room."""
        return (
            self.senders is None
            and self.not_senders is None
            and self.types is None
            and self.not_types is None
            and self.contains_url is None
        )

    def allows_room(self, room_id: str) -> bool:
        if self.not_rooms is not None and room_id in self.not_rooms:
            return False
        return self.rooms is None or room_id in self.rooms

    def allows(self, type_: str, sender: str, content: Content) -> bool:
        """True when an event passes; relations are for the caller to look at."""
        if self.types is not None and not _matches(type_, self.types):
            return False
        if self.not_types is not None and _matches(type_, self.not_types):
            return False
        if self.senders is not None and sender not in self.senders:
            return False
        if self.not_senders is not None and sender in self.not_senders:
            return False
        return self.contains_url is None or ("url" in content) is self.contains_url

    def count(self, default: int) -> int:
        """`limit`, or the default, within what is honoured."""
        wanted = default if self.limit is None else self.limit
        return max(1, min(wanted, MOST_EVENTS))


class RoomFilter(msgspec.Struct, frozen=True):
    """What of rooms a sync shows."""

    rooms: Names | None = None
    not_rooms: Names | None = None
    include_leave: bool = False
    timeline: EventFilter = EventFilter()
    state: EventFilter = EventFilter()
    ephemeral: EventFilter = EventFilter()
    account_data: EventFilter = EventFilter()

    def __post_init__(self) -> None:
        """Raise ValueError for what is no room id."""
        _check_rooms(self.rooms, self.not_rooms)

    def allows(self, room_id: str) -> bool:
        if self.not_rooms is not None and room_id in self.not_rooms:
            return False
        return self.rooms is None or room_id in self.rooms


class FieldFilter(msgspec.Struct, frozen=True):
    """Which fields of profiles a sync tells (MSC4429)."""

    ids: Names = []


class Filter(msgspec.Struct, frozen=True):
    """A whole filter, as `POST /user/{userId}/filter` stores it."""

    event_fields: Names | None = None
    event_format: Literal["client", "federation"] = "client"
    presence: EventFilter = EventFilter()
    account_data: EventFilter = EventFilter()
    room: RoomFilter = RoomFilter()
    profile_fields: FieldFilter = msgspec.field(
        name="org.matrix.msc4429.profile_fields", default=FieldFilter()
    )

    @property
    def has_usual_form(self) -> bool:
        """True when events come whole and in client form."""
        return self.event_fields is None and self.event_format == "client"


_KEPT = 4_000
"""Length up to which a filter is remembered as it was read."""


def parse_filter(text: str | bytes) -> Filter:
    """The filter in JSON; 400 M_BAD_JSON says what is wrong with it."""
    return _parse_known(text) if len(text) <= _KEPT else _parse(text, Filter)


@lru_cache(maxsize=1_000)
def _parse_known(text: str | bytes) -> Filter:
    return _parse(text, Filter)


def parse_event_filter(text: str | bytes) -> EventFilter:
    """A `RoomEventFilter` in JSON, as pages take it; 400 M_BAD_JSON."""
    return _parse(text, EventFilter)


P = TypeVar("P", Filter, EventFilter)


def _parse(text: str | bytes, kind: type[P]) -> P:
    try:
        return msgspec.json.decode(text, type=kind)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise bad_json(f"The filter is malformed: {error}") from None
