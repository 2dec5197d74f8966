"""SIGTERM: whoever waits is answered, and the process ends by itself."""

import asyncio
import contextlib
import resource
import signal
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tests.harness.client import Client
from tests.harness.process import Process, process, wire_to

MANY = 5_000
USERS = 50
_HIGH = 60_000

pytestmark = [pytest.mark.slow, pytest.mark.limit(180)]


@pytest.fixture(autouse=True)
def open_files() -> None:
    """Each socket of this test is a file, here and in the server, which inherits the limit."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = min(hard, _HIGH)
    if wanted < 2 * MANY:
        pytest.skip("needs more open files: ulimit -Hn")
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, wanted), hard))


class Poll:
    """A sync on a socket of its own, written by hand: a client would cost too much."""

    def __init__(self, server: Process, client: Client, since: str) -> None:
        parts = urlsplit(server.url)
        self._place = parts.hostname, parts.port
        self._asks = (
            f"GET /_matrix/client/v3/sync?timeout=110000&since={since} HTTP/1.1\r\n"
            f"Host: x\r\nAuthorization: Bearer {client.token}\r\n\r\n"
        ).encode()
        self._reader: asyncio.StreamReader
        self._writer: asyncio.StreamWriter

    async def begin(self) -> None:
        self._reader, self._writer = await asyncio.open_connection(*self._place)
        self._writer.write(self._asks)

    async def answer(self) -> tuple[int, bytes]:
        """Status and body, and that the connection has ended then."""
        whole = await self._reader.read()
        await self.hang_up()
        head, _, body = whole.partition(b"\r\n\r\n")
        return int(head.split()[1]), body

    async def status(self) -> int:
        """The status, once there is an answer."""
        return int((await self._reader.readuntil(b"\r\n\r\n")).split()[1])

    async def hang_up(self) -> None:
        self._writer.close()
        with contextlib.suppress(ConnectionError):
            await self._writer.wait_closed()


async def parked(client: Client) -> int:
    """How many requests wait in the server."""
    figures = (await client.get("/_depesha/v1/metrics")).body.decode()
    line = next(x for x in figures.splitlines() if x.startswith("depesha_parked_requests "))
    return int(float(line.split()[1]))


async def begin_all(server: Process, people: list[Client], count: int) -> list[Poll]:
    """So many polls, all of them waiting in the server."""
    since = [(await person.sync())["next_batch"] for person in people]
    polls = [Poll(server, people[n % len(people)], since[n % len(people)]) for n in range(count)]
    for at in range(0, count, 200):
        await asyncio.gather(*(poll.begin() for poll in polls[at : at + 200]))
    while await parked(people[0]) < count:
        pass
    return polls


def memory_kib(server: Process) -> int:
    """What the process takes of the machine's memory."""
    lines = Path(f"/proc/{server.process.pid}/status").read_text().splitlines()
    return int(next(x for x in lines if x.startswith("VmRSS:")).split()[1])


async def first_statuses(polls: list[Poll], count: int) -> list[int]:
    """The statuses of those that are answered first, at least so many; the others wait on."""
    waiting = {asyncio.ensure_future(poll.status()) for poll in polls}
    statuses: list[int] = []
    while len(statuses) < count:
        done, waiting = await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
        statuses += [task.result() for task in done]
    for task in waiting:
        task.cancel()
    await asyncio.gather(*waiting, return_exceptions=True)
    return statuses


async def test_thousands_of_polls_are_answered_when_the_server_stops(tmp_path: Path) -> None:
    settings = {"presence": False, "max_connections_per_address": 2 * MANY}
    async with process(tmp_path / "data", **settings) as server, wire_to(server) as wire:
        people = [await Client(wire).register(f"user{n}") for n in range(USERS)]
        before = memory_kib(server)
        polls = await begin_all(server, people, MANY)
        # Some kilobytes each: a hundred thousand fit into two gigabytes.
        assert (memory_kib(server) - before) / MANY < 40
        server.process.send_signal(signal.SIGTERM)
        answers = await asyncio.gather(*(poll.answer() for poll in polls))
        assert {status for status, _ in answers} == {200}
        assert all(b"next_batch" in body for _, body in answers)
        assert await server.process.wait() == 0


async def test_beyond_the_limits_is_refused_and_the_rest_go_on(tmp_path: Path) -> None:
    limits = {"max_connections": 2_000, "max_requests": 1_640, "max_parked_per_user": 40}
    async with (
        process(tmp_path / "data", presence=False, **limits) as server,
        wire_to(server) as wire,
    ):
        people = [await Client(wire).register(f"user{n}") for n in range(USERS)]
        polls = await begin_all(server, people[:-1], 1_400)
        # One person may not have them all.
        since = (await people[-1].sync())["next_batch"]
        own = [Poll(server, people[-1], since) for _ in range(60)]
        for poll in own:
            await poll.begin()
        while await parked(people[0]) < 1_440:
            pass
        # The server may not have more than so many.
        more = await people[0].sync()
        further = [Poll(server, people[n % 40], more["next_batch"]) for n in range(900)]
        await asyncio.gather(*(poll.begin() for poll in further))
        refused = await first_statuses(own + further, 20 + 800)
        assert refused.count(429) >= 20
        assert refused.count(503) >= 800 - refused.count(429)
        assert set(refused) == {429, 503}
        await asyncio.gather(*(poll.hang_up() for poll in further))
        # Those who were there first are told what happens.
        while (await people[0].get("/account/whoami")).status == 503:
            pass
        room = await people[0].create_room()
        assert room
        told = await asyncio.gather(*(poll.status() for poll in polls[::49]))
        assert set(told) == {200}
        await asyncio.gather(*(poll.hang_up() for poll in polls + own))
        while await parked(people[0]):
            pass
        (await people[-1].get("/sync", {"since": since, "timeout": 10})).ok()
