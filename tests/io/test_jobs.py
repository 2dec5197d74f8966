"""`io.jobs`: when a job is done, how often, and by whom."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

import depesha.io
from depesha.io.db import Db, Tx
from depesha.io.jobs import Job, Jobs, Kind, delete_job, insert_job_if_new, upsert_job
from depesha.io.migrate import migrate
from tests.harness.clock import TestClock

HERE = 1


class WatchedJobs(Jobs):
    """Tells when it waits for nothing but its clock."""

    waiting = False

    async def _wait(self, seconds: float) -> None:
        self.waiting = True
        await super()._wait(seconds)
        self.waiting = False

    @property
    def at_rest(self) -> bool:
        return self.waiting and not self._something.is_set()

    def is_doing(self, key: str) -> bool:
        return any(job.key == key for job in self._running)


class Office:
    """A worker whose jobs end when, and as, the test says."""

    def __init__(self, db: Db, clock: TestClock, kinds: tuple[str, ...] = ("mail",)) -> None:
        self.db = db
        self.clock = clock
        self.begun: asyncio.Queue[Job] = asyncio.Queue()
        self.ends: dict[str, asyncio.Future[int | None]] = {}
        self.jobs = WatchedJobs(db, clock, HERE, {kind: Kind(self._do, 3) for kind in kinds})

    async def _do(self, job: Job) -> int | None:
        end = self.ends[job.key] = asyncio.get_running_loop().create_future()
        self.begun.put_nowait(job)
        return await end

    async def ask(self, key: str, payload: bytes = b"", seconds: float = 0) -> None:
        """Ask for a job that is due in so many seconds."""
        due = self.clock.now_ms() + round(seconds * 1000)
        await self.db.write(upsert_job, HERE, "mail", key, payload, due)
        self.jobs.wake()

    async def end(self, key: str, again: int | None = None) -> None:
        """Let a job end well."""
        self.ends[key].set_result(again)
        await self._until_done(key)

    async def fail(self, key: str) -> None:
        self.ends[key].set_exception(OSError("no luck"))
        await self._until_done(key)

    async def _until_done(self, key: str) -> None:
        end = self.ends[key]
        while self.jobs.is_doing(key) and self.ends[key] is end:
            await asyncio.sleep(0)
        await self.rest()

    async def rest(self) -> None:
        """Return when the worker waits for nothing but its clock."""
        while not self.jobs.at_rest:
            await asyncio.sleep(0)

    async def after(self, seconds: float) -> None:
        await self.clock.advance(seconds)
        await self.rest()

    @asynccontextmanager
    async def open(self) -> AsyncIterator[None]:
        async with asyncio.TaskGroup() as tasks:
            working = tasks.create_task(self.jobs.run())
            await self.rest()
            yield
            working.cancel()


@pytest.fixture
async def tables(db: Db, tmp_path: Path) -> Db:
    """This floor's tables alone."""
    (tmp_path / "io").symlink_to(Path(depesha.io.__file__).parent)
    await migrate(db, tmp_path)
    return db


@pytest.fixture
def new_office(tables: Db, clock: TestClock) -> Callable[[], Office]:
    return lambda: Office(tables, clock)


@pytest.fixture
async def office(new_office: Callable[[], Office]) -> AsyncIterator[Office]:
    office = new_office()
    async with office.open():
        yield office


async def count_jobs(tx: Tx) -> int | None:
    return await tx.value(int, "SELECT COUNT(*) FROM io_jobs")


async def find_error(tx: Tx) -> str | None:
    return await tx.value(str, "SELECT error FROM io_jobs WHERE due_ts IS NULL")


async def test_it_is_done_when_due_and_then_gone(office: Office):
    await office.ask("a", b"hello", seconds=10)
    await office.after(9.9)
    assert office.begun.empty()
    await office.after(0.1)
    job = await office.begun.get()
    assert (job.kind, job.key, job.payload, job.attempts) == ("mail", "a", b"hello", 1)
    await office.end("a")
    assert await office.db.read(count_jobs) == 0


async def test_a_worker_that_begins_anew_does_what_it_was_at(new_office: Callable[[], Office]):
    """The lease of what was broken off is not renewed for ever."""
    office = new_office()
    async with office.open():
        await office.ask("a")
        await office.begun.get()
    async with office.open():
        await office.after(61)
        assert (office.begun.qsize(), office.jobs.is_doing("a")) == (1, True)
        await office.end("a")
    assert await office.db.read(count_jobs) == 0


