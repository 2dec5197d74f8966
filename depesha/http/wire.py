"""HTTP/1.1 on sockets, over the httptools parser: connections, bodies, and their limits.

Each connection works on one request at a time; what comes behind it waits unread.
Spec: RFC 9112. Why not an ASGI server: docs/decisions/0007-bare-http.md.
"""

import asyncio
import ipaddress
import logging
import os
import ssl
from collections import Counter
from collections.abc import Awaitable, Callable
from email.utils import formatdate
from functools import partial
from http import HTTPStatus
from pathlib import Path
from typing import NamedTuple, cast

import httptools

from depesha.base.canonical import encode
from depesha.base.clock import Clock, Timer
from depesha.base.turnstile import Turnstile
from depesha.http.endpoint import Reply, StreamReply
from depesha.http.limits import neighbourhood
from depesha.http.request import Disconnected, Request

log = logging.getLogger(__name__)

Answer = Callable[[Request], Awaitable[Reply | StreamReply | None]]

MOST_HEADER_BYTES = 32 * 1024
MOST_UNREAD_BODY = 256 * 1024
"""Bytes of a body kept before the client is told to wait."""
IDLE_SECONDS = 75
"""How long a connection may be silent between requests, or within a request's headers."""
SWEEP_SECONDS = 15
"""How often silent connections are looked for."""
STALLED_SWEEPS = 5
"""How often in a row a client may have taken nothing of what waits for it."""
STOP_SECONDS = 5
"""How long requests in work may go on when the server stops."""

REFUSED_SECONDS = 2
"""How long a connection that is one too many may take to read that."""
MOST_REFUSED = 1_000
"""Connections that are told so at once; further ones are hung up on without a word."""
HANDSHAKE_SECONDS = 15


class Connections(NamedTuple):
    """How many there may be: in all, and from one address."""

    most: int = 25_000
    most_per_address: int = 5_000


def _refusal(status: int, errcode: str, message: str, **fields: int) -> Reply:
    body = encode({"errcode": errcode, "error": message, **fields})
    headers = ((b"retry-after", b"10"),) if status in {429, 503} else ()
    return Reply(body, status, headers)


_RETRY = {"retry_after_ms": 10_000}
_REFUSALS = {
    400: _refusal(400, "M_UNRECOGNIZED", "This is no HTTP/1.1"),
    429: _refusal(429, "M_LIMIT_EXCEEDED", "Too many connections from this address", **_RETRY),
    431: _refusal(431, "M_TOO_LARGE", "The headers are too large"),
    503: _refusal(503, "M_LIMIT_EXCEEDED", "The server has no connections left", **_RETRY),
}

_STATUS_LINES = {s.value: f"HTTP/1.1 {s.value} {s.phrase}\r\n".encode() for s in HTTPStatus}


class _Body:
    """A request's body on its way from the socket to the handler."""

    __slots__ = ("_connection", "_wake", "done", "gone", "pieces", "size")

    def __init__(self, connection: "Connection") -> None:
        self._connection = connection
        self._wake: asyncio.Future[None] | None = None
        self.pieces: list[bytes] = []
        self.size = 0
        self.done = False
        self.gone = False

    def push(self, data: bytes) -> None:
        self.pieces.append(data)
        self.size += len(data)
        if self.size > MOST_UNREAD_BODY:
            self._connection.pause()
        self.stir()

    def stir(self) -> None:
        if self._wake is not None and not self._wake.done():
            self._wake.set_result(None)

    async def piece(self) -> tuple[bytes, bool]:
        """What has come so far, and whether more comes."""
        while not self.pieces and not self.done:
            if self.gone:
                raise Disconnected
            self._connection.invite_body()
            self._wake = asyncio.get_running_loop().create_future()
            await self._wake
        data = self.pieces[0] if len(self.pieces) == 1 else b"".join(self.pieces)
        self.pieces.clear()
        self.size = 0
        self._connection.resume()
        return data, not self.done


class _Received(NamedTuple):
    """A request, its body, and whether the connection may go on after the answer."""

    request: Request
    body: _Body
    keeps: bool


