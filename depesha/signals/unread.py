"""Counting what a user has not read of a room.

Spec: client-server API, "Receiving notifications", "Marking notifications as read".
"""

from depesha.eventlog import store as eventlog_store
from depesha.eventlog.state import Room
from depesha.io.tx import Tx
from depesha.profile import ignored_users
from depesha.signals import store
from depesha.signals.counts import Placed, counted
from depesha.signals.record import Signals
from depesha.signals.rules import (
    COUNTED_TYPES,
    MAIN,
    Counted,
    Hears,
    Line,
    Reading,
    Single,
    Tally,
    Unread,
)

_FIRST = 100
"""Events of a room that are read at first; who has more unread asks the database."""

_TRIES = 5


async def unread(signals: Signals, user_id: str, room: Room) -> Unread:
    """What the user has not read of the room. Usually from memory."""
    placed = signals.counts.find_tally(user_id, room.room_id)
    if placed is None or placed.line is not signals.counts.find_line(room.room_id):
        placed = await _load(signals, user_id, room)
    elif placed.upto < placed.line.end:
        placed.advance()
    return placed.tally.unread


async def read_up_to(signals: Signals, user_id: str, room: Room) -> int:
    """The room order up to which the user has read the main timeline."""
    return (await load_reading(signals, user_id, room)).read_to(MAIN)


async def _load(signals: Signals, user_id: str, room: Room) -> Placed:
    """The tally from the tables. What changes all the time is not kept, but read each time."""
    placed, is_current = await _count(signals, user_id, room)
    for _ in range(_TRIES):
        if is_current:
            signals.counts.put_tally(room.room_id, placed)
            break
        placed, is_current = await _count(signals, user_id, room)
    return placed


async def _count(signals: Signals, user_id: str, room: Room) -> tuple[Placed, bool]:
    """A new tally, and whether nothing changed while it was made."""
    counts = signals.counts
    line, changes = await _access_line(signals, room), counts.changes
    start, tally = line.start, Tally(await load_reading(signals, user_id, room))
    if tally.reading.lowest < start:
        await _count_older(signals, tally, room, start)
    placed = Placed(tally, line, start)
    placed.advance()
    is_same_line = line.start == start and counts.find_line(room.room_id) is line
    return placed, is_same_line and counts.changes == changes


# --- reading -------------------------------------------------------------------------


async def load_reading(signals: Signals, user_id: str, room: Room) -> Reading:
    """Up to where the user has read the room, by either kind of receipt."""
    spine = signals.spine
    receipts, hearing = await spine.db.read(_select, spine.institution.id, room.room_id, user_id)
    place = (await spine.log.rooms_of(user_id)).get(room.room_id)
    read: dict[str, int] = {}
    for row in receipts:
        read[row.thread_id] = max(row.read_order, read.get(row.thread_id, 0))
    by_room = {row.room_id: Hears(row.hears) for row in hearing}
    return Reading(
        user_id,
        floor=place.since_position if place else 0,
        unthreaded=read.pop("", 0),
        threads=read,
        hears=by_room.get(room.room_id, by_room.get("", Hears.EVERYTHING)),
        ignored=await ignored_users(signals.profile, user_id),
    )


async def _select(
    tx: Tx, institution_id: int, room_id: str, user_id: str
) -> tuple[list[store.ReceiptRow], list[store.HearingRow]]:
    receipts = await store.select_own_receipts(tx, institution_id, room_id, user_id)
    return receipts, await store.select_hearing(tx, institution_id, user_id)


# --- lines ---------------------------------------------------------------------------


async def _access_line(signals: Signals, room: Room) -> Line:
    """The room's line with its latest events."""
    counts, spine = signals.counts, signals.spine
    while True:
        line = counts.start_line(room.room_id, room.position)
        if line.is_loaded:
            return line
        start, events, singles = await spine.db.read(
            _select_line, spine.institution.id, room.nid, line.start
        )
        if counts.find_line(room.room_id) is line and not line.is_loaded:
            line.prepend(start, events, singles)
            counts.loaded(room.room_id, line)


async def _select_line(
    tx: Tx, institution_id: int, room_nid: int, until: int
) -> tuple[int, list[Counted], list[Single]]:
    """What counts of a room up to an order, oldest first, and from where on that is complete."""
    rows = await eventlog_store.select_senders(
        tx, institution_id, room_nid, list(COUNTED_TYPES), until, _FIRST
    )
    start = rows[-1].room_order - 1 if len(rows) == _FIRST else 0
    events = {row.room_order: counted(*row, MAIN, highlight=False) for row in reversed(rows)}
    for row in await store.select_exceptions(tx, institution_id, room_nid, start, until):
        events.pop(row.event_order, None)
        if row.counted:
            events[row.event_order] = _of_exception(row)
    singles = await store.select_singles(tx, institution_id, room_nid, start, until)
    return start, sorted(events.values()), list(map(_of_single, singles))


def _of_exception(row: store.ExceptionRow) -> Counted:
    return counted(
        row.event_order,
        row.sender,
        row.thread,
        highlight=row.highlighted > 0,
        urgent=row.highlighted == store.URGENTLY,
    )


def _of_single(row: store.SingleRow) -> Single:
    order, user_id, sender, thread, _, notified, highlighted = row
    return Single(order, user_id, sender, thread, bool(notified), bool(highlighted))


# --- older ---------------------------------------------------------------------------


async def _count_older(signals: Signals, tally: Tally, room: Room, until: int) -> None:
    """Count what is unread up to an order, in the database."""
    spine, reading = signals.spine, tally.reading
    exceptions, singles, typed = await spine.db.scan(
        _select_older, spine.institution.id, room.nid, reading, until
    )
    tally.count([_of_exception(row) for row in exceptions if row.counted], map(_of_single, singles))
    if reading.hears is Hears.EVERYTHING:
        rows: list[store.ExceptionRow | store.SingleRow] = [*exceptions, *singles]
        told = {
            row.event_order
            for row in rows
            if row.typed and row.event_order > reading.read_to(MAIN)
            if not reading.skips(row.sender)
        }
        tally.add(MAIN, typed - len(told), 0)


async def _select_older(
    tx: Tx, institution_id: int, room_nid: int, reading: Reading, until: int
) -> tuple[list[store.ExceptionRow], list[store.SingleRow], int]:
    """What is told one by one, and how many events count by their type alone."""
    exceptions = await store.select_exceptions(tx, institution_id, room_nid, reading.lowest, until)
    singles = await store.select_own_singles(
        tx, institution_id, room_nid, reading.user_id, reading.lowest, until
    )
    typed = await eventlog_store.count_events(
        tx,
        institution_id,
        room_nid,
        list(COUNTED_TYPES),
        [reading.user_id, *reading.ignored],
        reading.read_to(MAIN),
        until,
    )
    return exceptions, singles, typed
