"""Upgrading a room to another version. Spec: client-server API, "Room Upgrades"."""

from contextlib import suppress

from depesha.accounts import check_not_suspended
from depesha.base.canonical import Content
from depesha.base.errors import MatrixError, forbidden
from depesha.eventlog.append import Writing
from depesha.eventlog.state import MEMBER, StateEntry, Tip
from depesha.events.event import Draft, RoomVersion
from depesha.events.group import GROUP, MENTION_GROUPS
from depesha.events.power import creators_of, power_of, required_power
from depesha.http.caller import Caller
from depesha.rooms import store
from depesha.rooms.access import access_joined_tip
from depesha.rooms.alias import CANONICAL
from depesha.rooms.create import access_version, begin_room
from depesha.rooms.levels import carried_levels, quiet_levels
from depesha.rooms.record import Rooms
from depesha.rooms.rules import creation_content

TOMBSTONE, POWER_LEVELS = "m.room.tombstone", "m.room.power_levels"

COPIED = frozenset(
    {
        "m.room.avatar",
        "m.room.encryption",
        "m.room.guest_access",
        "m.room.history_visibility",
        "m.room.join_rules",
        "m.room.name",
        "m.room.pinned_events",
        "m.room.server_acl",
        "m.room.topic",
        "m.space.child",
        "m.space.parent",
        GROUP,
        MENTION_GROUPS,
    }
)
"""State that the new room begins with, besides bans and power levels."""


async def upgrade(
    rooms: Rooms, caller: Caller, room_id: str, version_name: str, additional_creators: list[str]
) -> str:
    """Replace the room; the id of its replacement.

    Raises 400 M_UNSUPPORTED_ROOM_VERSION, 403 M_FORBIDDEN.
    """
    check_not_suspended(caller)
    version = access_version(version_name)
    user_id = caller.user_id

    async def plan(w: Writing) -> str:
        old = await access_joined_tip(w, user_id, room_id)
        needed = required_power(TOMBSTONE, "", old.find, old.version)
        if power_of(user_id, old.find, old.version) < needed:
            raise forbidden("You may not upgrade this room")
        replacement = await _begin(w, old, user_id, version, additional_creators)
        await _carry_over(w, old, user_id, replacement)
        await _move_names(w, old, user_id, replacement)
        levels = quiet_levels(old.content(POWER_LEVELS), old.version)
        # Whoever may not change the old room's levels has upgraded it all the same.
        with suppress(MatrixError):
            await w.event(Draft(POWER_LEVELS, levels, user_id, room_id, ""))
        return replacement

    return await rooms.spine.log.commit(plan, [room_id])


async def _begin(
    w: Writing, old: Tip, user_id: str, version: RoomVersion, additional_creators: list[str]
) -> str:
    """The new room and the old one's tombstone, each of which names the other.

    Up to version 11 the new room names the tombstone; from 12 on its id is known only when it
    is there, and it names what came last before.
    """
    now = w.log.clock.now_ms()
    room_id = ""
    last = old.extremities[0]
    if not version.hashed_room_id:
        room_id = f"!{w.log.clock.new_id()}:{w.institution.server_name}"
        last = await _bury(w, old, user_id, room_id)
    asked: Content = {
        **old.content("m.room.create"),
        "predecessor": {"room_id": old.room_id, "event_id": last},
        "additional_creators": additional_creators,
    }
    creation = creation_content(asked, user_id, version)
    replacement = await begin_room(w, version, creation, user_id, now, room_id)
    if version.hashed_room_id:
        await _bury(w, old, user_id, replacement)
    return replacement


async def _bury(w: Writing, old: Tip, user_id: str, replacement: str) -> str:
    content: Content = {"body": "This room has been replaced", "replacement_room": replacement}
    logged = await w.event(Draft(TOMBSTONE, content, user_id, old.room_id, ""))
    return logged.event.event_id


async def _carry_over(w: Writing, old: Tip, user_id: str, replacement: str) -> None:
    """State, bans and, last, power levels: until these are set the creator may do everything."""
    for entry in _state(old):
        if entry.type in COPIED and entry.content:
            await w.event(Draft(entry.type, entry.content, user_id, replacement, entry.state_key))
        elif entry.type == MEMBER and entry.membership == "ban" and entry.state_key != user_id:
            kept = {"membership", "reason"}
            content = {key: value for key, value in entry.content.items() if key in kept}
            await w.event(Draft(MEMBER, content, user_id, replacement, entry.state_key))
    tip = await w.tip(replacement)
    creators = [_creators(old), _creators(tip)]
    levels = carried_levels(old.content(POWER_LEVELS), old.version, tip.version, *creators)
    await w.event(Draft(POWER_LEVELS, levels, user_id, replacement, ""))


def _state(old: Tip) -> list[StateEntry]:
    state = {(entry.type, entry.state_key): entry for entry in old.room.entries()}
    return list((state | old.state).values())


def _creators(tip: Tip) -> tuple[str, ...]:
    create = tip.find("m.room.create")
    return creators_of(create, tip.version) if create is not None else ()


async def _move_names(w: Writing, old: Tip, user_id: str, replacement: str) -> None:
    """Aliases and the places in the directory go over to the new room."""
    institution_id = w.institution.id
    await store.update_alias_rooms(w.tx, institution_id, old.room_id, replacement)
    canonical = old.content(CANONICAL)
    if canonical:
        await w.event(Draft(CANONICAL, canonical, user_id, replacement, ""))
        with suppress(MatrixError):
            await w.event(Draft(CANONICAL, {}, user_id, old.room_id, ""))
    await store.update_published_rooms(w.tx, institution_id, old.room_id, replacement)
