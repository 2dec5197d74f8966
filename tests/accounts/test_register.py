"""Making accounts. Spec: client-server API, "Account registration"."""

import asyncio
from typing import Any

import pytest

from tests.accounts.steps import login_body, operate, session_of
from tests.conftest import StartServer
from tests.harness.client import PASSWORD, Client
from tests.harness.clock import TestClock
from tests.harness.server import Server

DUMMY = {"auth": {"type": "m.login.dummy"}}
TOKENS = "/_depesha/v1/admin/registration_tokens"
VALIDITY = "/_matrix/client/v1/register/m.login.registration_token/validity"


async def test_a_new_account_is_signed_in(server: Server) -> None:
    answer = await server.anyone.post(
        "/register", {"username": "anna", "password": PASSWORD, **DUMMY}
    )
    found = answer.ok()
    assert found["user_id"] == "@anna:depesha.test"
    anna = Client(server.wire, found["user_id"], found["access_token"])
    assert (await anna.get("/account/whoami")).ok() == {
        "user_id": "@anna:depesha.test",
        "device_id": found["device_id"],
        "is_guest": False,
    }


async def test_registration_asks_for_authentication_first(server: Server) -> None:
    body = {"username": "anna", "password": PASSWORD}
    answer = (await server.anyone.post("/register", body)).ok(401)
    assert answer["flows"] == [{"stages": ["m.login.dummy"]}]
    auth = {"type": "m.login.dummy", "session": answer["session"]}
    (await server.anyone.post("/register", {**body, "auth": auth})).ok()


async def test_a_client_may_ask_what_is_needed_with_an_empty_body(server: Server) -> None:
    assert (await server.anyone.post("/register", {})).ok(401)["flows"]


async def test_the_first_request_is_remembered(server: Server) -> None:
    session = await session_of(
        server.anyone, "POST", "/register", {"username": "anna", "password": PASSWORD}
    )
    auth = {"type": "m.login.dummy", "session": session}
    answer = (await server.anyone.post("/register", {"auth": auth})).ok()
    assert answer["user_id"] == "@anna:depesha.test"
    (await server.anyone.post("/login", login_body("anna"))).ok()


async def test_a_name_is_taken_for_ever(server: Server, alice: Client) -> None:
    available = "/register/available"
    anyone = server.anyone
    (await anyone.get(available, {"username": "Alice"})).refused(400, "M_USER_IN_USE")
    (await anyone.get(available, {"username": "boris"})).ok()
    body = {"username": "alice", "password": PASSWORD}
    (await anyone.post("/register", body)).refused(400, "M_USER_IN_USE")
    (await anyone.post("/register", {**body, **DUMMY})).refused(400, "M_USER_IN_USE")
    deactivate = f"/_depesha/v1/admin/users/{alice.user_id}/deactivate"
    assert await operate(server, "POST", deactivate, {}) == 200
    (await anyone.post("/register", body)).refused(400, "M_USER_IN_USE")
    (await anyone.get(available, {"username": "alice"})).refused(400, "M_USER_IN_USE")


async def test_where_registration_is_closed_no_name_is_told_of(start_server: StartServer) -> None:
    async with start_server() as server:
        await server.register("alice")
    async with start_server(open_registration=False) as server:
        for name in ("alice", "boris"):
            answer = await server.anyone.get("/register/available", {"username": name})
            answer.refused(403, "M_FORBIDDEN")


async def test_capitals_become_small(server: Server) -> None:
    anna = await server.register("Anna")
    assert anna.user_id == "@anna:depesha.test"
    assert (await server.anyone.login("ANNA")).user_id == anna.user_id


@pytest.mark.parametrize("name", ["", "a b", "анна", "@anna", "a:b", "a" * 255, "a\x00"])
async def test_what_cannot_be_a_name_is_refused(server: Server, name: str) -> None:
    body = {"username": name, "password": PASSWORD, **DUMMY}
    (await server.anyone.post("/register", body)).refused(400, "M_INVALID_USERNAME")


async def test_without_a_name_one_is_made_up(server: Server) -> None:
    body = {"password": PASSWORD, **DUMMY}
    names = {(await server.anyone.post("/register", body)).ok()["user_id"] for _ in range(2)}
    assert len(names) == 2


@pytest.mark.parametrize("password", ["short 7", "x" * 513])
async def test_a_password_that_cannot_protect_is_refused(server: Server, password: str) -> None:
    body = {"username": "anna", "password": password}
    (await server.anyone.post("/register", {**body, **DUMMY})).refused(400, "M_WEAK_PASSWORD")
    (await server.anyone.post("/register", body)).refused(400, "M_WEAK_PASSWORD")


