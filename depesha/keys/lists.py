"""Whose keys a client has to ask for anew, and whom it need not follow any more.

A user's last change is kept, not a log of changes; whether two people share a room is asked of
their memberships. Spec: client-server API, "Tracking the device list for a user".
"""

from collections.abc import Iterable
from dataclasses import dataclass

from depesha.base.canonical import Content
from depesha.eventlog.changes import Change, Logged
from depesha.eventlog.load import logged_of
from depesha.eventlog.state import MEMBER, Membership
from depesha.eventlog.store import select_member_events
from depesha.io.tx import Tx
from depesha.keys import store
from depesha.keys.kinds import LIST, SIGNED
from depesha.keys.record import Keys

Places = dict[str, Membership]


@dataclass(frozen=True, slots=True)
class ListChanges:
    """Users in the order of their ids."""

    changed: list[str]
    left: list[str]

    @property
    def is_nothing(self) -> bool:
        return not (self.changed or self.left)


async def find_list_changes(keys: Keys, user_id: str, since: int, until: int) -> ListChanges:
    """What changed in (since, until] for this user; with `since` 0: everyone they share with."""
    log = keys.spine.log
    places = await log.rooms_of(user_id)
    if since == 0:
        return ListChanges(sorted(await _everyone(keys, user_id, places)), [])
    updated, signed = await _updated(keys, user_id, since, until)
    moves = await _moves(keys, user_id, places, since, until)
    changed = signed | moves.met
    for other in updated - changed:
        if other == user_id or await _shares(keys, places, other):
            changed.add(other)
    left = {u for u in moves.parted - moves.met if not await _shares(keys, places, u)}
    return ListChanges(sorted(changed), sorted(left - changed - {user_id}))


async def _everyone(keys: Keys, user_id: str, places: Places) -> set[str]:
    found = {user_id}
    for room_id in _joined(places):
        found |= await _members(keys, room_id)
    return found


def _joined(places: Places) -> list[str]:
    return [room_id for room_id, place in places.items() if place.membership == "join"]


async def _members(keys: Keys, room_id: str) -> set[str]:
    room = await keys.spine.log.find_room(room_id)
    return room.joined if room is not None else set()


async def _shares(keys: Keys, places: Places, other: str) -> bool:
    """True when the other person is joined to a room of these places."""
    if keys.spine.institution.is_local(other):
        theirs = await keys.spine.log.rooms_of(other)
        return any(
            place.membership == "join"
            and (own := places.get(room_id)) is not None
            and own.membership == "join"
            for room_id, place in theirs.items()
        )
    for room_id in _joined(places):
        if other in await _members(keys, room_id):
            return True
    return False


# --- keys that changed ---------------------------------------------------------------


async def _updated(keys: Keys, user_id: str, since: int, until: int) -> tuple[set[str], set[str]]:
    """Users whose keys changed, and users whose keys this one has signed."""
    tail = keys.spine.log.tail
    if tail.start > since:
        return await keys.spine.db.read(_select_updated, keys.institution_id, user_id, since, until)
    updated, signed = set[str](), set[str]()
    for entry in tail.since(since):
        if entry.position > until:
            break
        if isinstance(entry, Change) and entry.user_id is not None:
            if entry.kind == LIST:
                updated.add(entry.user_id)
            elif entry.kind == SIGNED and entry.user_id == user_id:
                signed.add(entry.item)
    return updated, signed


async def _select_updated(
    tx: Tx, institution_id: int, user_id: str, since: int, until: int
) -> tuple[set[str], set[str]]:
    updated = await store.select_lists_since(tx, institution_id, since)
    signed = await store.select_signed_since(tx, institution_id, user_id, since, until)
    return {row.user_id for row in updated}, {row.user_id for row in signed}


# --- rooms that people came to share, or share no longer -----------------------------


@dataclass(slots=True)
class _Moves:
    """People met in a room, and people no longer met in one."""

    met: set[str]
    parted: set[str]


async def _moves(keys: Keys, user_id: str, places: Places, since: int, until: int) -> _Moves:
    rooms = {
        room_id
        for room_id, place in places.items()
        if place.membership == "join" or place.position > since
    }
    # Memberships of each room's people before and after the window, where they changed in it.
    before: dict[str, dict[str, str]] = {}
    after: dict[str, dict[str, str]] = {}
    for logged in await _member_events(keys, rooms, since, until):
        person, room_id = logged.event.state_key or "", logged.event.room_id
        before.setdefault(room_id, {}).setdefault(person, _membership(logged.prev_content or {}))
        after.setdefault(room_id, {})[person] = _membership(logged.event.content)
    moves = _Moves(set(), set())
    for room_id, was in before.items():
        now = after[room_id]
        is_in = places[room_id].membership == "join"
        was_in = was.get(user_id, places[room_id].membership) == "join"
        if is_in and not was_in:
            moves.met |= await _members(keys, room_id) - {user_id}
        elif is_in:
            moves.met |= {u for u, m in now.items() if m == "join" and was[u] != "join"}
            moves.parted |= {u for u, m in now.items() if m != "join" and was[u] == "join"}
        elif was_in:
            # Only those who were there together with this user: not who came after.
            stayed = {u for u in await _members(keys, room_id) if was.get(u, "join") == "join"}
            moves.parted |= stayed | {u for u, m in was.items() if m == "join"}
    return moves


def _membership(content: Content) -> str:
    found = content.get("membership")
    return found if isinstance(found, str) else "leave"


async def _member_events(keys: Keys, rooms: set[str], since: int, until: int) -> Iterable[Logged]:
    """Member events of these rooms in (since, until], oldest first."""
    log = keys.spine.log
    if log.tail.start <= since:
        return (
            entry
            for entry in log.tail.since(since)
            if isinstance(entry, Logged)
            and entry.event.type == MEMBER
            and entry.position <= until
            and entry.event.room_id in rooms
        )
    rows = await log.db.scan(select_member_events, keys.institution_id, sorted(rooms), since, until)
    return map(logged_of, rows)
