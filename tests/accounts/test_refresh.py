"""New tokens for old. Spec: client-server API, "Refreshing access tokens", "Soft logout"."""

import asyncio
from typing import Any

import pytest

from tests.accounts.steps import is_signed_in, login_body, operate
from tests.conftest import StartServer
from tests.harness.client import Client, Response
from tests.harness.clock import TestClock
from tests.harness.server import Server

HOUR = 3600


@pytest.fixture
async def tokens(server: Server, alice: Client) -> Any:
    """What a client that can refresh is given."""
    return (await server.anyone.post("/login", login_body("alice", refresh_token=True))).ok()


def client_of(server: Server, tokens: Any) -> Client:
    return Client(server.wire, token=tokens["access_token"])


async def refresh(server: Server, tokens: Any) -> Response:
    return await server.anyone.post("/refresh", {"refresh_token": tokens["refresh_token"]})


async def test_an_access_token_ends_softly(server: Server, tokens: Any, clock: TestClock) -> None:
    client = client_of(server, tokens)
    assert tokens["expires_in_ms"] == HOUR * 1000
    await clock.leap(HOUR - 1)
    assert await is_signed_in(client)
    await clock.advance(1)
    refusal = (await client.get("/account/whoami")).refused(401, "M_UNKNOWN_TOKEN")
    assert refusal["soft_logout"] is True


async def test_tokens_are_refreshed_after_they_ended(
    server: Server, tokens: Any, clock: TestClock
) -> None:
    await clock.leap(2 * HOUR)
    new = (await refresh(server, tokens)).ok()
    assert new["access_token"] != tokens["access_token"]
    assert new["refresh_token"] != tokens["refresh_token"]
    found = (await client_of(server, new).get("/account/whoami")).ok()
    assert found["device_id"] == tokens["device_id"]


async def test_old_tokens_hold_until_the_new_access_token_is_used(
    server: Server, tokens: Any
) -> None:
    new = (await refresh(server, tokens)).ok()
    assert await is_signed_in(client_of(server, tokens))
    assert await is_signed_in(client_of(server, new))
    assert await is_signed_in(client_of(server, new))
    assert not await is_signed_in(client_of(server, tokens))
    refusal = (await refresh(server, tokens)).refused(401, "M_UNKNOWN_TOKEN")
    assert refusal["soft_logout"] is False
    (await refresh(server, new)).ok()


async def test_old_tokens_hold_until_the_new_refresh_token_is_used(
    server: Server, tokens: Any
) -> None:
    new = (await refresh(server, tokens)).ok()
    newest = (await refresh(server, new)).ok()
    assert not await is_signed_in(client_of(server, tokens))
    (await refresh(server, tokens)).refused(401, "M_UNKNOWN_TOKEN")
    assert await is_signed_in(client_of(server, new))
    assert await is_signed_in(client_of(server, newest))
    assert not await is_signed_in(client_of(server, new))


async def test_the_first_use_of_a_token_leaves_the_one_that_replaced_it(
    server: Server, tokens: Any
) -> None:
    """Whoever asks with a new token while it is exchanged does not end what it is exchanged for."""
    for _ in range(10):
        new = (await refresh(server, tokens)).ok()
        asking = [client_of(server, new).get("/account/whoami") for _ in range(4)]
        exchanged, *_ = await asyncio.gather(refresh(server, new), *asking)
        tokens = exchanged.ok()
        assert await is_signed_in(client_of(server, tokens))


async def test_a_lost_answer_can_be_had_again(server: Server, tokens: Any) -> None:
    lost = (await refresh(server, tokens)).ok()
    new = (await refresh(server, tokens)).ok()
    assert await is_signed_in(client_of(server, new))
    assert not await is_signed_in(client_of(server, lost))
    (await refresh(server, lost)).refused(401, "M_UNKNOWN_TOKEN")


async def test_a_session_ends_with_all_its_tokens(server: Server, tokens: Any) -> None:
    new = (await refresh(server, tokens)).ok()
    (await client_of(server, new).post("/logout")).ok()
    assert not await is_signed_in(client_of(server, new))
    (await refresh(server, new)).refused(401, "M_UNKNOWN_TOKEN")
    (await refresh(server, tokens)).refused(401, "M_UNKNOWN_TOKEN")


async def test_what_is_no_refresh_token_is_refused(server: Server, tokens: Any) -> None:
    wrong = {"refresh_token": tokens["access_token"]}
    (await server.anyone.post("/refresh", wrong)).refused(401, "M_UNKNOWN_TOKEN")
    (await server.anyone.post("/refresh", {})).refused(400, "M_MISSING_PARAM")
    stranger = Client(server.wire, token=tokens["refresh_token"])
    (await stranger.get("/account/whoami")).refused(401, "M_UNKNOWN_TOKEN")


async def test_a_locked_user_cannot_refresh(server: Server, alice: Client, tokens: Any) -> None:
    path = f"/_matrix/client/v1/admin/lock/{alice.user_id}"
    assert await operate(server, "PUT", path, {"locked": True}) == 200
    assert (await refresh(server, tokens)).refused(401, "M_USER_LOCKED")["soft_logout"] is True
    assert await operate(server, "PUT", path, {"locked": False}) == 200
    (await refresh(server, tokens)).ok()


async def test_a_new_account_can_refresh(server: Server) -> None:
    body = {
        "username": "anna",
        "password": "correct horse",
        "refresh_token": True,
        "auth": {"type": "m.login.dummy"},
    }
    tokens = (await server.anyone.post("/register", body)).ok()
    (await refresh(server, tokens)).ok()


async def test_refreshed_tokens_outlive_the_server(start_server: StartServer) -> None:
    async with start_server() as server:
        await server.register("alice")
        body = login_body("alice", refresh_token=True)
        tokens = (await server.anyone.post("/login", body)).ok()
        new = (await refresh(server, tokens)).ok()
    async with start_server() as server:
        assert await is_signed_in(client_of(server, new))
        assert not await is_signed_in(client_of(server, tokens))
