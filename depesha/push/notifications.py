"""What has notified somebody lately, found by evaluating anew: nothing is stored per reader.

Spec: client-server API, `GET /notifications`.
"""

from functools import partial

from depesha.base.canonical import Content, decode
from depesha.eventlog.changes import Logged
from depesha.eventlog.read import Vision, find_events, served, vision
from depesha.eventlog.state import Room
from depesha.push.evaluate import evaluate, load_facts
from depesha.push.record import Push
from depesha.signals import read_up_to, select_candidates

_ROUNDS, _AT_ONCE = 5, 200
"""How many events are looked at, at most, for one answer."""


class _Sights:
    """How one user sees each room, and up to where they have read it; asked once a room."""

    def __init__(self, push: Push, user_id: str) -> None:
        self._push, self._user_id = push, user_id
        self._known: dict[str, tuple[Vision, int]] = {}

    async def of(self, room: Room) -> tuple[Vision, int]:
        known = self._known.get(room.room_id)
        if known is None:
            sight = await vision(self._push.spine.log, self._user_id, room)
            read = await read_up_to(self._push.signals, self._user_id, room)
            known = self._known[room.room_id] = (sight, read)
        return known


async def list_notifications(
    push: Push, user_id: str, before: int, limit: int, *, only_highlights: bool
) -> tuple[list[Content], int | None]:
    """The latest notifications before a position, newest first, and where to go on."""
    log, sights = push.spine.log, _Sights(push, user_id)
    places = await log.rooms_of(user_id)
    rooms = await log.find_rooms(r for r, place in places.items() if place.membership == "join")
    nids = [room.nid for room in rooms.values()]
    select = partial(select_candidates, only_highlights=only_highlights)
    found: list[Content] = []
    for _ in range(_ROUNDS):
        positions = await log.db.scan(select, log.institution.id, user_id, nids, before, _AT_ONCE)
        events = await find_events(log, positions)
        for position in positions:
            logged = events.get(position)
            before = position
            if logged is None:
                continue
            told = await _notification(push, user_id, logged, rooms, sights, only_highlights)
            if told is not None:
                found.append(told)
            if len(found) == limit:
                return found, before
        if len(positions) < _AT_ONCE:
            return found, None
    return found, before


async def _notification(
    push: Push,
    user_id: str,
    logged: Logged,
    rooms: dict[str, Room],
    sights: _Sights,
    only_highlights: bool,
) -> Content | None:
    """The event as a notification, if it is one to the user."""
    room = rooms.get(logged.event.room_id)
    if room is None:
        return None
    outcome = await evaluate(push, user_id, logged, room, await load_facts(push, logged, room))
    if not outcome.notify or (only_highlights and not outcome.highlight):
        return None
    sight, read = await sights.of(room)
    if not sight.may_see(logged):
        return None
    membership = sight.membership_at(logged.room_order)
    event = served(logged, user_id, "", membership, push.spine.clock.now_ms())
    return {
        "actions": list(outcome.actions),
        "event": decode(event),
        "read": logged.room_order <= read,
        "room_id": room.room_id,
        "ts": logged.event.origin_server_ts,
    }
