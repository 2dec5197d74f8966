"""The database: reads on a snapshot, and writes that share commits.

    db = await open_db("depesha.sqlite")          # or "postgresql://…"
    room = await db.read(select_room, room_id)    # async def select_room(tx: Tx, room_id: str)
    await db.write(insert_room, room_id, then=rooms.add)

A function given to `read`, `scan` or `write` may await nothing but its transaction: on SQLite
it is run to its end without giving the event loop back.
"""

import asyncio
import logging
from collections import deque
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Generic, Protocol, TypeVar, TypeVarTuple

from depesha.io.postgres import Postgres
from depesha.io.sqlite import Sqlite
from depesha.io.tx import Arg, Conflict, Engine, Hook, Tx, Unavailable

__all__ = ["Arg", "Conflict", "Db", "Tx", "Unavailable", "open_db"]

T = TypeVar("T")
Ts = TypeVarTuple("Ts")

_BATCH_PLANS = 64

_log = logging.getLogger(__name__)


class _Withdrawn(Exception):
    """Nobody waits for this plan any more."""


class _Plan(Generic[T, *Ts]):
    """A function waiting to be run in a batch, and the caller waiting for it."""

    __slots__ = ("_args", "_done", "_error", "_fn", "_on_abort", "_result", "_then")

    def __init__(
        self,
        fn: Callable[[Tx, *Ts], Coroutine[object, None, T]],
        args: tuple[*Ts],
        then: Callable[[T], None] | None,
        on_abort: Callable[[], None] | None,
        done: asyncio.Future[T],
    ) -> None:
        self._fn, self._args, self._then, self._on_abort = fn, args, then, on_abort
        self._done = done
        self._result: T
        self._error: Exception | None = None

    async def run(self, tx: Tx) -> None:
        if self._done.cancelled():
            raise _Withdrawn
        self._result = await self._fn(tx, *self._args)

    def refuse(self, error: Exception) -> None:
        """The plan raised; nothing of it is kept."""
        self._error = error

    def abort(self, error: Exception) -> None:
        """The batch of a plan that ran well did not commit."""
        if self._error is None:
            self._error = error
            if self._on_abort is not None:
                try:
                    self._on_abort()
                except Exception:  # noqa: BLE001 (the other callers must be told too)
                    _log.exception("what follows a failed commit failed")

    def apply(self) -> None:
        """The plan is durable: tell memory."""
        if self._error is None and self._then is not None:
            try:
                self._then(self._result)
            except Exception as error:  # noqa: BLE001 (its caller gets it)
                _log.exception("what follows a commit failed")
                self._error = error

    def settle(self) -> None:
        if self._done.done():
            return
        if self._error is None:
            self._done.set_result(self._result)
        else:
            self._done.set_exception(self._error)


class _Work(Protocol):
    """A `_Plan` of whatever type."""

    async def run(self, tx: Tx) -> None: ...
    def refuse(self, error: Exception) -> None: ...
    def abort(self, error: Exception) -> None: ...
    def apply(self) -> None: ...
    def settle(self) -> None: ...


