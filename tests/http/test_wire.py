"""HTTP/1.1 on the socket: pipelining, limits, and what is malformed."""

import asyncio
from urllib.parse import urlsplit

import orjson
import pytest

from depesha.http.endpoint import Reply
from depesha.http.request import Request
from depesha.http.wire import STALLED_SWEEPS, SWEEP_SECONDS, Wire
from tests.conftest import StartServer
from tests.harness.clock import TestClock
from tests.harness.server import Server

GET = b"GET /_matrix/client/versions HTTP/1.1\r\nHost: x\r\n"


async def talk(server: Server, data: bytes) -> bytes:
    """What the server answers to these bytes until it hangs up."""
    port = urlsplit(server.base_url).port
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(data)
    answer = await reader.read()
    writer.close()
    await writer.wait_closed()
    return answer


async def test_requests_in_a_row_are_answered_in_order(server: Server) -> None:
    last = GET + b"Connection: close\r\n\r\n"
    missing = b"GET /_matrix/none HTTP/1.1\r\nHost: x\r\n\r\n"
    answer = await talk(server, GET + b"\r\n" + missing + last)
    statuses = [part[:3] for part in answer.split(b"HTTP/1.1 ")[1:]]
    assert statuses == [b"200", b"404", b"200"]


def error_of(answer: bytes) -> tuple[int, str]:
    """Status and errcode of an answer that ends its connection; it must be whole."""
    head, _, body = answer.partition(b"\r\n\r\n")
    lines = head.decode().lower().split("\r\n")
    assert f"content-length: {len(body)}" in lines
    assert {"connection: close", "content-type: application/json"} <= set(lines)
    assert "access-control-allow-origin: *" in lines
    error = orjson.loads(body)
    assert error["error"]
    return int(lines[0].split()[1]), error["errcode"]


@pytest.mark.parametrize(
    "data",
    [
        b"\x16\x03\x01hello\r\n\r\n",
        b"GARBAGE\r\n\r\n",
        b"GET / HTTP/9.9\r\n\r\n",
        GET + b"Content-Length: 1\r\nContent-Length: 2\r\n\r\n",
        GET + b"Content-Length: many\r\n\r\n",
    ],
)
async def test_what_is_no_http_is_refused(server: Server, data: bytes) -> None:
    assert error_of(await talk(server, data)) == (400, "M_UNRECOGNIZED")


async def test_another_protocol_is_not_spoken(server: Server) -> None:
    asks = GET + b"Connection: Upgrade\r\nUpgrade: websocket\r\n\r\n\x81\x05hello"
    answer = await talk(server, asks)
    assert answer.startswith(b"HTTP/1.1 200")
    assert answer.count(b"HTTP/1.1") == 1


async def test_headers_have_a_limit(server: Server) -> None:
    answer = await talk(server, GET + b"X-Big: " + b"x" * 40_000 + b"\r\n\r\n")
    assert error_of(answer) == (431, "M_TOO_LARGE")


@pytest.mark.parametrize(
    ("settings", "status"),
    [({"max_connections": 4}, 503), ({"max_connections_per_address": 4}, 429)],
)
async def test_connections_have_a_limit(
    start_server: StartServer, settings: dict[str, int], status: int
) -> None:
    async with start_server(**settings) as server:
        port = urlsplit(server.base_url).port
        held = [await asyncio.open_connection("127.0.0.1", port) for _ in range(4)]
        # Each has been taken in once it is answered.
        for reader, writer in held:
            writer.write(GET + b"\r\n")
            assert b"200" in await reader.readline()
        answer = await talk(server, GET + b"\r\n")
        assert error_of(answer) == (status, "M_LIMIT_EXCEEDED")
        assert b"\r\nretry-after: " in answer
        held[0][1].close()
        await held[0][1].wait_closed()
        while b"HTTP/1.1 200" not in await talk(server, GET + b"Connection: close\r\n\r\n"):
            """The server has yet to notice."""
        for _, writer in held[1:]:
            writer.close()
            await writer.wait_closed()


async def test_a_proxy_may_have_more(start_server: StartServer) -> None:
    async with start_server(
        max_connections_per_address=1, trusted_proxies=("127.0.0.1",)
    ) as server:
        port = urlsplit(server.base_url).port
        for _ in range(3):
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.write(GET + b"Connection: close\r\n\r\n")
            assert b"200" in await reader.readline()
            writer.close()
            await writer.wait_closed()


async def test_a_preflight_says_what_browsers_may_do(server: Server) -> None:
    answer = await server.anyone.request("OPTIONS", "/_matrix/client/v3/sync")
    assert answer.status == 204
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert "Authorization" in answer.headers["Access-Control-Allow-Headers"]
    (await server.anyone.request("PATCH", "/_matrix/client/v3/sync")).refused(405, "M_UNRECOGNIZED")


# --- clients that do not listen ----------------------------------------------------------


class Large:
    """Answers everything with 200,000 bytes, and counts how often."""

    def __init__(self) -> None:
        self.count = 0

    async def answer(self, request: Request) -> Reply:
        self.count += 1
        return Reply(b"x" * 200_000)


async def once(address: tuple[str, int]) -> bytes:
    reader, writer = await asyncio.open_connection(*address)
    writer.write(GET + b"Connection: close\r\n\r\n")
    answer = await reader.read()
    writer.close()
    await writer.wait_closed()
    return answer


async def test_who_takes_no_answers_gets_no_more_of_them(clock: TestClock) -> None:
    """Else one connection could have the server keep any number of answers in memory."""
    large = Large()
    wire = Wire(large.answer, clock)
    address = await wire.listen("127.0.0.1", 0)
    reader, writer = await asyncio.open_connection(*address, limit=1_000)
    asked = 1_000
    writer.write((GET + b"\r\n") * asked)
    for _ in range(5):
        await once(address)
    assert large.count < asked
    answers = 0
    while answers < asked:
        head = b""
        while not head.endswith(b"\r\n\r\n"):
            head += await reader.readexactly(1)
        await reader.readexactly(200_000)
        answers += 1
    writer.close()
    await wire.stop()


async def test_who_listens_no_more_is_hung_up_on(clock: TestClock) -> None:
    large = Large()
    wire = Wire(large.answer, clock)
    address = await wire.listen("127.0.0.1", 0)
    reader, writer = await asyncio.open_connection(*address, limit=1_000)
    writer.write((GET + b"\r\n") * 1_000)
    await once(address)
    assert wire.connections
    for _ in range(STALLED_SWEEPS + 2):
        await clock.advance(SWEEP_SECONDS)
        await once(address)
    assert not wire.connections
    # What the system had taken already may still arrive; the rest never does.
    with pytest.raises((ConnectionResetError, asyncio.IncompleteReadError)):
        await reader.readexactly(1_000 * 200_000)
    writer.close()
    await wire.stop()


async def test_what_stands_behind_a_body_is_no_header() -> None:
    heard: list[dict[str, str]] = []

    async def answer(request: Request) -> Reply:
        while (await request.piece())[1]:
            """More comes."""
        heard.append(dict(request.headers))
        return Reply()

    wire = Wire(answer, TestClock())
    reader, writer = await asyncio.open_connection(*await wire.listen("127.0.0.1", 0))
    head = b"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
    writer.write(head + b"1\r\na\r\n0\r\nX-Forwarded-For: 192.0.2.1\r\n\r\n")
    assert b"200" in await reader.readline()
    assert heard == [{"host": "x", "transfer-encoding": "chunked"}]
    writer.close()
    await wire.stop()
