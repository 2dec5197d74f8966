"""The published room directory, summaries of rooms, and the hierarchy of spaces.

Spec: client-server API, "Published room directory", "Room summary API", "Spaces".
"""

from dataclasses import dataclass

from depesha.base.canonical import Content
from depesha.base.errors import MatrixError, forbidden, invalid_param, not_found
from depesha.eventlog.append import Writing
from depesha.eventlog.state import Room
from depesha.events.power import power_of, required_power
from depesha.http.caller import Caller
from depesha.rooms import store
from depesha.rooms.record import Rooms

MOST_LISTED = 500
SPACE_CHILD = "m.space.child"


def describe(room: Room) -> Content:
    """What the directory tells of a room: the `PublishedRoomsChunk` of the specification."""
    rules = room.content("m.room.join_rules")
    told: Content = {
        "room_id": room.room_id,
        "num_joined_members": len(room.joined),
        "world_readable": room.text("m.room.history_visibility", "history_visibility")
        == "world_readable",
        "guest_can_join": room.text("m.room.guest_access", "guest_access") == "can_join",
        "join_rule": rules.get("join_rule", "invite"),
    }
    for name, type_, key in (
        ("name", "m.room.name", "name"),
        ("topic", "m.room.topic", "topic"),
        ("avatar_url", "m.room.avatar", "url"),
        ("canonical_alias", "m.room.canonical_alias", "alias"),
        ("room_type", "m.room.create", "type"),
    ):
        if text := room.text(type_, key):
            told[name] = text
    return told


def describe_more(room: Room) -> Content:
    """What a summary and the hierarchy tell beyond the directory."""
    told = describe(room)
    told["room_version"] = room.version.id
    if algorithm := room.text("m.room.encryption", "algorithm"):
        told["encryption"] = algorithm
    allowed = room.content("m.room.join_rules").get("allow")
    if isinstance(allowed, list):
        ids = [each.get("room_id") for each in allowed if isinstance(each, dict)]
        told["allowed_room_ids"] = [each for each in ids if isinstance(each, str)]
    return told


# --- the directory -------------------------------------------------------------------


async def set_visibility(rooms: Rooms, caller: Caller, room_id: str, visibility: str) -> None:
    """Publish a room, or take it out of the directory."""
    if visibility not in {"public", "private"}:
        raise invalid_param("visibility must be public or private")

    async def plan(w: Writing) -> None:
        tip = await w.tip(room_id)
        needed = required_power("m.room.canonical_alias", "", tip.find, tip.version)
        may = tip.membership(caller.user_id) == "join" and (
            power_of(caller.user_id, tip.find, tip.version) >= needed
        )
        if not (may or caller.is_admin):
            raise forbidden("You may not change where this room is listed")
        await _write_visibility(w, "", room_id, visibility)

    await rooms.spine.log.commit(plan)


async def set_network_visibility(
    rooms: Rooms, network_id: str, room_id: str, visibility: str
) -> None:
    """Publish a room in the list of an application service's network."""
    if visibility not in {"public", "private"}:
        raise invalid_param("visibility must be public or private")

    async def plan(w: Writing) -> None:
        await w.tip(room_id)
        await _write_visibility(w, network_id, room_id, visibility)

    await rooms.spine.log.commit(plan)


async def _write_visibility(w: Writing, network_id: str, room_id: str, visibility: str) -> None:
    write = store.insert_published if visibility == "public" else store.delete_published
    await write(w.tx, w.institution.id, network_id, room_id)


async def find_visibility(rooms: Rooms, room_id: str) -> str:
    """`public` or `private`; 404 for an unknown room."""
    if await rooms.spine.log.find_room(room_id) is None:
        raise not_found("Unknown room")
    spine = rooms.spine
    found = await spine.db.read(store.is_published, spine.institution.id, "", room_id)
    return "public" if found else "private"


@dataclass(frozen=True, slots=True)
class Listing:
    """A page of the directory."""

    chunk: list[Content]
    total: int
    start: int
    limit: int

    def body(self) -> Content:
        body: Content = {"chunk": self.chunk, "total_room_count_estimate": self.total}
        if self.start + self.limit < self.total:
            body["next_batch"] = f"o{self.start + self.limit}"
        if self.start > 0:
            body["prev_batch"] = f"o{max(0, self.start - self.limit)}"
        return body


