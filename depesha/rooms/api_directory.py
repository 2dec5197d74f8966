"""Endpoints of finding rooms: aliases, the directory, summaries, spaces, mutual rooms."""

from typing import Annotated

import msgspec

from depesha.base.canonical import Content, Json
from depesha.base.errors import not_found
from depesha.eventlog.read import access_present
from depesha.http.endpoint import EMPTY, Ask, Auth, Endpoint, Reply, endpoint, json_reply
from depesha.rooms import store
from depesha.rooms.alias import access_alias, access_room_id, create_alias, remove_alias
from depesha.rooms.directory import (
    MOST_LISTED,
    Query,
    find_visibility,
    list_rooms,
    set_network_visibility,
    set_visibility,
)
from depesha.rooms.hierarchy import MOST_DEPTH, MOST_ROOMS, Walk, walk_space
from depesha.rooms.mutual import list_mutual_rooms
from depesha.rooms.record import Rooms
from depesha.rooms.summary import access_summary, find_preview

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
    filter: ListFilter | None = None
    include_all_networks: bool = False
    third_party_instance_id: str | None = None

    def query(self) -> Query:
        found = self.filter or ListFilter()
        return Query(
            term=found.generic_search_term or "",
            types=None if found.room_types is None else tuple(found.room_types),
            limit=self.limit or MOST_LISTED,
            since=self.since,
            network_id=None if self.include_all_networks else self.third_party_instance_id or "",
        )


# --- aliases -------------------------------------------------------------------------


@endpoint("GET", _ALIAS, auth=Auth.OPTIONAL, spec="getRoomIdByAlias")
async def get_alias(rooms: Rooms, ask: Ask[None]) -> Reply:
    """The room that an alias leads to."""
    found = await access_alias(rooms, ask.params["roomAlias"])
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
    await access_present(spine.log, ask.caller.user_id, room_id)
    rows = await spine.db.read(store.select_aliases, spine.institution.id, room_id)
    return json_reply({"aliases": [row.alias for row in rows]})


# --- the directory -------------------------------------------------------------------


@endpoint("GET", _LISTED, auth=Auth.OPTIONAL, spec="getRoomVisibilityOnDirectory")
async def get_listed(rooms: Rooms, ask: Ask[None]) -> Reply:
    """Whether a room is published; of one that is not, only who may know of it is told."""
    room_id, caller = ask.params["roomId"], ask.found_caller
    visibility = await find_visibility(rooms, room_id)
    if visibility == "private":
        user_id = caller.user_id if caller is not None else ""
        if await find_preview(rooms, user_id, room_id) is None:
            raise not_found("Room not found")
    return json_reply({"visibility": visibility})


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


async def _list(rooms: Rooms, ask: Ask[Json], query: Query) -> Reply:
    server = ask.query.get("server")
    if server not in {None, "", rooms.spine.institution.server_name}:
        raise not_found("The directories of other servers are out of reach")
    return json_reply(await list_rooms(rooms, query))


@endpoint("GET", "/_matrix/client/v3/publicRooms", auth=Auth.GUEST, spec="getPublicRooms")
async def get_public_rooms(rooms: Rooms, ask: Ask[None]) -> Reply:
    """A page of the directory."""
    limit = ask.number("limit", MOST_LISTED, low=1)
    return await _list(rooms, ask, Query(limit=limit, since=ask.query.get("since")))


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
    return await _list(rooms, ask, ask.body.query())


# --- summaries, spaces, mutual rooms -------------------------------------------------


@endpoint(
    "GET",
    "/_matrix/client/v1/room_summary/{roomIdOrAlias}",
    # COMPAT(ruma, 2026): the names before v1.15.
    "/_matrix/client/unstable/im.nheko.summary/summary/{roomIdOrAlias}",
    "/_matrix/client/unstable/im.nheko.summary/rooms/{roomIdOrAlias}/summary",
    auth=Auth.GUEST,
    spec="getRoomSummary",
)
async def get_summary(rooms: Rooms, ask: Ask[None]) -> Reply:
    """What one may know of a room before joining it."""
    room_id = await access_room_id(rooms, ask.params["roomIdOrAlias"])
    return json_reply(await access_summary(rooms, ask.caller.user_id, room_id))


@endpoint("GET", "/_matrix/client/v1/rooms/{roomId}/hierarchy", spec="getSpaceHierarchy")
async def get_hierarchy(rooms: Rooms, ask: Ask[None]) -> Reply:
    """A page of a space's rooms."""
    walk = Walk(ask.flag("suggested_only"), ask.number("max_depth", MOST_DEPTH, high=MOST_DEPTH))
    if "from" in ask.query:
        walk = walk.resume(ask.query["from"])
    limit = ask.number("limit", MOST_ROOMS, low=1, high=MOST_ROOMS)
    told, rest = await walk_space(rooms, ask.caller.user_id, ask.params["roomId"], walk, limit)
    body: Content = {"rooms": told}
    if rest is not None:
        body["next_batch"] = rest.token()
    return json_reply(body)


@endpoint(
    "GET",
    "/_matrix/client/v1/mutual_rooms",
    "/_matrix/client/unstable/uk.half-shot.msc2666/user/mutual_rooms",
    spec="getMutualRooms",
)
async def get_mutual_rooms(rooms: Rooms, ask: Ask[None]) -> Reply:
    """Rooms that the caller and somebody else have both joined."""
    other, after = ask.need("user_id"), ask.query.get("from")
    return json_reply(await list_mutual_rooms(rooms, ask.caller.user_id, other, after))


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
    get_mutual_rooms,
)
