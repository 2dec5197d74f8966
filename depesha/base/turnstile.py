"""Lets work begin a little at a time, so that one who comes beside a crowd has a turn soon."""

import asyncio
from collections import deque
from collections.abc import Callable

AT_ONCE = 40
"""What begins in one turn of the event loop: a millisecond or two of work."""


class Turnstile:
    """Calls what it is given in order: at once, or in a later turn when many came in this one."""

    def __init__(self, most: int = AT_ONCE) -> None:
        self._most = most
        self._begun = 0
        self._crowd: deque[Callable[[], None]] = deque()

    def enter(self, begin: Callable[[], None]) -> None:
        """Call `begin`, which must not raise; now where fewer than `most` came in this turn."""
        if self._begun == self._most:
            self._crowd.append(begin)
            return
        if not self._begun:
            asyncio.get_running_loop().call_soon(self._turn)
        self._begun += 1
        begin()

    def _turn(self) -> None:
        self._begun = min(self._most, len(self._crowd))
        if self._begun:
            asyncio.get_running_loop().call_soon(self._turn)
        for _ in range(self._begun):
            self._crowd.popleft()()
