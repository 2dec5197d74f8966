"""Bundled aggregations: what an event's children come to, told with the event itself.

Spec: client-server API, "Aggregations of child events", "Server-side aggregation of m.replace",
"… of m.thread relationships", "… of m.reference".
"""

from collections.abc import Sequence

from depesha.base.canonical import encode
from depesha.eventlog.changes import Logged
from depesha.eventlog.read import Vision, find_events, served
from depesha.eventlog.state import Room
from depesha.profile import ignored_users
from depesha.timeline import store
from depesha.timeline.record import Timelines
from depesha.timeline.rules import REFERENCE, REPLACE, THREAD, is_replacement

_BUNDLED = [REPLACE, THREAD, REFERENCE]
_MOST_CHILDREN = 5_000

Bundles = dict[str, bytes]
"""Event id → JSON of `m.relations`; only of events that have something to bundle."""


async def relations_of(
    timeline: Timelines,
    user_id: str,
    room: Room,
    events: Sequence[Logged],
    sight: Vision | None = None,
) -> Bundles:
    """The bundles of `events` as the user sees them; `sight` None: they see the whole room."""
    parents = [
        logged
        for logged in events
        if logged.event.state_key is None
        and not logged.redacted_by
        and timeline.parents.may_have_children(logged)
    ]
    if not parents:
        return {}
    ids = [parent.event.event_id for parent in parents]
    children = await _load_children(timeline, user_id, room, ids, sight)
    if not children:
        return {}
    needed = {position for rows in children.values() for position in _needed(rows)}
    found = await find_events(timeline.spine.log, sorted(needed))
    bundles: Bundles = {}
    for parent in parents:
        rows = children.get(parent.event.event_id, [])
        if bundle := await _bundle(timeline, user_id, room, parent, rows, found, sight):
            bundles[parent.event.event_id] = bundle
    return bundles


async def _load_children(
    timeline: Timelines, user_id: str, room: Room, parent_ids: list[str], sight: Vision | None
) -> dict[str, list[store.ChildRow]]:
    """The children by parent that the user may see."""
    spine = timeline.spine
    rows = await spine.db.read(
        store.select_bundled, spine.institution.id, room.nid, parent_ids, _BUNDLED, _MOST_CHILDREN
    )
    ignored = await ignored_users(timeline.profile, user_id)
    children: dict[str, list[store.ChildRow]] = {}
    for row in rows:
        if row.sender not in ignored and (sight is None or sight.may_see_at(row.position)):
            children.setdefault(row.parent_id, []).append(row)
    return children


def _needed(rows: list[store.ChildRow]) -> list[int]:
    """Positions of the children that are shown whole: edits, and the latest thread reply."""
    replies = [row.position for row in rows if row.rel_type == THREAD]
    return [row.position for row in rows if row.rel_type == REPLACE] + replies[-1:]


async def _bundle(
    timeline: Timelines,
    user_id: str,
    room: Room,
    parent: Logged,
    rows: list[store.ChildRow],
    found: dict[int, Logged],
    sight: Vision | None,
) -> bytes:
    parts: list[bytes] = []
    if (edit := _latest_edit(parent, rows, found)) is not None:
        parts.append(b'"m.replace":' + _plain(timeline, user_id, edit))
    replies = [row for row in rows if row.rel_type == THREAD]
    if replies and (latest := found.get(replies[-1].position)) is not None:
        within = await relations_of(timeline, user_id, room, [latest], sight)
        took_part = parent.event.sender == user_id or any(r.sender == user_id for r in replies)
        parts.append(
            b'"m.thread":{"latest_event":%b,"count":%d,"current_user_participated":%b}'
            % (
                _plain(timeline, user_id, latest, within.get(latest.event.event_id, b"")),
                len(replies),
                b"true" if took_part else b"false",
            )
        )
    references = [{"event_id": row.child_id} for row in rows if row.rel_type == REFERENCE]
    if references:
        parts.append(b'"m.reference":' + encode({"chunk": references}))
    return b"{" + b",".join(parts) + b"}" if parts else b""


def _latest_edit(
    parent: Logged, rows: list[store.ChildRow], found: dict[int, Logged]
) -> Logged | None:
    edits = [
        found[row.position] for row in rows if row.rel_type == REPLACE and row.position in found
    ]
    valid = [edit for edit in edits if is_replacement(edit.event, parent.event)]
    return max(valid, key=lambda e: (e.event.origin_server_ts, e.event.event_id), default=None)


def _plain(timeline: Timelines, user_id: str, logged: Logged, relations: bytes = b"") -> bytes:
    return served(logged, user_id, "", "join", timeline.spine.clock.now_ms(), relations)
