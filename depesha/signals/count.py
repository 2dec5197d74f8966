"""The unread counts of one user in one room."""

from depesha.eventlog.state import Room
from depesha.signals.record import Signals
from depesha.signals.unread import Unread, load_counts


async def unread(signals: Signals, user_id: str, room: Room) -> Unread:
    """What the user has not read of the room."""
    spine, cache = signals.spine, signals.counts
    counts = cache.get(room.room_id)
    if counts is None:
        counts = await spine.db.read(load_counts, spine.institution.id, room)
        for logged in spine.log.tail.room_since(room.room_id, counts.position):
            counts.add(logged)
            counts.position = logged.position
        cache.put(room.room_id, counts)
    place = (await spine.log.rooms_of(user_id)).get(room.room_id)
    return counts.unread(user_id, place.since_position if place else 0)
