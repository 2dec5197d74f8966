"""Rooms that two people have both joined. Spec: client-server API, "Mutual Rooms"."""

from bisect import bisect_right

from depesha.base.canonical import Content
from depesha.base.errors import invalid_param
from depesha.base.ids import is_room_id, parse_user_id
from depesha.rooms.record import Rooms

MOST_ROOMS = 100


async def list_mutual_rooms(rooms: Rooms, user_id: str, other: str, after: str | None) -> Content:
    """A page of the rooms, in the order of their ids, from the one named `after` on."""
    if other == user_id or parse_user_id(other) is None:
        raise invalid_param("user_id must be the id of somebody else")
    if after is not None and not is_room_id(after):
        raise invalid_param("Unknown pagination token")
    log = rooms.spine.log
    places = await log.rooms_of(user_id)
    mine = [room_id for room_id, place in places.items() if place.membership == "join"]
    known = await log.find_rooms(mine)
    shared = sorted(room_id for room_id, room in known.items() if other in room.joined)
    start = 0 if after is None else bisect_right(shared, after)
    page = shared[start : start + MOST_ROOMS]
    body: Content = {"joined": page, "count": len(shared)}
    if start + MOST_ROOMS < len(shared):
        body["next_batch"] = page[-1]
    return body
