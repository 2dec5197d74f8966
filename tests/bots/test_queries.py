"""What the server asks services: users, rooms, networks, and whether they are there."""

from typing import Any

from aiohttp import web

from tests.bots.service import HS_TOKEN, Bridge, Request, Service, settings
from tests.conftest import StartServer
from tests.harness.client import Client
from tests.harness.server import SERVER_NAME, Server

PING = "/_matrix/client/v1/appservice/bridge/ping"
IRENE = f"@_bridge_irene:{SERVER_NAME}"
ALIAS = f"#_bridge_place:{SERVER_NAME}"


def _status(status: int, body: Any = None) -> Any:
    async def answer(request: Request) -> web.Response:
        return web.json_response(body or {}, status=status)

    return answer


# --- ping ----------------------------------------------------------------------------


async def test_a_ping_comes_back(service: Service, bridge: Bridge) -> None:
    answer = (await bridge.post(PING, {"transaction_id": "meow"})).ok()
    assert answer["duration_ms"] >= 0
    (asked,) = [each for each in service.requests if each.path == "/_matrix/app/v1/ping"]
    assert (asked.method, asked.token, asked.body) == (
        "POST",
        HS_TOKEN,
        {"transaction_id": "meow"},
    )


async def test_a_ping_that_is_refused_says_how(service: Service, bridge: Bridge) -> None:
    service.answers["/_matrix/app/v1/ping"] = _status(403, {"errcode": "M_FORBIDDEN"})
    error = (await bridge.post(PING, {})).refused(502, "M_BAD_STATUS")
    assert error["status"] == 403
    assert "M_FORBIDDEN" in error["body"]


async def test_a_ping_to_nobody_says_so(start_server: StartServer, tmp_path: Any) -> None:
    async with start_server(**settings(tmp_path, "http://127.0.0.1:1")) as server:
        (await Bridge(server.wire).post(PING, {})).refused(502, "M_CONNECTION_FAILED")


async def test_a_private_address_is_reached_only_if_allowed(
    start_server: StartServer, service: Service, tmp_path: Any
) -> None:
    fields = settings(tmp_path, service.url) | {"allowed_networks": ()}
    async with start_server(**fields) as server:
        (await Bridge(server.wire).post(PING, {})).refused(502, "M_CONNECTION_FAILED")
    assert service.requests == []


async def test_only_the_service_itself_pings(bridge: Bridge, alice: Client) -> None:
    (await alice.post(PING, {})).refused(403, "M_FORBIDDEN")
    other = PING.replace("bridge", "other")
    (await bridge.post(other, {})).refused(403, "M_FORBIDDEN")


# --- users and rooms -----------------------------------------------------------------


async def test_a_user_is_made_when_somebody_invites_them(
    server: Server, service: Service, bridge: Bridge, alice: Client
) -> None:
    async def make(request: Request) -> web.Response:
        await bridge.make_user("_bridge_irene")
        return web.json_response({})

    service.answers["/_matrix/app/v1/users/%40_bridge_irene%3Adepesha.test"] = make
    room = await alice.create_room()
    await alice.invite(room, IRENE)
    state = (await alice.get(f"/rooms/{room}/state/m.room.member/{IRENE}")).ok()
    assert state["membership"] == "invite"


async def test_a_user_whom_the_service_does_not_make_is_nobody(
    service: Service, bridge: Bridge, alice: Client
) -> None:
    path = "/_matrix/app/v1/users/%40_bridge_irene%3Adepesha.test"
    room = await alice.create_room()
    invitation = {"user_id": IRENE}
    answers: list[Any] = [
        _status(404, {"errcode": "COM.EXAMPLE.NOT_FOUND"}),
        _status(500),
        {},  # "made", and yet not there
    ]
    for answer in answers:
        service.answers[path] = answer
        (await alice.post(f"/rooms/{room}/invite", invitation)).refused(404, "M_NOT_FOUND")
    asked = len(service.requests)
    other = {"user_id": f"@nobody:{SERVER_NAME}"}
    (await alice.post(f"/rooms/{room}/invite", other)).refused(404, "M_NOT_FOUND")
    assert len(service.requests) == asked


