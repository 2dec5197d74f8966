"""Consumers: each reads the log behind the writers, from its own stored cursor, at its own pace.

What a consumer does for an entry may be done again after a crash: it must bear that. Of several
workers on one database the one that holds the consumer's lease runs it (`app/wiring.py`).
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence

from depesha.eventlog import store
from depesha.eventlog.append import EventLog
from depesha.eventlog.changes import Entry

Handle = Callable[[Sequence[Entry]], Awaitable[None]]
"""Takes the next entries of the log, oldest first."""

MOST_ENTRIES = 100
RETRY_SECONDS = 5.0

CURSOR_SECONDS = 1.0
"""How far behind the stored cursors may be: what came since is given again after a crash."""

_log = logging.getLogger(__name__)


async def consume(log: EventLog, name: str, handle: Handle, pause: float = 0.0) -> None:
    """Give the log's entries to `handle`, piece by piece, for ever.

    A piece that fails is given again after a while. `pause` seconds lie between two pieces, so
    that what is in no hurry is done for many entries at once. A new consumer begins at the
    log's end as it was when its process started.
    """
    position = await log.db.read(store.select_cursor, log.institution.id, name)
    if position is None:
        position = log.started_at
        await log.db.write(store.upsert_cursor, log.institution.id, name, position)
    try:
        await _consume_from(log, name, handle, pause, position)
    finally:
        # Whoever has the lease next begins there.
        await _store_cursors(log)


async def _consume_from(
    log: EventLog, name: str, handle: Handle, pause: float, position: int
) -> None:
    while True:
        if position >= log.position:
            await log.wait_beyond(position)
        head = log.position
        entries = await log.entries_after(position, MOST_ENTRIES)
        if not entries:
            # Positions may be left out.
            position = head
            continue
        try:
            await handle(entries)
        except asyncio.CancelledError:
            raise
        except Exception:  # noqa: BLE001 (a consumer outlives its failures)
            _log.exception("a consumer failed", extra={"consumer": name, "position": position})
            await log.clock.sleep(RETRY_SECONDS)
            continue
        position = log.cursors[name] = entries[-1].position
        log.cursors_moved.set()
        # With more waiting there is no pause, but others get their turn.
        await log.clock.sleep(pause if len(entries) < MOST_ENTRIES else 0)


async def keep_cursors(log: EventLog) -> None:
    """Store for ever how far the consumers have read, and once more at the end.

    Once a second for all of them: a commit of its own for each piece would make every event wait
    for the disk twice.
    """
    try:
        while True:
            await log.cursors_moved.wait()
            await log.clock.sleep(CURSOR_SECONDS)
            await _store_cursors(log)
    finally:
        await _store_cursors(log)


async def _store_cursors(log: EventLog) -> None:
    moved, log.cursors = log.cursors, {}
    log.cursors_moved.clear()
    if moved:
        await log.db.write(store.upsert_cursors, log.institution.id, moved)
