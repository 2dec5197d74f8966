"""A clock that stands still until a test moves it."""

import asyncio
import heapq
import itertools
import random
from collections.abc import Callable, Sized

from depesha.base.clock import Clock, Timer

START_MS = 1_764_000_000_000
"""24 November 2025: where every test begins."""

_TURNS = 25
"""Turns of the event loop after a timer: enough for what it woke to go on until it waits again."""

_PATIENCE = 20.0
"""Seconds of real time after which work that goes on and on is no longer waited for."""

_EXACT = 1e-6
"""Seconds by which two equal times may differ."""


class _Timer:
    def __init__(self, callback: Callable[[], None]) -> None:
        self.callback = callback
        self.cancelled = False

    def cancel(self) -> None:
        self.cancelled = True


class TestClock(Clock):
    """Time moves by `advance` alone; ids and random bytes follow a seed."""

    __test__ = False

    def __init__(self, seed: int = 1) -> None:
        self._now = 0.0
        self._due: list[tuple[float, int, _Timer]] = []
        self._order = itertools.count()
        self._random = random.Random(seed)
        self.busy: list[Callable[[], bool]] = []
        """Each tells whether something outside the loop, such as a commit, is being waited for."""
        self._watchers: list[tuple[float, asyncio.Future[None]]] = []

    def now_ms(self) -> int:
        return START_MS + round(self._now * 1000)

    def monotonic(self) -> float:
        return self._now

    def call_later(self, seconds: float, callback: Callable[[], None]) -> Timer:
        timer = _Timer(callback)
        heapq.heappush(self._due, (self._now + max(0.0, seconds), next(self._order), timer))
        if seconds <= 0:
            asyncio.get_running_loop().call_soon(self._fire_until, self._now)
        for wanted, seen in self._watchers:
            if abs(wanted - seconds) < _EXACT and not seen.done():
                seen.set_result(None)
        return timer

    def new_id(self, length: int = 18) -> str:
        alphabet = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
        return "".join(self._random.choices(alphabet, k=length))

    def random_bytes(self, count: int) -> bytes:
        return self._random.randbytes(count)

    def pending(self, within: float = float("inf")) -> int:
        """How many timers are armed that fire within so many seconds."""
        limit = self._now + within
        return sum(not timer.cancelled and due <= limit for due, _, timer in self._due)

    async def armed(self, seconds: float) -> None:
        """Return once a timer of so many seconds is running: what is waited for has begun."""
        due = self._now + seconds
        if any(not timer.cancelled and abs(at - due) < _EXACT for at, _, timer in self._due):
            return
        seen = asyncio.get_running_loop().create_future()
        self._watchers.append((seconds, seen))
        try:
            await seen
        finally:
            self._watchers.remove((seconds, seen))

    async def advance(self, seconds: float) -> None:
        """Move by `seconds`: due timers fire in order, and what each wakes may run and re-arm."""
        target = self._now + seconds
        await self._turn()
        while self._fire_until(target, most=1):
            if _is_anybody_ready() or self._is_busy():
                await self._turn()
        self._now = target
        await self._turn()

    async def leap(self, seconds: float) -> None:
        """Move by `seconds` as when the machine was asleep: what was due meanwhile fires once.

        For long times: what looks around every second would do so thousands of times.
        """
        await self._turn()
        self._now += seconds
        await self.advance(0)

    def _fire_until(self, target: float, most: int | None = None) -> int:
        """Run the callbacks due by `target`, at most so many; how many ran."""
        fired = 0
        while self._due and self._due[0][0] <= target and fired != most:
            due, _, timer = heapq.heappop(self._due)
            if not timer.cancelled:
                self._now = max(self._now, due)
                timer.callback()
                fired += 1
        return fired

    def _is_busy(self) -> bool:
        return any(is_busy() for is_busy in self.busy)

    async def _turn(self) -> None:
        loop = asyncio.get_running_loop()
        end = loop.time() + _PATIENCE
        while True:
            for _ in range(_TURNS):
                await asyncio.sleep(0)
            if not self._is_busy() or loop.time() > end:
                return


def _is_anybody_ready() -> bool:
    """Whether the loop has something to run: a timer that woke nobody needs no turn."""
    ready: Sized = asyncio.get_running_loop()._ready  # type: ignore[attr-defined]
    return len(ready) > 0
