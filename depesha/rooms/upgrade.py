"""Upgrading a room to another version. Spec: client-server API, "Room Upgrades"."""

from depesha.base.canonical import Content
from depesha.base.errors import MatrixError, forbidden
from depesha.eventlog.append import Writing
from depesha.eventlog.state import MEMBER, StateEntry, Tip
from depesha.events.event import ROOM_VERSIONS, Draft, RoomVersion
from depesha.events.power import power_of, required_power
from depesha.http.caller import Caller
from depesha.rooms import store
from depesha.rooms.create import member_content
from depesha.rooms.record import Rooms
from depesha.rooms.send import check_joined, check_may_write

TOMBSTONE, POWER_LEVELS = "m.room.tombstone", "m.room.power_levels"

COPIED = (
    "m.room.server_acl",
    "m.room.encryption",
    "m.room.name",
    "m.room.avatar",
    "m.room.topic",
    "m.room.guest_access",
    "m.room.history_visibility",
    "m.room.join_rules",
    "m.room.pinned_events",
    "m.space.child",
    "m.space.parent",
)
"""State that the new room begins with, besides power levels and bans."""


async def upgrade(
    rooms: Rooms, caller: Caller, room_id: str, version_name: str, additional_creators: list[str]
) -> str:
    """Replace the room; the id of its replacement. 400 M_UNSUPPORTED_ROOM_VERSION, 403."""
    check_may_write(caller)
    version = ROOM_VERSIONS.get(version_name)
    if version is None:
        raise MatrixError(400, "M_UNSUPPORTED_ROOM_VERSION", "Unknown room version")
    clock, user_id = rooms.spine.clock, caller.user_id
    new_id = f"!{clock.new_id()}:{rooms.spine.institution.server_name}"
    mine = await member_content(rooms, user_id)

    async def plan(w: Writing) -> str:
        old = await check_joined(w, user_id, room_id)
        needed = required_power(TOMBSTONE, "", old.find, old.version)
        if power_of(user_id, old.find, old.version) < needed:
            raise forbidden("You may not upgrade this room")
        now = clock.now_ms()
        creation = _creation(old, user_id, version, additional_creators)
        first = "" if version.hashed_room_id else new_id
        created = await w.create(
            version.id, Draft("m.room.create", creation, user_id, first, ""), now
        )
        replacement = created.event.room_id

        async def put(type_: str, content: Content, state_key: str, at: str = replacement) -> None:
            await w.event(Draft(type_, content, user_id, at, state_key), origin_server_ts=now)

        await put(MEMBER, {**mine, "membership": "join"}, user_id)
        levels = _levels(old, user_id, version, additional_creators)
        await put(POWER_LEVELS, _raised(levels, user_id, version), "")
        for entry in _copied(old):
            await put(entry.type, entry.content, entry.state_key)
        for entry in _bans(old):
            await put(MEMBER, entry.content, entry.state_key)
        if _raised(levels, user_id, version) != levels:
            await put(POWER_LEVELS, levels, "")
        body = "This room has been replaced"
        await put(TOMBSTONE, {"body": body, "replacement_room": replacement}, "", room_id)
        await _move_names(w, old, replacement, user_id)
        await _quieten(w, old, user_id)
        return replacement

    return await rooms.spine.log.commit(plan, [room_id])


def _creation(old: Tip, user_id: str, version: RoomVersion, more: list[str]) -> Content:
    before = old.content("m.room.create")
    kept = {k: v for k, v in before.items() if k not in {"creator", "additional_creators"}}
    content: Content = {
        **kept,
        "room_version": version.id,
        "predecessor": {"room_id": old.room_id},
    }
    if not version.sender_is_creator:
        content["creator"] = user_id
    others = [each for each in dict.fromkeys(more) if each != user_id]
    if version.privileged_creators and others:
        content["additional_creators"] = others
    return content


def _levels(old: Tip, user_id: str, version: RoomVersion, more: list[str]) -> Content:
    """The old power levels; creators are above them from version 12 on."""
    levels: Content = dict(old.content(POWER_LEVELS))
    users: dict[str, int] = dict(levels.get("users", {}))
    if version.privileged_creators:
        users = {user: level for user, level in users.items() if user not in {user_id, *more}}
    elif old.version.privileged_creators:
        users[user_id] = 100
    levels["users"] = users
    return levels


def _raised(levels: Content, user_id: str, version: RoomVersion) -> Content:
    """Levels by which the upgrading user may write everything that is copied."""
    if version.privileged_creators or levels["users"].get(user_id, 0) >= 100:
        return levels
    return {**levels, "users": {**levels["users"], user_id: 100}}


def _copied(old: Tip) -> list[StateEntry]:
    state = {(e.type, e.state_key): e for e in old.room.entries()} | old.state
    return [entry for entry in state.values() if entry.type in COPIED and entry.content]


def _bans(old: Tip) -> list[StateEntry]:
    members = {**old.room.members, **{k[1]: e for k, e in old.state.items() if k[0] == MEMBER}}
    return [entry for entry in members.values() if entry.membership == "ban"]


async def _move_names(w: Writing, old: Tip, replacement: str, user_id: str) -> None:
    """Aliases and the place in the directory go over to the new room."""
    institution_id = w.institution.id
    await store.update_alias_rooms(w.tx, institution_id, old.room_id, replacement)
    canonical = old.content("m.room.canonical_alias")
    if canonical:
        await w.event(Draft("m.room.canonical_alias", canonical, user_id, replacement, ""))
    if await store.is_published(w.tx, institution_id, "", old.room_id):
        await store.delete_published(w.tx, institution_id, "", old.room_id)
        await store.insert_published(w.tx, institution_id, "", replacement)


async def _quieten(w: Writing, old: Tip, user_id: str) -> None:
    """Let nobody but moderators write into the old room, where the user may do so."""
    levels = dict(old.content(POWER_LEVELS))
    quiet = max(50, int(levels.get("users_default", 0)) + 1)
    levels |= {
        "events_default": max(quiet, int(levels.get("events_default", 0))),
        "invite": max(quiet, int(levels.get("invite", 0))),
    }
    try:
        await w.event(Draft(POWER_LEVELS, levels, user_id, old.room_id, ""))
    except MatrixError:
        return
