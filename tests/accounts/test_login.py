"""Signing in. Spec: client-server API, "Login"."""

from typing import Any

import pytest

from tests.accounts.steps import UNKNOWN, is_signed_in, login_body, operate, session_of
from tests.conftest import StartServer
from tests.harness.client import PASSWORD, Client
from tests.harness.clock import TestClock
from tests.harness.server import Server

GET_TOKEN = "/_matrix/client/v1/login/get_token"


async def test_the_ways_of_signing_in_are_told(server: Server) -> None:
    flows = (await server.anyone.get("/login")).ok()["flows"]
    assert {"type": "m.login.password"} in flows
    assert {"type": "m.login.token", "get_login_token": True} in flows


@pytest.mark.parametrize("name", ["alice", "@alice:depesha.test", "Alice"])
async def test_a_user_signs_in(server: Server, alice: Client, name: str) -> None:
    found = (await server.anyone.post("/login", login_body(name))).ok()
    assert found["user_id"] == alice.user_id
    assert found["device_id"] != alice.device_id
    assert "refresh_token" not in found
    assert "expires_in_ms" not in found
    assert await is_signed_in(Client(server.wire, token=found["access_token"]))
    assert await is_signed_in(alice)


async def test_the_old_form_of_a_login_works(server: Server, alice: Client) -> None:
    body = {"type": "m.login.password", "user": "alice", "password": PASSWORD}
    assert (await server.anyone.post("/login", body)).ok()["user_id"] == alice.user_id


@pytest.mark.parametrize(
    "body",
    [
        login_body("alice", "wrong horse"),
        login_body("alice", "x" * 100_000),
        login_body("nobody"),
        login_body("nobody\x00"),
        login_body("@alice:elsewhere.test"),
        login_body("@alice"),
        {
            "type": "m.login.password",
            "password": PASSWORD,
            "identifier": {"type": "m.id.thirdparty", "medium": "email", "address": "a@b.test"},
        },
        {
            "type": "m.login.password",
            "password": PASSWORD,
            "identifier": {"type": "m.id.phone", "country": "RU", "phone": "9010000000"},
        },
        {"type": "m.login.token", "token": "guess"},
    ],
)
async def test_what_is_wrong_is_refused_alike(
    server: Server, alice: Client, body: dict[str, Any]
) -> None:
    (await server.anyone.post("/login", login_body("alice"))).ok()
    (await server.anyone.post("/login", body)).refused(403, "M_FORBIDDEN")


async def test_an_unknown_user_is_refused_as_a_wrong_password(
    server: Server, alice: Client
) -> None:
    wrong = await server.anyone.post("/login", login_body("alice", "wrong horse"))
    unknown = await server.anyone.post("/login", login_body("nobody", "wrong horse"))
    assert (wrong.status, wrong.body) == (unknown.status, unknown.body)


@pytest.mark.parametrize(
    ("body", "errcode"),
    [
        ({}, "M_MISSING_PARAM"),
        ({"type": "m.login.password", "password": PASSWORD}, "M_MISSING_PARAM"),
        ({"type": "m.login.password", "user": "alice"}, "M_MISSING_PARAM"),
        ({"type": "m.login.token"}, "M_MISSING_PARAM"),
        ({"type": "m.login.guess"}, "M_UNKNOWN"),
        (
            {"type": "m.login.password", "password": PASSWORD, "identifier": {"type": "x"}},
            "M_UNKNOWN",
        ),
        (
            {
                "type": "m.login.password",
                "password": PASSWORD,
                "identifier": {"type": "m.id.user", "user": 1},
            },
            "M_BAD_JSON",
        ),
        ({"type": "m.login.password", "password": 1, "user": "alice"}, "M_BAD_JSON"),
    ],
)
async def test_what_is_no_login_is_refused(
    server: Server, body: dict[str, Any], errcode: str
) -> None:
    (await server.anyone.post("/login", body)).refused(400, errcode)


