"""What one may know of a room before being in it.

Spec: client-server API, "Room summary API", "Published room directory".
"""

from collections.abc import Mapping
from dataclasses import dataclass

from depesha.base.canonical import Content
from depesha.base.errors import not_found
from depesha.eventlog.state import Membership, Room
from depesha.rooms.record import Rooms
from depesha.rooms.rules import Outside, allowed_rooms, may_preview, plain_topic

_SHOWN = (
    ("name", "m.room.name", "name"),
    ("avatar_url", "m.room.avatar", "url"),
    ("canonical_alias", "m.room.canonical_alias", "alias"),
    ("room_type", "m.room.create", "type"),
)


def is_readable(room: Room) -> bool:
    """True when anyone may read the room without joining."""
    return room.text("m.room.history_visibility", "history_visibility") == "world_readable"


def describe(room: Room) -> Content:
    """What the directory tells of a room: the `PublishedRoomsChunk` of the specification."""
    told: Content = {
        "room_id": room.room_id,
        "num_joined_members": len(room.joined),
        "world_readable": is_readable(room),
        "guest_can_join": room.text("m.room.guest_access", "guest_access") == "can_join",
        "join_rule": room.text("m.room.join_rules", "join_rule", "invite"),
    }
    for name, type_, key in _SHOWN:
        if text := room.text(type_, key):
            told[name] = text
    if topic := plain_topic(room.content("m.room.topic")):
        told["topic"] = topic
    return told


def summarize(room: Room) -> Content:
    """What a summary and the hierarchy tell of a room: `RoomSummary`."""
    told = describe(room)
    told["room_version"] = room.version.id
    if algorithm := room.text("m.room.encryption", "algorithm"):
        told["encryption"] = algorithm
    if allowed := allowed_rooms(room.content("m.room.join_rules"), room.version):
        told["allowed_room_ids"] = allowed
    return told


@dataclass(frozen=True, slots=True)
class Viewer:
    """Somebody who looks at rooms, with their places in the rooms of their own."""

    places: Mapping[str, Membership]
    joined: frozenset[str]

    def may_see(self, room: Room) -> bool:
        """True for a room that the viewer may know of."""
        place = self.places.get(room.room_id)
        outside = Outside(
            room.content("m.room.join_rules"),
            is_readable(room),
            room.version,
            place.membership if place is not None else "leave",
            self.joined,
        )
        return may_preview(outside)


async def viewer_of(rooms: Rooms, user_id: str) -> Viewer:
    """The user as a viewer; nobody for an empty id."""
    places = dict(await rooms.spine.log.rooms_of(user_id)) if user_id else {}
    joined = frozenset(each for each, place in places.items() if place.membership == "join")
    return Viewer(places, joined)


async def find_preview(rooms: Rooms, user_id: str, room_id: str) -> Room | None:
    """The room, if there is one that the user may know of."""
    room = await rooms.spine.log.find_room(room_id)
    if room is None or not (await viewer_of(rooms, user_id)).may_see(room):
        return None
    return room


async def access_summary(rooms: Rooms, user_id: str, room_id: str) -> Content:
    """The summary of a room, with the user's membership; 404 M_NOT_FOUND."""
    room = await find_preview(rooms, user_id, room_id)
    if room is None:
        raise not_found("Room not found")
    return {**summarize(room), "membership": room.membership(user_id)}