class Connection(asyncio.Protocol):
    """One client connection."""

    def __init__(self, wire: "Wire") -> None:
        self._wire = wire
        self._parser = httptools.HttpRequestParser(self)
        self._transport: asyncio.Transport | None = None
        self._address = "unix"
        self._url = b""
        self._headers: dict[str, str] = {}
        self._header_bytes = 0
        self._body: _Body | None = None
        self._waiting: list[_Received] = []
        self._task: asyncio.Task[None] | None = None
        """Answers one request after another: a task for each would cost as much as a small one."""
        self._next: asyncio.Future[_Received] | None = None
        """What the task waits for while it has nothing to do."""
        self._expects = False
        self._writable: asyncio.Future[None] | None = None
        self._request: Request | None = None
        self._is_deaf = False
        self._written = 0
        self._taken = 0
        self._stalled = 0
        self.idle_since = wire.clock.monotonic()

    # --- transport --------------------------------------------------------------------

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        # uvloop's transport is no subclass of asyncio's, though it has all of its methods.
        self._transport = cast(asyncio.Transport, transport)
        peer = transport.get_extra_info("peername")
        if isinstance(peer, tuple):
            self._address = str(peer[0])
        is_tls = transport.get_extra_info("sslcontext") is not None
        if not self._wire.may_connect(self._address, is_tls):
            transport.close()
        elif (status := self._wire.take_in(self, self._address)) is not None:
            self._turn_away(status)

    def _turn_away(self, status: int) -> None:
        """Tell a connection that is one too many so; what it sends is not looked at."""
        transport, wire = self._transport, self._wire
        assert transport is not None
        if len(wire.refused) >= MOST_REFUSED:
            transport.abort()
            return
        wire.refused.add(self)
        self._is_deaf = True
        self._write_refusal(status)
        # Hanging up on what is still unread would take the answer back.
        if transport.can_write_eof():
            transport.write_eof()
            wire.clock.call_later(REFUSED_SECONDS, self.close)
        else:
            transport.close()

    def connection_lost(self, exc: Exception | None) -> None:
        self._wire.let_go(self, self._address)
        self._transport = None
        if self._body is not None:
            self._body.gone = True
            self._body.stir()
        if self._task is not None and (self.is_idle or self._parks):
            self._task.cancel()
        self.resume_writing()
        # Parser and task refer back to this: so it goes at once, and not with the collector.
        del self._parser
        self._task = self._body = None
        if self.is_idle:
            self._next = None

    def data_received(self, data: bytes) -> None:
        if self._is_deaf:
            return
        self.idle_since = self._wire.clock.monotonic()
        try:
            self._parser.feed_data(data)
        except httptools.HttpParserUpgrade:
            # Answered as if it had not asked for another protocol; what follows may be that.
            self._is_deaf = True
        except (httptools.HttpParserError, ValueError, UnicodeDecodeError):
            self._refuse(400)

    def eof_received(self) -> bool:
        return False

    def pause_writing(self) -> None:
        self._writable = asyncio.get_running_loop().create_future()

    def resume_writing(self) -> None:
        if self._writable is not None and not self._writable.done():
            self._writable.set_result(None)
        self._writable = None

    def pause(self) -> None:
        if self._transport is not None:
            self._transport.pause_reading()

    def resume(self) -> None:
        if self._transport is not None and not self._waiting:
            self._transport.resume_reading()

    def close(self) -> None:
        if self._transport is not None:
            self._transport.close()

    def hang_up(self) -> None:
        """Close the connection, which is idle: whatever is still to be written may take long."""
        self.close()
        if self._task is not None:
            self._task.cancel()

    def has_stalled(self) -> bool:
        """True when the client has long taken nothing of what waits for it; asked once a sweep."""
        unsent = self._transport.get_write_buffer_size() if self._transport is not None else 0
        taken = self._written - unsent
        self._stalled = self._stalled + 1 if unsent and taken <= self._taken else 0
        self._taken = taken
        return self._stalled >= STALLED_SWEEPS

    def abort(self) -> None:
        """Hang up without waiting for the client to take what is unsent."""
        if self._transport is not None:
            self._transport.abort()

    @property
    def is_idle(self) -> bool:
        return self._request is None

    @property
    def _parks(self) -> bool:
        return self._request is not None and self._request.parks

    def _refuse(self, status: int) -> None:
        """Answer what cannot be parsed, and hang up."""
        if self._transport is not None:
            if self.is_idle:
                self._write_refusal(status)
            self._transport.close()

    def _write_refusal(self, status: int) -> None:
        reply = _REFUSALS[status]
        if self._transport is not None:
            self._write(self._wire.head(reply, len(reply.body), keeps=False) + reply.body)

    # --- parser -----------------------------------------------------------------------

    def on_message_begin(self) -> None:
        self._url, self._headers, self._header_bytes = b"", {}, 0
        self._expects = False

    def on_url(self, url: bytes) -> None:
        self._url += url
        self._count_headers(len(url))

    def on_header(self, name: bytes, value: bytes) -> None:
        self._count_headers(len(name) + len(value) + 4)
        key = name.lower().decode("latin-1")
        if key == "content-length" and key in self._headers:
            raise ValueError("two lengths")
        self._headers[key] = value.decode("latin-1")

    def _count_headers(self, size: int) -> None:
        self._header_bytes += size
        if self._header_bytes > MOST_HEADER_BYTES:
            self._refuse(431)
            raise ValueError("headers too large")

    def on_headers_complete(self) -> None:
        path, _, query = self._url.partition(b"?")
        self._expects = self._headers.get("expect", "").lower() == "100-continue"
        self._body = body = _Body(self)
        request = Request(
            self._parser.get_method().decode("latin-1"),
            path.decode("latin-1"),
            query,
            self._headers,
            self._address,
            body.piece,
        )
        # What stands behind a chunked body is no header (RFC 9110, 6.5.1).
        self._headers = {}
        keeps = self._parser.should_keep_alive()
        received = _Received(request, body, keeps)
        if self.is_idle:
            self._start(received)
        else:
            self._waiting.append(received)
            self.pause()

    def on_body(self, data: bytes) -> None:
        if self._body is not None:
            self._body.push(data)

    def on_message_complete(self) -> None:
        if self._body is not None:
            self._body.done = True
            self._body.stir()

    # --- answering --------------------------------------------------------------------

    def invite_body(self) -> None:
        """Send `100 Continue` when the client waits for it."""
        if self._expects and self._transport is not None:
            self._expects = False
            self._write(b"HTTP/1.1 100 Continue\r\n\r\n")

    def _start(self, received: "_Received") -> None:
        self._request = received.request
        self._wire.turnstile.enter(partial(self._begin, received))

    def _begin(self, received: "_Received") -> None:
        if self._next is not None:
            if not self._next.done():
                self._next.set_result(received)
            return
        self._task = asyncio.get_running_loop().create_task(self._serve_all(received))
        self._wire.tasks.add(self._task)
        self._task.add_done_callback(self._wire.tasks.discard)

    async def _serve_all(self, received: "_Received") -> None:
        loop = asyncio.get_running_loop()
        while await self._serve(*received):
            if self._waiting:
                received = self._waiting.pop(0)
                self._request = received.request
                self.resume()
                continue
            self._next = loop.create_future()
            received = await self._next
            self._next = None

    async def _serve(self, request: Request, body: _Body, keeps: bool) -> bool:
        """Answer one request; False when the connection ends with it."""
        try:
            # Who has hung up reads nothing; but what was to be done is done.
            is_vain = self._transport is None and request.method == "GET"
            reply = None if is_vain else await self._wire.answer(request)
            keeps = keeps and not self._wire.stopping and not self._is_deaf
            if reply is None or self._transport is None:
                keeps = False
            elif isinstance(reply, Reply):
                self._write(self._wire.head(reply, len(reply.body), keeps) + reply.body)
                await self._drain()
            else:
                await self._stream(reply, keeps)
        except Disconnected:
            keeps = False
        except Exception:
            log.exception("an answer broke off")
            keeps = False
        finally:
            self._request = None
            self.idle_since = self._wire.clock.monotonic()
        # A body that nobody read would be taken for the next request.
        if not keeps or not body.done:
            self.close()
            return False
        return True

    async def _stream(self, reply: StreamReply, keeps: bool) -> None:
        chunked = reply.length is None
        self._write(self._wire.head(reply, reply.length, keeps))
        async for chunk in reply.chunks:
            if chunk:
                self._write(b"%x\r\n%b\r\n" % (len(chunk), chunk) if chunked else chunk)
            await self._drain()
        if chunked:
            self._write(b"0\r\n\r\n")

    async def _drain(self) -> None:
        """Go on once the client has taken what it was sent: what waits for it is kept in memory."""
        if self._writable is not None:
            await self._writable

    def _write(self, data: bytes) -> None:
        if self._transport is None:
            raise Disconnected
        self._written += len(data)
        self._transport.write(data)


