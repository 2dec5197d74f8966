"""How many members of a room the mention of a unit reaches (requirement M6)."""

from collections import Counter

from depesha.base.errors import forbidden
from depesha.org import Node, find_shown
from depesha.rooms.access import NOT_JOINED
from depesha.rooms.record import Rooms


async def count_mentioned(rooms: Rooms, user_id: str, room_id: str) -> dict[int, int]:
    """Units that somebody sees and that have people in the room, in the order of the tree.

    Each with the number of members who are of it or of a level below, or manage one of these.
    Raises 403 M_FORBIDDEN for who has not joined the room.
    """
    org = rooms.profile.org
    room = await rooms.spine.log.find_room(room_id)
    if room is None or room.membership(user_id) != "join":
        raise forbidden(NOT_JOINED)
    counts = Counter[int]()
    for member in room.joined:
        place = org.tree.place(member)
        counts.update(_lines(place.all) if place is not None else ())
    shown = sorted(find_shown(org, user_id).values(), key=lambda node: node.low)
    ids = (node.level.unit_id for node in shown)
    return {unit_id: counts[unit_id] for unit_id in ids if counts[unit_id]}


def _lines(nodes: tuple[Node, ...]) -> set[int]:
    """The levels and those above them."""
    found = set[int]()
    for node in nodes:
        at: Node | None = node
        while at is not None:
            found.add(at.level.unit_id)
            at = at.parent
    return found
