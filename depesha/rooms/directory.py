"""The published room directory. Spec: client-server API, "Published room directory"."""

from bisect import bisect_left, bisect_right
from dataclasses import dataclass

from depesha.accounts import check_not_suspended
from depesha.base.canonical import Content
from depesha.base.errors import forbidden, invalid_param, not_found
from depesha.base.ids import is_room_id
from depesha.base.rights import Right
from depesha.eventlog.append import Writing
from depesha.eventlog.state import Room
from depesha.http.caller import Caller
from depesha.rooms import store
from depesha.rooms.access import find_tip
from depesha.rooms.alias import may_name
from depesha.rooms.record import Rooms
from depesha.rooms.rules import plain_topic
from depesha.rooms.summary import describe

MOST_LISTED = 200
"""Rooms on one page, also when the client names no limit."""

Place = tuple[int, str]
"""Where a room stands in the list: how many members it lacks, and its id."""


def _no_room() -> Exception:
    return not_found("Room not found")


async def set_visibility(rooms: Rooms, caller: Caller, room_id: str, visibility: str) -> None:
    """Publish a room, or take it out of the directory.

    Whoever may set the room's canonical alias may, and administrators; others get 403.
    """
    check_not_suspended(caller)

    async def plan(w: Writing) -> None:
        tip = await find_tip(w, room_id)
        is_inside = tip is not None and tip.membership(caller.user_id) == "join"
        if tip is None or not (is_inside or caller.may(Right.ROOMS)):
            raise _no_room()
        if not (caller.may(Right.ROOMS) or may_name(caller.user_id, tip)):
            raise forbidden("You may not change where this room is listed")
        await _write_visibility(w, "", room_id, visibility)

    await rooms.spine.log.commit(plan)


async def set_network_visibility(
    rooms: Rooms, network_id: str, room_id: str, visibility: str
) -> None:
    """Publish a room in the list of an application service's network."""

    async def plan(w: Writing) -> None:
        if await find_tip(w, room_id) is None:
            raise _no_room()
        await _write_visibility(w, network_id, room_id, visibility)

    await rooms.spine.log.commit(plan)


async def _write_visibility(w: Writing, network_id: str, room_id: str, visibility: str) -> None:
    if visibility not in {"public", "private"}:
        raise invalid_param("visibility must be public or private")
    write = store.insert_published if visibility == "public" else store.delete_published
    await write(w.tx, w.institution.id, network_id, room_id)


async def find_visibility(rooms: Rooms, room_id: str) -> str:
    """`public` or `private`."""
    spine = rooms.spine
    found = await spine.db.read(store.is_published, spine.institution.id, "", room_id)
    return "public" if found else "private"


@dataclass(frozen=True, slots=True)
class Query:
    """Which rooms of the directory are asked for."""

    term: str = ""
    types: tuple[str | None, ...] | None = None
    """Room types, None among them for rooms without one; None for every type."""
    limit: int = MOST_LISTED
    since: str | None = None
    network_id: str | None = ""
    """None for the lists of all networks together."""

    def wants(self, room: Room) -> bool:
        kind = room.text("m.room.create", "type") or None
        if self.types is not None and kind not in self.types:
            return False
        term = self.term.casefold()
        return not term or any(term in text.casefold() for text in _searched(room))


def _searched(room: Room) -> tuple[str, ...]:
    return (
        room.text("m.room.name", "name"),
        room.text("m.room.canonical_alias", "alias"),
        plain_topic(room.content("m.room.topic")) or "",
    )


async def list_rooms(rooms: Rooms, query: Query) -> Content:
    """A page of the directory, the rooms with most members first."""
    spine = rooms.spine
    rows = await spine.db.scan(store.select_published, spine.institution.id, query.network_id)
    known = await spine.log.find_rooms({row.room_id for row in rows})
    found = {_place(room): room for room in known.values() if query.wants(room)}
    places = sorted(found)
    start, end = _window(places, query.since, max(1, min(query.limit, MOST_LISTED)))
    body: Content = {
        "chunk": [describe(found[place]) for place in places[start:end]],
        "total_room_count_estimate": len(places),
    }
    if end < len(places):
        body["next_batch"] = _token("n", places[end - 1] if end else (-(2**53), ""))
    if start > 0:
        body["prev_batch"] = _token("p", places[start])
    return body


def _place(room: Room) -> Place:
    return -len(room.joined), room.room_id


def _window(places: list[Place], since: str | None, count: int) -> tuple[int, int]:
    """The slice of the list that a token stands before, or behind."""
    if not since:
        return 0, count
    forward, place = _parse(since)
    if forward:
        start = bisect_right(places, place)
        return start, start + count
    end = bisect_left(places, place)
    return max(0, end - count), end


def _token(direction: str, place: Place) -> str:
    return f"{direction}{-place[0]}.{place[1]}"


def _parse(token: str) -> tuple[bool, Place]:
    number, _, room_id = token[1:].partition(".")
    is_number = number.isascii() and number.isdigit() and len(number) < 16
    if token[0] not in "np" or not is_number or not is_room_id(room_id):
        raise invalid_param("Unknown pagination token")
    return token[0] == "n", (-int(number), room_id)
