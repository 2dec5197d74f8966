"""The load client: HTTP/1.1 over kept connections, with as little between it and the socket as
an honest figure needs.

Requests are bytes made beforehand. An answer is stamped when its last byte is read from the socket
and is not decoded: who needs a field looks for it.
"""

import asyncio
import contextlib
import re
from collections.abc import AsyncIterator, Callable
from time import perf_counter
from typing import NamedTuple, cast

HEAD_END = b"\r\n\r\n"
LENGTH = re.compile(rb"\r\ncontent-length:\s*(\d+)", re.IGNORECASE)
CHUNKED = re.compile(rb"\r\ntransfer-encoding:\s*chunked", re.IGNORECASE)


class Answer(NamedTuple):
    """A whole answer; `sent` and `read` are seconds of `time.perf_counter`."""

    status: int
    body: bytes
    sent: float
    read: float


class Refused(Exception):
    """The server answered with another status than 200, or with something that is not HTTP."""


class Incomplete(NamedTuple):
    """The bytes so far are the beginning of an answer; nothing is gained by trying with fewer."""

    needed: int


def request(
    method: str, path: str, token: str = "", body: bytes = b"", kind: str = "application/json"
) -> bytes:
    """The bytes of one request; `path` is already percent-encoded."""
    head = f"{method} {path} HTTP/1.1\r\nHost: bench.test\r\n"
    if token:
        head += f"Authorization: Bearer {token}\r\n"
    if method != "GET":
        head += f"Content-Type: {kind}\r\nContent-Length: {len(body)}\r\n"
    return head.encode() + b"\r\n" + body


def parse(data: bytes) -> tuple[int, bytes] | Incomplete:
    """Status and body of the answer that `data` holds.

    Raises `Refused` when it is not one HTTP/1.1 answer with a length.
    """
    end = data.find(HEAD_END)
    if end < 0:
        return Incomplete(len(data) + 1)
    start = end + len(HEAD_END)
    length = LENGTH.search(data, 0, end)
    if length is None:
        body = _chunks(data, start, end)
    else:
        stop = start + int(length[1])
        if len(data) < stop:
            return Incomplete(stop)
        body = data[start:stop]
    return body if isinstance(body, Incomplete) else (int(data[9:12]), body)


def _chunks(data: bytes, start: int, end: int) -> bytes | Incomplete:
    if not CHUNKED.search(data, 0, end):
        raise Refused(f"an answer without a length: {data[:end]!r}")
    parts: list[bytes] = []
    while (line := data.find(b"\r\n", start)) >= 0:
        size = int(data[start:line].partition(b";")[0], 16)
        start, stop = line + 2, line + 2 + size
        if len(data) < stop + 2:
            return Incomplete(stop + 2)
        if size == 0:
            return b"".join(parts)
        parts.append(data[start:stop])
        start = stop + 2
    return Incomplete(len(data) + 1)


class Connection(asyncio.Protocol):
    """One kept connection with at most one request in flight."""

    def __init__(self) -> None:
        self._transport: asyncio.Transport | None = None
        self._answered: Callable[[Answer], None] | None = None
        self._failed: Callable[[Exception], None] | None = None
        self._parts: list[bytes] = []
        self._have = self._needed = 0
        self._sent = 0.0

    def send(
        self,
        request: bytes,
        answered: Callable[[Answer], None],
        failed: Callable[[Exception], None],
    ) -> float:
        """Write a request, and return the moment; one of the two functions is called once.

        Raises `ConnectionError` when the server has closed the connection meanwhile.
        """
        if self._transport is None or self._transport.is_closing():
            raise ConnectionResetError("the server closed an idle connection")
        assert self._answered is None
        self._answered, self._failed = answered, failed
        self._sent = perf_counter()
        self._transport.write(request)
        return self._sent

    async def ask(self, request: bytes) -> Answer:
        """Send a request and wait for its answer, whatever the status."""
        answer: asyncio.Future[Answer] = asyncio.get_running_loop().create_future()
        self.send(request, answer.set_result, answer.set_exception)
        return await answer

    def close(self) -> None:
        """Close it; an answer still awaited is forgotten."""
        self._answered = self._failed = None
        if self._transport is not None:
            self._transport.close()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        # uvloop's transport is no subclass of asyncio's, though it has its methods.
        self._transport = cast(asyncio.Transport, transport)

    def connection_lost(self, exc: Exception | None) -> None:
        self._transport = None
        self._fail(exc or ConnectionResetError("the server closed the connection"))

    def data_received(self, data: bytes) -> None:
        now = perf_counter()
        if self._parts:
            self._have += len(data)
            self._parts.append(data)
            if self._have < self._needed:
                return
            data = b"".join(self._parts)
        try:
            parsed = parse(data)
        except (Refused, ValueError) as error:
            self._fail(error)
            return
        if isinstance(parsed, Incomplete):
            self._parts, self._have, self._needed = [data], len(data), parsed.needed
            return
        self._parts.clear()
        answered, self._answered = self._answered, None
        if answered is not None:
            answered(Answer(parsed[0], parsed[1], self._sent, now))

    def _fail(self, error: Exception) -> None:
        if self._answered is not None and self._failed is not None:
            self._answered = None
            self._failed(error)


@contextlib.asynccontextmanager
async def connected(port: int, count: int) -> AsyncIterator[list[Connection]]:
    """`count` open connections to 127.0.0.1, closed at the end."""
    loop = asyncio.get_running_loop()
    connections: list[Connection] = []
    try:
        for _ in range(count):
            _, connection = await loop.create_connection(Connection, "127.0.0.1", port)
            connections.append(connection)
        yield connections
    finally:
        for connection in connections:
            connection.close()
