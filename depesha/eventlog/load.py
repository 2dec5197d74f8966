"""Making the records in memory from stored rows."""

from depesha.eventlog import store
from depesha.eventlog.changes import Logged
from depesha.eventlog.state import (
    BUMP_TYPES,
    Membership,
    Room,
    StateEntry,
    room_version,
    state_entry,
)
from depesha.events.event import RoomVersion, client_event, load_event
from depesha.io.tx import Tx


def logged_of(row: store.EventRow) -> Logged:
    """An event as it was logged."""
    version = room_version(row.room_version)
    event = load_event(row.body, row.event_id, version)
    logged = Logged(
        event,
        row.position,
        row.room_order,
        row.state_id,
        row.replaces,
        sent_by=row.sent_by,
        redacted_by=row.redacted_by,
    )
    if row.prev_body is not None:
        before = load_event(row.prev_body, "", version)
        logged.prev_content = before.content
    if row.because_body is not None:
        logged.redacted_because = (
            client_event(load_event(row.because_body, row.because_id or "", version)) + b"}"
        )
    return logged


async def load_logged(
    tx: Tx, institution_id: int, event_id: str, room_id: str | None = None
) -> Logged | None:
    """The accepted event with this id, or None; also None for one of another room than named."""
    place = await store.select_place(tx, institution_id, event_id)
    if place is None or room_id not in {None, place.room_id}:
        return None
    return logged_of((await store.select_events(tx, institution_id, [place.position]))[0])


def entry_of(row: store.StateRow, version: RoomVersion) -> StateEntry:
    """A state entry of a stored state event."""
    return state_entry(load_event(row.body, row.event_id, version), row.position)


async def load_room(tx: Tx, institution_id: int, room_id: str) -> Room | None:
    """The room with its current state, or None."""
    row = await store.select_room(tx, institution_id, room_id)
    if row is None:
        return None
    version = room_version(row.version)
    room = Room(row.room_nid, row.room_id, version)
    for state_row in await store.select_current_state(tx, institution_id, row.room_nid):
        room.set_state(entry_of(state_row, version))
    end = await store.select_room_end(tx, institution_id, row.room_nid)
    if end is not None:
        room.position, room.state_id = end.position, end.state_id
        room.depth = load_event(end.body, end.event_id, version).depth
        room.extremities = (end.event_id,)
        bump = await store.select_last_of_types(tx, institution_id, room.nid, list(BUMP_TYPES))
        room.bump = bump or room.nid
    return room


async def load_rooms(tx: Tx, institution_id: int, room_ids: list[str]) -> list[Room]:
    """Those of the rooms that there are."""
    found = [await load_room(tx, institution_id, room_id) for room_id in room_ids]
    return [room for room in found if room is not None]


async def load_memberships(tx: Tx, institution_id: int, user_id: str) -> dict[str, Membership]:
    """Room id → membership of a local user."""
    rows = await store.select_memberships(tx, institution_id, user_id)
    return {
        row.room_id: Membership(
            row.membership, row.position, row.since_position, row.sender, bool(row.forgotten)
        )
        for row in rows
    }


async def load_state_at(
    tx: Tx, institution_id: int, room: Room, room_order: int
) -> dict[tuple[str, str], StateEntry]:
    """The room's state after the event at `room_order`."""
    rows = await store.select_state_at(tx, institution_id, room.nid, room_order)
    entries = (entry_of(row, room.version) for row in rows)
    return {(entry.type, entry.state_key): entry for entry in entries}
