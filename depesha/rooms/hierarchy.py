"""The rooms of a space, depth first. Spec: client-server API, "Spaces"."""

from typing import NamedTuple

from depesha.base.canonical import Content
from depesha.base.errors import forbidden, invalid_param
from depesha.eventlog.state import Room, StateEntry
from depesha.org import find_seen
from depesha.rooms.record import Rooms
from depesha.rooms.rules import child_order, is_child
from depesha.rooms.summary import summarize, viewer_of

MOST_DEPTH = 20
MOST_ROOMS = 100
MOST_WALKED = 5_000
"""Rooms that a walk passes before it ends."""

SPACE_CHILD = "m.space.child"


class Walk(NamedTuple):
    """A way through a space; what a pagination token says."""

    suggested_only: bool
    max_depth: int
    skip: int = 0
    """How many rooms earlier pages have told."""

    def token(self) -> str:
        return f"h{self.suggested_only:d}.{self.max_depth}.{self.skip}"

    def resume(self, token: str) -> "Walk":
        """The walk from a token on; 400 M_INVALID_PARAM unless it is of such a walk."""
        start = self._replace(skip=0).token()[:-1]
        number = token[len(start) :]
        if not (token.startswith(start) and number.isascii() and number.isdigit()):
            raise invalid_param("Unknown pagination token, or of another walk")
        if len(number) > 5:
            raise invalid_param("Unknown pagination token")
        return self._replace(skip=int(number))


async def walk_space(
    rooms: Rooms, user_id: str, room_id: str, walk: Walk, limit: int
) -> tuple[list[Content], Walk | None]:
    """Up to `limit` rooms that the user may know of, and where to go on.

    Raises 403 M_FORBIDDEN when the space itself is not to be known.
    """
    log, viewer = rooms.spine.log, await viewer_of(rooms, user_id)
    root = await log.find_room(room_id)
    if root is None or not viewer.may_see(root):
        raise forbidden("You are not allowed to view this room")
    ahead, seen, told, passed = [(root, 0)], {room_id}, list[Content](), 0
    while ahead and passed < MOST_WALKED:
        if len(told) == limit:
            return told, walk._replace(skip=passed)
        room, depth = ahead.pop()
        children = children_of(room, suggested_only=walk.suggested_only)
        if depth < walk.max_depth:
            fresh = [each.state_key for each in children if each.state_key not in seen]
            seen.update(fresh)
            found = await log.find_rooms(fresh)
            below = [found[each] for each in reversed(fresh) if each in found]
            ahead += [(child, depth + 1) for child in below if viewer.may_see(child)]
        passed += 1
        if passed > walk.skip:
            shown = await _shown(rooms, user_id, room, children)
            told.append({**summarize(room), "children_state": [_stripped(e) for e in shown]})
    return told, None


async def _shown(
    rooms: Rooms, user_id: str, room: Room, children: list[StateEntry]
) -> list[StateEntry]:
    """The child events to be told: to who is outside, those by people whom they see."""
    if user_id in room.joined:
        return children
    seen = await find_seen(rooms.profile.org, user_id, {entry.sender for entry in children})
    return [entry for entry in children if entry.sender in seen]


def children_of(room: Room, *, suggested_only: bool) -> list[StateEntry]:
    """The valid child events of a space, in its order."""
    if room.text("m.room.create", "type") != "m.space":
        return []
    entries = (entry for (type_, _), entry in room.state.items() if type_ == SPACE_CHILD)
    wanted = (
        entry
        for entry in entries
        if is_child(entry) and (not suggested_only or entry.content.get("suggested") is True)
    )
    return sorted(wanted, key=child_order)


def _stripped(entry: StateEntry) -> Content:
    return {
        "type": entry.type,
        "state_key": entry.state_key,
        "content": entry.content,
        "sender": entry.sender,
        "origin_server_ts": entry.origin_server_ts,
    }
