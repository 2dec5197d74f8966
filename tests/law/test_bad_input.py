"""What is malformed is refused with a precise Matrix error, never with a 500."""

import asyncio
import io
from typing import Any
from urllib.parse import urlsplit

import orjson
import pytest

from depesha.http.body import BODY_SECONDS, SLOWEST
from tests.conftest import StartServer
from tests.harness.client import Client
from tests.harness.server import Server

JSON = {"Content-Type": "application/json"}


def nested(depth: int) -> bytes:
    return b'{"a":' * depth + b"1" + b"}" * depth


async def talk(server: Server, data: bytes) -> tuple[int, Any]:
    """Status and decoded body (None: empty) of the answer to these bytes."""
    reader, writer = await asyncio.open_connection("127.0.0.1", urlsplit(server.base_url).port)
    writer.write(data)
    answer = await reader.read()
    writer.close()
    await writer.wait_closed()
    head, _, body = answer.partition(b"\r\n\r\n")
    return int(head.split()[1]), orjson.loads(body) if body else None


BODIES = [
    pytest.param(b"", 200, "", id="nothing counts as an empty object"),
    pytest.param(b"{", 400, "M_NOT_JSON", id="cut off"),
    pytest.param(b'{"a":"\xff"}', 400, "M_NOT_JSON", id="broken UTF-8"),
    pytest.param(b'{"a":"\\ud800"}', 400, "M_NOT_JSON", id="half of a surrogate pair"),
    pytest.param(b"[]", 400, "M_BAD_JSON", id="a list"),
    pytest.param(b'"text"', 400, "M_BAD_JSON", id="a string"),
    pytest.param(b"null", 400, "M_BAD_JSON", id="null"),
    pytest.param(b'{"a":1.5}', 400, "M_BAD_JSON", id="a float"),
    pytest.param(b'{"a":1e3}', 400, "M_BAD_JSON", id="a float that is whole"),
    pytest.param(b'{"a":NaN}', 400, "M_NOT_JSON", id="NaN"),
    pytest.param(b'{"a":9007199254740991}', 200, "", id="the largest integer"),
    pytest.param(b'{"a":9007199254740992}', 400, "M_BAD_JSON", id="one more"),
    pytest.param(b'{"a":-9007199254740992}', 400, "M_BAD_JSON", id="one less"),
    pytest.param(b'{"a":1' + b"0" * 400 + b"}", 400, "M_BAD_JSON", id="a huge integer"),
    pytest.param(b'{"a":"\\u0000"}', 400, "M_BAD_JSON", id="U+0000"),
    pytest.param(b'{"a\\u0000":1}', 400, "M_BAD_JSON", id="U+0000 in a key"),
    pytest.param(nested(90), 200, "", id="deep"),
    pytest.param(nested(120), 400, "M_BAD_JSON", id="too deep"),
    pytest.param(nested(10_000), 400, "M_BAD_JSON", id="far too deep"),
    pytest.param(b'{"a":"' + b"x" * 60_000 + b'"}', 200, "", id="large"),
    pytest.param(b'{"a":"' + b"x" * 66_000 + b'"}', 413, "M_TOO_LARGE", id="too large an event"),
    pytest.param(b'{"a":"' + b"x" * 2**22 + b'"}', 413, "M_TOO_LARGE", id="too large a body"),
]


@pytest.mark.parametrize("kind", ["send/com.example.kind/t1", "state/com.example.kind/key"])
@pytest.mark.parametrize(("body", "status", "errcode"), BODIES)
async def test_the_content_of_an_event(
    alice: Client, kind: str, body: bytes, status: int, errcode: str
) -> None:
    room = await alice.create_room()
    answer = await alice.request(
        "PUT", f"/rooms/{room}/{kind}", data=io.BytesIO(body), headers=JSON
    )
    if errcode:
        answer.refused(status, errcode)
    else:
        answer.ok()
        return
    # What was refused has left nothing behind.
    page = await alice.messages(room, limit=1)
    assert page["chunk"][0]["type"] != "com.example.kind"


