"""Work to be done later, and at least once, whatever happens in between.

A job is known by its kind and key: asked for twice, it is done once, with the latest payload.
Whoever does it holds a lease, renewed until it is done; a process that dies lets its leases run
out, and another one, or its successor, begins again. So what a job does must bear repetition.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping
from typing import NamedTuple

from depesha.base.clock import Clock
from depesha.io.db import Db, Tx, Unavailable
from depesha.io.store import (
    Job,
    delete_finished_job,
    delete_job,
    finish_job,
    insert_job_if_new,
    lease_jobs,
    select_next_due,
    update_leases,
    upsert_job,
)

__all__ = ["Do", "Job", "Jobs", "Kind", "delete_job", "insert_job_if_new", "upsert_job"]

Do = Callable[[Job], Awaitable[int | None]]
"""Does a job; gives the time (ms) at which it is to be done again, or None."""


class Kind(NamedTuple):
    """How one kind of job is done, and after how many attempts it is given up, if ever."""

    do: Do
    attempts: int | None = 10


_AT_ONCE = 8
_LEASE_MS = 60_000
_RENEW_SECONDS = 20.0
_POLL_SECONDS = 60.0

_log = logging.getLogger(__name__)


def delay_ms(attempts: int) -> int:
    """How long to wait after so many attempts: 5 s, doubled each time, up to an hour."""
    return min(3_600_000, 5_000 << min(attempts - 1, 10))


class Jobs:
    """Does one institution's jobs of the given kinds; started by `run`.

    A job that raises is tried again, later each time. One that is given up stays in the table,
    with its error and without a time, until somebody asks for it again.
    """

    def __init__(
        self, db: Db, clock: Clock, institution_id: int, kinds: Mapping[str, Kind]
    ) -> None:
        self._db = db
        self._clock = clock
        self._institution_id = institution_id
        self._kinds = kinds
        self._running: set[Job] = set()
        self._something = asyncio.Event()

    def wake(self) -> None:
        """A job has been asked for."""
        self._something.set()

    async def run(self) -> None:
        """Do jobs as they fall due, until cancelled."""
        async with asyncio.TaskGroup() as tasks:
            while True:
                self._something.clear()
                try:
                    for job in await self._lease():
                        tasks.create_task(self._do(job))
                    seconds = await self._pause()
                except Unavailable:
                    seconds = _POLL_SECONDS
                await self._wait(seconds)

    async def _lease(self) -> list[Job]:
        """Renew the leases of what is being done, and take more to do."""
        now = self._clock.now_ms()
        if self._running:
            await self._db.write(update_leases, list(self._running), now + _LEASE_MS)
        most = _AT_ONCE - len(self._running)
        due = await self._db.read(select_next_due, self._institution_id, list(self._kinds))
        if due is None or due > now or not most:
            return []
        jobs = await self._db.write(
            lease_jobs, self._institution_id, list(self._kinds), now, now + _LEASE_MS, most
        )
        self._running.update(jobs)
        return jobs

    async def _pause(self) -> float:
        """Seconds until there is something to do, unless we are woken."""
        if len(self._running) == _AT_ONCE:
            return _RENEW_SECONDS
        most = _RENEW_SECONDS if self._running else _POLL_SECONDS
        due = await self._db.read(select_next_due, self._institution_id, list(self._kinds))
        return most if due is None else min(most, max(0, due - self._clock.now_ms()) / 1000)

    async def _wait(self, seconds: float) -> None:
        timer = self._clock.call_later(seconds, self._something.set)
        try:
            await self._something.wait()
        finally:
            timer.cancel()

    async def _do(self, job: Job) -> None:
        try:
            again, error = await self._try(job)
            await self._db.write(_finish, job, again, error)
        except Unavailable:
            _log.warning("a job is to be done again, since its end could not be written down")
        finally:
            # Also when cancelled: a lease that goes on being renewed is nobody's to take.
            self._running.discard(job)
            self._something.set()

    async def _try(self, job: Job) -> tuple[int | None, str | None]:
        """When the job is to be done again (ms), and why it failed, if it did."""
        kind = self._kinds[job.kind]
        try:
            return await kind.do(job), None
        except Exception as raised:  # noqa: BLE001 (the job may be anything)
            _log.exception("a job has failed", extra={"kind": job.kind, "key": job.key})
            is_over = kind.attempts is not None and job.attempts >= kind.attempts
            return None if is_over else self._clock.now_ms() + delay_ms(job.attempts), repr(raised)


async def _finish(tx: Tx, job: Job, again: int | None, error: str | None) -> None:
    if again is None and error is None and await delete_finished_job(tx, job):
        return
    await finish_job(tx, job, again, error)
