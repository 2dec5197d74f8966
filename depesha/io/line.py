"""A worker's line to the others on the same PostgreSQL: short messages, and leases.

One connection of its own carries both. A lease is an advisory lock: it ends with the connection,
so with the worker, whatever that dies of. A message is kept by nobody: who does not listen at
that moment misses it.
"""

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Callable, Iterator
from hashlib import blake2b

import asyncpg

from depesha.base.clock import Clock
from depesha.io.postgres import LOST, Connection
from depesha.io.store import LISTENS_AS, NOTIFY, TAKE_LEASE, TOUCH
from depesha.io.tx import Unavailable
from depesha.io.wake import Hear

MOST_BYTES = 7_900
"""What PostgreSQL takes for one message."""
LOOK_SECONDS = 1.0
"""How often a lease, or a new line, is tried for."""
TOUCH_SECONDS = 8.0
"""How often it is asked whether the line still holds."""

_CHANNEL = "depesha"
_SECONDS = 5.0
"""A line that answers later is lost: before PostgreSQL gives its leases to somebody else."""
_KEEPALIVE = {
    "application_name": LISTENS_AS,
    # Whose machine is gone without a word loses its leases within some twenty seconds.
    "tcp_keepalives_idle": "10",
    "tcp_keepalives_interval": "3",
    "tcp_keepalives_count": "3",
}

_log = logging.getLogger(__name__)


@contextlib.contextmanager
def _translated() -> Iterator[None]:
    try:
        yield
    except LOST as error:
        raise Unavailable(str(error)) from error


class Line:
    """The line of one process; `run` keeps it open."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._connection: Connection | None = None
        self._opened = asyncio.Event()
        self._lost = asyncio.Event()
        self._woken = asyncio.Event()
        self._one_at_a_time = asyncio.Lock()

    async def run(self, clock: Clock, hear: Hear) -> None:
        """Open the line, again and again when it is lost, until cancelled."""
        while True:
            try:
                await self._open(hear)
                while not self._lost.is_set():
                    await self._ask(TOUCH)
                    await self._rest(clock)
            except Unavailable as error:
                _log.warning("the line to other workers is lost", extra={"error": str(error)})
            finally:
                self._drop()
            await clock.sleep(LOOK_SECONDS)

    async def _rest(self, clock: Clock) -> None:
        """Return when the line is lost, or is to be looked after."""
        over = self._woken = asyncio.Event()
        timer = clock.call_later(TOUCH_SECONDS, over.set)
        try:
            if not self._lost.is_set():
                await over.wait()
        finally:
            timer.cancel()

    async def _open(self, hear: Hear) -> None:
        with _translated():
            connection = await asyncpg.connect(
                self._url, timeout=_SECONDS, command_timeout=_SECONDS, server_settings=_KEEPALIVE
            )
        own = connection.get_server_pid()
        lost = self._lost = asyncio.Event()

        def ended(_connection: object) -> None:
            lost.set()
            self._woken.set()

        def heard(_connection: object, pid: int, _channel: str, message: object) -> None:
            if pid != own and isinstance(message, str):
                subject, _, data = message.partition(" ")
                hear(subject, data.encode())

        connection.add_termination_listener(ended)
        try:
            with _translated():
                await connection.add_listener(_CHANNEL, heard)
        except BaseException:
            connection.terminate()
            raise
        self._connection = connection
        self._opened.set()

    def _drop(self) -> None:
        self._opened.clear()
        self._lost.set()
        self._woken.set()
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.terminate()

    async def _ask(self, sql: str, *args: str | int) -> object:
        """The one value that a statement gives. Raises Unavailable when the line is lost."""
        async with self._one_at_a_time:
            if self._connection is None:
                raise Unavailable("the line is not open")
            with _translated():
                answer: object = await self._connection.fetchval(sql, *args)
            return answer

    # --- messages ---------------------------------------------------------------------

    async def send(self, subject: str, data: bytes) -> bool:
        """Tell whoever listens; False when that was not possible."""
        message = f"{subject} {data.decode()}"
        if self._connection is None or len(message.encode()) > MOST_BYTES:
            return False
        try:
            await self._ask(NOTIFY, _CHANNEL, message)
        except Unavailable:
            self._drop()
            return False
        return True

    # --- leases -----------------------------------------------------------------------

    async def alone(self, clock: Clock, name: str, work: Callable[[], Awaitable[None]]) -> None:
        """Do `work` while this process, of all that ask, holds the lease of that name.

        It is cancelled when the lease is lost, and begun again when it is had again. Returns
        when the work has ended by itself; an exception of it is raised in a group.
        """
        while not await self._does(name, work):
            await clock.sleep(LOOK_SECONDS)

    async def _does(self, name: str, work: Callable[[], Awaitable[None]]) -> bool:
        """Whether the lease was had, and the work done to its end."""
        await self._opened.wait()
        lost = self._lost
        try:
            is_mine = await self._ask(TAKE_LEASE, _key(name))
        except Unavailable:
            return False
        if is_mine is not True:
            return False
        async with asyncio.TaskGroup() as group:
            doing = group.create_task(_do(work))
            watching = group.create_task(lost.wait())
            await asyncio.wait((doing, watching), return_when=asyncio.FIRST_COMPLETED)
            is_done = doing.done()
            doing.cancel()
            watching.cancel()
        return is_done


async def _do(work: Callable[[], Awaitable[None]]) -> None:
    await work()


def _key(name: str) -> int:
    """The number of a lease, as PostgreSQL knows it."""
    return int.from_bytes(blake2b(name.encode(), digest_size=8).digest(), signed=True)
