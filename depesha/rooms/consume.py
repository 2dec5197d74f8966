"""Letting people who are gone leave their rooms: a consumer of the log."""

from collections.abc import Sequence

from depesha.accounts import DEACTIVATED
from depesha.base.errors import MatrixError
from depesha.eventlog.changes import Change, Entry
from depesha.eventlog.consume import consume
from depesha.rooms.member import leave
from depesha.rooms.record import Rooms

_PRESENT = {"join", "invite", "knock"}


async def leave_rooms(rooms: Rooms) -> None:
    """Make each deactivated account leave its rooms, for ever."""
    log = rooms.spine.log

    async def handle(entries: Sequence[Entry]) -> None:
        for entry in entries:
            if isinstance(entry, Change) and entry.kind == DEACTIVATED and entry.user_id:
                await _leave_all(rooms, entry.user_id)

    await consume(log, "rooms", handle)


async def _leave_all(rooms: Rooms, user_id: str) -> None:
    places = dict(await rooms.spine.log.rooms_of(user_id))
    for room_id, place in places.items():
        if place.membership not in _PRESENT:
            continue
        try:
            await leave(rooms, user_id, room_id)
        except MatrixError:
            # The room does not let go of them; they cannot sign in all the same.
            continue
