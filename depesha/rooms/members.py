"""State and members of a room, as somebody may know them: now, or at the time of leaving.

Spec: client-server API, "Getting events for a room".
"""

from collections.abc import Iterable

from depesha.eventlog.load import load_state_at
from depesha.eventlog.read import access_room, access_state, find_place
from depesha.eventlog.state import MEMBER, StateEntry
from depesha.rooms.record import Rooms


async def access_whole_state(rooms: Rooms, user_id: str, room_id: str) -> Iterable[StateEntry]:
    """All state events; 403 M_FORBIDDEN."""
    return await access_state(rooms.spine.log, user_id, room_id)


async def access_entry(
    rooms: Rooms, user_id: str, room_id: str, key: tuple[str, str]
) -> StateEntry | None:
    """One state event, or None; 403 M_FORBIDDEN."""
    log = rooms.spine.log
    room = await access_room(log, user_id, room_id)
    place = await find_place(log, user_id, room_id)
    if place is None or place.membership == "join":
        return room.find(*key)
    found = (each for each in await access_state(log, user_id, room_id))
    return next((each for each in found if (each.type, each.state_key) == key), None)


async def access_members(
    rooms: Rooms, user_id: str, room_id: str, at: int | None
) -> Iterable[StateEntry]:
    """Member events now, or at a room order; whoever has left knows none from after that.

    Raises 403 M_FORBIDDEN.
    """
    log = rooms.spine.log
    room = await access_room(log, user_id, room_id)
    place = await find_place(log, user_id, room_id)
    is_inside = place is None or place.membership == "join"
    if at is not None and not is_inside and place is not None:
        at = min(at, place.since_position)
    if at is not None and at < room.position:
        state = await log.db.scan(load_state_at, log.institution.id, room, at)
        return (entry for entry in state.values() if entry.type == MEMBER)
    if is_inside:
        return room.members.values()
    return (e for e in await access_state(log, user_id, room_id) if e.type == MEMBER)
