"""What others changed of their profiles, for clients that show more than a name.

Spec: MSC4429, MSC4262.
"""

from collections.abc import Collection

from depesha.base.canonical import Json, decode
from depesha.org import find_seen, may_see
from depesha.profile import store
from depesha.profile.record import Profile

Updates = dict[str, dict[str, Json]]
"""User → field → its value of now; None: it was taken off."""


async def find_updates(
    profile: Profile,
    viewer: str,
    since: int,
    until: int,
    fresh: Collection[str],
    names: Collection[str] | None,
) -> Updates:
    """Fields (None: all) changed in (since, until] by those who share a room with the viewer.

    Of `fresh` people, whom the client has not known, all fields of now.
    """
    spine = profile.spine
    known = sorted(await find_seen(profile.org, viewer, fresh))
    rows = await spine.db.scan(store.select_values, spine.institution.id, known)
    found: Updates = {}
    for row in rows:
        if names is None or row.name in names:
            found.setdefault(row.user_id, {})[row.name] = decode(row.value)
    if since:
        await _add_changes(profile, viewer, since, until, names, found)
    return found


async def _add_changes(
    profile: Profile,
    viewer: str,
    since: int,
    until: int,
    names: Collection[str] | None,
    found: Updates,
) -> None:
    spine = profile.spine
    changes = await spine.db.read(store.select_changes, spine.institution.id, since, until)
    changed: dict[str, list[str]] = {}
    for row in changes:
        if (names is None or row.name in names) and row.user_id not in found:
            changed.setdefault(row.user_id, []).append(row.name)
    shared = [user for user in changed if await _shares(profile, viewer, user)]
    rows = await spine.db.read(store.select_values, spine.institution.id, shared)
    values = {(row.user_id, row.name): decode(row.value) for row in rows}
    for user_id in shared:
        found[user_id] = {name: values.get((user_id, name)) for name in changed[user_id]}


async def _shares(profile: Profile, viewer: str, other: str) -> bool:
    """True for oneself, and for whoever one meets in a room and may see."""
    if viewer == other:
        return True
    log = profile.spine.log
    mine, theirs = await log.rooms_of(viewer), await log.rooms_of(other)
    return any(
        place.membership == "join" and (own := mine.get(room_id)) and own.membership == "join"
        for room_id, place in theirs.items()
    ) and await may_see(profile.org, viewer, other)
