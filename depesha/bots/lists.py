"""People whom a service comes to meet in rooms, or meets no longer: whose keys it follows.

Spec: MSC3202; client-server API, "Tracking the device list for a user".
"""

from typing import NamedTuple

from depesha.bots.interest import Interest
from depesha.eventlog.append import EventLog
from depesha.eventlog.changes import Logged
from depesha.eventlog.state import MEMBER


class Moves(NamedTuple):
    """People met, and people not met any more, as it is now."""

    met: set[str]
    left: set[str]


async def find_moves(log: EventLog, interest: Interest, events: list[Logged]) -> Moves:
    """Whom these events, of which the service is told, made it meet or lose."""
    came, went = set[str](), set[str]()
    for logged in events:
        event, user_id = logged.event, logged.event.state_key
        if event.type != MEMBER or user_id is None:
            continue
        was_in = (logged.prev_content or {}).get("membership") == "join"
        is_in = event.content.get("membership") == "join"
        if was_in is is_in:
            continue
        moved = came if is_in else went
        moved.add(user_id)
        if interest.is_its_user(user_id):
            room = await log.find_room(event.room_id)
            moved |= room.joined if room is not None else set()
    shared = {user_id for user_id in came | went if await interest.has_person(user_id)}
    return Moves(came & shared, went - shared)
