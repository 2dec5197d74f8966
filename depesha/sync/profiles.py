"""Profiles of others in both kinds of sync, for those who ask for them.

Spec: MSC4429 (`/sync`), MSC4262 (sliding sync). Who comes to share a room is told whole; of who
shares none any more the client is told that it may forget them.
"""

from collections.abc import Set

from depesha.base.canonical import Content, encode
from depesha.eventlog.state import MEMBER
from depesha.keys import find_list_changes
from depesha.profile import PROFILE, find_updates
from depesha.sync.record import Sync
from depesha.sync.sliding.connection import SentRoom

USERS = "org.matrix.msc4429.users"
_KINDS = frozenset({PROFILE, MEMBER})


async def encode_users(
    sync: Sync, user_id: str, since: int, until: int, names: list[str], kinds: Set[str] | None
) -> bytes:
    """`users` of a sync; empty when there is nothing to tell."""
    if since and kinds is not None and kinds.isdisjoint(_KINDS):
        return b""
    moves = await find_list_changes(sync.keys, user_id, since, until)
    wanted = frozenset(names)
    found = await find_updates(sync.profile, user_id, since, until, moves.changed, wanted)
    users: Content = {user: {"profile_updates": fields} for user, fields in found.items()}
    users |= {user: {"profile_updates": None} for user in moves.left}
    return encode(users) if users else b""


async def encode_profiles(
    sync: Sync,
    user_id: str,
    since: int,
    until: int,
    names: list[str] | None,
    kinds: Set[str] | None,
    fresh: set[str],
) -> bytes:
    """The extension `profiles`; empty when there is nothing to tell."""
    if since and not fresh and kinds is not None and kinds.isdisjoint(_KINDS):
        return b""
    moves = await find_list_changes(sync.keys, user_id, since, until) if since else None
    wanted = None if names is None else frozenset(names)
    found = await find_updates(sync.profile, user_id, since, until, fresh, wanted)
    users: Content = {}
    for user, fields in found.items():
        told: Content = {}
        updated = {name: value for name, value in fields.items() if value is not None}
        removed = [name for name, value in fields.items() if value is None]
        if updated:
            told["updated"] = updated
        if removed:
            told["removed"] = removed
        users[user] = told
    if moves is not None:
        users |= dict.fromkeys(moves.left)
    return encode({"users": users}) if users else b""


async def newly_shown(
    sync: Sync, before: dict[str, SentRoom], after: dict[str, SentRoom]
) -> set[str]:
    """Whom an answer of a sliding sync shows for the first time in a room."""
    found: set[str] = set()
    for room_id, sent in after.items():
        known = before.get(room_id)
        if sent.config.is_lazy:
            found |= sent.members - (known.members if known is not None else frozenset())
        elif known is None and (room := await sync.spine.log.find_room(room_id)) is not None:
            found |= room.joined
    return found
