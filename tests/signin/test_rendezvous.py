"""Two devices meet at an address that one of them shows as a QR code."""

from typing import Any

from tests.conftest import StartServer
from tests.harness.client import Response
from tests.harness.server import Server

PATH = "/_matrix/client/unstable/org.matrix.msc4108/rendezvous"


async def _send(server: Server, method: str, path: str, text: str = "", **headers: str) -> Response:
    given = {name.replace("_", "-"): value for name, value in headers.items()}
    given.setdefault("Content-Type", "text/plain")
    return await server.wire.request(method, path, data=text, headers=given)


async def _open(server: Server, text: str = "hello from A") -> tuple[str, Any]:
    """Path and headers of a new place."""
    answer = await _send(server, "POST", PATH, text)
    url = answer.ok(201)["url"]
    return url.removeprefix(server.config.base_url()), answer.headers


async def test_the_flag_is_shown_with_the_api(start_server: StartServer) -> None:
    async with start_server() as server:
        found = (await server.anyone.get("/_matrix/client/versions")).ok()
        assert found["unstable_features"]["org.matrix.msc4108"] is True
    async with start_server(oauth=False) as server:
        found = (await server.anyone.get("/_matrix/client/versions")).ok()
        assert "org.matrix.msc4108" not in found["unstable_features"]
        (await _send(server, "POST", PATH, "x")).refused(404, "M_UNRECOGNIZED")


async def test_two_devices_talk_in_turns(server: Server) -> None:
    path, first = await _open(server)
    seen = await _send(server, "GET", path)
    assert (seen.status, seen.body) == (200, b"hello from A")
    assert seen.headers["Content-Type"] == "text/plain"
    etag = seen.headers["ETag"]
    assert etag == first["ETag"]
    assert (await _send(server, "GET", path, If_None_Match=etag)).status == 304
    answered = await _send(server, "PUT", path, "hello from B", If_Match=etag)
    assert answered.status == 202
    news = await _send(server, "GET", path, If_None_Match=etag)
    assert (news.status, news.body) == (200, b"hello from B")
    assert news.headers["ETag"] == answered.headers["ETag"] != etag
    assert news.headers["Cache-Control"] == "no-store"
    assert (await _send(server, "DELETE", path)).status == 204
    (await _send(server, "GET", path)).refused(404, "M_NOT_FOUND")
    (await _send(server, "DELETE", path)).refused(404, "M_NOT_FOUND")


async def test_nobody_writes_over_what_they_have_not_read(server: Server) -> None:
    path, first = await _open(server)
    etag = first["ETag"]
    assert (await _send(server, "PUT", path, "B", If_Match=etag)).status == 202
    late = (await _send(server, "PUT", path, "C", If_Match=etag)).refused(412, "M_UNKNOWN")
    assert late["org.matrix.msc4108.errcode"] == "M_CONCURRENT_WRITE"
    (await _send(server, "PUT", path, "C")).refused(400, "M_MISSING_PARAM")
    (await _send(server, "PUT", path, "C", If_Match="*")).refused(400, "M_INVALID_PARAM")
    assert (await _send(server, "GET", path)).body == b"B"


async def test_messages_are_small_and_plain(server: Server) -> None:
    path, first = await _open(server, "x" * 4096)
    (await _send(server, "POST", PATH, "x" * 4097)).refused(413, "M_TOO_LARGE")
    wrong = {"Content_Type": "text/html"}
    (await _send(server, "POST", PATH, "x", **wrong)).refused(400, "M_INVALID_PARAM")
    etag = first["ETag"]
    (await _send(server, "PUT", path, "x" * 4097, If_Match=etag)).refused(413, "M_TOO_LARGE")


async def test_a_meeting_ends_by_the_clock(server: Server) -> None:
    path, first = await _open(server)
    await server.clock.advance(299)
    assert (await _send(server, "GET", path)).status == 200
    await server.clock.advance(1)
    (await _send(server, "GET", path)).refused(404, "M_NOT_FOUND")
    (await _send(server, "PUT", path, "B", If_Match=first["ETag"])).refused(404, "M_NOT_FOUND")


async def test_strangers_open_no_more_than_their_share(start_server: StartServer) -> None:
    async with start_server(rate_limits=True) as server:
        for _ in range(30):
            await _open(server)
        (await _send(server, "POST", PATH, "x")).refused(429, "M_LIMIT_EXCEEDED")