async def test_a_password_is_needed(server: Server) -> None:
    body = {"username": "anna", **DUMMY}
    (await server.anyone.post("/register", body)).refused(400, "M_MISSING_PARAM")


@pytest.mark.parametrize("field", ["username", "password", "device_id"])
async def test_fields_have_their_types(server: Server, field: str) -> None:
    body = {"username": "anna", "password": PASSWORD, **DUMMY, field: 12345678}
    (await server.anyone.post("/register", body)).refused(400, "M_BAD_JSON")


async def test_nobody_is_signed_in_when_that_is_asked(server: Server) -> None:
    body = {"username": "anna", "password": PASSWORD, "inhibit_login": True, **DUMMY}
    answer = (await server.anyone.post("/register", body)).ok()
    assert "access_token" not in answer
    assert "device_id" not in answer
    anna = await server.anyone.login("anna")
    devices = (await anna.get("/devices")).ok()["devices"]
    assert [device["device_id"] for device in devices] == [anna.device_id]


async def test_the_device_is_as_asked(server: Server) -> None:
    anna = await server.register(
        "anna", device_id="PHONE", initial_device_display_name="Anna's phone"
    )
    assert anna.device_id == "PHONE"
    device = (await anna.get("/devices/PHONE")).ok()
    assert device["display_name"] == "Anna's phone"


@pytest.mark.parametrize(
    "fields",
    [
        {"device_id": "x" * 256},
        {"device_id": ""},
        {"device_id": "a\x00"},
        {"initial_device_display_name": "x" * 256},
    ],
)
async def test_a_device_that_cannot_be_kept_is_refused(
    server: Server, fields: dict[str, Any]
) -> None:
    body = {"username": "anna", "password": PASSWORD, **DUMMY}
    (await server.anyone.post("/register", {**body, **fields})).refused(400, "M_INVALID_PARAM")
    (await server.anyone.post("/register", body)).ok()


async def test_closed_registration_is_refused(start_server: StartServer) -> None:
    body = {"username": "anna", "password": PASSWORD, **DUMMY}
    async with start_server(open_registration=False) as server:
        (await server.anyone.post("/register", body)).refused(403, "M_FORBIDDEN")
        (await server.anyone.post("/register", {})).refused(403, "M_FORBIDDEN")


async def test_a_token_lets_as_many_register_as_it_says(start_server: StartServer) -> None:
    async with start_server(open_registration=False) as server:
        token = {"token": "welcome", "uses_allowed": 1}
        assert await operate(server, "POST", TOKENS, token) == 200
        body = {"username": "anna", "password": PASSWORD}
        answer = (await server.anyone.post("/register", body)).ok(401)
        assert answer["flows"] == [{"stages": ["m.login.registration_token"]}]
        auth = {"type": "m.login.registration_token", "session": answer["session"]}
        wrong = {**body, "auth": {**auth, "token": "guess"}}
        refusal = (await server.anyone.post("/register", wrong)).refused(401, "M_FORBIDDEN")
        assert refusal["session"] == answer["session"]
        assert await _is_valid(server, "welcome")
        right = {**body, "auth": {**auth, "token": "welcome"}}
        (await server.anyone.post("/register", right)).ok()
        assert not await _is_valid(server, "welcome")
        again = {**body, "username": "boris"}
        (await server.anyone.post("/register", again)).refused(403, "M_FORBIDDEN")


async def test_a_token_for_one_lets_one_of_two_in(start_server: StartServer) -> None:
    async with start_server(open_registration=False) as server:
        assert await operate(server, "POST", TOKENS, {"token": "one", "uses_allowed": 1}) == 200
        auth = {"type": "m.login.registration_token", "token": "one"}
        bodies = [
            {"username": name, "password": PASSWORD, "auth": auth} for name in ("anna", "boris")
        ]
        answers = await asyncio.gather(*(server.anyone.post("/register", body) for body in bodies))
        assert sum(answer.status == 200 for answer in answers) == 1
        assert {answer.status for answer in answers} <= {200, 401, 403}
        logins = [(await server.anyone.post("/login", login_body(n))) for n in ("anna", "boris")]
        assert [answer.status for answer in answers].index(200) == [
            login.status for login in logins
        ].index(200)


async def test_a_token_ends(start_server: StartServer, clock: TestClock) -> None:
    async with start_server(open_registration=False) as server:
        ends = {"token": "brief", "expires_ts": clock.now_ms() + 1000}
        assert await operate(server, "POST", TOKENS, ends) == 200
        assert await _is_valid(server, "brief")
        await clock.advance(1)
        assert not await _is_valid(server, "brief")
        (await server.anyone.post("/register", {})).refused(403, "M_FORBIDDEN")


