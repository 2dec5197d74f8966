"""Closed loops: each lane sends its next request when its last is answered."""

import asyncio
import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from time import perf_counter

from tools.bench.wire import Answer, Connection, Refused, connected


@dataclass(slots=True)
class Tally:
    """What a load has counted: `waits` (seconds) of the answers read inside the window, `total`
    of all answers, warm-up and tail included."""

    waits: list[float] = field(default_factory=list)
    total: int = 0
    seconds: float = 0.0

    @property
    def rate(self) -> float:
        """Answers a second inside the window."""
        return len(self.waits) / self.seconds


def check_ok(answer: Answer) -> None:
    """Raise `Refused` unless the status is 200."""
    if answer.status != 200:
        raise Refused(f"status {answer.status}: {answer.body[:300].decode(errors='replace')}")


def share(values: Sequence[float], part: float) -> float:
    """The value that `part` (0 to 1) of `values` do not exceed; NaN of none."""
    ordered = sorted(values)
    return ordered[max(0, math.ceil(part * len(ordered)) - 1)] if ordered else math.nan


class Run:
    """One load: lanes that run until their requests or the time are used up."""

    def __init__(self, lanes: int, warm: float, seconds: float) -> None:
        self.tally = Tally()
        self.done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._open = lanes
        self.begin = perf_counter() + warm
        self.end = self.begin + seconds
        self._last = self.begin

    def count(self, answer: Answer) -> None:
        self.tally.total += 1
        if self.begin <= answer.read <= self.end:
            self.tally.waits.append(answer.read - answer.sent)
            self._last = answer.read

    def close_lane(self) -> None:
        self._open -= 1
        if self._open == 0 and not self.done.done():
            until = self.end if perf_counter() >= self.end else self._last
            self.tally.seconds = until - self.begin
            self.done.set_result(None)

    def fail(self, error: Exception) -> None:
        if not self.done.done():
            self.done.set_exception(error)


class Lane:
    """One connection with one request in flight."""

    def __init__(
        self,
        run: Run,
        connection: Connection,
        requests: Iterator[bytes],
        keep: Callable[[Answer], None] | None,
    ) -> None:
        self._run, self._connection = run, connection
        self._requests, self._keep = requests, keep

    def step(self) -> None:
        request = next(self._requests, None) if perf_counter() < self._run.end else None
        if request is None or self._run.done.done():
            self._run.close_lane()
        else:
            self._connection.send(request, self._answered, self._run.fail)

    def _answered(self, answer: Answer) -> None:
        try:
            check_ok(answer)
            self._run.count(answer)
            if self._keep is not None:
                self._keep(answer)
            self.step()
        except Exception as error:  # noqa: BLE001 - told by `drive`, whatever it is
            self._run.fail(error)


async def drive(
    port: int,
    lanes: Sequence[Iterator[bytes]],
    *,
    warm: float = 0.0,
    seconds: float = math.inf,
    keep: Callable[[Answer], None] | None = None,
) -> Tally:
    """Run the lanes at once and return what was counted.

    Ends when the requests or warm-up and time are used up and every answer is in. Raises `Refused`
    on the first status that is not 200, `ConnectionError` on a lost connection.
    """
    async with connected(port, len(lanes)) as connections:
        run = Run(len(lanes), warm, seconds)
        for connection, requests in zip(connections, lanes, strict=True):
            Lane(run, connection, requests, keep).step()
        await run.done
    return run.tally


async def ask_all(port: int, requests: Iterable[bytes], at_once: int = 8) -> list[Answer]:
    """The answers to `requests`, in their order; raises like `drive`."""
    numbered = enumerate(requests)
    answers: dict[int, Answer] = {}

    async def work(connection: Connection) -> None:
        for number, request in numbered:
            answer = await connection.ask(request)
            check_ok(answer)
            answers[number] = answer

    async with connected(port, at_once) as connections, asyncio.TaskGroup() as group:
        for connection in connections:
            group.create_task(work(connection))
    return [answers[number] for number in sorted(answers)]
