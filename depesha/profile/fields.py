"""Profile fields: names, pictures, and whatever else people say of themselves.

Spec: client-server API, "Profiles".
"""

import re

from depesha.accounts import ACCOUNT, DEACTIVATED, is_active
from depesha.base.canonical import Content, Json, decode, encode, find_unsafe
from depesha.base.errors import MatrixError, bad_json, invalid_param, not_found
from depesha.base.ids import parse_user_id
from depesha.eventlog.append import Writing
from depesha.eventlog.changes import Change, Reach
from depesha.eventlog.state import MEMBER
from depesha.events.event import Draft
from depesha.profile import store
from depesha.profile.record import Profile

MOST_BYTES = 64 * 1024
MOST_KEY_BYTES = 255
_NAMESPACED = re.compile(r"[a-z0-9_.\-]+")
IN_ROOMS = ("displayname", "avatar_url")
"""Fields that member events repeat."""


def check_key(name: str) -> None:
    """Raise 400 for what cannot be a field's name."""
    if len(name.encode()) > MOST_KEY_BYTES:
        raise MatrixError(400, "M_KEY_TOO_LARGE", "The field's name is longer than 255 bytes")
    if _NAMESPACED.fullmatch(name) is None:
        raise invalid_param("Not a name that a profile field can have")


def check_value(name: str, value: Json) -> str:
    """The JSON of a field's value; 400 M_BAD_JSON or M_PROFILE_TOO_LARGE."""
    if name in IN_ROOMS and not (value is None or isinstance(value, str)):
        raise bad_json(f"{name} must be a string")
    if problem := find_unsafe(value):
        raise bad_json(f"The value cannot be kept: {problem}")
    text: str = encode(value).decode()
    if len(text) > MOST_BYTES or (name == "displayname" and len(text) > 1024):
        raise MatrixError(400, "M_PROFILE_TOO_LARGE", "The profile would be too large")
    return text


async def load_fields(profile: Profile, user_id: str) -> Content:
    """A local user's profile; empty when nothing was ever said."""
    spine = profile.spine
    rows = await spine.db.read(store.select_fields, spine.institution.id, user_id)
    return {row.name: decode(row.value) for row in rows}


async def access_profile(profile: Profile, user_id: str) -> Content:
    """The profile of a user that exists; 404 M_NOT_FOUND, 400 for what is no user id."""
    if parse_user_id(user_id) is None:
        raise invalid_param("Not a user id")
    if not await is_active(profile.accounts, user_id):
        raise not_found("Profile was not found")
    return await load_fields(profile, user_id)


async def set_field(profile: Profile, user_id: str, name: str, value: Json) -> None:
    """Set a field (None deletes it), and tell the rooms of the user where they repeat it."""
    check_key(name)
    text = None if value in (None, "") and name in IN_ROOMS else check_value(name, value)
    now = await load_fields(profile, user_id)
    whole = {**now, name: value}
    if len(encode(whole)) > MOST_BYTES:
        raise MatrixError(400, "M_PROFILE_TOO_LARGE", "The profile would be too large")

    async def plan(w: Writing) -> None:
        institution_id = w.institution.id
        if text is None or text == "null":
            await store.delete_field(w.tx, institution_id, user_id, name)
        else:
            await store.upsert_field(w.tx, institution_id, user_id, name, text)
        if name == "displayname":
            await store.upsert_person(w.tx, institution_id, user_id, searched_text(user_id, value))
        await w.change(Change("profile", Reach.SHARED, user_id, item=name))

    await profile.spine.log.commit(plan)
    if name in IN_ROOMS:
        await _tell_rooms(profile, user_id, name, value)


async def follow_account(w: Writing, change: Change) -> None:
    """Let a new account be found by its name, and a deactivated one no more."""
    if change.kind == ACCOUNT and change.user_id is not None:
        searched = searched_text(change.user_id, None)
        await store.insert_person(w.tx, w.institution.id, change.user_id, searched)
    elif change.kind == DEACTIVATED and change.user_id is not None:
        await store.delete_person(w.tx, w.institution.id, change.user_id)


def searched_text(user_id: str, displayname: Json) -> str:
    """What a search looks into, in lower case."""
    shown = displayname if isinstance(displayname, str) else ""
    return f"{shown}\n{user_id.partition(':')[0]}".casefold()


async def _tell_rooms(profile: Profile, user_id: str, name: str, value: Json) -> None:
    """Repeat the field in the member event of each joined room, a transaction a room."""
    log = profile.spine.log
    joined = [
        room_id
        for room_id, place in (await log.rooms_of(user_id)).items()
        if place.membership == "join"
    ]
    for room_id in joined:

        async def plan(w: Writing, room_id: str = room_id) -> None:
            entry = (await w.tip(room_id)).find(MEMBER, user_id)
            if entry is None or entry.membership != "join" or entry.content.get(name) == value:
                return
            content = {k: v for k, v in entry.content.items() if k != name}
            # How the user came in does not hold for a change of name.
            content.pop("join_authorised_via_users_server", None)
            content.pop("reason", None)
            if value not in (None, ""):
                content[name] = value
            await w.event(Draft(MEMBER, content, user_id, room_id, user_id))

        try:
            await log.commit(plan, [room_id])
        except MatrixError:
            continue
