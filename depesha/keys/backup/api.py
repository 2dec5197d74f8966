"""The fourteen operations of key backup.

Spec: client-server API, "Server-side key backups".
"""

from typing import Annotated

import msgspec

from depesha.base.canonical import MAX_INT, Content, Json, canonical, find_unsafe
from depesha.base.errors import bad_json, invalid_param
from depesha.base.ids import MAX_ID_BYTES
from depesha.http.endpoint import EMPTY, Ask, Endpoint, Reply, endpoint, json_reply
from depesha.keys.backup.contents import (
    Place,
    access_session,
    delete_sessions,
    load_sessions,
    put_sessions,
)
from depesha.keys.backup.store import Session
from depesha.keys.backup.version import (
    access_backup,
    create_backup,
    delete_backup,
    update_backup,
)
from depesha.keys.record import Keys

ALGORITHM = "m.megolm_backup.v1.curve25519-aes-sha2"

LARGE_BODY = 16 * 2**20
"""Bytes of a body that holds many keys: some 600 each."""

_VERSION = "/_matrix/client/v3/room_keys/version"
_KEYS = "/_matrix/client/v3/room_keys/keys"
_ROOM = _KEYS + "/{roomId}"
_SESSION = _ROOM + "/{sessionId}"


# --- versions ------------------------------------------------------------------------


class VersionBody(msgspec.Struct):
    """How the keys of a version are encrypted."""

    algorithm: str
    auth_data: Content
    version: str | None = None


def _checked(body: VersionBody) -> VersionBody:
    if body.algorithm != ALGORITHM:
        raise invalid_param("Unknown backup algorithm")
    if fault := find_unsafe(body.auth_data):
        raise bad_json(fault)
    return body


@endpoint("POST", _VERSION, spec="postRoomKeysVersion", body=VersionBody)
async def post_version(keys: Keys, ask: Ask[VersionBody]) -> Reply:
    """Begin a new version."""
    body = _checked(ask.body)
    version = await create_backup(keys, ask.caller.user_id, body.algorithm, body.auth_data)
    return json_reply({"version": version})


@endpoint("GET", _VERSION, spec="getRoomKeysVersionCurrent")
async def get_current_version(keys: Keys, ask: Ask[None]) -> Reply:
    """The newest version."""
    return json_reply(await access_backup(keys, ask.caller.user_id, None))


@endpoint("GET", _VERSION + "/{version}", spec="getRoomKeysVersion")
async def get_version(keys: Keys, ask: Ask[None]) -> Reply:
    """One version."""
    return json_reply(await access_backup(keys, ask.caller.user_id, ask.params["version"]))


@endpoint("PUT", _VERSION + "/{version}", spec="putRoomKeysVersion", body=VersionBody)
async def put_version(keys: Keys, ask: Ask[VersionBody]) -> Reply:
    """Change how the keys of a version are signed."""
    body, version = _checked(ask.body), ask.params["version"]
    if body.version is not None and body.version != version:
        raise invalid_param("The versions in path and body differ")
    await update_backup(keys, ask.caller.user_id, version, body.algorithm, body.auth_data)
    return EMPTY


@endpoint("DELETE", _VERSION + "/{version}", spec="deleteRoomKeysVersion")
async def delete_version(keys: Keys, ask: Ask[None]) -> Reply:
    """Delete a version with its keys."""
    await delete_backup(keys, ask.caller.user_id, ask.params["version"])
    return EMPTY


# --- keys ----------------------------------------------------------------------------

Count = Annotated[int, msgspec.Meta(ge=0, le=MAX_INT)]


class KeyBody(msgspec.Struct):
    """The encrypted key of one session."""

    first_message_index: Count
    forwarded_count: Count
    is_verified: bool
    session_data: Content


class RoomBody(msgspec.Struct):
    """Keys of one room by session."""

    sessions: dict[str, KeyBody]


class RoomsBody(msgspec.Struct):
    """Keys of rooms."""

    rooms: dict[str, RoomBody]


