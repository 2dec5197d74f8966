"""Profile fields: names, pictures, and whatever else people say of themselves.

Spec: client-server API, "Profiles".
"""

from contextlib import suppress

from depesha.accounts import is_active
from depesha.base.canonical import Content, Json, decode, encode
from depesha.base.errors import MatrixError, not_found
from depesha.base.ids import parse_user_id
from depesha.eventlog.append import Writing
from depesha.eventlog.changes import Change, Reach
from depesha.eventlog.state import MEMBER
from depesha.events.event import Draft
from depesha.io.tx import Tx
from depesha.org import may_see
from depesha.profile import store
from depesha.profile.people import write_person
from depesha.profile.record import Profile
from depesha.profile.rules import (
    IN_ROOMS,
    NAME,
    check_key,
    check_value,
    check_whole,
    is_cleared,
)

PROFILE = "profile"
"""Kind of change: the field `item` of the user's profile."""

ROOMS_AT_ONCE = 20
"""Rooms that hear of a changed field in one transaction."""


async def select_profile(tx: Tx, institution_id: int, user_id: str) -> Content:
    """A local user's profile; empty when nothing was ever said."""
    rows = await store.select_fields(tx, institution_id, user_id)
    return {row.name: decode(row.value) for row in rows}


async def member_content(
    tx: Tx, institution_id: int, user_id: str, membership: str, reason: str | None = None
) -> Content:
    """The content of a member event of a local user, with name and picture."""
    rows = await store.select_fields(tx, institution_id, user_id)
    content: Content = {row.name: decode(row.value) for row in rows if row.name in IN_ROOMS}
    content["membership"] = membership
    if reason is not None:
        content["reason"] = reason
    return content


async def load_fields(profile: Profile, user_id: str) -> Content:
    """A local user's profile; empty when nothing was ever said."""
    spine = profile.spine
    return await spine.db.read(select_profile, spine.institution.id, user_id)


async def access_profile(profile: Profile, viewer: str, user_id: str) -> Content:
    """The profile of somebody who is there for the viewer; else 404 M_NOT_FOUND."""
    is_there = parse_user_id(user_id) is not None and await is_active(profile.accounts, user_id)
    if not (is_there and await may_see(profile.org, viewer, user_id)):
        raise not_found("Profile not found")
    return await load_fields(profile, user_id)


async def set_field(profile: Profile, user_id: str, name: str, value: Json) -> None:
    """Set a field of the profile, and repeat it in the user's rooms where they show it."""
    check_key(name)
    if is_cleared(name, value):
        await delete_field(profile, user_id, name)
        return
    check_value(name, value)

    async def plan(w: Writing) -> None:
        institution_id = w.institution.id
        fields = await select_profile(w.tx, institution_id, user_id)
        check_whole({**fields, name: value})
        text: str = encode(value).decode()
        await store.upsert_field(w.tx, institution_id, user_id, name, text)
        await note_change(w, user_id, name, value)

    await profile.spine.log.commit(plan)
    await tell_rooms(profile, user_id, name)


async def load_name(profile: Profile, user_id: str) -> str:
    """A local user's display name, or ""."""
    name: Json = (await load_fields(profile, user_id)).get(NAME, "")
    return name if isinstance(name, str) else ""


async def save_name(profile: Profile, user_id: str, name: str) -> None:
    """Give a local user another display name; "" takes it off."""
    await set_field(profile, user_id, NAME, name)


async def delete_field(profile: Profile, user_id: str, name: str) -> None:
    """Take a field off the profile; nothing happens when it is not there."""
    check_key(name)

    async def plan(w: Writing) -> None:
        if await store.delete_field(w.tx, w.institution.id, user_id, name):
            await note_change(w, user_id, name, None)

    await profile.spine.log.commit(plan)
    await tell_rooms(profile, user_id, name)


async def note_change(w: Writing, user_id: str, name: str, value: Json) -> None:
    """Within a plan: a field of the profile has changed."""
    if name == NAME:
        await write_person(w.tx, w.institution.id, user_id, value or "")
    if name in IN_ROOMS:
        await store.insert_untold(w.tx, w.institution.id, user_id, name)
    position = await w.change(Change(PROFILE, Reach.SHARED, user_id, item=name))
    await store.upsert_change(w.tx, w.institution.id, user_id, name, position)


async def tell_rooms(profile: Profile, user_id: str, name: str) -> None:
    """Repeat a field in the member events of the user's rooms, some rooms a transaction."""
    if name not in IN_ROOMS:
        return
    log = profile.spine.log
    places = await log.rooms_of(user_id)
    joined = [room_id for room_id, place in places.items() if place.membership == "join"]
    for at in range(0, len(joined), ROOMS_AT_ONCE):
        piece = joined[at : at + ROOMS_AT_ONCE]

        async def plan(w: Writing, piece: list[str] = piece) -> None:
            fields = await select_profile(w.tx, w.institution.id, user_id)
            for room_id in piece:
                await _tell_room(w, user_id, room_id, name, fields.get(name))

        await log.commit(plan, piece)

    async def done(tx: Tx) -> None:
        await store.delete_untold(tx, log.institution.id, user_id, name)

    await log.db.write(done)


async def _tell_room(w: Writing, user_id: str, room_id: str, name: str, value: Json) -> None:
    entry = (await w.tip(room_id)).find(MEMBER, user_id)
    if entry is None or entry.membership != "join" or entry.content.get(name) == value:
        return
    # How and why the user came in does not hold for a change of name.
    passing = {name, "join_authorised_via_users_server", "reason", "third_party_invite"}
    content = {key: kept for key, kept in entry.content.items() if key not in passing}
    if value is not None:
        content[name] = value
    # A room whose rules refuse it keeps the old name; the other rooms are still told.
    with suppress(MatrixError):
        await w.event(Draft(MEMBER, content, user_id, room_id, user_id))


async def tell_rest(profile: Profile) -> None:
    """Tell the rooms that had not heard of a change when the server stopped."""
    spine = profile.spine
    for row in await spine.db.scan(store.select_untold, spine.institution.id):
        await tell_rooms(profile, row.user_id, row.name)
