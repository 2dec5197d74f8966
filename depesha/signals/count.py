"""The unread counts of one user in one room."""

from depesha.eventlog.state import Room
from depesha.signals.record import Signals
from depesha.signals.unread import RoomCounts, Unread, load_counts


async def unread(signals: Signals, user_id: str, room: Room) -> Unread:
    """What the user has not read of the room."""
    counts = await _load(signals, room)
    return counts.unread(user_id, await _joined_at(signals, user_id, room))


async def read_up_to(signals: Signals, user_id: str, room: Room) -> int:
    """The room order up to which the user has read the main timeline."""
    counts = await _load(signals, room)
    return counts.read_up_to(user_id, await _joined_at(signals, user_id, room))


async def _joined_at(signals: Signals, user_id: str, room: Room) -> int:
    place = (await signals.spine.log.rooms_of(user_id)).get(room.room_id)
    return place.since_position if place else 0


async def _load(signals: Signals, room: Room) -> RoomCounts:
    spine, cache = signals.spine, signals.counts
    counts = cache.get(room.room_id)
    if counts is None:
        counts = await spine.db.read(load_counts, spine.institution.id, room)
        for logged in spine.log.tail.room_since(room.room_id, counts.position):
            counts.add(logged)
            counts.position = logged.position
        cache.put(room.room_id, counts)
    return counts
