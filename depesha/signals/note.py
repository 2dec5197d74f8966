"""What the transaction of an event writes, so that unread counts are exact and cheap.

A plain message writes nothing: its type and sender tell all. Rows are written for events that
count otherwise, and for users whom an event is more, or less, to than to the rest.
"""

from collections.abc import Sequence
from typing import NamedTuple

from depesha.eventlog.append import Writing
from depesha.eventlog.changes import Change, Logged, Reach
from depesha.signals import store
from depesha.signals.counts import Noted, counted
from depesha.signals.record import Signals
from depesha.signals.rules import COUNTED_TYPES, MAIN, Hears, Single, Weight
from depesha.signals.thread import find_thread

UNREAD = "unread"
"""Kind of change: counts of the user named in the room named are to be told anew."""

HEARING = "hearing"
"""Kind of change: what the user named hears has changed."""


class Particular(NamedTuple):
    """What an event is to one user, where that cannot be predicted."""

    user_id: str
    weight: Weight


async def note_event(
    signals: Signals,
    w: Writing,
    logged: Logged,
    room_nid: int,
    weight: Weight,
    particulars: Sequence[Particular],
) -> None:
    """Write down what a new event counts: `weight` to everyone, and what it is to some."""
    event, order, typed = logged.event, logged.room_order, logged.event.type in COUNTED_TYPES
    if not (typed or weight.notify or particulars):
        signals.counts.note(event.event_id, Noted(None, ()))
        return
    thread = MAIN
    if "m.relates_to" in event.content:
        thread = await find_thread(w.tx, w.institution.id, event)
    if (weight.notify, weight.highlight, thread) != (typed, False, MAIN):
        highlighted = store.URGENTLY if weight.urgent else int(weight.highlight)
        row = store.ExceptionRow(
            order, event.sender, thread, typed, int(weight.notify), highlighted
        )
        await store.upsert_exception(w.tx, w.institution.id, room_nid, row)
    if particulars:
        rows = [
            store.SingleRow(
                order,
                p.user_id,
                event.sender,
                thread,
                typed,
                int(p.weight.notify),
                int(p.weight.highlight),
            )
            for p in particulars
        ]
        await store.insert_singles(w.tx, w.institution.id, room_nid, rows)
    whole = counted(order, event.sender, thread, highlight=weight.highlight, urgent=weight.urgent)
    singles = tuple(
        Single(order, p.user_id, event.sender, thread, p.weight.notify, p.weight.highlight)
        for p in particulars
    )
    noted = Noted(whole if weight.notify else None, singles)
    signals.counts.note(event.event_id, noted)


async def uncount_event(w: Writing, erased: Logged, room_nid: int) -> None:
    """A redacted event counts no more."""
    event, order = erased.event, erased.room_order
    before = await store.select_exception(w.tx, w.institution.id, room_nid, order)
    typed = event.type in COUNTED_TYPES
    if before is not None or typed:
        thread = before.thread if before else MAIN
        row = store.ExceptionRow(order, event.sender, thread, typed, counted=0, highlighted=0)
        await store.upsert_exception(w.tx, w.institution.id, room_nid, row)
    await store.delete_singles(w.tx, w.institution.id, room_nid, order)


async def write_hearing(
    w: Writing, user_id: str, everywhere: Hears, rooms: dict[str, Hears]
) -> None:
    """Within a plan: how much reaches the user, in some rooms and everywhere else."""
    before = {
        row.room_id: row.hears
        for row in await store.select_hearing(w.tx, w.institution.id, user_id)
    }
    after = {room_id: int(hears) for room_id, hears in rooms.items() if hears is not everywhere}
    if everywhere is not Hears.EVERYTHING:
        after[""] = int(everywhere)
    if before == after:
        return
    rows = [store.HearingRow(room_id, hears) for room_id, hears in after.items()]
    await store.replace_hearing(w.tx, w.institution.id, user_id, rows)
    await w.change(Change(HEARING, Reach.NOBODY, user_id))
    for room_id in before.keys() ^ after.keys():
        if room_id:
            await w.change(Change(UNREAD, Reach.USER, user_id, room_id))
