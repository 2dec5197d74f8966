"""People who must go: ended accounts leave their rooms, guests those that take no guests.

So do people who leave the institution.

Spec: client-server API, "Account deactivation", "Guest Access".
"""

from contextlib import suppress

from depesha.accounts import DEACTIVATED, find_guests
from depesha.base.errors import MatrixError
from depesha.eventlog.append import Writing
from depesha.eventlog.changes import Change, Entry, Logged
from depesha.eventlog.state import Tip
from depesha.org import LEFT
from depesha.rooms import store
from depesha.rooms.access import find_tip
from depesha.rooms.leave import INSIDE, write_leave
from depesha.rooms.record import Rooms

ROOMS_AT_ONCE = 20
"""Rooms that an ended account leaves in one transaction."""

POLL_SECONDS = 300.0


async def follow_deactivation(w: Writing, change: Change) -> None:
    """Write down, with its end, that an account must leave its rooms."""
    if change.kind in {DEACTIVATED, LEFT} and change.user_id is not None:
        await store.insert_leaving(w.tx, w.institution.id, change.user_id)
        await store.delete_delayed_of(w.tx, w.institution.id, change.user_id)


def view_deactivation(rooms: Rooms, entry: Entry) -> None:
    """Have the rooms left as soon as the account's end is committed."""
    if isinstance(entry, Change) and entry.kind in {DEACTIVATED, LEFT}:
        rooms.leaving.ring()


async def leave_rooms(rooms: Rooms) -> None:
    """Make ended accounts leave their rooms, for ever."""
    spine = rooms.spine
    while True:
        for row in await spine.db.read(store.select_leaving, spine.institution.id):
            await _leave_all(rooms, row.user_id)
        await rooms.leaving.wait(spine.clock, POLL_SECONDS)


async def _leave_all(rooms: Rooms, user_id: str) -> None:
    log = rooms.spine.log
    places = await log.rooms_of(user_id)
    inside = [room_id for room_id, place in places.items() if place.membership in INSIDE]
    for at in range(0, len(inside), ROOMS_AT_ONCE):
        piece = inside[at : at + ROOMS_AT_ONCE]

        async def plan(w: Writing, piece: list[str] = piece) -> None:
            for room_id in piece:
                tip = await find_tip(w, room_id)
                if tip is not None and tip.membership(user_id) in INSIDE:
                    # A room that does not let go of them keeps a name that nobody can use.
                    with suppress(MatrixError):
                        await write_leave(w, user_id, room_id)

        await log.commit(plan, piece)
    await log.db.write(store.delete_leaving, log.institution.id, user_id)


async def project_guest_access(w: Writing, logged: Logged, tip: Tip) -> None:
    """Show guests out of a room that no longer takes them."""
    event, before = logged.event, logged.prev_content or {}
    if event.type != "m.room.guest_access" or event.state_key or not _takes_guests(before):
        return
    if _takes_guests(event.content):
        return
    joined = [user_id for user_id in tip.room.joined if w.institution.is_local(user_id)]
    for user_id in await find_guests(w.tx, w.institution.id, joined):
        if tip.membership(user_id) == "join":
            await write_leave(w, user_id, tip.room_id)


def _takes_guests(content: object) -> bool:
    return isinstance(content, dict) and content.get("guest_access") == "can_join"
