"""Creating a room: all its first events in one transaction.

Spec: client-server API, `POST /createRoom`.
"""

from dataclasses import dataclass
from typing import Annotated, Literal

import msgspec

from depesha.base.canonical import Content, Json, find_unsafe
from depesha.base.errors import MatrixError, bad_json, invalid_param
from depesha.base.ids import parse_user_id
from depesha.eventlog.append import Writing
from depesha.eventlog.state import MEMBER
from depesha.events.event import ROOM_VERSIONS, Draft, RoomVersion
from depesha.http.caller import Caller
from depesha.profile import load_fields
from depesha.rooms import store
from depesha.rooms.alias import check_local_alias, insert_alias
from depesha.rooms.invite import check_invitable
from depesha.rooms.record import Rooms
from depesha.rooms.rules import default_power_levels, preset_of
from depesha.rooms.send import check_may_write

MOST_INVITED = 200


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
class _Plan:
    """A new room, decided."""

    version: RoomVersion
    creator: str
    creation: Content
    drafts: tuple[Draft, ...]
    invited: tuple[tuple[str, Content], ...]
    alias: str | None
    published: bool


async def create_room(rooms: Rooms, caller: Caller, asked: CreateRoom) -> str:
    """Make the room; its id. 400 for what cannot be made, 403 for whom one may not invite."""
    check_may_write(caller)
    plan = await _decide(rooms, caller, asked)
    now = rooms.spine.clock.now_ms()
    server_name = rooms.spine.institution.server_name
    new_id = f"!{rooms.spine.clock.new_id()}:{server_name}"

    async def write(w: Writing) -> str:
        room_id = "" if plan.version.hashed_room_id else new_id
        create = Draft("m.room.create", plan.creation, plan.creator, room_id, "")
        created = await w.create(plan.version.id, create, now)
        room_id = created.event.room_id
        for draft in plan.drafts:
            await w.event(_placed(draft, room_id), origin_server_ts=now)
        if plan.alias is not None:
            await insert_alias(w, plan.alias, room_id, plan.creator)
            content: Content = {"alias": plan.alias}
            await w.event(Draft("m.room.canonical_alias", content, plan.creator, room_id, ""))
        if plan.published:
            await store.insert_published(w.tx, w.institution.id, "", room_id)
        for user_id, member in plan.invited:
            await w.event(Draft(MEMBER, member, plan.creator, room_id, user_id))
        return room_id

    try:
        return await rooms.spine.log.commit(write)
    except MatrixError as error:
        if error.status == 403:
            raise MatrixError(400, "M_INVALID_ROOM_STATE", error.message) from error
        if error.status == 409:
            raise MatrixError(400, "M_ROOM_IN_USE", error.message) from error
        raise


def _placed(draft: Draft, room_id: str) -> Draft:
    return Draft(draft.type, draft.content, draft.sender, room_id, draft.state_key)


async def _decide(rooms: Rooms, caller: Caller, asked: CreateRoom) -> _Plan:
    version = _version(rooms, asked)
    invited = list(dict.fromkeys(asked.invite))
    if len(invited) > MOST_INVITED:
        raise invalid_param(f"At most {MOST_INVITED} people may be invited at once")
    if asked.invite_3pid:
        raise MatrixError(403, "M_THREEPID_DENIED", "Invitations by e-mail are not offered here")
    if problem := find_unsafe(msgspec.to_builtins(asked)):
        raise bad_json(f"The room cannot be made: {problem}")
    alias = _alias(rooms, caller, asked)
    preset = preset_of(asked.preset, asked.visibility)
    creation = _creation(caller, asked, version, invited if preset.trusts_invited else [])
    creators = frozenset([caller.user_id, *_additional(creation)])
    mine = await member_content(rooms, caller.user_id)
    members: list[tuple[str, Content]] = []
    for user_id in invited:
        if user_id == caller.user_id:
            continue
        await check_invitable(rooms, caller.user_id, user_id)
        content = {**await member_content(rooms, user_id), "membership": "invite"}
        members.append((user_id, {**content, "is_direct": True} if asked.is_direct else content))
    trusted = invited if preset.trusts_invited else []
    levels = default_power_levels(
        creators, version, trusted, asked.power_level_content_override or {}
    )
    state: dict[tuple[str, str], Content] = {
        ("m.room.power_levels", ""): levels,
        ("m.room.join_rules", ""): {"join_rule": preset.join_rule},
        ("m.room.history_visibility", ""): {"history_visibility": "shared"},
        ("m.room.guest_access", ""): {"guest_access": preset.guest_access},
    }
    for entry in asked.initial_state:
        if entry.type in {"m.room.create", MEMBER}:
            raise MatrixError(400, "M_INVALID_ROOM_STATE", f"{entry.type} cannot be set so")
        state[entry.type, entry.state_key] = entry.content
    if asked.name:
        state["m.room.name", ""] = {"name": asked.name}
    if asked.topic:
        text = {"m.text": [{"body": asked.topic}]}
        state["m.room.topic", ""] = {"topic": asked.topic, "m.topic": text}
    join = Draft(MEMBER, {**mine, "membership": "join"}, caller.user_id, "", caller.user_id)
    drafts = (
        Draft(type_, content, caller.user_id, "", state_key)
        for (type_, state_key), content in state.items()
    )
    return _Plan(
        version,
        caller.user_id,
        creation,
        (join, *drafts),
        tuple(members),
        alias,
        asked.visibility == "public",
    )


def _version(rooms: Rooms, asked: CreateRoom) -> RoomVersion:
    name = asked.room_version or rooms.spine.config.default_room_version
    version = ROOM_VERSIONS.get(name)
    if version is None:
        raise MatrixError(400, "M_UNSUPPORTED_ROOM_VERSION", f"Unknown room version {name}")
    return version


def _alias(rooms: Rooms, caller: Caller, asked: CreateRoom) -> str | None:
    if not asked.room_alias_name:
        return None
    alias = f"#{asked.room_alias_name}:{rooms.spine.institution.server_name}"
    check_local_alias(rooms, caller, alias)
    return alias


def _creation(
    caller: Caller, asked: CreateRoom, version: RoomVersion, trusted: list[str]
) -> Content:
    """The content of the create event."""
    content: Content = dict(asked.creation_content or {})
    content["room_version"] = version.id
    content.pop("creator", None)
    if not version.sender_is_creator:
        content["creator"] = caller.user_id
    if not version.privileged_creators:
        return content
    named = content.get("additional_creators", [])
    if not isinstance(named, list) or not all(
        isinstance(each, str) and parse_user_id(each) for each in named
    ):
        raise bad_json("additional_creators must be a list of user ids")
    everyone = [each for each in dict.fromkeys([*named, *trusted]) if each != caller.user_id]
    if everyone:
        content["additional_creators"] = everyone
    return content


def _additional(creation: Content) -> list[str]:
    found: list[str] = creation.get("additional_creators", [])
    return found


async def member_content(rooms: Rooms, user_id: str) -> Content:
    """What a member event tells of a local user: name and picture."""
    if not rooms.spine.institution.is_local(user_id):
        return {}
    fields: dict[str, Json] = await load_fields(rooms.profile, user_id)
    return {name: fields[name] for name in ("displayname", "avatar_url") if name in fields}
