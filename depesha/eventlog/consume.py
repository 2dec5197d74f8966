"""Consumers: each reads the log behind the writers, from its own stored cursor, at its own pace.

What a consumer does for an entry may be done again after a crash: it must bear that. Of several
workers on one database the one that holds the consumer's lease runs it (`app/wiring.py`).

An entry that a consumer cannot bear is passed over after some attempts, and only that one: else
nobody would be told anything any more. A database that is away is no fault of an entry.
"""

import logging
from collections.abc import Awaitable, Callable, Sequence

from depesha.eventlog import store
from depesha.eventlog.append import EventLog
from depesha.eventlog.changes import Entry
from depesha.io.tx import Unavailable

Handle = Callable[[Sequence[Entry]], Awaitable[None]]
"""Takes the next entries of the log, oldest first."""

MOST_ENTRIES = 100
RETRY_SECONDS = 5.0
ATTEMPTS = 5
"""How often an entry is given to a consumer that fails at it."""

CURSOR_SECONDS = 1.0
"""How far behind the stored cursors may be: what came since is given again after a crash."""

_log = logging.getLogger(__name__)


async def consume(log: EventLog, name: str, handle: Handle, pause: float = 0.0) -> None:
    """Give the log's entries to `handle`, piece by piece, for ever.

    A piece that fails is given again after a while, entry by entry. `pause` seconds lie between
    two pieces, so that what is in no hurry is done for many entries at once. A new consumer begins
    at the log's end as it was when its process started.
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
    failures, careful_until = 0, 0
    while True:
        if position >= log.position:
            await log.wait_beyond(position)
        head = log.position
        most = 1 if position < careful_until else MOST_ENTRIES
        entries = await log.entries_after(position, most)
        if not entries:
            # Positions may be left out.
            position = head
            continue
        try:
            await handle(entries)
        except Exception as error:  # noqa: BLE001 (a consumer outlives its failures)
            at = {"consumer": name, "position": entries[0].position}
            _log.exception("a consumer failed", extra=at)
            careful_until = max(careful_until, entries[-1].position)
            failures += len(entries) == 1 and not _is_away(error)
            if failures < ATTEMPTS:
                await log.clock.sleep(RETRY_SECONDS)
                continue
            _log.error("a consumer passes an entry over", extra=at)
        failures = 0
        position = log.cursors[name] = entries[-1].position
        log.cursors_moved.set()
        # With more waiting there is no pause, but others get their turn.
        await log.clock.sleep(pause if len(entries) < most else 0)


def _is_away(error: Exception) -> bool:
    """True when it was the database, perhaps among other things, that failed."""
    if isinstance(error, ExceptionGroup):
        return error.subgroup(Unavailable) is not None
    return isinstance(error, Unavailable)


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
