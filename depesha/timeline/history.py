"""Pages of a room's history, and the context of an event.

Spec: client-server API, `GET /rooms/{roomId}/messages`, "Event context".
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from depesha.eventlog.changes import Logged
from depesha.eventlog.filter import EventFilter
from depesha.eventlog.read import Page, Vision, access_page, load_room_at, served
from depesha.eventlog.state import MEMBER, Room, StateEntry
from depesha.profile import ignored_users
from depesha.timeline import store
from depesha.timeline.aggregate import relations_of
from depesha.timeline.record import Timelines

_MOST_PARENTS = 20_000


@dataclass(frozen=True, slots=True)
class Viewer:
    """The user and device that events are served to."""

    user_id: str
    device_id: str


async def keeper(
    timeline: Timelines, user_id: str, room: Room, wanted: EventFilter
) -> Callable[[Logged], bool]:
    """Whether a page keeps an event: the filter, and senders that the user ignores."""
    ignored = await ignored_users(timeline.profile, user_id)
    parents = await _wanted_parents(timeline, room, wanted)

    def keep(logged: Logged) -> bool:
        event = logged.event
        if event.sender in ignored and event.state_key is None:
            return False
        if parents is not None and event.event_id not in parents:
            return False
        return wanted.allows(event.type, event.sender, event.content)

    return keep


async def _wanted_parents(
    timeline: Timelines, room: Room, wanted: EventFilter
) -> frozenset[str] | None:
    """Events with the children that `related_by_…` asks for; None when it does not ask."""
    if wanted.related_by_rel_types is None and wanted.related_by_senders is None:
        return None
    rel_types = wanted.related_by_rel_types or ["m.thread", "m.replace", "m.annotation"]
    spine = timeline.spine
    rows = await spine.db.scan(
        store.select_parents, spine.institution.id, room.nid, rel_types, _MOST_PARENTS
    )
    senders = wanted.related_by_senders
    return frozenset(row.parent_id for row in rows if senders is None or row.sender in senders)


async def load_page(
    timeline: Timelines,
    viewer: Viewer,
    room: Room,
    *,
    start: int | None,
    stop: int | None,
    backward: bool,
    limit: int,
    wanted: EventFilter,
) -> Page:
    """A page of the room as the viewer sees it through the filter."""
    return await access_page(
        timeline.spine.log,
        viewer.user_id,
        room,
        start=start,
        stop=stop,
        backward=backward,
        limit=limit,
        keep=await keeper(timeline, viewer.user_id, room, wanted),
    )


async def serve_events(
    timeline: Timelines, viewer: Viewer, room: Room, events: Sequence[Logged], sight: Vision
) -> list[bytes]:
    """The events as JSON with their bundles."""
    bundles = await relations_of(timeline, viewer.user_id, room, events, sight)
    now_ms = timeline.spine.clock.now_ms()
    return [
        served(
            logged,
            viewer.user_id,
            viewer.device_id,
            sight.membership_at(logged.room_order),
            now_ms,
            bundles.get(logged.event.event_id, b""),
        )
        for logged in events
    ]


def find_senders(room: Room, events: Sequence[Logged]) -> list[StateEntry]:
    """The member events of a page's senders: what lazy loading wants beside it."""
    senders = dict.fromkeys(logged.event.sender for logged in events)
    entries = (room.find(MEMBER, sender) for sender in senders)
    return [entry for entry in entries if entry is not None]


async def load_state(
    timeline: Timelines, room: Room, room_order: int, wanted: EventFilter, senders: set[str]
) -> list[StateEntry]:
    """The room's state after the event at `room_order`, lazily when the filter says so."""
    entries = list((await load_room_at(timeline.spine.log, room, room_order)).entries())
    if wanted.lazy_load_members:
        entries = [e for e in entries if e.type != MEMBER or e.state_key in senders]
    return [e for e in entries if wanted.allows(e.type, e.sender, e.content)]