WRONG_TYPES = [
    ("POST", "/createRoom", {"name": 5}),
    ("POST", "/createRoom", {"invite": "alice"}),
    ("POST", "/createRoom", {"initial_state": [{"type": 1}]}),
    ("POST", "/createRoom", {"power_level_content_override": []}),
    ("POST", "/rooms/{room}/kick", {"user_id": 1}),
    ("POST", "/rooms/{room}/receipt/m.read/$a", {"thread_id": 1}),
    ("POST", "/keys/query", {"device_keys": []}),
    ("POST", "/keys/claim", {"one_time_keys": {"@a:b": "x"}}),
    ("POST", "/search", {"search_categories": 1}),
    ("POST", "/login", {"type": 1}),
    ("PUT", "/rooms/{room}/typing/{user}", {"typing": "yes"}),
    ("PUT", "/profile/{user}/displayname", {"displayname": {}}),
    ("PUT", "/devices/{device}", {"display_name": []}),
    ("PUT", "/sendToDevice/m.x/t", {"messages": [1]}),
    ("PUT", "/directory/room/%23a:depesha.test", {"room_id": 7}),
    ("PUT", "/user/{user}/rooms/{room}/tags/u.x", {"order": "first"}),
    ("POST", "/user/{user}/filter", {"room": {"timeline": {"limit": "ten"}}}),
]


@pytest.mark.parametrize(("method", "path", "body"), WRONG_TYPES)
async def test_a_value_of_the_wrong_type(
    alice: Client, method: str, path: str, body: dict[str, Any]
) -> None:
    room = await alice.create_room()
    path = path.format(room=room, user=alice.user_id, device=alice.device_id)
    answer = await alice.request(method, path, json=body)
    assert answer.status == 400
    assert answer.json["errcode"] in {"M_BAD_JSON", "M_INVALID_PARAM"}


@pytest.mark.parametrize(
    "query",
    [
        {"since": "nonsense"},
        {"since": "s\x00"},
        {"timeout": "soon"},
        {"timeout": "-1"},
        {"timeout": "--1"},
        {"full_state": "perhaps"},
        {"filter": "{"},
        {"set_presence": "asleep"},
    ],
)
async def test_a_query_that_is_no_question(alice: Client, query: dict[str, str]) -> None:
    answer = await alice.get("/sync", query)
    assert answer.status == 400
    assert answer.json["errcode"] in {"M_INVALID_PARAM", "M_BAD_JSON", "M_NOT_JSON"}


async def test_a_query_that_is_not_utf8(server: Server) -> None:
    get = b"GET /_matrix/client/v3/publicRooms?since=%ff HTTP/1.1\r\nHost: x\r\n"
    status, body = await talk(server, get + b"Connection: close\r\n\r\n")
    assert (status, body["errcode"]) == (400, "M_INVALID_PARAM")


async def test_a_body_that_does_not_come(server: Server) -> None:
    head = b"POST /_matrix/client/v3/login HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\n{"
    asked = asyncio.ensure_future(talk(server, head))
    await server.clock.armed(BODY_SECONDS)
    await server.clock.advance(BODY_SECONDS)
    status, body = await asked
    assert (status, body["errcode"]) == (408, "M_UNKNOWN")


async def test_a_form_that_comes_drop_by_drop(server: Server) -> None:
    """Each of them takes one of the places for requests, without signing in."""
    port = urlsplit(server.base_url).port
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(b"POST /_depesha/signin HTTP/1.1\r\nHost: x\r\nContent-Length: 9999\r\n\r\na")
    await server.clock.armed(BODY_SECONDS)
    await server.clock.advance(BODY_SECONDS - 1)
    writer.write(b"b")
    await server.clock.armed(1 + 1 / SLOWEST)
    await server.clock.advance(2)
    assert b" 408 " in await reader.readline()
    writer.close()
    await writer.wait_closed()


@pytest.mark.parametrize(
    "headers",
    [
        b"".join(b"X-%d: %s\r\n" % (n, b"y" * 50) for n in range(1000)),
        b"X-Big: " + b"y" * 40_000 + b"\r\n",
    ],
    ids=["many", "large"],
)
async def test_a_flood_of_headers(server: Server, headers: bytes) -> None:
    get = b"GET /_matrix/client/versions HTTP/1.1\r\nHost: x\r\n"
    status, _ = await talk(server, get + headers + b"\r\n")
    assert status == 431


async def test_more_requests_than_may_be_parked(start_server: StartServer) -> None:
    async with start_server(max_requests=3) as server:
        alice = await server.register("alice")
        since = (await alice.sync())["next_batch"]
        for _ in range(3):
            await server.park(alice, since)
        refusal = await alice.get("/account/whoami")
        body = refusal.refused(503, "M_LIMIT_EXCEEDED")
        assert int(refusal.headers["Retry-After"]) >= 1
        assert body["retry_after_ms"] > 0
        # When somebody has been answered there is room again.
        await server.clock.advance(31)
        await asyncio.gather(*server.parked)
        (await alice.get("/account/whoami")).ok()
