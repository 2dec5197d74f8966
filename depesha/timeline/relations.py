"""The children of an event, and the threads of a room, page by page.

Spec: client-server API, "Relationships API", "Querying threads in a room".
"""

from collections.abc import Sequence
from dataclasses import dataclass

from depesha.eventlog import store as eventlog_store
from depesha.eventlog.changes import Logged
from depesha.eventlog.load import logged_of
from depesha.eventlog.read import END, Vision, find_event, find_events
from depesha.eventlog.state import Room
from depesha.events.event import Event
from depesha.io.tx import Tx
from depesha.profile import ignored_users
from depesha.timeline import store
from depesha.timeline.record import Timelines
from depesha.timeline.rules import REPLACE

MOST_DEPTH = 3
MOST_RELATED = 1_000
_MOST_CHILDREN = 10_000


@dataclass(frozen=True, slots=True)
class Children:
    """A page of children; `end` is the gap to go on from, None at the end."""

    events: list[Logged]
    end: int | None
    depth: int


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which children are asked for, and the gaps between which."""

    rel_type: str | None
    type: str | None
    recurse: bool
    start: int | None
    stop: int | None
    backward: bool
    limit: int


async def load_children(
    timeline: Timelines,
    sight: Vision,
    room: Room,
    parent_id: str,
    wanted: Wanted,
) -> Children:
    """Children that the user may see, in timeline order."""
    rel_type, type_, backward, limit = (
        wanted.rel_type,
        wanted.type,
        wanted.backward,
        wanted.limit,
    )
    rows, depth = await _collect(timeline, room, parent_id, rel_type, recurse=wanted.recurse)
    low, high = (wanted.stop, wanted.start) if backward else (wanted.start, wanted.stop)
    ignored = await ignored_users(timeline.profile, sight.user_id)
    positions = sorted(
        row.position
        for row in rows
        if (type_ is None or row.type == type_)
        and row.sender not in ignored
        and (low or 0) < row.position <= (END if high is None else high)
    )
    if backward:
        positions.reverse()
    return await _first_visible(timeline, sight, positions, limit, backward, depth)


async def _collect(
    timeline: Timelines, room: Room, parent_id: str, rel_type: str | None, *, recurse: bool
) -> tuple[list[store.ChildRow], int]:
    """Children, and their children when recursing; the depth reached."""
    found: dict[int, store.ChildRow] = {}
    parents, depth = [parent_id], 0
    while parents and depth < (MOST_DEPTH if recurse else 1):
        rows = await timeline.spine.db.read(
            store.select_children,
            timeline.spine.institution.id,
            room.nid,
            parents,
            _MOST_CHILDREN - len(found),
        )
        fresh = [row for row in rows if row.position not in found]
        if not fresh:
            break
        depth += 1
        found.update((row.position, row) for row in fresh)
        parents = [row.child_id for row in fresh]
    rows = [row for row in found.values() if rel_type is None or row.rel_type == rel_type]
    return rows, depth


async def _first_visible(
    timeline: Timelines,
    sight: Vision,
    positions: Sequence[int],
    limit: int,
    backward: bool,
    depth: int,
) -> Children:
    events: list[Logged] = []
    for begin in range(0, len(positions), 2 * limit):
        piece = positions[begin : begin + 2 * limit]
        found = await find_events(timeline.spine.log, list(piece))
        for index, position in enumerate(piece, begin):
            logged = found.get(position)
            if logged is None or not sight.may_see(logged):
                continue
            events.append(logged)
            if len(events) == limit:
                last = logged.room_order - 1 if backward else logged.room_order
                return Children(events, last if index + 1 < len(positions) else None, depth)
    return Children(events, None, depth)


async def select_parent(tx: Tx, institution_id: int, parent_id: str) -> Event | None:
    """The event that others refer to; None where it is not here."""
    place = await eventlog_store.select_place(tx, institution_id, parent_id)
    if place is None:
        return None
    rows = await eventlog_store.select_events(tx, institution_id, [place.position])
    return logged_of(rows[0]).event if rows else None


async def select_related(
    tx: Tx, institution_id: int, room_nid: int, parent_id: str, rel_types: list[str]
) -> list[str]:
    """Ids of the valid children of these kinds ("*": all), oldest first, at most 1,000."""
    rows = await store.select_children(tx, institution_id, room_nid, [parent_id], MOST_RELATED)
    parent = await select_parent(tx, institution_id, parent_id)
    author = parent.sender if parent else ""
    return [
        row.child_id
        for row in rows
        if (row.rel_type in rel_types or "*" in rel_types)
        # An edit by somebody else is none.
        and (row.rel_type != REPLACE or row.sender == author)
    ]


async def load_threads(
    timeline: Timelines, sight: Vision, room: Room, *, participated: bool, before: int, limit: int
) -> tuple[list[Logged], int | None]:
    """Thread roots by their latest reply, and the position to go on before."""
    spine = timeline.spine
    roots: list[Logged] = []
    while True:
        rows = await spine.db.read(
            store.select_threads, spine.institution.id, room.nid, before, limit + 1
        )
        for row in rows:
            if len(roots) == limit:
                return roots, before
            before = row.last_position
            root = await find_event(spine.log, room.room_id, row.root_id)
            if root is None or not sight.may_see(root):
                continue
            if participated and not await _took_part(timeline, sight.user_id, room, root):
                continue
            roots.append(root)
        if len(rows) <= limit:
            return roots, None


async def _took_part(timeline: Timelines, user_id: str, room: Room, root: Logged) -> bool:
    if root.event.sender == user_id:
        return True
    spine = timeline.spine
    return await spine.db.read(
        store.has_replied, spine.institution.id, room.nid, root.event.event_id, user_id
    )
