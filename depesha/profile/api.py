"""Endpoints of profiles, account data, tags, filters and people search."""

from typing import Annotated

import msgspec

from depesha.accounts import check_not_suspended
from depesha.base.canonical import Content, Json, canonical, find_unsafe
from depesha.base.errors import (
    MatrixError,
    bad_json,
    forbidden,
    invalid_param,
    missing_param,
    not_found,
    too_large,
)
from depesha.base.ids import MAX_ID_BYTES, is_room_id
from depesha.eventlog.append import Writing
from depesha.eventlog.filter import Filter, parse_filter
from depesha.http.endpoint import EMPTY, Ask, Auth, Endpoint, Reply, endpoint, json_reply
from depesha.profile import store
from depesha.profile.data import change_data, check_settable, put_data
from depesha.profile.fields import access_profile, delete_field, set_field
from depesha.profile.people import search_people
from depesha.profile.record import Profile, find_data
from depesha.profile.rules import IN_ROOMS, NAME, check_key

_PROFILE = "/_matrix/client/v3/profile/{userId}"
_FIELD = _PROFILE + "/{keyName}"
_UNSTABLE_FIELD = "/_matrix/client/unstable/uk.tcpip.msc4133/profile/{userId}/{keyName}"
FIELD_BODY = 80 * 1024
"""Bytes of a field as sent; the whole profile has at most 64 KiB."""


def _check_self(ask: Ask[Json]) -> str:
    """The user of the path, who must be the caller; 403 M_FORBIDDEN."""
    if ask.params["userId"] != ask.caller.user_id:
        raise forbidden("You may do this for yourself only")
    return ask.caller.user_id


def _viewer(ask: Ask[None]) -> str:
    """Who asks; empty for a stranger."""
    return ask.found_caller.user_id if ask.found_caller is not None else ""


# --- profiles ------------------------------------------------------------------------


@endpoint("GET", _PROFILE, auth=Auth.OPTIONAL, spec="getUserProfile")
async def get_profile(profile: Profile, ask: Ask[None]) -> Reply:
    """All fields of a profile."""
    return json_reply(await access_profile(profile, _viewer(ask), ask.params["userId"]))


@endpoint("GET", _FIELD, _UNSTABLE_FIELD, auth=Auth.OPTIONAL, spec="getProfileField")
async def get_field(profile: Profile, ask: Ask[None]) -> Reply:
    """One field of a profile; 404 when it is not set."""
    name = ask.params["keyName"]
    check_key(name)
    fields = await access_profile(profile, _viewer(ask), ask.params["userId"])
    if name not in fields:
        raise not_found("The profile has no such field")
    return json_reply({name: fields[name]})


@endpoint(
    "PUT",
    _FIELD,
    _UNSTABLE_FIELD,
    body=Content,
    auth=Auth.GUEST,
    max_body=FIELD_BODY,
    spec="setProfileField",
)
async def put_field(profile: Profile, ask: Ask[Content]) -> Reply:
    """Set a field of one's own profile."""
    user_id, name = _check_writing(ask), ask.params["keyName"]
    check_key(name)
    # COMPAT(clients before v1.16): `{}` clears a name or a picture.
    if name not in ask.body and (ask.body or name not in IN_ROOMS):
        raise missing_param(name)
    await set_field(profile, user_id, name, ask.body.get(name))
    return EMPTY


@endpoint("DELETE", _FIELD, _UNSTABLE_FIELD, auth=Auth.GUEST, spec="deleteProfileField")
async def delete_profile_field(profile: Profile, ask: Ask[None]) -> Reply:
    """Remove a field of one's own profile."""
    await delete_field(profile, _check_writing(ask), ask.params["keyName"])
    return EMPTY


def _check_writing(ask: Ask[Json]) -> str:
    user_id = _check_self(ask)
    check_not_suspended(ask.caller)
    if ask.caller.is_guest and ask.params["keyName"] != NAME:
        raise MatrixError(403, "M_GUEST_ACCESS_FORBIDDEN", "Guests have a name only")
    return user_id


# --- account data --------------------------------------------------------------------

