"""The only source of time, randomness and new ids; replaceable in tests."""

import asyncio
import secrets
import time
from collections.abc import Callable
from typing import Protocol

_ALPHABET = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"


class Timer(Protocol):
    """A pending `call_later`."""

    def cancel(self) -> None: ...


class Clock:
    """Wall time, monotonic time, timers and randomness of a running server."""

    def now_ms(self) -> int:
        """Milliseconds since the Unix epoch."""
        return time.time_ns() // 1_000_000

    def monotonic(self) -> float:
        """Seconds; only differences mean something."""
        return time.monotonic()

    def call_later(self, seconds: float, callback: Callable[[], None]) -> Timer:
        """Run `callback` on the event loop after `seconds`; cancellable."""
        return asyncio.get_running_loop().call_later(seconds, callback)

    async def sleep(self, seconds: float) -> None:
        """Return after `seconds` of this clock's time."""
        over = asyncio.Event()
        timer = self.call_later(seconds, over.set)
        try:
            await over.wait()
        finally:
            timer.cancel()

    def new_id(self, length: int = 18) -> str:
        """A random alphanumeric id (18 characters hold 107 bits)."""
        return "".join(secrets.choice(_ALPHABET) for _ in range(length))

    def random_bytes(self, count: int) -> bytes:
        return secrets.token_bytes(count)
