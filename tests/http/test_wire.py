"""HTTP/1.1 on the socket: pipelining, limits, and what is malformed."""

import asyncio
from urllib.parse import urlsplit

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


async def test_what_is_no_http_is_refused(server: Server) -> None:
    assert (await talk(server, b"\x16\x03\x01hello\r\n\r\n")).startswith(b"HTTP/1.1 400")
    two = b"Content-Length: 1\r\nContent-Length: 2\r\n\r\n"
    assert (await talk(server, GET + two)).startswith(b"HTTP/1.1 400")


async def test_headers_have_a_limit(server: Server) -> None:
    answer = await talk(server, GET + b"X-Big: " + b"x" * 40_000 + b"\r\n\r\n")
    assert answer.startswith(b"HTTP/1.1 431")


async def test_a_preflight_says_what_browsers_may_do(server: Server) -> None:
    answer = await server.anyone.request("OPTIONS", "/_matrix/client/v3/sync")
    assert answer.status == 204
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert "Authorization" in answer.headers["Access-Control-Allow-Headers"]
    (await server.anyone.request("PATCH", "/_matrix/client/v3/sync")).refused(405, "M_UNRECOGNIZED")