async def list_rooms(
    rooms: Rooms,
    *,
    term: str,
    types: list[str | None] | None,
    limit: int | None,
    since: str | None,
    network_id: str = "",
) -> Listing:
    """Published rooms, those with most members first."""
    spine, start = rooms.spine, _offset(since)
    rows = await spine.db.scan(store.select_published, spine.institution.id, network_id)
    found = await spine.log.find_rooms(row.room_id for row in rows)
    wanted = term.casefold()
    told = [
        chunk
        for chunk in map(describe, found.values())
        if (types is None or chunk.get("room_type") in types) and _has_term(chunk, wanted)
    ]
    told.sort(key=lambda chunk: (-chunk["num_joined_members"], chunk["room_id"]))
    count = max(1, min(limit or MOST_LISTED, MOST_LISTED))
    return Listing(told[start : start + count], len(told), start, count)


def _has_term(chunk: Content, term: str) -> bool:
    return not term or any(
        term in chunk.get(name, "").casefold() for name in ("name", "topic", "canonical_alias")
    )


def _offset(since: str | None) -> int:
    if not since:
        return 0
    if since[0] != "o" or not since[1:].isascii() or not since[1:].isdigit() or len(since) > 10:
        raise invalid_param("Unknown pagination token")
    return int(since[1:])


# --- summaries and spaces ------------------------------------------------------------


async def may_preview(rooms: Rooms, user_id: str | None, room: Room) -> bool:
    """True when somebody may know of a room before being in it. Spec: "Room summary API"."""
    rules = room.content("m.room.join_rules")
    if rules.get("join_rule") in {"public", "knock", "knock_restricted"}:
        return True
    if room.text("m.room.history_visibility", "history_visibility") == "world_readable":
        return True
    if user_id is None:
        return False
    places = await rooms.spine.log.rooms_of(user_id)
    place = places.get(room.room_id)
    if place is not None and place.membership in {"join", "invite", "knock"}:
        return True
    allowed = rules.get("allow")
    if rules.get("join_rule") not in {"restricted"} or not isinstance(allowed, list):
        return False
    joined = {room_id for room_id, place in places.items() if place.membership == "join"}
    return any(isinstance(each, dict) and each.get("room_id") in joined for each in allowed)


async def summarize(rooms: Rooms, user_id: str | None, room_id: str) -> Content:
    """The summary of a room; 404 when there is none that the user may know of."""
    room = await rooms.spine.log.find_room(room_id)
    if room is None or not await may_preview(rooms, user_id, room):
        raise not_found("Unknown room")
    told = describe_more(room)
    if user_id is not None:
        told["membership"] = room.membership(user_id)
    return told


@dataclass(frozen=True, slots=True)
class Walk:
    """A walk through a space: rooms yet to be told, with the depth of each."""

    queue: list[tuple[str, int]]
    seen: set[str]


MOST_DEPTH = 10
MOST_ROOMS = 50


async def walk_space(
    rooms: Rooms,
    user_id: str,
    room_id: str,
    *,
    suggested_only: bool,
    max_depth: int,
    skip: int,
    limit: int,
) -> tuple[list[Content], int | None]:
    """Rooms of a space, depth first, and how many to skip for the next page."""
    root = await rooms.spine.log.find_room(room_id)
    if root is None or not await may_preview(rooms, user_id, root):
        raise MatrixError(403, "M_FORBIDDEN", "You are not allowed to view this room")
    walk, told, passed = Walk([(room_id, 0)], set()), list[Content](), 0
    while walk.queue:
        at, depth = walk.queue.pop()
        if at in walk.seen:
            continue
        walk.seen.add(at)
        room = await rooms.spine.log.find_room(at)
        if room is None or not await may_preview(rooms, user_id, room):
            continue
        children = _children(room, suggested_only=suggested_only) if depth <= max_depth else []
        if depth < max_depth:
            walk.queue.extend((c["state_key"], depth + 1) for c in reversed(children))
        passed += 1
        if passed <= skip:
            continue
        if len(told) == limit:
            return told, passed - 1
        told.append({**describe_more(room), "children_state": children})
    return told, None


def _children(room: Room, *, suggested_only: bool) -> list[Content]:
    """The child events of a space, in its order. Spec: "Ordering of children within a space"."""
    if room.content("m.room.create").get("type") != "m.space":
        return []
    entries = [
        entry
        for (type_, _), entry in room.state.items()
        if type_ == SPACE_CHILD
        and isinstance(entry.content.get("via"), list)
        and (not suggested_only or entry.content.get("suggested") is True)
    ]

    def rank(index: int) -> tuple[bool, str, int, str]:
        order = entries[index].content.get("order")
        known = isinstance(order, str) and len(order) <= 50
        ts, child = entries[index].origin_server_ts, entries[index].state_key
        return not known, str(order) if known else "", ts, child

    return [
        {
            "type": SPACE_CHILD,
            "state_key": entries[index].state_key,
            "content": entries[index].content,
            "sender": entries[index].sender,
            "origin_server_ts": entries[index].origin_server_ts,
        }
        for index in sorted(range(len(entries)), key=rank)
    ]
