"""Receipts, typing and presence in a sync."""

from depesha.base.canonical import Content, encode
from depesha.eventlog.section import Section, SyncAsk
from depesha.signals import store
from depesha.signals.presence import presence_event
from depesha.signals.receipts import PRIVATE_RECEIPT, RECEIPT
from depesha.signals.record import Signals
from depesha.signals.rules import PRIVATE
from depesha.signals.typing import typing_event

KINDS = frozenset({RECEIPT, PRIVATE_RECEIPT})

MANY = 50
"""People from whom on their rooms are not looked at one by one."""


async def section(signals: Signals, ask: SyncAsk) -> Section:
    """What changed of receipts, typing and presence."""
    part = Section()
    if ask.may_have(KINDS) or any(since == 0 for since in ask.rooms.values()):
        await _receipts(signals, ask, part)
    if ask.ephemeral_since < signals.spine.log.ephemeral:
        _typing(signals, ask, part)
        await _presence(signals, ask, part)
    return part


async def _receipts(signals: Signals, ask: SyncAsk, part: Section) -> None:
    """One query for all rooms with the same `since`: mostly there is but one or two of these."""
    spine = signals.spine
    by_since: dict[int, list[str]] = {}
    for room_id, since in ask.rooms.items():
        by_since.setdefault(since or -1, []).append(room_id)
    for since, room_ids in by_since.items():
        rows = await spine.db.read(
            store.select_receipts_of_rooms, spine.institution.id, room_ids, since
        )
        for room_id, content in _contents(rows, ask.user_id).items():
            event = b'{"type":"m.receipt","content":%b}' % encode(content)
            part.ephemeral.setdefault(room_id, []).append(event)


def _contents(rows: list[store.RoomReceiptRow], user_id: str) -> dict[str, Content]:
    """The content of `m.receipt` by room, as one user may know it."""
    rooms: dict[str, Content] = {}
    for row in rows:
        if row.type == PRIVATE and row.user_id != user_id:
            continue
        receipt: Content = {"ts": row.ts}
        if row.thread_id:
            receipt["thread_id"] = row.thread_id
        content = rooms.setdefault(row.room_id, {})
        users = content.setdefault(row.event_id, {}).setdefault(row.type, {})
        users[row.user_id] = receipt
    return rooms


def _typing(signals: Signals, ask: SyncAsk, part: Section) -> None:
    typing = signals.typing
    for room_id in ask.rooms:
        changed_at = typing.changed_at.get(room_id, 0)
        if changed_at > ask.ephemeral_since and (ask.since or room_id in typing.rooms):
            part.ephemeral.setdefault(room_id, []).append(typing_event(signals, room_id))


async def _presence(signals: Signals, ask: SyncAsk, part: Section) -> None:
    changed = [
        user_id
        for user_id, state in signals.presence.items()
        if state.position > ask.ephemeral_since
    ]
    if not changed:
        return
    shares = await _sharers(signals, ask.user_id, changed)
    part.presence += (presence_event(signals, user_id) for user_id in changed if user_id in shares)


async def _sharers(signals: Signals, user_id: str, others: list[str]) -> set[str]:
    """Those of `others` that share a joined room with the user, who is one of them.

    A first sync asks of everybody: then the rooms' members are read, not the rooms of each.
    """
    log = signals.spine.log
    mine = {r for r, place in (await log.rooms_of(user_id)).items() if place.membership == "join"}
    if len(others) > MANY:
        rooms = await log.find_rooms(mine)
        return {user_id}.union(*(room.joined for room in rooms.values()))
    found = {user_id}
    for other in others:
        theirs = await log.rooms_of(other)
        if any(r in mine and place.membership == "join" for r, place in theirs.items()):
            found.add(other)
    return found