def _sessions(room_id: str, sessions: dict[str, KeyBody]) -> list[Session]:
    """Rows of the keys; 400 M_BAD_JSON or M_INVALID_PARAM."""
    found = []
    for session_id, key in sessions.items():
        if max(len(room_id.encode()), len(session_id.encode())) > MAX_ID_BYTES:
            raise invalid_param(f"An id has at most {MAX_ID_BYTES} bytes")
        if fault := find_unsafe([room_id, session_id, key.session_data]):
            raise bad_json(fault)
        body = canonical(key.session_data)
        row = (room_id, session_id, int(key.is_verified), key.first_message_index)
        found.append(Session(*row, key.forwarded_count, body))
    return found


def _place(ask: Ask[None]) -> Place:
    params = ask.params
    return Place(ask.need("version"), params.get("roomId"), params.get("sessionId"))


@endpoint("PUT", _KEYS, spec="putRoomKeys", body=RoomsBody, max_body=LARGE_BODY)
async def put_all(keys: Keys, ask: Ask[RoomsBody]) -> Reply:
    """Store keys of many rooms."""
    version = ask.need("version")
    rows = [
        row for room_id, room in ask.body.rooms.items() for row in _sessions(room_id, room.sessions)
    ]
    return json_reply(await put_sessions(keys, ask.caller.user_id, version, rows))


@endpoint("PUT", _ROOM, spec="putRoomKeysByRoomId", body=RoomBody, max_body=LARGE_BODY)
async def put_room(keys: Keys, ask: Ask[RoomBody]) -> Reply:
    """Store keys of one room."""
    version, rows = ask.need("version"), _sessions(ask.params["roomId"], ask.body.sessions)
    return json_reply(await put_sessions(keys, ask.caller.user_id, version, rows))


@endpoint("PUT", _SESSION, spec="putRoomKeyBySessionId", body=KeyBody)
async def put_session(keys: Keys, ask: Ask[KeyBody]) -> Reply:
    """Store one key."""
    version, params = ask.need("version"), ask.params
    rows = _sessions(params["roomId"], {params["sessionId"]: ask.body})
    return json_reply(await put_sessions(keys, ask.caller.user_id, version, rows))


def _sessions_body(sessions: dict[str, Json]) -> Json:
    return {"sessions": sessions}


@endpoint("GET", _KEYS, spec="getRoomKeys")
async def get_all(keys: Keys, ask: Ask[None]) -> Reply:
    """All keys."""
    found = await load_sessions(keys, ask.caller.user_id, _place(ask))
    rooms = {room_id: _sessions_body(sessions) for room_id, sessions in found.items()}
    return json_reply({"rooms": rooms})


@endpoint("GET", _ROOM, spec="getRoomKeysByRoomId")
async def get_room(keys: Keys, ask: Ask[None]) -> Reply:
    """Keys of one room."""
    found = await load_sessions(keys, ask.caller.user_id, _place(ask))
    return json_reply(_sessions_body(found.get(ask.params["roomId"], {})))


@endpoint("GET", _SESSION, spec="getRoomKeyBySessionId")
async def get_session(keys: Keys, ask: Ask[None]) -> Reply:
    """One key."""
    return json_reply(await access_session(keys, ask.caller.user_id, _place(ask)))


@endpoint("DELETE", _KEYS, spec="deleteRoomKeys")
async def delete_all(keys: Keys, ask: Ask[None]) -> Reply:
    """Delete all keys."""
    return json_reply(await delete_sessions(keys, ask.caller.user_id, _place(ask)))


@endpoint("DELETE", _ROOM, spec="deleteRoomKeysByRoomId")
async def delete_room(keys: Keys, ask: Ask[None]) -> Reply:
    """Delete keys of one room."""
    return json_reply(await delete_sessions(keys, ask.caller.user_id, _place(ask)))


@endpoint("DELETE", _SESSION, spec="deleteRoomKeyBySessionId")
async def delete_session(keys: Keys, ask: Ask[None]) -> Reply:
    """Delete one key."""
    return json_reply(await delete_sessions(keys, ask.caller.user_id, _place(ask)))


ENDPOINTS: tuple[Endpoint[Keys, Json], ...] = (
    post_version,
    get_current_version,
    get_version,
    put_version,
    delete_version,
    put_all,
    put_room,
    put_session,
    get_all,
    get_room,
    get_session,
    delete_all,
    delete_room,
    delete_session,
)
