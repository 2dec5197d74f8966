"""How rooms are told: what both kinds of sync encode alike."""

from collections.abc import Callable
from heapq import nsmallest

from depesha.eventlog.changes import Logged
from depesha.eventlog.filter import EventFilter
from depesha.eventlog.read import served, stripped
from depesha.eventlog.state import MEMBER, Room
from depesha.profile import ignored_users
from depesha.sync.record import Sync
from depesha.sync.room import Timeline, Window
from depesha.timeline import relations_of

STRIPPED_TYPES = (
    "m.room.create",
    "m.room.join_rules",
    "m.room.name",
    "m.room.avatar",
    "m.room.topic",
    "m.room.canonical_alias",
    "m.room.encryption",
)
"""State that someone invited may know. Spec: "Stripped state"."""

_OPEN = EventFilter()


async def keeper(
    sync: Sync, user_id: str, room_id: str, wanted: EventFilter = _OPEN
) -> Callable[[Logged], bool]:
    """Whether a timeline keeps an event: the filter, and senders that the user ignores."""
    ignored = await ignored_users(sync.profile, user_id)
    shows_room = wanted.allows_room(room_id)
    if wanted.is_open and not ignored:
        return lambda logged: shows_room

    def keep(logged: Logged) -> bool:
        event = logged.event
        if event.sender in ignored and event.state_key is None:
            return False
        return shows_room and wanted.allows(event.type, event.sender, event.content)

    return keep


async def serve_timeline(
    sync: Sync, user_id: str, device_id: str, window: Window, timeline: Timeline
) -> list[bytes]:
    """The events of a timeline as JSON, with their bundles."""
    events, sight = timeline.events, window.sight
    relations = await relations_of(sync.timeline, user_id, window.room, events, sight)
    now_ms = sync.spine.clock.now_ms()
    return [
        served(
            logged,
            user_id,
            device_id,
            sight.membership_at(logged.room_order) if sight else "join",
            now_ms,
            relations.get(logged.event.event_id, b""),
        )
        for logged in events
    ]


def encode_stripped_events(room: Room, user_id: str) -> bytes:
    """The stripped state for someone invited or knocking, as JSON events joined by commas."""
    entries = [room.find(type_) for type_ in STRIPPED_TYPES]
    mine = room.find(MEMBER, user_id)
    inviter = room.find(MEMBER, mine.sender) if mine and mine.sender != user_id else None
    return b",".join(stripped(e) for e in (*entries, inviter, mine) if e is not None)


def find_heroes(room: Room, user_id: str) -> list[str]:
    """Up to five members other than the viewer to name a room by, longest there first.

    Joined ones, then invited ones, and only if there are none of these, those who left.
    Spec: client-server API, `RoomSummary`.
    """
    members = room.members
    joined = [member for member in room.joined if member != user_id]
    invited = [member for member in room.invited if member != user_id]
    here = [*_oldest(room, joined), *_oldest(room, invited)]
    return (here or _oldest(room, [member for member in members if member != user_id]))[:5]


def _oldest(room: Room, members: list[str]) -> list[str]:
    return nsmallest(5, members, key=lambda member: room.members[member].position)
