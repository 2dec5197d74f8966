"""`io.line`: leases and messages between processes on one PostgreSQL."""

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager

import asyncpg
import pytest

from depesha.io.line import LOOK_SECONDS, MOST_BYTES, Line
from depesha.io.store import LISTENS_AS
from tests.harness.clock import TestClock

Job = Callable[[], Coroutine[None, None, None]]

END_ALL = (
    "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity"
    " WHERE application_name = $1 AND datname = current_database()"
)


class Worker:
    """A process's line, what it heard, and the work that it does alone."""

    def __init__(self, url: str, name: str, log: list[str]) -> None:
        self.line = Line(url)
        self.heard: asyncio.Queue[tuple[str, bytes]] = asyncio.Queue()
        self._name = name
        self._log = log
        self.began = asyncio.Event()
        self.ended = asyncio.Event()

    def hear(self, subject: str, data: bytes) -> None:
        self.heard.put_nowait((subject, data))

    async def work(self) -> None:
        self._log.append(f"{self._name} begins")
        self.began.set()
        try:
            await asyncio.Event().wait()
        finally:
            self._log.append(f"{self._name} ends")
            self.ended.set()

    async def run(self, clock: TestClock) -> None:
        await self.line.run(clock, self.hear)

    async def opened(self) -> None:
        await self.line._opened.wait()


@asynccontextmanager
async def running(*jobs: Job) -> AsyncIterator[list[asyncio.Task[None]]]:
    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(job()) for job in jobs]
        yield tasks
        for task in tasks:
            task.cancel()


async def until(clock: TestClock, event: asyncio.Event) -> None:
    """Let the time pass until something has happened in the world of real sockets."""
    while not event.is_set():
        await clock.advance(LOOK_SECONDS)


@pytest.fixture
def two(postgres_url: str) -> tuple[Worker, Worker, list[str]]:
    log: list[str] = []
    return Worker(postgres_url, "one", log), Worker(postgres_url, "two", log), log


async def test_one_of_two_works_and_the_other_when_it_is_gone(
    two: tuple[Worker, Worker, list[str]], clock: TestClock
) -> None:
    one, two_, log = two
    async with running(lambda: one.run(clock), lambda: two_.run(clock)) as (first, _):
        await one.opened()
        await two_.opened()
        async with running(
            lambda: one.line.alone(clock, "push", one.work),
            lambda: two_.line.alone(clock, "push", two_.work),
        ):
            while not log:
                await clock.advance(LOOK_SECONDS)
            holder, other = (one, two_) if one.began.is_set() else (two_, one)
            await clock.advance(10)
            assert not other.began.is_set()
            # Another name is another lease.
            elsewhere = asyncio.Event()

            async def short() -> None:
                elsewhere.set()

            async with running(lambda: other.line.alone(clock, "search", short)):
                await until(clock, elsewhere)
            holder.line._drop()
            await until(clock, other.began)
            await until(clock, holder.ended)
            assert not first.done()


async def test_who_loses_the_connection_stops_and_may_begin_again(
    postgres_url: str, clock: TestClock
) -> None:
    log: list[str] = []
    worker = Worker(postgres_url, "one", log)
    async with running(
        lambda: worker.run(clock), lambda: worker.line.alone(clock, "push", worker.work)
    ):
        await until(clock, worker.began)
        killer = await asyncpg.connect(postgres_url)
        assert await killer.fetchval(END_ALL, LISTENS_AS) == 1
        await killer.close()
        await until(clock, worker.ended)
        worker.began.clear()
        await until(clock, worker.began)
    assert log == ["one begins", "one ends", "one begins", "one ends"]


async def test_work_that_ends_is_not_begun_again(postgres_url: str, clock: TestClock) -> None:
    worker = Worker(postgres_url, "one", [])
    times: list[int] = []

    async def once() -> None:
        times.append(1)

    async with running(lambda: worker.run(clock)):
        await worker.opened()
        await worker.line.alone(clock, "once", once)
        await clock.advance(10)
    assert times == [1]


async def test_a_message_reaches_the_others_alone(
    two: tuple[Worker, Worker, list[str]], clock: TestClock
) -> None:
    one, two_, _ = two
    assert not await one.line.send("head.1", b"5")
    async with running(lambda: one.run(clock), lambda: two_.run(clock)):
        await one.opened()
        await two_.opened()
        assert not await one.line.send("whisper.1", b"x" * MOST_BYTES)
        assert await one.line.send("whisper.1", '{"a": "Привет мир"}'.encode())
        assert await one.line.send("head.1", b"5")
        assert await two_.heard.get() == ("whisper.1", '{"a": "Привет мир"}'.encode())
        assert await two_.heard.get() == ("head.1", b"5")
        assert await two_.line.send("head.1", b"6")
        assert await one.heard.get() == ("head.1", b"6")
    assert one.heard.empty()
    assert two_.heard.empty()
