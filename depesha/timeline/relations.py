"""The children of an event, and the threads of a room, page by page.

Spec: client-server API, "Relationships API", "Querying threads in a room".
"""

from dataclasses import dataclass
from functools import partial

from depesha.eventlog.changes import Logged
from depesha.eventlog.load import load_logged
from depesha.eventlog.read import END, Vision, find_event, find_events
from depesha.eventlog.state import Room
from depesha.io.tx import Tx
from depesha.profile import ignored_users
from depesha.timeline import store
from depesha.timeline.record import Timelines
from depesha.timeline.rules import REPLACE

MOST_DEPTH = 3
MOST_RELATED = 1_000


@dataclass(frozen=True, slots=True)
class Children:
    """A page of children; `end` is the gap to go on from, None at the end."""

    events: list[Logged]
    end: int | None


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which children are asked for, down to which depth, and the gaps between which."""

    rel_type: str | None
    type: str | None
    depth: int
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
    spine, backward, limit = timeline.spine, wanted.backward, wanted.limit
    low, high = (wanted.stop, wanted.start) if backward else (wanted.start, wanted.stop)
    after, until = low or 0, END if high is None else high
    ignored = await ignored_users(timeline.profile, sight.user_id)
    kinds = (wanted.rel_type, wanted.type)
    select = partial(store.select_below, backward=backward)
    events, most = list[Logged](), 2 * limit
    while True:
        asked = (room.nid, parent_id, wanted.depth, kinds, after, until, most)
        rows = await spine.db.scan(select, spine.institution.id, *asked)
        found = await find_events(
            spine.log, [row.position for row in rows if row.sender not in ignored]
        )
        for index, row in enumerate(rows):
            logged = found.get(row.position)
            if logged is None or not sight.may_see(logged):
                continue
            events.append(logged)
            if len(events) == limit:
                is_end = index + 1 == len(rows) and len(rows) < most
                gap = row.position - 1 if backward else row.position
                return Children(events, None if is_end else gap)
        if len(rows) < most:
            return Children(events, None)
        after, until = (after, rows[-1].position - 1) if backward else (rows[-1].position, until)


async def select_related(
    tx: Tx, institution_id: int, room_nid: int, parent_id: str, rel_types: list[str]
) -> list[str]:
    """Ids of the valid children of these kinds ("*": all), oldest first, at most 1,000."""
    rows = await store.select_children(tx, institution_id, room_nid, parent_id, MOST_RELATED)
    parent = await load_logged(tx, institution_id, parent_id)
    author = parent.event.sender if parent else ""
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
