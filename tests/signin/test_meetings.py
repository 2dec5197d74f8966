"""Two devices meet by the later form of the proposal (MSC4388)."""

from typing import Any

from depesha.signin.rendezvous import LIFE_MS
from tests.conftest import StartServer
from tests.harness.server import Server

PATH = "/_matrix/client/unstable/io.element.msc4388/rendezvous"
OVERTAKEN = "IO_ELEMENT_MSC4388_CONCURRENT_WRITE"


async def opened(server: Server, data: str = "hello from A") -> dict[str, Any]:
    found: dict[str, Any] = (await server.anyone.post(PATH, {"data": data})).ok()
    return found


async def test_the_flag_is_shown_with_the_api(start_server: StartServer) -> None:
    async with start_server() as server:
        found = (await server.anyone.get("/_matrix/client/versions")).ok()
        assert found["unstable_features"]["io.element.msc4388"] is True
        assert (await server.anyone.get(PATH)).ok() == {"create_available": True}
    async with start_server(oauth=False) as server:
        found = (await server.anyone.get("/_matrix/client/versions")).ok()
        assert "io.element.msc4388" not in found["unstable_features"]
        (await server.anyone.get(PATH)).refused(404, "M_UNRECOGNIZED")
        (await server.anyone.post(PATH, {"data": ""})).refused(404, "M_UNRECOGNIZED")


async def test_two_devices_talk_in_turns(server: Server) -> None:
    place = await opened(server)
    now = server.clock.now_ms()
    assert (place["expires_ts"], place["expires_in_ms"]) == (now + LIFE_MS, LIFE_MS)
    path, token = f"{PATH}/{place['id']}", place["sequence_token"]
    seen = await server.anyone.get(path)
    assert seen.headers["Cache-Control"] == "no-store"
    assert seen.ok() == {
        "data": "hello from A",
        "sequence_token": token,
        "expires_ts": now + LIFE_MS,
        "expires_in_ms": LIFE_MS,
    }
    body = {"sequence_token": token, "data": "привет от B"}
    after = (await server.anyone.put(path, body)).ok()["sequence_token"]
    assert after != token
    news = (await server.anyone.get(path)).ok()
    assert (news["data"], news["sequence_token"]) == ("привет от B", after)
    late = {"sequence_token": token, "data": "late"}
    (await server.anyone.put(path, late)).refused(409, OVERTAKEN)
    assert (await server.anyone.get(path)).ok() == news
    (await server.anyone.delete(path)).ok()
    for answer in (
        await server.anyone.get(path),
        await server.anyone.put(path, body),
        await server.anyone.delete(path),
    ):
        answer.refused(404, "M_NOT_FOUND")


async def test_messages_are_short_and_not_for_long(server: Server) -> None:
    place = await opened(server, "я" * 4096)
    path = f"{PATH}/{place['id']}"
    assert (await server.anyone.get(path)).ok()["data"] == "я" * 4096
    (await server.anyone.post(PATH, {"data": "x" * 4097})).refused(413, "M_TOO_LARGE")
    long = {"sequence_token": place["sequence_token"], "data": "x" * 4097}
    (await server.anyone.put(path, long)).refused(413, "M_TOO_LARGE")
    (await server.anyone.post(PATH, {"data": 7})).refused(400, "M_BAD_JSON")
    (await server.anyone.put(path, {"data": "x"})).refused(400, "M_MISSING_PARAM")
    await server.clock.leap(LIFE_MS / 1000)
    (await server.anyone.get(path)).refused(404, "M_NOT_FOUND")


async def test_no_browser_is_led_to_what_a_stranger_wrote(server: Server) -> None:
    path = f"{PATH}/{(await opened(server))['id']}"
    led = await server.wire.request("GET", path, headers={"Sec-Fetch-Mode": "navigate"})
    led.refused(403, "M_FORBIDDEN")
    asked = await server.wire.request("GET", path, headers={"Sec-Fetch-Mode": "cors"})
    asked.ok()