async def test_a_device_has_one_session(server: Server, alice: Client) -> None:
    again = await server.anyone.login("alice", device_id=alice.device_id)
    assert again.device_id == alice.device_id
    assert not await is_signed_in(alice)
    assert await is_signed_in(again)
    devices = (await again.get("/devices")).ok()["devices"]
    assert [device["device_id"] for device in devices] == [alice.device_id]


async def test_a_known_device_keeps_its_name(server: Server) -> None:
    body = login_body("anna", device_id="PHONE")
    await server.register("anna", device_id="PHONE", initial_device_display_name="Old")
    answer = await server.anyone.post("/login", {**body, "initial_device_display_name": "New"})
    anna = Client(server.wire, token=answer.ok()["access_token"])
    assert (await anna.get("/devices/PHONE")).ok()["display_name"] == "Old"


async def test_the_same_device_id_of_another_user_is_another_device(server: Server) -> None:
    anna = await server.register("anna", device_id="PHONE")
    boris = await server.register("boris", device_id="PHONE")
    assert await is_signed_in(anna)
    assert await is_signed_in(boris)


async def test_a_deactivated_user_cannot_sign_in(server: Server, alice: Client) -> None:
    path = f"/_depesha/v1/admin/users/{alice.user_id}/deactivate"
    assert await operate(server, "POST", path, {}) == 200
    (await server.anyone.post("/login", login_body("alice"))).refused(403, "M_FORBIDDEN")


async def test_a_locked_user_cannot_sign_in(server: Server, alice: Client) -> None:
    path = f"/_matrix/client/v1/admin/lock/{alice.user_id}"
    assert await operate(server, "PUT", path, {"locked": True}) == 200
    body = login_body("alice")
    refusal = (await server.anyone.post("/login", body)).refused(401, "M_USER_LOCKED")
    assert refusal["soft_logout"] is True
    wrong = login_body("alice", "wrong horse")
    (await server.anyone.post("/login", wrong)).refused(403, "M_FORBIDDEN")
    assert await operate(server, "PUT", path, {"locked": False}) == 200
    (await server.anyone.post("/login", body)).ok()


async def test_a_login_token_signs_one_device_in(server: Server, alice: Client) -> None:
    session = await session_of(alice, "POST", GET_TOKEN, {})
    auth = {"type": "m.login.password", "session": session, "password": PASSWORD}
    found = (await alice.post(GET_TOKEN, {"auth": auth})).ok()
    assert found["expires_in_ms"] == 120_000
    body = {"type": "m.login.token", "token": found["login_token"]}
    assert (await server.anyone.post("/login", body)).ok()["user_id"] == alice.user_id
    (await server.anyone.post("/login", body)).refused(403, "M_FORBIDDEN")


async def test_a_login_token_ends(server: Server, alice: Client, clock: TestClock) -> None:
    auth = {"type": "m.login.password", "password": PASSWORD}
    found = (await alice.post(GET_TOKEN, {"auth": auth})).ok()
    await clock.advance(120)
    body = {"type": "m.login.token", "token": found["login_token"]}
    (await server.anyone.post("/login", body)).refused(403, "M_FORBIDDEN")


async def test_a_login_token_is_for_the_signed_in_who_know_the_password(
    server: Server, alice: Client
) -> None:
    (await server.anyone.post(GET_TOKEN, {})).refused(401, "M_MISSING_TOKEN")
    auth = {"type": "m.login.password", "password": "wrong horse"}
    (await alice.post(GET_TOKEN, {"auth": auth})).refused(401, "M_FORBIDDEN")
    auth = {"type": "m.login.dummy"}
    (await alice.post(GET_TOKEN, {"auth": auth})).refused(401, "M_UNRECOGNIZED")


async def test_guessing_a_password_is_limited(start_server: StartServer) -> None:
    async with start_server(rate_limits=True) as server:
        await server.register("alice")
        wrong = login_body("alice", "wrong horse")
        statuses = [(await server.anyone.post("/login", wrong)).status for _ in range(30)]
        assert set(statuses) == {403, 429}


