"""Endpoints of aliases, the directory, summaries, spaces and upgrades."""

from typing import Annotated

import msgspec

from depesha.base.canonical import Json
from depesha.base.errors import invalid_param, not_found
from depesha.base.ids import parse_alias
from depesha.eventlog.read import access_room
from depesha.http.endpoint import EMPTY, Ask, Auth, Endpoint, Reply, endpoint, json_reply
from depesha.rooms import store
from depesha.rooms.alias import access_room_id, create_alias, find_alias, remove_alias
from depesha.rooms.directory import (
    MOST_DEPTH,
    MOST_ROOMS,
    find_visibility,
    list_rooms,
    set_network_visibility,
    set_visibility,
    summarize,
    walk_space,
)
from depesha.rooms.record import Rooms
from depesha.rooms.upgrade import upgrade

_ALIAS = "/_matrix/client/v3/directory/room/{roomAlias}"
_LISTED = "/_matrix/client/v3/directory/list/room/{roomId}"
_ROOM = "/_matrix/client/v3/rooms/{roomId}"


class AliasBody(msgspec.Struct, frozen=True):
    """`PUT /directory/room/{roomAlias}`."""

    room_id: str


class VisibilityBody(msgspec.Struct, frozen=True):
    """`PUT /directory/list/…`."""

    visibility: str = "public"


class ListFilter(msgspec.Struct, frozen=True):
    """The `filter` of a directory query."""

    generic_search_term: Annotated[str, msgspec.Meta(max_length=500)] | None = None
    room_types: list[str | None] | None = None


class ListBody(msgspec.Struct, frozen=True):
    """`POST /publicRooms`."""

    limit: int | None = None
    since: str | None = None
    filter: ListFilter = ListFilter()
    include_all_networks: bool = False
    third_party_instance_id: str | None = None


class UpgradeBody(msgspec.Struct, frozen=True):
    """`POST /rooms/{roomId}/upgrade`."""

    new_version: str
    additional_creators: list[str] = []


# --- aliases -------------------------------------------------------------------------


@endpoint("GET", _ALIAS, auth=Auth.OPTIONAL, spec="getRoomIdByAlias")
async def get_alias(rooms: Rooms, ask: Ask[None]) -> Reply:
    """The room that an alias leads to."""
    if parse_alias(ask.params["roomAlias"]) is None:
        raise invalid_param("Not a room alias")
    found = await find_alias(rooms, ask.params["roomAlias"])
    if found is None:
        raise not_found("Unknown room alias")
    servers = [rooms.spine.institution.server_name]
    return json_reply({"room_id": found.room_id, "servers": servers})


@endpoint("PUT", _ALIAS, body=AliasBody, spec="setRoomAlias")
async def put_alias(rooms: Rooms, ask: Ask[AliasBody]) -> Reply:
    """Make an alias."""
    await create_alias(rooms, ask.caller, ask.params["roomAlias"], ask.body.room_id)
    return EMPTY


@endpoint("DELETE", _ALIAS, spec="deleteRoomAlias")
async def delete_alias(rooms: Rooms, ask: Ask[None]) -> Reply:
    """Remove an alias."""
    await remove_alias(rooms, ask.caller, ask.params["roomAlias"])
    return EMPTY


@endpoint("GET", _ROOM + "/aliases", spec="getLocalAliases")
async def get_aliases(rooms: Rooms, ask: Ask[None]) -> Reply:
    """The aliases of a room one is in, or may read."""
    spine, room_id = rooms.spine, ask.params["roomId"]
    await access_room(spine.log, ask.caller.user_id, room_id)
    rows = await spine.db.read(store.select_aliases, spine.institution.id, room_id)
    return json_reply({"aliases": [row.alias for row in rows]})


# --- the directory -------------------------------------------------------------------


@endpoint("GET", _LISTED, auth=Auth.NONE, spec="getRoomVisibilityOnDirectory")
async def get_listed(rooms: Rooms, ask: Ask[None]) -> Reply:
    """Whether a room is published."""
    return json_reply({"visibility": await find_visibility(rooms, ask.params["roomId"])})


@endpoint("PUT", _LISTED, body=VisibilityBody, spec="setRoomVisibilityOnDirectory")
async def put_listed(rooms: Rooms, ask: Ask[VisibilityBody]) -> Reply:
    """Publish a room, or stop to."""
    await set_visibility(rooms, ask.caller, ask.params["roomId"], ask.body.visibility)
    return EMPTY


@endpoint(
    "PUT",
    "/_matrix/client/v3/directory/list/appservice/{networkId}/{roomId}",
    body=VisibilityBody,
    auth=Auth.APPSERVICE,
    spec="updateAppserviceRoomDirectoryVisibility",
)
async def put_network_listed(rooms: Rooms, ask: Ask[VisibilityBody]) -> Reply:
    """Publish a room in an application service's network."""
    params = ask.params
    await set_network_visibility(rooms, params["networkId"], params["roomId"], ask.body.visibility)
    return EMPTY


