"""Requests that wait for something to happen: how many a user may have, and ending them."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TypeVar

from depesha.base.errors import limit_exceeded, overloaded
from depesha.http.caller import Caller

T = TypeVar("T")

RETRY_MS = 5_000
"""When somebody who has too many may try again."""


@dataclass(slots=True, eq=False)
class _Waiting:
    device_id: str
    task: asyncio.Task[object]
    is_ended: bool = False


class Parked:
    """What waits at this worker: at most `most` for each user, and `most_in_all`.

    So there is always room for requests that do not wait: what would wake the others.
    """

    def __init__(self, most: int, most_in_all: int) -> None:
        self._most = most
        self._most_in_all = most_in_all
        self._count = 0
        self._waiting: dict[str, set[_Waiting]] = {}

    async def wait(
        self,
        caller: Caller,
        call: Callable[[], Awaitable[T]],
        check: Callable[[], Awaitable[object]],
    ) -> T:
        """What `call` gives, or what `check` raises when the caller's session ends meanwhile.

        Raises 429 M_LIMIT_EXCEEDED when the caller has too many already, 503 when all have.
        """
        task = asyncio.current_task()
        assert task is not None
        own = self._waiting.setdefault(caller.user_id, set())
        if len(own) >= self._most:
            raise limit_exceeded(RETRY_MS)
        if self._count >= self._most_in_all:
            raise overloaded(RETRY_MS)
        self._count += 1
        waiting = _Waiting(caller.device_id, task)
        own.add(waiting)
        try:
            while True:
                try:
                    # Whose session ends is dismissed before anything later can be told: the
                    # log is taken in in order. So there is nothing to check at the end.
                    return await call()
                except asyncio.CancelledError:
                    if not waiting.is_ended:
                        raise
                    waiting.is_ended = False
                    while task.cancelling():
                        task.uncancel()
                await check()
        finally:
            self._count -= 1
            own.discard(waiting)
            if not own:
                self._waiting.pop(caller.user_id, None)

    def dismiss(self, user_id: str, device_id: str) -> None:
        """Have asked again who asks, at once; with an empty device, for all of the user's."""
        for waiting in self._waiting.get(user_id, ()):
            if device_id in {"", waiting.device_id} and not waiting.is_ended:
                waiting.is_ended = True
                waiting.task.cancel()