async def test_who_guesses_does_not_keep_the_owner_out(start_server: StartServer) -> None:
    settings = {"rate_limits": True, "trusted_proxies": ("127.0.0.1",)}
    async with start_server(**settings) as server:
        await server.register("alice")

        async def attempt(address: str, password: str) -> int:
            headers = {"X-Forwarded-For": address}
            body = login_body("alice", password)
            return (await server.anyone.post("/login", body, headers=headers)).status

        guesses = [await attempt("192.0.2.1", "wrong horse") for _ in range(30)]
        assert guesses == [403] * 20 + [429] * 10
        assert await attempt("192.0.2.2", PASSWORD) == 200
        # Nor do many addresses together guess on and on.
        guesses = [await attempt(f"192.0.2.{10 + n // 20}", "wrong horse") for n in range(60)]
        assert guesses == [403] * 20 + [429] * 40


async def test_many_addresses_guess_slowly_and_keep_nobody_out(start_server: StartServer) -> None:
    """Whoever is known by an address or a session signs in as always, and is told once a day."""
    settings = {"rate_limits": True, "trusted_proxies": ("127.0.0.1",), "signin_alerts": True}
    async with start_server(**settings) as server:
        alice = await server.register("alice")
        home = {"X-Forwarded-For": "2001:db8:1:1::1"}
        (await alice.get("/account/whoami", headers=home)).ok()

        async def attempt(address: str, password: str) -> int:
            headers = {"X-Forwarded-For": address}
            body = login_body("alice", password) | {"device_id": "NEW"}
            return (await server.anyone.post("/login", body, headers=headers)).status

        async def guess(times: int) -> int:
            """How many of so many guesses, each from another address, are compared."""
            addresses = [f"198.51.{n // 250}.{n % 250}" for n in range(times)]
            return [await attempt(each, "wrong horse") for each in addresses].count(403)

        assert await guess(44) == 40
        assert await attempt("203.0.113.1", PASSWORD) == 429, "a guess that is right, too"
        await server.clock.advance(100)
        assert await guess(5) == 2
        # The same network, by another address of it.
        assert await attempt("2001:db8:1:1::2", PASSWORD) == 200
        auth = {"type": "m.login.password", "password": PASSWORD}
        away = {"X-Forwarded-For": "203.0.113.1"}
        (await alice.post(GET_TOKEN, {"auth": auth}, headers=away)).ok()
        assert len(await guessed(server, alice)) == 1


async def guessed(server: Server, client: Client) -> list[str]:
    """What the server has told somebody of guesses; its invitations are taken."""
    return [body for body in await server.told(client, "signin_alert") if "passwords" in body]


async def test_who_signs_in_often_is_not_taken_for_a_guesser(start_server: StartServer) -> None:
    """Such as a program that does so each time it runs: what was right is not counted."""
    async with start_server(rate_limits=True) as server:
        await server.register("alice")
        for _ in range(25):
            await server.clock.advance(4)
            found = await server.anyone.login("alice")
            (await found.post("/logout", {})).ok()


async def test_a_token_is_asked_for(server: Server, alice: Client) -> None:
    whoami = "/account/whoami"
    (await server.anyone.get(whoami)).refused(401, "M_MISSING_TOKEN")
    refusal = (await Client(server.wire, token="guess").get(whoami)).refused(401, "M_UNKNOWN_TOKEN")
    assert refusal["soft_logout"] is False
    (await server.anyone.get(whoami, {"access_token": alice.token})).ok()
    (await server.anyone.get(f"/_matrix/client/v3/admin/whois/{UNKNOWN}")).refused(
        401, "M_MISSING_TOKEN"
    )


async def test_sessions_outlive_the_server(start_server: StartServer) -> None:
    async with start_server() as server:
        alice = await server.register("alice")
    async with start_server() as server:
        assert await is_signed_in(Client(server.wire, alice.user_id, alice.token))
