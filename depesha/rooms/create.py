"""Creating a room: all its first events in one transaction.

Spec: client-server API, `POST /createRoom`.
"""

from dataclasses import dataclass
from typing import Annotated, Literal

import msgspec

from depesha.accounts import check_not_suspended
from depesha.base.canonical import Content, find_unsafe
from depesha.base.errors import MatrixError, bad_json, invalid_param
from depesha.eventlog.append import Writing
from depesha.eventlog.state import MEMBER
from depesha.events.event import ROOM_VERSIONS, Draft, RoomVersion
from depesha.events.group import KIND_KEY
from depesha.http.caller import Caller
from depesha.org import Right, check_may
from depesha.profile import member_content
from depesha.rooms import store
from depesha.rooms.alias import (
    CANONICAL,
    check_alias_free,
    check_canonical,
    check_local_alias,
    write_alias,
)
from depesha.rooms.gate import NOTICES, notices_sender
from depesha.rooms.invite import by_address, check_invitable, write_invite
from depesha.rooms.record import Rooms
from depesha.rooms.rules import check_state, creation_content, default_power_levels, preset_of
from depesha.rooms.secrecy import with_encryption

MOST_INVITED = 200
State = dict[tuple[str, str], Content]


class InitialState(msgspec.Struct, frozen=True):
    """One entry of `initial_state`."""

    type: str
    content: Content
    state_key: str = ""


class CreateRoom(msgspec.Struct, frozen=True):
    """The body of `POST /createRoom`."""

    creation_content: Content | None = None
    initial_state: Annotated[list[InitialState], msgspec.Meta(max_length=500)] = []
    invite: list[str] = []
    invite_3pid: list[Content] = []
    is_direct: bool = False
    name: str | None = None
    topic: str | None = None
    power_level_content_override: Content | None = None
    preset: str | None = None
    room_alias_name: str | None = None
    room_version: str | None = None
    visibility: Literal["public", "private"] = "private"


@dataclass(frozen=True, slots=True)
class NewRoom:
    """A new room, decided."""

    version: RoomVersion
    creation: Content
    state: State
    invited: list[str]
    alias: str | None
    is_direct: bool
    is_published: bool


async def create_room(rooms: Rooms, caller: Caller, asked: CreateRoom) -> str:
    """Make the room; its id.

    Raises 400 for what cannot be made (M_INVALID_ROOM_STATE where the room's own rules say no),
    403 for whom one may not invite.
    """
    check_not_suspended(caller)
    new = decide_room(rooms, caller, asked)
    if not (new.is_direct and len(new.invited) <= 1):
        check_may(rooms.profile.org, caller.user_id, Right.CREATE_GROUPS)
    for user_id in new.invited:
        await check_invitable(rooms, caller.user_id, user_id)

    async def plan(w: Writing) -> str:
        return await write_room(w, caller.user_id, new)

    try:
        return await rooms.spine.log.commit(plan)
    except MatrixError as error:
        if error.errcode == "M_FORBIDDEN":
            raise MatrixError(400, "M_INVALID_ROOM_STATE", error.message) from error
        if error.status == 409:
            raise MatrixError(400, "M_ROOM_IN_USE", error.message) from error
        raise


async def write_room(w: Writing, creator: str, new: NewRoom) -> str:
    """Within a plan: make the room; its id."""
    now = w.log.clock.now_ms()
    room_id = await begin_room(w, new.version, new.creation, creator, now)
    if new.alias is not None:
        await write_alias(w, new.alias, room_id, creator)
    for (type_, state_key), content in new.state.items():
        draft = Draft(type_, content, creator, room_id, state_key)
        if (type_, state_key) == (CANONICAL, ""):
            await check_canonical(w, await w.tip(room_id), content)
        await w.event(draft, origin_server_ts=now)
    if new.is_published:
        await store.insert_published(w.tx, w.institution.id, "", room_id)
    for user_id in new.invited:
        await write_invite(w, room_id, creator, user_id, is_direct=new.is_direct)
    return room_id