class Db:
    """One database. Made by `open_db`, ended by `close`."""

    def __init__(self, engine: Sqlite | Postgres) -> None:
        self._engine = engine
        self.before_batch: Hook | None = None
        self.after_batch: Hook | None = None
        """Both run in every transaction of the writer: first in it, and last before its commit."""
        self.in_flight = 0
        """How many reads and writes have not been answered yet."""
        self._waiting: deque[_Work] = deque()
        self._arrived = asyncio.Event()
        self._closing = False
        self._writer = asyncio.create_task(self._write_batches())

    @property
    def engine(self) -> Engine:
        return self._engine.name

    async def read(self, fn: Callable[[Tx, *Ts], Coroutine[object, None, T]], *args: *Ts) -> T:
        """What `fn(tx, *args)` returns on one snapshot. For short reads by index.

        On SQLite it blocks the event loop while it runs.
        """
        self.in_flight += 1
        try:
            return await self._engine.read(fn, args)
        finally:
            self.in_flight -= 1

    async def scan(self, fn: Callable[[Tx, *Ts], Coroutine[object, None, T]], *args: *Ts) -> T:
        """As `read`, for what may take long: on SQLite it runs in another thread."""
        self.in_flight += 1
        try:
            return await self._engine.scan(fn, args)
        finally:
            self.in_flight -= 1

    async def write(
        self,
        fn: Callable[[Tx, *Ts], Coroutine[object, None, T]],
        *args: *Ts,
        then: Callable[[T], None] | None = None,
        on_abort: Callable[[], None] | None = None,
    ) -> T:
        """What `fn(tx, *args)` returns, once its changes are on the disk.

        Functions that wait at the same time share one transaction and one commit, in the order
        they came; one that raises is undone alone and only its caller gets the error. After the
        commit the `then` of each is called with its result, in the same order, and after all of
        them the callers go on. When the commit fails, every caller of it gets the error, and
        the `on_abort` of each is called in place of `then`.

        A caller that is cancelled before its function began takes it away; later, the function
        goes its way, and `then` is called.
        """
        if self._closing:
            raise RuntimeError("the database is closed")
        done: asyncio.Future[T] = asyncio.get_running_loop().create_future()
        self._waiting.append(_Plan(fn, args, then, on_abort, done))
        self._arrived.set()
        self.in_flight += 1
        try:
            return await done
        finally:
            self.in_flight -= 1

    async def _write_batches(self) -> None:
        while self._waiting or not self._closing:
            await self._arrived.wait()
            self._arrived.clear()
            while self._waiting:
                await self._write_batch()
                # The callers that have just been answered may have more to write.
                await asyncio.sleep(0)

    async def _write_batch(self) -> None:
        batch: list[_Work] = []
        try:
            await self._run_batch(batch)
        except Exception as error:  # noqa: BLE001 (each caller gets it)
            for plan in batch:
                plan.abort(error)
            await self._roll_back()
        else:
            for plan in batch:
                plan.apply()
        for plan in batch:
            plan.settle()

    async def _run_batch(self, batch: list[_Work]) -> None:
        """Run what waits in one transaction; `batch` receives it, also when it fails."""
        alone = len(self._waiting) == 1
        batch.append(self._waiting.popleft())
        await self._begin(batch)
        if alone:
            await self._run_alone(batch[0])
        else:
            await self._run_apart(batch[0])
            await self._run_more(batch)
            await self._commit()

    async def _begin(self, batch: list[_Work]) -> None:
        try:
            await self._engine.begin()
        except Unavailable:
            # Each of those that wait would only wait as long again.
            batch.extend(self._waiting)
            self._waiting.clear()
            raise
        if self.before_batch is not None:
            await self._engine.prepare(self.before_batch)

    async def _run_more(self, batch: list[_Work]) -> None:
        now = asyncio.get_running_loop().time
        end = now() + self._engine.batch_seconds
        while self._waiting and len(batch) < _BATCH_PLANS and now() < end:
            batch.append(self._waiting.popleft())
            await self._run_apart(batch[-1])

    async def _run_alone(self, plan: _Work) -> None:
        """With nobody else's work in the transaction, a savepoint would protect nothing."""
        try:
            await self._engine.run(plan.run)
        except Exception as error:  # noqa: BLE001 (its caller gets it)
            plan.refuse(error)
            await self._roll_back()
        else:
            await self._commit()

    async def _commit(self) -> None:
        if self.after_batch is not None:
            await self._engine.prepare(self.after_batch)
        await self._engine.commit()

    async def _run_apart(self, plan: _Work) -> None:
        try:
            await self._engine.run_apart(plan.run)
        except Unavailable:
            raise
        except Exception as error:  # noqa: BLE001 (its caller gets it)
            plan.refuse(error)

    async def _roll_back(self) -> None:
        try:
            await self._engine.rollback()
        except Exception:  # noqa: BLE001 (the next transaction will tell)
            _log.exception("rolling back failed")

    async def close(self) -> None:
        """Finish what waits, then let go of the database."""
        self._closing = True
        self._arrived.set()
        await self._writer
        await self._engine.close()


async def open_db(place: str) -> Db:
    """A database by the path of an SQLite file or a `postgresql://` address."""
    if place.startswith(("postgresql://", "postgres://")):
        return Db(await Postgres.open(place))
    return Db(Sqlite(Path(place)))