async def test_it_may_want_to_be_done_again(office: Office):
    await office.ask("a")
    await office.begun.get()
    await office.end("a", again=office.clock.now_ms() + 3_600_000)
    await office.after(3599)
    assert office.begun.empty()
    await office.after(1)
    assert (await office.begun.get()).attempts == 1


async def test_asked_for_twice_it_is_done_once_with_the_latest_payload(office: Office):
    await office.ask("a", b"one", seconds=10)
    await office.ask("a", b"two", seconds=5)
    await office.after(5)
    assert (await office.begun.get()).payload == b"two"
    await office.end("a")
    await office.after(100)
    assert office.begun.empty()


async def test_asked_for_while_it_is_done_it_is_done_once_more(office: Office):
    await office.ask("a", b"one")
    await office.begun.get()
    await office.ask("a", b"two")
    await office.rest()
    assert office.begun.empty()
    await office.end("a")
    assert (await office.begun.get()).payload == b"two"
    await office.end("a")
    assert await office.db.read(count_jobs) == 0


@pytest.mark.parametrize("begun", [False, True])
async def test_it_can_be_called_off(office: Office, begun: bool):
    await office.ask("a", seconds=0 if begun else 10)
    if begun:
        await office.begun.get()
    await office.db.write(delete_job, HERE, "mail", "a")
    if begun:
        await office.fail("a")
    await office.after(1000)
    assert office.begun.empty()
    assert await office.db.read(count_jobs) == 0


async def test_what_is_there_is_not_asked_for_anew(office: Office):
    await office.ask("a", b"one", seconds=10)
    now = office.clock.now_ms()
    for key in ("a", "b"):
        await office.db.write(insert_job_if_new, HERE, "mail", key, b"two", now)
    office.jobs.wake()
    assert (await office.begun.get()).key == "b"
    await office.after(10)
    assert (await office.begun.get()).payload == b"one"


async def test_it_is_tried_again_later_each_time_and_given_up(
    office: Office, caplog: pytest.LogCaptureFixture
):
    await office.ask("a")
    for delay in (5, 10):
        await office.begun.get()
        await office.fail("a")
        await office.after(delay - 0.1)
        assert office.begun.empty()
        await office.after(0.1)
    assert (await office.begun.get()).attempts == 3
    await office.fail("a")
    await office.after(100_000)
    assert office.begun.empty()
    assert await office.db.read(find_error) == repr(OSError("no luck"))
    assert caplog.text.count("a job has failed") == 3
    await office.ask("a")
    assert (await office.begun.get()).attempts == 1


async def test_one_failure_spares_the_others(office: Office):
    for key in "abc":
        await office.ask(key)
        await office.begun.get()
    await office.fail("b")
    await office.end("a")
    await office.end("c")
    assert await office.db.read(count_jobs) == 1


async def test_who_dies_is_followed_when_the_lease_runs_out(new_office: Callable[[], Office]):
    first, second = new_office(), new_office()
    async with first.open():
        await first.ask("a")
        await first.begun.get()
    async with second.open():
        await second.after(59.9)
        assert second.begun.empty()
        await second.after(0.1)
        assert (await second.begun.get()).attempts == 2


async def test_who_is_slow_is_left_alone(new_office: Callable[[], Office]):
    first, second = new_office(), new_office()
    async with first.open(), second.open():
        await first.ask("a")
        await first.begun.get()
        for _ in range(30):
            await first.after(10)
            await second.rest()
        assert second.begun.empty()
        await first.end("a")
        assert await first.db.read(count_jobs) == 0


async def test_two_share_the_work(new_office: Callable[[], Office]):
    first, second = new_office(), new_office()
    async with first.open(), second.open():
        for number in range(40):
            await first.ask(str(number))
        second.jobs.wake()
        done: list[str] = []
        while len(done) < 40:
            for office in (first, second):
                await asyncio.sleep(0)
                while not office.begun.empty():
                    job = office.begun.get_nowait()
                    done.append(job.key)
                    office.ends[job.key].set_result(None)
        await first.rest()
    assert sorted(done, key=int) == [str(number) for number in range(40)]


async def test_what_nobody_here_can_do_is_left_for_others(
    tables: Db, clock: TestClock, office: Office
):
    await tables.write(upsert_job, HERE, "fax", "a", b"", clock.now_ms())
    await tables.write(upsert_job, HERE + 1, "mail", "a", b"", clock.now_ms())
    office.jobs.wake()
    await office.after(1000)
    assert office.begun.empty()
    other = Office(tables, clock, ("fax",))
    async with other.open():
        assert (await other.begun.get()).kind == "fax"