async def begin_room(
    w: Writing, version: RoomVersion, creation: Content, creator: str, now: int, room_id: str = ""
) -> str:
    """Within a plan: a room in which its creator is alone; its id.

    Up to version 11 a room may be given its id, from 12 on the create event makes it.
    """
    if not version.hashed_room_id and not room_id:
        room_id = f"!{w.log.clock.new_id()}:{w.institution.server_name}"
    created = await w.create(
        version.id, Draft("m.room.create", creation, creator, room_id, ""), now
    )
    room_id = created.event.room_id
    content = await member_content(w.tx, w.institution.id, creator, "join")
    await w.event(Draft(MEMBER, content, creator, room_id, creator), origin_server_ts=now)
    return room_id


def decide_room(rooms: Rooms, caller: Caller, asked: CreateRoom) -> NewRoom:
    """The room that is asked for; raises 400 for what cannot be made."""
    if asked.invite_3pid:
        raise by_address()
    if problem := find_unsafe(msgspec.to_builtins(asked)):
        raise bad_json(f"The room cannot be made: {problem}")
    version = access_version(asked.room_version or rooms.spine.config.default_room_version)
    invited = [each for each in dict.fromkeys(asked.invite) if each != caller.user_id]
    if len(invited) > MOST_INVITED:
        raise invalid_param(f"At most {MOST_INVITED} people may be invited at once")
    alias = None
    if asked.room_alias_name:
        alias = f"#{asked.room_alias_name}:{rooms.spine.institution.server_name}"
        check_local_alias(rooms, alias)
        check_alias_free(rooms, caller, alias)
    wanted = dict(asked.creation_content or {})
    if caller.user_id != notices_sender(rooms.spine):
        # Rules of encryption and of retention let pass what the server itself says.
        wanted.pop(NOTICES, None)
    trusted = invited if preset_of(asked.preset, asked.visibility).trusts_invited else []
    creation = creation_content(wanted, caller.user_id, version, trusted)
    if asked.is_direct and len(invited) == 1:
        creation.setdefault(KIND_KEY, "direct")
    levels = default_power_levels(
        version, caller.user_id, trusted, asked.power_level_content_override or {}
    )
    return NewRoom(
        version,
        creation,
        with_encryption(rooms.spine.config, creation, _state(caller, asked, levels, alias)),
        invited,
        alias,
        asked.is_direct,
        asked.visibility == "public",
    )


def access_version(name: str) -> RoomVersion:
    """The room version; 400 M_UNSUPPORTED_ROOM_VERSION."""
    version = ROOM_VERSIONS.get(name)
    if version is None:
        raise MatrixError(
            400, "M_UNSUPPORTED_ROOM_VERSION", f"Room version {name[:50]} is not offered here"
        )
    return version


def _state(caller: Caller, asked: CreateRoom, levels: Content, alias: str | None) -> State:
    """The state of the new room, in the order that the specification gives it."""
    preset = preset_of(asked.preset, asked.visibility)
    state: State = {("m.room.power_levels", ""): levels}
    if alias is not None:
        state[CANONICAL, ""] = {"alias": alias}
    state["m.room.join_rules", ""] = {"join_rule": preset.join_rule}
    state["m.room.history_visibility", ""] = {"history_visibility": "shared"}
    state["m.room.guest_access", ""] = {"guest_access": preset.guest_access}
    for entry in asked.initial_state:
        if entry.type in {"m.room.create", MEMBER}:
            raise MatrixError(400, "M_INVALID_ROOM_STATE", f"{entry.type} cannot be set so")
        check_state(Draft(entry.type, entry.content, caller.user_id, "", entry.state_key))
        state[entry.type, entry.state_key] = entry.content
    if asked.name:
        state["m.room.name", ""] = {"name": asked.name}
    if asked.topic:
        text = {"m.text": [{"body": asked.topic}]}
        state["m.room.topic", ""] = {"topic": asked.topic, "m.topic": text}
    return state
