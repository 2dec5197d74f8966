"""Members of a room, as somebody may know them: now, or at the time of leaving.

Spec: client-server API, "Getting events for a room".
"""

from collections.abc import Iterable

from depesha.eventlog.read import END, access_known, load_room_at
from depesha.eventlog.state import StateEntry
from depesha.rooms.record import Rooms


async def access_members(
    rooms: Rooms, user_id: str, room_id: str, at: int | None
) -> Iterable[StateEntry]:
    """Member events now, or at a room order; whoever has left knows none from after that.

    Raises 403 M_FORBIDDEN.
    """
    log = rooms.spine.log
    room = await access_known(log, user_id, room_id)
    past = await load_room_at(log, room, END if at is None else at)
    return past.members.values()