async def test_what_is_no_token_is_not_valid(server: Server) -> None:
    assert not await _is_valid(server, "unknown")
    assert not await _is_valid(server, "a b")
    (await server.anyone.get(VALIDITY)).refused(400, "M_MISSING_PARAM")


async def _is_valid(server: Server, token: str) -> bool:
    valid: bool = (await server.anyone.get(VALIDITY, {"token": token})).ok()["valid"]
    return valid


async def test_a_guest_needs_nothing_and_may_little(server: Server) -> None:
    body = {"username": "anna", "device_id": "PHONE"}
    found = (await server.anyone.post("/register", body, query={"kind": "guest"})).ok()
    guest = Client(server.wire, found["user_id"], found["access_token"])
    assert found["user_id"] != "@anna:depesha.test"
    assert found["device_id"] != "PHONE"
    assert (await guest.get("/account/whoami")).ok()["is_guest"] is True
    (await guest.get("/devices")).ok()
    (await guest.get("/account/3pid")).refused(403, "M_GUEST_ACCESS_FORBIDDEN")
    (await guest.post("/logout")).ok()


async def test_guests_are_refused_where_they_are_not_received(start_server: StartServer) -> None:
    async with start_server(guests=False) as server:
        kind = {"kind": "guest"}
        (await server.anyone.post("/register", {}, query=kind)).refused(403, "M_FORBIDDEN")


async def test_other_kinds_of_account_are_refused(server: Server) -> None:
    kind = {"kind": "robot"}
    (await server.anyone.post("/register", {}, query=kind)).refused(400, "M_INVALID_PARAM")


async def test_an_application_service_must_show_its_token(server: Server) -> None:
    body = {"username": "bridge", "type": "m.login.application_service"}
    (await server.anyone.post("/register", body)).refused(401, "M_MISSING_TOKEN")
    stranger = Client(server.wire, token="guess")
    (await stranger.post("/register", body)).refused(401, "M_UNKNOWN_TOKEN")
    login = {"type": "m.login.application_service", "user": "bridge"}
    (await stranger.post("/login", login)).refused(401, "M_UNKNOWN_TOKEN")


async def test_registration_is_limited(start_server: StartServer) -> None:
    async with start_server(rate_limits=True) as server:
        statuses = [(await server.anyone.post("/register", {})).status for _ in range(30)]
        assert set(statuses) == {401, 429}


async def register_guest(server: Server) -> Client:
    found = (await server.anyone.post("/register", {}, query={"kind": "guest"})).ok()
    return Client(server.wire, found["user_id"], found["access_token"], found["device_id"])


async def test_a_guest_becomes_a_person(server: Server, alice: Client) -> None:
    guest = await register_guest(server)
    room = await alice.create_room(preset="private_chat")
    await alice.invite(room, guest)
    await guest.join(room)
    name = guest.user_id[1:].partition(":")[0]
    fields = {"guest_access_token": guest.token}
    other = await register_guest(server)
    for token in ("nonsense", other.token, alice.token):
        answer = await server.anyone.post(
            "/register",
            {"username": name, "password": PASSWORD, "guest_access_token": token, **DUMMY},
        )
        answer.refused(403, "M_FORBIDDEN")
    body = {"password": PASSWORD, **DUMMY, **fields}
    (await server.anyone.post("/register", body)).refused(400, "M_MISSING_PARAM")
    (await guest.get("/account/3pid")).refused(403, "M_GUEST_ACCESS_FORBIDDEN")

    person = await server.anyone.register(name, **fields)
    assert person.user_id == guest.user_id
    assert (await person.get("/account/whoami")).ok()["is_guest"] is False
    assert (await person.get("/joined_rooms")).ok()["joined_rooms"] == [room]
    (await person.get("/account/3pid")).ok()
    # The session of before is the person's, too; and nobody becomes a person twice.
    assert (await guest.get("/account/whoami")).ok()["is_guest"] is False
    answer = await server.anyone.post("/register", {"username": name, **body})
    answer.refused(403, "M_FORBIDDEN")
    assert (await server.anyone.login(name)).user_id == guest.user_id


async def test_what_cannot_be_is_refused_before_it_is_kept(server: Server) -> None:
    """A stranger's request waits for its authentication as it is, and could be large."""
    body = {"username": "anna", "password": PASSWORD, "initial_device_display_name": "x" * 300}
    (await server.anyone.post("/register", body)).refused(400, "M_INVALID_PARAM")