_DATA = "/_matrix/client/v3/user/{userId}/account_data/{type}"
_UNSTABLE_DATA = "/_matrix/client/unstable/org.matrix.msc3391/user/{userId}/account_data/{type}"
_ROOM_DATA = "/_matrix/client/v3/user/{userId}/rooms/{roomId}/account_data/{type}"
_UNSTABLE_ROOM_DATA = (
    "/_matrix/client/unstable/org.matrix.msc3391/user/{userId}/rooms/{roomId}/account_data/{type}"
)


def _room(ask: Ask[Json]) -> str:
    room_id = ask.params["roomId"]
    if not is_room_id(room_id):
        raise invalid_param("Not a room id")
    return room_id


async def _get(profile: Profile, ask: Ask[None], room_id: str) -> Reply:
    found = await find_data(profile, _check_self(ask), room_id, ask.params["type"])
    if found is None:
        raise not_found("There is no account data of this type")
    return json_reply(found)


@endpoint("GET", _DATA, auth=Auth.GUEST, spec="getAccountData")
async def get_account_data(profile: Profile, ask: Ask[None]) -> Reply:
    """Global account data of a type."""
    return await _get(profile, ask, "")


@endpoint("PUT", _DATA, body=Content, auth=Auth.GUEST, spec="setAccountData")
async def put_account_data(profile: Profile, ask: Ask[Content]) -> Reply:
    """Keep global account data."""
    user_id, type_ = _check_self(ask), ask.params["type"]
    check_settable(type_)
    await put_data(profile, user_id, "", type_, ask.body)
    return EMPTY


@endpoint("DELETE", _UNSTABLE_DATA)
async def delete_account_data(profile: Profile, ask: Ask[None]) -> Reply:
    """Remove global account data (MSC3391)."""
    user_id, type_ = _check_self(ask), ask.params["type"]
    check_settable(type_)
    await put_data(profile, user_id, "", type_, None)
    return EMPTY


@endpoint("GET", _ROOM_DATA, auth=Auth.GUEST, spec="getAccountDataPerRoom")
async def get_room_account_data(profile: Profile, ask: Ask[None]) -> Reply:
    """Account data of a type for a room."""
    return await _get(profile, ask, _room(ask))


@endpoint("PUT", _ROOM_DATA, body=Content, auth=Auth.GUEST, spec="setAccountDataPerRoom")
async def put_room_account_data(profile: Profile, ask: Ask[Content]) -> Reply:
    """Keep account data for a room."""
    user_id, type_ = _check_self(ask), ask.params["type"]
    check_settable(type_)
    await put_data(profile, user_id, _room(ask), type_, ask.body)
    return EMPTY


@endpoint("DELETE", _UNSTABLE_ROOM_DATA)
async def delete_room_account_data(profile: Profile, ask: Ask[None]) -> Reply:
    """Remove account data for a room (MSC3391)."""
    user_id, type_ = _check_self(ask), ask.params["type"]
    check_settable(type_)
    await put_data(profile, user_id, _room(ask), type_, None)
    return EMPTY


# --- tags ----------------------------------------------------------------------------

_TAGS = "/_matrix/client/v3/user/{userId}/rooms/{roomId}/tags"
MOST_TAGS = 100


def _tags_of(content: Content) -> Content:
    tags = content.get("tags")
    return tags if isinstance(tags, dict) else {}


@endpoint("GET", _TAGS, spec="getRoomTags")
async def get_tags(profile: Profile, ask: Ask[None]) -> Reply:
    """The user's tags of a room."""
    content = await find_data(profile, _check_self(ask), _room(ask), "m.tag")
    return json_reply({"tags": _tags_of(content or {})})


@endpoint("PUT", _TAGS + "/{tag}", body=Content, spec="setRoomTag")
async def put_tag(profile: Profile, ask: Ask[Content]) -> Reply:
    """Tag a room; the order is a number from 0 to 1."""
    user_id, tag, body = _check_self(ask), ask.params["tag"], ask.body
    order = body.get("order")
    if order is not None and not (type(order) in {int, float} and 0 <= order <= 1):
        raise bad_json("order must be a number from 0 to 1")
    if len(tag.encode()) > MAX_ID_BYTES:
        raise invalid_param(f"A tag has at most {MAX_ID_BYTES} bytes")

    def change(content: Content) -> Content:
        tags = {**_tags_of(content), tag: body}
        if len(tags) > MOST_TAGS:
            raise invalid_param(f"A room has at most {MOST_TAGS} tags")
        return {**content, "tags": tags}

    await change_data(profile, user_id, _room(ask), "m.tag", change)
    return EMPTY


