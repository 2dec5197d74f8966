"""Tells other processes on the same database that a log has grown.

A message carries a position and no data: whoever hears it reads the log. Messages may be lost,
late or made up; therefore the head of each log is also asked for once a second. Without NATS,
or while it is away, that second is the price.
"""

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, NamedTuple, Protocol

from depesha.base.clock import Clock
from depesha.io.tx import Unavailable

if TYPE_CHECKING:
    from nats.aio.client import Client

_SUBJECT = "depesha.head."
_POLL_SECONDS = 1.0
_RECONNECT_SECONDS = 1

_log = logging.getLogger(__name__)


class _Message(Protocol):
    subject: str
    data: bytes


class _Listener(NamedTuple):
    reached: Callable[[int], None]
    poll: Callable[[], Awaitable[int]]


class Wake:
    """Announcements of one process, and what it hears of others, for any number of logs.

    `url` is that of a NATS server (several, separated by commas); empty, there is only the poll.
    """

    def __init__(self, url: str = "") -> None:
        self._servers = [part.strip() for part in url.split(",") if part.strip()]
        self._listeners: dict[int, _Listener] = {}
        self._announced: dict[int, int] = {}
        self._something = asyncio.Event()

    def listen(
        self, log: int, reached: Callable[[int], None], poll: Callable[[], Awaitable[int]]
    ) -> None:
        """Call `reached` with positions that log may have reached; `poll` gives its head."""
        self._listeners[log] = _Listener(reached, poll)

    def announce(self, log: int, position: int) -> None:
        """Tell the other processes, soon; of several positions they may hear the last only."""
        if self._servers:
            self._announced[log] = position
            self._something.set()

    async def run(self, clock: Clock) -> None:
        """Send and listen until cancelled."""
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._poll(clock))
            if self._servers:
                tasks.create_task(self._exchange())

    async def _poll(self, clock: Clock) -> None:
        while True:
            await clock.sleep(_POLL_SECONDS)
            for listener in tuple(self._listeners.values()):
                # The writers of a database that is away are told so by it.
                with contextlib.suppress(Unavailable):
                    listener.reached(await listener.poll())

    async def _exchange(self) -> None:
        # Most servers are one process, and spare its memory (15 MB).
        from nats.aio.client import Client  # noqa: PLC0415

        client = Client()
        try:
            await client.connect(
                self._servers,
                name="depesha",
                no_echo=True,
                max_reconnect_attempts=-1,
                reconnect_time_wait=_RECONNECT_SECONDS,
                error_cb=_note,
            )
            await client.subscribe(f"{_SUBJECT}*", cb=self._hear)
            while True:
                await self._something.wait()
                self._something.clear()
                await self._publish(client)
        finally:
            await client.close()

    async def _publish(self, client: "Client") -> None:
        from nats.errors import Error  # noqa: PLC0415 (as above)

        announced, self._announced = self._announced, {}
        for log, position in announced.items():
            try:
                await client.publish(f"{_SUBJECT}{log}", b"%d" % position)
            except Error as error:
                await _note(error)

    async def _hear(self, message: _Message) -> None:
        log = message.subject.removeprefix(_SUBJECT)
        if log.isdecimal() and message.data.isdigit() and len(message.data) < 20:
            listener = self._listeners.get(int(log))
            if listener is not None:
                listener.reached(int(message.data))


async def _note(error: Exception) -> None:
    _log.warning("NATS is away; logs are polled", extra={"error": repr(error)})
