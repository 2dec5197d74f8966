"""Groups that follow their people: who is no longer of a basic group's unit leaves it (O9).

Who comes into the unit of a group with `is_whole` is invited, by who made it or another who may.
"""

from contextlib import suppress

from depesha.base.canonical import Json
from depesha.base.errors import MatrixError
from depesha.eventlog.append import Writing
from depesha.eventlog.changes import Change, Entry, Logged
from depesha.eventlog.state import Room, Tip
from depesha.events.group import BASIC, GROUP, read_group
from depesha.events.power import level_of, power_of
from depesha.org import PERSON, UNIT, fits
from depesha.rooms import store
from depesha.rooms.farewell import POLL_SECONDS
from depesha.rooms.invite import write_invite
from depesha.rooms.leave import INSIDE, write_leave
from depesha.rooms.record import Rooms

_REASON = "No longer of the group's unit"
_EVERYBODY = ""


async def project_group(w: Writing, logged: Logged, tip: Tip) -> None:
    """Note of which unit a new basic group is."""
    event = logged.event
    if event.type != GROUP or event.state_key != "":
        return
    group = read_group(event.content)
    if group is not None and group.kind == BASIC:
        is_whole: Json = event.content.get("is_whole")
        row = store.GroupRow(tip.room_id, group.unit, int(is_whole is True))
        await store.upsert_group(w.tx, w.institution.id, row)


async def follow_placed(w: Writing, change: Change) -> None:
    """Write down, with a change of the tree, whose groups are to follow it."""
    if change.kind == PERSON and change.user_id is not None:
        await store.upsert_moved(w.tx, w.institution.id, change.user_id, change.position)
    elif change.kind == UNIT:
        await store.upsert_moved(w.tx, w.institution.id, _EVERYBODY, change.position)


def view_placed(rooms: Rooms, entry: Entry) -> None:
    """Have groups follow as soon as the change is committed."""
    if isinstance(entry, Change) and entry.kind in {PERSON, UNIT}:
        rooms.moving.ring()


async def keep_groups(rooms: Rooms) -> None:
    """Make groups follow the tree, for ever."""
    spine = rooms.spine
    while True:
        await spine.log.be_fresh()
        moved = await spine.db.read(store.select_moved, spine.institution.id)
        if moved:
            groups = await spine.db.read(store.select_groups, spine.institution.id)
            for row in moved:
                places = await spine.log.rooms_of(row.user_id) if row.user_id else None
                for group in groups:
                    if places is None or group.is_whole or group.room_id in places:
                        await _follow(rooms, group, row.user_id)
                await spine.db.write(
                    store.delete_moved, spine.institution.id, row.user_id, row.position
                )
        await rooms.moving.wait(spine.clock, POLL_SECONDS)


async def _follow(rooms: Rooms, row: store.GroupRow, user_id: str) -> None:
    """Let one group follow one person, or everybody."""
    log, org = rooms.spine.log, rooms.profile.org
    room = await log.find_room(row.room_id)
    entry = room.find(GROUP) if room is not None else None
    group = read_group(entry.content) if entry is not None else None
    if room is None:
        return
    inside = room.joined | room.invited
    for each in sorted(inside) if user_id == _EVERYBODY else (user_id,):
        if each in inside and not fits(org, group, each):
            await _show_out(rooms, row.room_id, each)
    is_away = user_id not in inside and user_id not in org.tree.posts
    is_coming = is_away and room.membership(user_id) != "ban"
    if row.is_whole and user_id and is_coming and fits(org, group, user_id):
        await _show_in(rooms, room, entry.sender if entry is not None else "", user_id)


async def _show_out(rooms: Rooms, room_id: str, user_id: str) -> None:
    async def plan(w: Writing) -> None:
        if (await w.tip(room_id)).membership(user_id) in INSIDE:
            await write_leave(w, user_id, room_id, _REASON)

    with suppress(MatrixError):
        await rooms.spine.log.commit(plan, [room_id])


async def _show_in(rooms: Rooms, room: Room, maker: str, user_id: str) -> None:
    """Invite somebody in the name of the first member who may."""
    needed = level_of("invite", room.find, room.version)
    named = [maker, *sorted(room.joined)]
    hosts = (
        each
        for each in named
        if each in room.joined and power_of(each, room.find, room.version) >= needed
    )
    host = next(hosts, None)
    if host is None:
        return

    async def plan(w: Writing) -> None:
        w.vouched.add(user_id)
        if (await w.tip(room.room_id)).membership(user_id) not in {"join", "invite", "ban"}:
            await write_invite(w, room.room_id, host, user_id)

    with suppress(MatrixError):
        await rooms.spine.log.commit(plan, [room.room_id])
