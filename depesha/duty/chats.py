"""Chats as those see them who keep the institution, and what a chat's members may know of it.

Requirements O5, G6, G11: the list of groups, the chats of somebody seen as they see them, and how
long a chat is kept and whether it was inspected.
"""

from collections.abc import Iterable

from depesha.accounts import access_target
from depesha.audit import act_of, record
from depesha.base.canonical import Content
from depesha.duty import store
from depesha.duty.record import Duty
from depesha.duty.retention import load_policies, policy_of
from depesha.duty.rules import kept_files, lifetime
from depesha.eventlog.append import Writing
from depesha.eventlog.read import access_joined
from depesha.eventlog.state import MEMBER, Room
from depesha.http.caller import Caller

_PAGE = 200
_NAMED = 5
"""Others of a chat without a name that are told in its place."""


async def load_groups(
    duty: Duty, search: str, after: int, limit: int
) -> tuple[list[Content], int | None]:
    """Groups and channels in the order of their making, and what to give as the next `after`."""
    spine, wanted = duty.spine, search.strip().casefold()
    found = list[Content]()
    while rows := await spine.db.scan(store.select_rooms, spine.institution.id, after, _PAGE):
        rooms = await spine.log.find_rooms([row.room_id for row in rows])
        for row in rows:
            after, room = row.room_nid, rooms.get(row.room_id)
            if room is None or row.kind in {"direct", "official"}:
                continue
            told = _told(row, room)
            if wanted in str(told.get("name", "")).casefold() or wanted == row.room_id.casefold():
                found.append(told)
            if len(found) == limit:
                return found, after
    return found, None


def _told(row: store.RoomRow, room: Room) -> Content:
    told: Content = {
        "room_id": row.room_id,
        "kind": row.kind,
        "members": len(room.joined),
        "encrypted": room.find("m.room.encryption") is not None,
        "creator": row.creator,
    }
    if row.unit_id:
        told["unit_id"] = row.unit_id
    if name := room.text("m.room.name", "name"):
        told["name"] = name
    return told


async def load_names(duty: Duty, targets: Iterable[str]) -> dict[str, str]:
    """The names of those of the targets that are rooms with a name."""
    ids = sorted({target for target in targets if target.startswith("!")})
    rooms = await duty.spine.log.find_rooms(ids)
    names = {room_id: room.text("m.room.name", "name") for room_id, room in rooms.items()}
    return {room_id: name for room_id, name in names.items() if name}


async def see_chats(duty: Duty, caller: Caller, user_id: str) -> list[Content]:
    """The chats that somebody is in or invited to, which is written down; 404 M_NOT_FOUND."""
    await access_target(duty.accounts, caller, user_id)

    async def plan(w: Writing) -> None:
        await record(w, act_of(caller, "org.see-as", user_id, what="chats"))

    await duty.spine.log.commit(plan)
    spine = duty.spine
    places = await spine.log.rooms_of(user_id)
    ids = [each for each, place in places.items() if place.membership in {"join", "invite"}]
    rooms = await spine.log.find_rooms(ids)
    rows = await spine.db.scan(store.select_rooms_of, spine.institution.id, ids)
    found = list[Content]()
    for row in rows:
        room = rooms.get(row.room_id)
        if room is not None:
            told = {**_told(row, room), "membership": places[row.room_id].membership}
            if "name" not in told:
                told["others"] = _others(room, user_id)
            found.append(told)
    return sorted(found, key=lambda told: str(told.get("name", "")).casefold())


def _others(room: Room, user_id: str) -> list[str]:
    """The first of those who are in a room beside somebody, or invited to it."""
    members = (entry for entry in room.entries() if entry.type == MEMBER)
    found = {entry.state_key for entry in members if entry.membership in {"join", "invite"}}
    return sorted(found - {user_id})[:_NAMED]


async def describe_keeping(duty: Duty, user_id: str, room_id: str) -> Content:
    """How long a joined room keeps what is in it, and what its members were told of inspections.

    403 or 404 as for any room that one is not in.
    """
    spine = duty.spine
    await access_joined(spine.log, user_id, room_id)
    told: Content = {"messages_ms": None, "files_ms": None}
    for row in await spine.db.read(store.select_rooms_of, spine.institution.id, [room_id]):
        policy = policy_of(duty, await load_policies(duty), row)
        told["messages_ms"] = lifetime(policy, row.wanted_ms)
        times = [each for each in (kept_files(policy), told["messages_ms"]) if each is not None]
        told["files_ms"] = min(times) if times else None
        if row.erased_ts:
            told["erased_before_ts"] = row.erased_ts
    rows = await spine.db.read(store.select_told, spine.institution.id, [room_id, user_id])
    told["inspections"] = [
        {
            "of": "room" if row.target == room_id else "person",
            "since_ts": row.since_ts,
            "until_ts": row.until_ts,
            "case_number": row.case_number,
            "ground": row.ground,
            "read_ts": row.downloaded_ts,
            "asked_by": row.asked_by,
            "approved_by": row.decided_by,
        }
        for row in rows
    ]
    return told
