"""What changed for one user after a position: read off the hot tail where it reaches so far."""

from dataclasses import dataclass

from depesha.eventlog import store
from depesha.eventlog.append import EventLog
from depesha.eventlog.changes import Change, Logged, Reach
from depesha.eventlog.state import MEMBER, Membership

_MOST_ENTRIES = 2_000
_OF_ROOMS = frozenset({Reach.ROOM, Reach.ROOM_SOON, Reach.ROOM_LATER})


@dataclass(frozen=True, slots=True)
class Changed:
    """Rooms with new events, rooms with other changes, and the kinds of change.

    `kinds` is None when the tail does not reach back: then anything may have changed.
    `places` are rooms in which the user's own membership changed. `may_wait` says that there is
    nothing by which a parked request would end: such changes go with others, or come in a while.
    """

    rooms: frozenset[str]
    touched: frozenset[str]
    places: frozenset[str]
    kinds: frozenset[str] | None
    may_wait: bool = False

    @property
    def is_nothing(self) -> bool:
        return not (self.rooms or self.touched or self.places) and self.kinds == frozenset()


async def find_changed(
    log: EventLog, user_id: str, device_id: str, places: dict[str, Membership], since: int
) -> Changed:
    """What concerns the user and this device in (since, now]."""
    tail = log.tail
    if tail.start <= since and tail.count_since(since) <= _MOST_ENTRIES:
        return _read_tail(log, user_id, device_id, places, since)
    found = await log.db.scan(store.select_rooms_since, log.institution.id, user_id, since)
    moved = {room_id for room_id, place in places.items() if place.position > since}
    return Changed(found, frozenset(), frozenset(moved), None)


def _read_tail(
    log: EventLog, user_id: str, device_id: str, places: dict[str, Membership], since: int
) -> Changed:
    rooms, touched, moved, kinds = set[str](), set[str](), set[str](), set[str]()
    may_wait = True
    for entry in log.tail.since(since):
        if isinstance(entry, Logged):
            event = entry.event
            if event.type == MEMBER:
                kinds.add(MEMBER)
                if event.state_key == user_id:
                    moved.add(event.room_id)
            if (place := places.get(event.room_id)) is not None and place.membership == "join":
                rooms.add(event.room_id)
        elif _concerns(entry, user_id, device_id, places):
            kinds.add(entry.kind)
            may_wait = may_wait and log.may_wait(entry, user_id)
            if entry.room_id is not None:
                touched.add(entry.room_id)
    if not (rooms or moved):
        kinds.discard(MEMBER)
    may_wait = may_wait and not (rooms or moved)
    return Changed(
        frozenset(rooms), frozenset(touched), frozenset(moved), frozenset(kinds), may_wait
    )


def _concerns(change: Change, user_id: str, device_id: str, places: dict[str, Membership]) -> bool:
    """True when the change may have to be told to the user; its slice decides."""
    if change.reach is Reach.DEVICE:
        return change.user_id == user_id and change.item == device_id
    if change.reach is Reach.USER:
        return change.user_id == user_id
    if change.reach in _OF_ROOMS:
        place = places.get(change.room_id or "")
        return place is not None and place.membership == "join"
    return change.reach in {Reach.SHARED, Reach.ALL_SOON}