class Wire:
    """All connections of one listener, the answers in work, and stopping."""

    def __init__(
        self,
        answer: Answer,
        clock: Clock,
        common_headers: bytes = b"",
        plain_from: frozenset[str] | None = frozenset(),
        most: Connections | None = None,
    ) -> None:
        """`plain_from` are the addresses that may speak without TLS; None: everybody may."""
        self.answer = answer
        self._common = common_headers
        self.clock = clock
        self.connections: set[Connection] = set()
        self.refused: set[Connection] = set()
        self._most = most or Connections()
        self._by_address: Counter[str] = Counter()
        self.tasks: set[asyncio.Task[None]] = set()
        self.turnstile = Turnstile()
        """Requests pass it: a thousand clients may answer the same message at once."""
        self.stopping = False
        self._plain_from = plain_from if plain_from is not None else frozenset()
        self._is_open = plain_from is None
        self._server: asyncio.Server | None = None
        self._second = -1
        self._heads: dict[tuple[int, bytes, bool], bytes] = {}
        """What all answers of the present second begin with, by status, type and keeping."""
        self._tick: Timer | None = None

    async def listen(
        self, host: str, port: int, tls: ssl.SSLContext | None = None
    ) -> tuple[str, int]:
        """Begin to accept connections; the address that is listened on."""
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(
            lambda: Connection(self),
            host,
            port,
            ssl=tls,
            backlog=2048,
            ssl_handshake_timeout=HANDSHAKE_SECONDS if tls else None,
        )
        self._sweep()
        name = self._server.sockets[0].getsockname()
        return name[0], name[1]

    async def listen_local(self, path: Path) -> None:
        """Begin to accept connections on a socket that only the owner of this process can open."""
        loop = asyncio.get_running_loop()
        before = os.umask(0o177)
        try:
            self._server = await loop.create_unix_server(lambda: Connection(self), path)
        finally:
            os.umask(before)
        self._sweep()

    def may_connect(self, address: str, is_tls: bool) -> bool:
        """Plain HTTP only from this machine, or from a proxy that is trusted (P8)."""
        if is_tls or self._is_open or address == "unix" or address in self._plain_from:
            return True
        return ipaddress.ip_address(address.partition("%")[0]).is_loopback

    def take_in(self, connection: Connection, address: str) -> int | None:
        """Count a new connection; or the status it is refused with, when it is one too many."""
        if len(self.connections) >= self._most.most:
            return 503
        if (
            self._by_address[neighbourhood(address)] >= self._most.most_per_address
            and address not in self._plain_from
        ):
            return 429
        self.connections.add(connection)
        self._by_address[neighbourhood(address)] += 1
        return None

    def let_go(self, connection: Connection, address: str) -> None:
        """A connection has ended."""
        self.refused.discard(connection)
        if connection in self.connections:
            self.connections.discard(connection)
            counted_as = neighbourhood(address)
            self._by_address[counted_as] -= 1
            if not self._by_address[counted_as]:
                del self._by_address[counted_as]

    def _sweep(self) -> None:
        """Hang up on connections that are silent, or do not listen, for too long."""
        before = self.clock.monotonic() - IDLE_SECONDS
        for connection in [c for c in self.connections if c.has_stalled()]:
            connection.abort()
        for connection in [c for c in self.connections if c.is_idle and c.idle_since < before]:
            connection.hang_up()
        self._tick = self.clock.call_later(SWEEP_SECONDS, self._sweep)

    def head(self, reply: Reply | StreamReply, length: int | None, keeps: bool) -> bytes:
        """Status line and headers; `length` None means chunked."""
        start = self._start_of(reply.status, reply.content_type, keeps)
        if reply.headers:
            lines = (
                b"%b: %b\r\n" % (name, value.replace(b"\r", b"").replace(b"\n", b""))
                for name, value in reply.headers
            )
            start += b"".join(lines)
        if length is None:
            return start + b"transfer-encoding: chunked\r\n\r\n"
        return b"%bcontent-length: %d\r\n\r\n" % (start, length)

    def _start_of(self, status: int, content_type: bytes, keeps: bool) -> bytes:
        """What the head begins with: made once a second, since it tells the time."""
        second = self.clock.now_ms() // 1000
        if second != self._second:
            self._second = second
            self._heads.clear()
        start = self._heads.get((status, content_type, keeps))
        if start is None:
            start = self._heads[status, content_type, keeps] = b"".join(
                (
                    _STATUS_LINES.get(status, b"HTTP/1.1 %d \r\n" % status),
                    b"date: " + formatdate(second, usegmt=True).encode() + b"\r\n",
                    b"content-type: " + content_type + b"\r\n",
                    b"" if keeps else b"connection: close\r\n",
                    self._common,
                )
            )
        return start

    async def stop(self) -> None:
        """Accept nothing more, let what is in work end, then hang up on everyone."""
        self.stopping = True
        if self._tick is not None:
            self._tick.cancel()
        if self._server is not None:
            self._server.close()
        for connection in list(self.connections):
            if connection.is_idle:
                connection.hang_up()
        if self.tasks:
            _, late = await asyncio.wait(self.tasks, timeout=STOP_SECONDS)
            for task in late:
                task.cancel()
            if late:
                await asyncio.wait(late)
        for connection in [*self.connections, *self.refused]:
            connection.close()