def _check_here(rooms: Rooms, ask: Ask[Json]) -> None:
    server = ask.query.get("server")
    if server not in {None, "", rooms.spine.institution.server_name}:
        raise not_found("Directories of other servers cannot be reached yet")


@endpoint("GET", "/_matrix/client/v3/publicRooms", auth=Auth.OPTIONAL, spec="getPublicRooms")
async def get_public_rooms(rooms: Rooms, ask: Ask[None]) -> Reply:
    """A page of the directory."""
    _check_here(rooms, ask)
    limit = ask.number("limit", 0) or None
    listing = await list_rooms(
        rooms, term="", types=None, limit=limit, since=ask.query.get("since")
    )
    return json_reply(listing.body())


@endpoint(
    "POST",
    "/_matrix/client/v3/publicRooms",
    body=ListBody,
    auth=Auth.GUEST,
    limit="search",
    spec="queryPublicRooms",
)
async def post_public_rooms(rooms: Rooms, ask: Ask[ListBody]) -> Reply:
    """A page of the directory, filtered."""
    _check_here(rooms, ask)
    body = ask.body
    listing = await list_rooms(
        rooms,
        term=body.filter.generic_search_term or "",
        types=body.filter.room_types,
        limit=body.limit,
        since=body.since,
        network_id=body.third_party_instance_id or "",
    )
    return json_reply(listing.body())


# --- summaries, spaces, upgrades -----------------------------------------------------


@endpoint(
    "GET",
    "/_matrix/client/v1/room_summary/{roomIdOrAlias}",
    # COMPAT(ruma, 2026): the names before v1.15.
    "/_matrix/client/unstable/im.nheko.summary/summary/{roomIdOrAlias}",
    "/_matrix/client/unstable/im.nheko.summary/rooms/{roomIdOrAlias}/summary",
    auth=Auth.OPTIONAL,
    spec="getRoomSummary",
)
async def get_summary(rooms: Rooms, ask: Ask[None]) -> Reply:
    """What one may know of a room before joining it."""
    room_id = await access_room_id(rooms, ask.params["roomIdOrAlias"])
    caller = ask.found_caller
    return json_reply(await summarize(rooms, caller.user_id if caller else None, room_id))


@endpoint("GET", "/_matrix/client/v1/rooms/{roomId}/hierarchy", spec="getSpaceHierarchy")
async def get_hierarchy(rooms: Rooms, ask: Ask[None]) -> Reply:
    """A page of a space's rooms."""
    suggested = ask.flag("suggested_only")
    max_depth = ask.number("max_depth", MOST_DEPTH, high=MOST_DEPTH)
    limit = ask.number("limit", MOST_ROOMS, low=1, high=MOST_ROOMS)
    form = f"h.{suggested:d}.{max_depth}."
    skip, token = 0, ask.query.get("from")
    if token is not None:
        if not token.startswith(form) or not token[len(form) :].isdigit() or len(token) > 20:
            raise invalid_param("Unknown pagination token")
        skip = int(token[len(form) :])
    told, following = await walk_space(
        rooms,
        ask.caller.user_id,
        ask.params["roomId"],
        suggested_only=suggested,
        max_depth=max_depth,
        skip=skip,
        limit=limit,
    )
    body: dict[str, Json] = {"rooms": told}
    if following is not None:
        body["next_batch"] = f"{form}{following}"
    return json_reply(body)


@endpoint("POST", _ROOM + "/upgrade", body=UpgradeBody, limit="create", spec="upgradeRoom")
async def post_upgrade(rooms: Rooms, ask: Ask[UpgradeBody]) -> Reply:
    """Replace a room by one of another version."""
    replacement = await upgrade(
        rooms,
        ask.caller,
        ask.params["roomId"],
        ask.body.new_version,
        ask.body.additional_creators,
    )
    return json_reply({"replacement_room": replacement})


@endpoint(
    "GET",
    "/_matrix/client/v1/mutual_rooms",
    "/_matrix/client/unstable/uk.half-shot.msc2666/user/mutual_rooms",
    spec="getMutualRooms",
)
async def get_mutual_rooms(rooms: Rooms, ask: Ask[None]) -> Reply:
    """Rooms that the caller and somebody else have both joined."""
    other = ask.need("user_id")
    if other == ask.caller.user_id:
        raise invalid_param("You share all your rooms with yourself")
    log = rooms.spine.log
    mine, theirs = await log.rooms_of(ask.caller.user_id), await log.rooms_of(other)
    shared = sorted(
        room_id
        for room_id, place in mine.items()
        if place.membership == "join"
        and (their := theirs.get(room_id)) is not None
        and their.membership == "join"
    )
    return json_reply({"joined": shared, "count": len(shared)})


ENDPOINTS: tuple[Endpoint[Rooms, Json], ...] = (
    get_alias,
    put_alias,
    delete_alias,
    get_aliases,
    get_listed,
    put_listed,
    put_network_listed,
    get_public_rooms,
    post_public_rooms,
    get_summary,
    get_hierarchy,
    post_upgrade,
    get_mutual_rooms,
)