async def test_a_room_is_made_when_somebody_asks_for_its_alias(
    service: Service, bridge: Bridge, alice: Client
) -> None:
    made: list[str] = []

    async def make(request: Request) -> web.Response:
        name = "_bridge_place"
        made.append(await bridge.create_room(room_alias_name=name, preset="public_chat"))
        return web.json_response({})

    service.answers["/_matrix/app/v1/rooms/%23_bridge_place%3Adepesha.test"] = make
    path = "/directory/room/" + ALIAS.replace("#", "%23")
    assert (await alice.get(path)).ok()["room_id"] == made[0]
    assert await alice.join(ALIAS.replace("#", "%23")) == made[0]
    assert len(made) == 1


async def test_an_alias_that_the_service_does_not_make_leads_nowhere(
    service: Service, bridge: Bridge, alice: Client
) -> None:
    path = "/_matrix/app/v1/rooms/%23_bridge_place%3Adepesha.test"
    service.answers[path] = _status(404, {"errcode": "COM.EXAMPLE.NOT_FOUND"})
    place = "/directory/room/" + ALIAS.replace("#", "%23")
    (await alice.get(place)).refused(404, "M_NOT_FOUND")
    assert [each.path for each in service.requests if "/rooms/" in each.path] == [path]


# --- networks ------------------------------------------------------------------------

NETWORK = "/_matrix/app/v1/thirdparty"
PROTOCOL = {
    "user_fields": ["nickname"],
    "location_fields": ["channel"],
    "icon": "mxc://depesha.test/icon",
    "field_types": {},
    "instances": [{"network_id": "irc-net", "desc": "IRC", "fields": {}}],
}
USER = {"userid": IRENE, "protocol": "irc", "fields": {"nickname": "irene"}}
PLACE = {"alias": ALIAS, "protocol": "irc", "fields": {"channel": "#place"}}


async def test_a_protocol_is_told_with_its_instances(
    service: Service, bridge: Bridge, alice: Client
) -> None:
    service.answers[f"{NETWORK}/protocol/irc"] = PROTOCOL
    expected = PROTOCOL | {
        "instances": [PROTOCOL["instances"][0] | {"instance_id": "irc-net"}]  # type: ignore[index]
    }
    assert (await alice.get("/thirdparty/protocols")).ok() == {"irc": expected}
    assert (await alice.get("/thirdparty/protocol/irc")).ok() == expected
    (await alice.get("/thirdparty/protocol/other")).refused(404, "M_NOT_FOUND")


async def test_people_and_places_are_looked_up(
    service: Service, bridge: Bridge, alice: Client
) -> None:
    service.answers[f"{NETWORK}/user/irc"] = [USER]
    service.answers[f"{NETWORK}/location/irc"] = [PLACE]
    service.answers[f"{NETWORK}/user"] = [USER]
    service.answers[f"{NETWORK}/location"] = [PLACE]
    query = {"nickname": "irene"}
    assert (await alice.get("/thirdparty/user/irc", query)).ok() == [USER]
    assert (await alice.get("/thirdparty/location/irc", {"channel": "#p"})).ok() == [PLACE]
    assert (await alice.get("/thirdparty/user", {"userid": IRENE})).ok() == [USER]
    assert (await alice.get("/thirdparty/location", {"alias": ALIAS})).ok() == [PLACE]
    asked = [each for each in service.requests if each.path.startswith(NETWORK)]
    assert [each.query for each in asked] == [
        query,
        {"channel": "#p"},
        {"userid": IRENE},
        {"alias": ALIAS},
    ]


async def test_a_service_that_does_not_answer_is_left_out(
    service: Service, bridge: Bridge, alice: Client
) -> None:
    for path in ("/user/irc", "/user", "/location", "/protocol/irc"):
        service.answers[NETWORK + path] = _status(500)
    assert (await alice.get("/thirdparty/protocols")).ok() == {}
    (await alice.get("/thirdparty/user/irc")).refused(404, "M_NOT_FOUND")
    (await alice.get("/thirdparty/user", {"userid": IRENE})).refused(404, "M_NOT_FOUND")
    (await alice.get("/thirdparty/location", {"alias": ALIAS})).refused(404, "M_NOT_FOUND")
    (await alice.get("/thirdparty/location/other")).refused(404, "M_NOT_FOUND")