@endpoint("DELETE", _TAGS + "/{tag}", spec="deleteRoomTag")
async def delete_tag(profile: Profile, ask: Ask[None]) -> Reply:
    """Take a tag off a room."""
    user_id, tag = _check_self(ask), ask.params["tag"]

    def change(content: Content) -> Content | None:
        tags = dict(_tags_of(content))
        return {**content, "tags": tags} if tags.pop(tag, None) is not None else None

    await change_data(profile, user_id, _room(ask), "m.tag", change)
    return EMPTY


# --- filters -------------------------------------------------------------------------

_FILTER = "/_matrix/client/v3/user/{userId}/filter"
MOST_FILTERS = 2**20
"""Characters of all filters that one user keeps."""


@endpoint("POST", _FILTER, body=Content, auth=Auth.GUEST, spec="defineFilter")
async def post_filter(profile: Profile, ask: Ask[Content]) -> Reply:
    """Keep a filter; its id."""
    user_id = _check_self(ask)
    if problem := find_unsafe(ask.body, any_number=True):
        raise bad_json(f"The filter cannot be kept: {problem}")
    text = canonical(ask.body)
    parse_filter(text)

    async def plan(w: Writing) -> int:
        institution_id = w.institution.id
        filter_id = await store.insert_filter(w.tx, institution_id, user_id, text.decode())
        if await store.measure_filters(w.tx, institution_id, user_id) > MOST_FILTERS:
            raise too_large("There are too many filters")
        return filter_id

    filter_id = await profile.spine.log.commit(plan)
    return json_reply({"filter_id": str(filter_id)})


async def _filter_text(profile: Profile, user_id: str, filter_id: str) -> str:
    spine, filters = profile.spine, profile.filters
    # Every sync of most clients names its filter.
    if (kept := filters.get(user_id, filter_id)) is not None:
        return kept
    if not (filter_id.isascii() and filter_id.isdigit() and len(filter_id) < 10):
        raise not_found("Unknown filter")
    text = await spine.db.read(store.select_filter, spine.institution.id, user_id, int(filter_id))
    if text is None:
        raise not_found("Unknown filter")
    filters.put(user_id, filter_id, text)
    return text


async def access_filter(profile: Profile, user_id: str, filter_id: str) -> Filter:
    """A kept filter of the user; 404 M_NOT_FOUND."""
    return parse_filter(await _filter_text(profile, user_id, filter_id))


@endpoint("GET", _FILTER + "/{filterId}", auth=Auth.GUEST, spec="getFilter")
async def get_filter(profile: Profile, ask: Ask[None]) -> Reply:
    """A kept filter, as it was given."""
    text = await _filter_text(profile, _check_self(ask), ask.params["filterId"])
    return Reply(text.encode())


# --- people --------------------------------------------------------------------------


class SearchBody(msgspec.Struct, frozen=True):
    """`POST /user_directory/search`."""

    search_term: Annotated[str, msgspec.Meta(max_length=500)]
    limit: int = 10


@endpoint(
    "POST",
    "/_matrix/client/v3/user_directory/search",
    body=SearchBody,
    limit="search",
    spec="searchUserDirectory",
)
async def post_user_search(profile: Profile, ask: Ask[SearchBody]) -> Reply:
    """Find people by name."""
    found, limited = await search_people(
        profile, ask.caller.user_id, ask.body.search_term, ask.body.limit
    )
    return json_reply({"results": found, "limited": limited})


ENDPOINTS: tuple[Endpoint[Profile, Json], ...] = (
    get_profile,
    get_field,
    put_field,
    delete_profile_field,
    get_account_data,
    put_account_data,
    delete_account_data,
    get_room_account_data,
    put_room_account_data,
    delete_room_account_data,
    get_tags,
    put_tag,
    delete_tag,
    post_filter,
    get_filter,
    post_user_search,
)
