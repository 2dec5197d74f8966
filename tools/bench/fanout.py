"""Parked syncs: who receives what, and how long after it was sent.

A receiver always has one `/sync` in flight. Each message carries its number; the deliveries in an
answer are counted by looking for the numbers in its bytes, so that the client is no bottleneck.
"""

import asyncio
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from time import perf_counter

from tools.bench.load import check_ok
from tools.bench.server import CLIENT, Session
from tools.bench.wire import Answer, Connection, Refused, request
from tools.bench.world import MESSAGE, room_path

NUMBER = re.compile(rb"delivery-(\d{8})")
NEXT_BATCH = re.compile(rb'"next_batch":\s*"([A-Za-z0-9_.~-]+)"')
FILTER = {"room": {"timeline": {"limit": 50}}}
# As clients ask; on the peer it halves the pace, so the comparison does without.
LAZY_FILTER = {"room": {"timeline": {"limit": 50}, "state": {"lazy_load_members": True}}}


@dataclass(slots=True)
class Party:
    """Everybody who sends and receives during one measurement."""

    failed: asyncio.Future[None] = field(
        default_factory=lambda: asyncio.get_running_loop().create_future()
    )
    sent_at: list[float] = field(default_factory=list)
    waits: list[float] = field(default_factory=list)
    answers: int = 0
    delivered: int = 0
    begin: float = float("inf")
    end: float = float("inf")
    last_answer: float = 0.0
    last_delivery: float = 0.0

    def fail(self, error: Exception) -> None:
        if not self.failed.done():
            self.failed.set_exception(error)

    def message(self, path: str, token: str) -> bytes:
        """The request for the next number."""
        number = len(self.sent_at)
        body = b'{"msgtype":"m.text","body":"%s delivery-%08d"}' % (MESSAGE.encode(), number)
        return request("PUT", f"{path}-{number}", token, body)

    def take(self, answer: Answer) -> bytes:
        """Count what an answer delivers; return its `next_batch`."""
        check_ok(answer)
        self.answers += 1
        self.last_answer = answer.read
        for number in NUMBER.findall(answer.body):
            self.delivered += 1
            self.last_delivery = answer.read
            if self.begin <= answer.read <= self.end:
                self.waits.append(answer.read - self.sent_at[int(number)])
        found = NEXT_BATCH.search(answer.body)
        if found is None:
            raise Refused(f"no URL-safe next_batch in {answer.body[:300]!r}")
        return found[1]

    async def until_quiet(self, seconds: float = 1.0, limit: float = 90) -> None:
        """Wait until no sync has been answered for a while: first syncs and presence are over."""
        async with asyncio.timeout(limit):
            while perf_counter() - self.last_answer < seconds:
                await self.pause(0.1)

    async def until_delivered(self, number: int, limit: float = 90) -> None:
        """Wait until `number` deliveries are made; raises `Refused` if there are more."""
        async with asyncio.timeout(limit):
            while self.delivered < number:
                await self.pause(0.02)
        if self.delivered > number:
            raise Refused(f"{self.delivered} deliveries of {number}: something came twice")

    async def pause(self, seconds: float) -> None:
        """Sleep, or raise what went wrong meanwhile."""
        await asyncio.wait([self.failed], timeout=seconds)
        if self.failed.done():
            self.failed.result()


class Receiver:
    """One user with one `/sync` in flight at all times."""

    def __init__(self, party: Party, connection: Connection, who: Session, filter_id: str) -> None:
        self._party, self._connection = party, connection
        path = f"{CLIENT}/sync?timeout=30000&filter={filter_id}"
        first = request("GET", path, who.token)
        self._head, self._tail = first.split(b" HTTP/1.1", 1)
        self._tail = b" HTTP/1.1" + self._tail
        connection.send(first, self._answered, party.fail)

    def _answered(self, answer: Answer) -> None:
        try:
            since = self._party.take(answer)
            again = b"%s&since=%s%s" % (self._head, since, self._tail)
            self._connection.send(again, self._answered, self._party.fail)
        except Exception as error:  # noqa: BLE001 - told by the party, whatever it is
            self._party.fail(error)


class Sender:
    """One user who sends the next message when the last is answered, until told to stop."""

    def __init__(
        self, party: Party, connection: Connection, who: Session, room: str, name: str
    ) -> None:
        self._party, self._connection, self._token = party, connection, who.token
        self._path = f"{room_path(room)}/send/m.room.message/{name}"
        self.sent = self.answered = 0
        self.going = True
        self._step()

    def _step(self) -> None:
        message = self._party.message(self._path, self._token)
        self._party.sent_at.append(perf_counter())
        self.sent += 1
        self._connection.send(message, self._answered, self._party.fail)

    def _answered(self, answer: Answer) -> None:
        try:
            check_ok(answer)
            self.answered += 1
            if self.going:
                self._step()
        except Exception as error:  # noqa: BLE001 - told by the party, whatever it is
            self._party.fail(error)


async def listen(
    party: Party, ears: Sequence[Connection], who: Sequence[Session], filters: Sequence[str]
) -> None:
    """Let everybody sync, and wait until all are parked."""
    for ear, one, filter_id in zip(ears, who, filters, strict=True):
        Receiver(party, ear, one, filter_id)
    await party.until_quiet()


async def speak(party: Party, senders: Sequence[Sender], warm: float, seconds: float) -> None:
    """Let the senders, already going, send for the warm-up and the window; wait for the rest."""
    party.begin = perf_counter() + warm
    party.end = party.begin + seconds
    await party.pause(warm + seconds)
    for sender in senders:
        sender.going = False
    async with asyncio.timeout(90):
        while any(sender.answered < sender.sent for sender in senders):
            await party.pause(0.02)
