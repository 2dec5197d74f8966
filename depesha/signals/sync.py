"""Receipts, typing and presence in a sync."""

from depesha.eventlog.section import Section, SyncAsk
from depesha.signals import store
from depesha.signals.presence import presence_event
from depesha.signals.quiet import is_quiet
from depesha.signals.receipts import PRIVATE_RECEIPT, RECEIPT
from depesha.signals.recent import encode_receipts
from depesha.signals.record import Signals
from depesha.signals.rules import PRIVATE

KINDS = frozenset({RECEIPT, PRIVATE_RECEIPT})

MANY = 50
"""People from whom on their rooms are not looked at one by one."""


async def section(signals: Signals, ask: SyncAsk) -> Section:
    """What changed of receipts, typing and presence."""
    part = Section()
    is_fresh = 0 in ask.rooms.values()
    if is_fresh or ask.may_have(KINDS):
        await _receipts(signals, ask, part)
    if is_fresh or ask.ephemeral_since < signals.spine.log.ephemeral:
        _typing(signals, ask, part)
        await _presence(signals, ask, part)
    return part


async def _receipts(signals: Signals, ask: SyncAsk, part: Section) -> None:
    """From memory, and of rooms that it does not reach back for, with one query a `since`.

    Of quiet rooms nothing but one's own.
    """
    stored: dict[int, list[str]] = {}
    rooms = await signals.spine.log.find_rooms(ask.rooms)
    for room_id, since in ask.rooms.items():
        if room_id in rooms and is_quiet(signals.spine, rooms[room_id]):
            await _own_receipts(signals, ask.user_id, room_id, since, part)
            continue
        events = signals.recent.find(room_id, ask.user_id, since, ask.until) if since else None
        if events:
            part.ephemeral.setdefault(room_id, []).extend(events)
        elif events is None:
            stored.setdefault(since, []).append(room_id)
    for since, room_ids in stored.items():
        await _stored_receipts(signals, ask.user_id, room_ids, since, part)


async def _own_receipts(
    signals: Signals, user_id: str, room_id: str, since: int, part: Section
) -> None:
    spine = signals.spine
    rows = await spine.db.read(store.select_own_receipts, spine.institution.id, room_id, user_id)
    if events := encode_receipts(row for row in rows if row.position > since):
        part.ephemeral.setdefault(room_id, []).extend(events)


async def _stored_receipts(
    signals: Signals, user_id: str, room_ids: list[str], since: int, part: Section
) -> None:
    spine = signals.spine
    rows = await spine.db.read(
        store.select_receipts_of_rooms, spine.institution.id, room_ids, since
    )
    by_room: dict[str, list[store.ReceiptRow]] = {}
    for row in rows:
        if row.type != PRIVATE or row.user_id == user_id:
            by_room.setdefault(row.room_id, []).append(row.receipt)
    for room_id, receipts in by_room.items():
        part.ephemeral.setdefault(room_id, []).extend(encode_receipts(receipts))


def _typing(signals: Signals, ask: SyncAsk, part: Section) -> None:
    for room_id, since in ask.rooms.items():
        event = signals.typing.find(room_id, ask.ephemeral_since if since else 0)
        if event is not None:
            part.ephemeral.setdefault(room_id, []).append(event)


async def _presence(signals: Signals, ask: SyncAsk, part: Section) -> None:
    """What changed of others since; at first those who are here."""
    people, since = signals.people, ask.ephemeral_since
    changed = people.changed_since(since) if since else people.here()
    if not changed:
        return
    shares = await _sharers(signals, ask.user_id, changed)
    for user_id in changed & shares:
        person = people.find(user_id)
        if person is not None:
            part.presence.append(presence_event(signals.spine, user_id, person))


async def _sharers(signals: Signals, user_id: str, others: frozenset[str]) -> set[str]:
    """Those of `others` that share a joined room, no quiet one, with the user, who is one of them.

    A first sync asks of everybody: then the rooms' members are read, not the rooms of each.
    """
    log = signals.spine.log
    mine = {r for r, place in (await log.rooms_of(user_id)).items() if place.membership == "join"}
    if len(others) > MANY:
        rooms = await log.find_rooms(mine)
        told = (room.joined for room in rooms.values() if not is_quiet(signals.spine, room))
        return {user_id}.union(*told)
    found = {user_id}
    for other in others:
        theirs = await log.rooms_of(other)
        common = [r for r in theirs.keys() & mine if theirs[r].membership == "join"]
        rooms = await log.find_rooms(common)
        if not all(is_quiet(signals.spine, room) for room in rooms.values()):
            found.add(other)
    return found
