"""Receipts and read markers.

Spec: client-server API, "Receipts", "Read and unread markers".
"""

from depesha.base.canonical import decode, encode
from depesha.base.errors import bad_json, invalid_param, not_found
from depesha.base.ids import is_event_id
from depesha.eventlog import store as eventlog_store
from depesha.eventlog.append import Writing
from depesha.eventlog.changes import Change, Logged, Reach
from depesha.eventlog.load import logged_of
from depesha.eventlog.read import access_event, access_joined
from depesha.eventlog.state import Room
from depesha.io.tx import Tx
from depesha.profile import read_data, write_data
from depesha.signals import store
from depesha.signals.quiet import is_quiet
from depesha.signals.record import Signals
from depesha.signals.rules import FULLY_READ, MAIN, PRIVATE, READ
from depesha.signals.thread import find_thread
from depesha.spine import Spine

TYPES = (READ, PRIVATE, FULLY_READ)

RECEIPT = "receipt"
"""Kind of change: the user named has read further in a room."""

PRIVATE_RECEIPT = "private_receipt"
"""Kind of change: the same, and nobody else is to know."""


def check_thread(type_: str, thread_id: str | None) -> None:
    """Raise 400 for a thread that a receipt cannot be of."""
    if thread_id is None:
        return
    if type_ == FULLY_READ:
        raise invalid_param("m.fully_read is of no thread")
    if thread_id != MAIN and not is_event_id(thread_id):
        raise invalid_param("thread_id must be main or an event id")


async def set_receipts(
    signals: Signals, user_id: str, room_id: str, receipts: dict[str, str], thread_id: str | None
) -> None:
    """Set receipts by type; one that is further on already stays. 403, 404."""
    for type_, event_id in receipts.items():
        if type_ not in TYPES:
            raise invalid_param(f"Unknown receipt type {type_[:50]}")
        if not is_event_id(event_id):
            raise bad_json("Not an event id")
        check_thread(type_, thread_id)
    spine = signals.spine
    room = await access_joined(spine.log, user_id, room_id)
    for event_id in set(receipts.values()):
        await access_event(spine.log, user_id, room_id, event_id)
    reach = _reach(spine, room)

    async def plan(w: Writing) -> None:
        for type_, event_id in receipts.items():
            await _set(w, user_id, room_id, type_, event_id, thread_id, reach)

    await signals.spine.log.commit(plan)


async def _set(
    w: Writing,
    user_id: str,
    room_id: str,
    type_: str,
    event_id: str,
    thread_id: str | None,
    reach: Reach,
) -> None:
    institution_id = w.institution.id
    place = await eventlog_store.select_place(w.tx, institution_id, event_id)
    if place is None or place.room_id != room_id:
        raise not_found("The event is not in this room")
    if type_ == FULLY_READ:
        await _mark(w, user_id, room_id, event_id, place.room_order)
        return
    if thread_id is not None:
        await _check_in_thread(w, place.position, event_id, thread_id)
    before = await store.select_receipt(
        w.tx, institution_id, room_id, user_id, type_, thread_id or ""
    )
    if before is not None and before >= place.room_order:
        return
    now_ms = w.log.clock.now_ms()
    item = encode([type_, thread_id or "", event_id, place.room_order, now_ms]).decode()
    if type_ == PRIVATE:
        change = Change(PRIVATE_RECEIPT, Reach.USER, user_id, room_id, item)
    else:
        change = Change(RECEIPT, reach, user_id, room_id, item)
    position = await w.change(change)
    row = store.ReceiptRow(
        user_id,
        type_,
        thread_id or "",
        event_id,
        place.room_order,
        now_ms,
        position,
    )
    await store.upsert_receipt(w.tx, institution_id, room_id, row)


async def _mark(w: Writing, user_id: str, room_id: str, event_id: str, order: int) -> None:
    """Set the read marker, unless it is there or further on.

    The specification leaves it open whether it may go back. A device that was away would take
    it back for all others.
    """
    before = (await read_data(w, user_id, room_id, FULLY_READ) or {}).get("event_id")
    if isinstance(before, str):
        place = await eventlog_store.select_place(w.tx, w.institution.id, before)
        if place is not None and place.room_id == room_id and place.room_order >= order:
            return
    text = encode({"event_id": event_id}).decode()
    await write_data(w, user_id, room_id, FULLY_READ, text)


async def select_readers(tx: Tx, institution_id: int, logged: Logged) -> dict[str, int]:
    """Who has publicly read up to an event of a room or beyond, and when (ms)."""
    event = logged.event
    threads = {"", await find_thread(tx, institution_id, event)}
    rows = await store.select_receipts(tx, institution_id, event.room_id, logged.position)
    return {
        row.user_id: row.ts
        for row in rows
        if row.type == READ and row.thread_id in threads and row.read_order >= logged.room_order
    }


async def select_read_orders(
    tx: Tx, institution_id: int, room_ids: list[str]
) -> dict[tuple[str, str], int]:
    """(room, user) → the farthest room order that somebody has publicly read up to."""
    found: dict[tuple[str, str], int] = {}
    for row in await store.select_receipts_of_rooms(tx, institution_id, room_ids, 0):
        if row.type == READ:
            key = (row.room_id, row.user_id)
            found[key] = max(row.read_order, found.get(key, 0))
    return found


def _reach(spine: Spine, room: Room) -> Reach:
    """Whom a public receipt concerns, and when: everybody reads what everybody is told."""
    if is_quiet(spine, room):
        return Reach.USER
    is_large = len(room.joined) > spine.config.receipts_wake_members
    return Reach.ROOM_LATER if is_large else Reach.ROOM_SOON


def receipt_of(change: Change) -> store.ReceiptRow:
    """The receipt that a change tells of."""
    type_, thread_id, event_id, read_order, ts = decode(change.item)
    user_id = change.user_id or ""
    return store.ReceiptRow(user_id, type_, thread_id, event_id, read_order, ts, change.position)


async def _check_in_thread(w: Writing, position: int, event_id: str, thread_id: str) -> None:
    """Raise 400 when the event is not of the thread; a root is of its thread, too."""
    if event_id == thread_id:
        return
    (row,) = await eventlog_store.select_events(w.tx, w.institution.id, [position])
    if await find_thread(w.tx, w.institution.id, logged_of(row).event) != thread_id:
        raise invalid_param("The event is not in this thread")
