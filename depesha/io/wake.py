"""What processes on the same database tell each other: how far a log has grown, and whispers.

What is said may be lost, late, repeated or made up. Whoever hears of a position reads the log,
and the head of each log is also asked for once a second: without any carrier, that second is
the price. Of several carriers the first that is open carries.
"""

import asyncio
import contextlib
import logging
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from typing import TYPE_CHECKING, NamedTuple, Protocol

from depesha.base.clock import Clock
from depesha.io.tx import Unavailable

if TYPE_CHECKING:
    from nats.aio.client import Client

_SUBJECT = "depesha."
_POLL_SECONDS = 1.0
_RECONNECT_SECONDS = 1
_MOST_TOLD = 1_000
"""Whispers that wait to be sent; the oldest give way."""

_log = logging.getLogger(__name__)

Hear = Callable[[str, bytes], None]
"""Takes the subject and the bytes of what another process has said."""


class Carrier(Protocol):
    """A way to the other processes."""

    async def run(self, clock: Clock, hear: Hear) -> None:
        """Keep it open until cancelled."""

    async def send(self, subject: str, data: bytes) -> bool:
        """Tell all others; False when it is not open."""


class _Listener(NamedTuple):
    reached: Callable[[int], None]
    poll: Callable[[], Awaitable[int]]
    whispered: Callable[[bytes], None]


class Wake:
    """Announcements of one process, and what it hears of others, for any number of logs."""

    def __init__(self, carriers: Sequence[Carrier] = ()) -> None:
        self._carriers = tuple(carriers)
        self._listeners: dict[int, _Listener] = {}
        self._announced: dict[int, int] = {}
        self._told: deque[tuple[int, bytes]] = deque(maxlen=_MOST_TOLD)
        self._something = asyncio.Event()

    def listen(
        self,
        log: int,
        reached: Callable[[int], None],
        poll: Callable[[], Awaitable[int]],
        whispered: Callable[[bytes], None],
    ) -> None:
        """Call `reached` with positions that log may have reached; `poll` gives its head.

        `whispered` takes what others `tell` of that log.
        """
        self._listeners[log] = _Listener(reached, poll, whispered)

    def announce(self, log: int, position: int) -> None:
        """Tell the other processes, soon; of several positions they may hear the last only."""
        self._announced[log] = position
        self._something.set()

    def tell(self, log: int, message: bytes) -> None:
        """Whisper to the other processes, soon."""
        self._told.append((log, message))
        self._something.set()

    async def run(self, clock: Clock) -> None:
        """Send and listen until cancelled."""
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._poll(clock))
            tasks.create_task(self._send_on())
            for carrier in self._carriers:
                tasks.create_task(carrier.run(clock, self._hear))

    async def _poll(self, clock: Clock) -> None:
        while True:
            await clock.sleep(_POLL_SECONDS)
            for listener in tuple(self._listeners.values()):
                # The writers of a database that is away are told so by it.
                with contextlib.suppress(Unavailable):
                    listener.reached(await listener.poll())

    async def _send_on(self) -> None:
        while True:
            await self._something.wait()
            self._something.clear()
            announced, self._announced = self._announced, {}
            for log, position in announced.items():
                await self._send(f"head.{log}", b"%d" % position)
            while self._told:
                log, message = self._told.popleft()
                await self._send(f"whisper.{log}", message)

    async def _send(self, subject: str, data: bytes) -> None:
        for carrier in self._carriers:
            if await carrier.send(subject, data):
                return

    def _hear(self, subject: str, data: bytes) -> None:
        kind, _, log = subject.partition(".")
        listener = self._listeners.get(int(log)) if log.isdecimal() and len(log) < 20 else None
        if listener is None:
            return
        if kind == "whisper":
            listener.whispered(data)
        elif kind == "head" and data.isdigit() and len(data) < 20:
            listener.reached(int(data))


class _Message(Protocol):
    subject: str
    data: bytes


class Nats:
    """A NATS server as a carrier; `url` may name several, separated by commas."""

    def __init__(self, url: str) -> None:
        self._servers = [part.strip() for part in url.split(",") if part.strip()]
        self._client: Client | None = None

    async def run(self, clock: Clock, hear: Hear) -> None:
        # Most servers are one process, and spare its memory (15 MB).
        from nats.aio.client import Client  # noqa: PLC0415

        async def heard(message: _Message) -> None:
            hear(message.subject.removeprefix(_SUBJECT), message.data)

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
            await client.subscribe(f"{_SUBJECT}*.*", cb=heard)
            self._client = client
            await asyncio.Event().wait()
        finally:
            self._client = None
            await client.close()

    async def send(self, subject: str, data: bytes) -> bool:
        from nats.errors import Error  # noqa: PLC0415 (as above)

        if self._client is None or not self._client.is_connected:
            return False
        try:
            await self._client.publish(_SUBJECT + subject, data)
        except Error as error:
            await _note(error)
            return False
        return True


async def _note(error: Exception) -> None:
    _log.warning("NATS is away", extra={"error": repr(error)})
