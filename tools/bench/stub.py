"""A server that does nothing but answer parked syncs: what the load client itself can take.

It speaks just enough for `scenarios.fan_out`. Each answer holds one event and is as long as a real
one; nothing is put together, so deliveries equal answers.
"""

import asyncio
import re
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import cast

import uvloop

from tools.bench import process
from tools.bench.server import Server, Session

SINCE = re.compile(rb"since=(\d+)")
PARTS = (
    b'{"next_batch":"%d","rooms":{"join":{"!stub":{"timeline":{"events":[{"type":"m.room.message",'
    b'"sender":"@sender00000:bench.test","origin_server_ts":1795500000000,"event_id":"$%043d",'
    b'"unsigned":{"age":12},"content":%s}],"limited":false,"prev_batch":"%d"},"state":{"events":[]'
    b'},"account_data":{"events":[]},"ephemeral":{"events":[]},"unread_notifications":'
    b'{"notification_count":0,"highlight_count":0},"summary":{}}}},"device_one_time_keys_count":'
    b'{"signed_curve25519":0},"device_unused_fallback_key_types":[]}'
)


def start(folder: Path) -> Server:
    """Start it on the server's core."""
    port = process.free_port()
    command = [sys.executable, "-m", "tools.bench.stub", str(port)]
    return Server("Stub", port, process.start(command, folder), sign_up)


async def sign_up(port: int, names: Sequence[str]) -> list[Session]:
    """Names are enough: the stub knows nobody."""
    return [Session(f"@{name}:bench.test", f"{name}@{port}") for name in names]


def _answer(body: bytes) -> bytes:
    head = b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: %d\r\n\r\n"
    return head % len(body) + body


class Stub(asyncio.Protocol):
    """One connection; `answers` and `parked` are shared by all."""

    def __init__(self, answers: list[bytes], parked: "list[Stub]") -> None:
        self._answers, self._parked = answers, parked
        self._transport: asyncio.Transport | None = None
        self._at = 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        # uvloop's transport is no subclass of asyncio's, though it has its methods.
        self._transport = cast(asyncio.Transport, transport)

    def data_received(self, data: bytes) -> None:
        assert self._transport is not None
        if data.startswith(b"PUT"):
            self._send(data)
        elif b"/sync" not in data:
            self._transport.write(_answer(b'{"room_id":"!stub","filter_id":"0","versions":[]}'))
        elif since := SINCE.search(data):
            self._sync(int(since[1]))
        else:
            self._transport.write(_answer(b'{"next_batch":"%d"}' % len(self._answers)))

    def _send(self, data: bytes) -> None:
        assert self._transport is not None
        number = len(self._answers)
        content = data[data.index(b"\r\n\r\n") + 4 :]
        self._answers.append(_answer(PARTS % (number + 1, number, content, number)))
        waiting = self._parked.copy()
        self._parked.clear()
        for one in waiting:
            one.tell()
        self._transport.write(_answer(b'{"event_id":"$%043d"}' % number))

    def _sync(self, since: int) -> None:
        self._at = since
        if since < len(self._answers):
            self.tell()
        else:
            self._parked.append(self)

    def tell(self) -> None:
        """Answer the sync with the one event that is next for it."""
        assert self._transport is not None
        self._transport.write(self._answers[self._at])


async def _serve(port: int) -> None:
    answers: list[bytes] = []
    parked: list[Stub] = []
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: Stub(answers, parked), "127.0.0.1", port)
    await server.serve_forever()


if __name__ == "__main__":
    uvloop.run(_serve(int(sys.argv[1])))
