"""User-interactive authentication. Spec: client-server API, section of that name."""

from typing import Any

import pytest

from tests.accounts.steps import is_signed_in, session_of, with_password
from tests.conftest import StartServer
from tests.harness.client import PASSWORD, Client
from tests.harness.clock import TestClock
from tests.harness.server import Server

ACCOUNT = "/account/password"
BODY = {"new_password": "another good horse"}


def auth(session: str | None, **fields: Any) -> dict[str, Any]:
    """An attempt at the password stage."""
    found = {"type": "m.login.password", "password": PASSWORD, **fields}
    return found if session is None else {**found, "session": session}


async def test_the_flows_are_told_first(alice: Client) -> None:
    answer = (await alice.post(ACCOUNT, BODY)).ok(401)
    assert answer["flows"] == [{"stages": ["m.login.password"]}]
    assert "completed" not in answer
    assert "errcode" not in answer


async def test_a_stage_may_be_tried_again(alice: Client) -> None:
    session = await session_of(alice, "POST", ACCOUNT, BODY)
    wrong = {**BODY, "auth": auth(session, password="wrong horse")}
    refusal = (await alice.post(ACCOUNT, wrong)).refused(401, "M_FORBIDDEN")
    assert refusal["session"] == session
    assert refusal["flows"] == [{"stages": ["m.login.password"]}]
    (await alice.post(ACCOUNT, {**BODY, "auth": auth(session)})).ok()


@pytest.mark.parametrize(
    ("fields", "errcode"),
    [
        ({"password": None}, "M_MISSING_PARAM"),
        ({"type": "m.login.dummy"}, "M_UNRECOGNIZED"),
        ({"type": "m.login.registration_token", "token": "x"}, "M_UNRECOGNIZED"),
        ({"type": 7}, "M_UNRECOGNIZED"),
        ({"identifier": {"type": "m.id.user", "user": "bob"}}, "M_FORBIDDEN"),
        ({"user": "@bob:depesha.test"}, "M_FORBIDDEN"),
    ],
)
async def test_what_is_no_stage_is_refused(
    alice: Client, bob: Client, fields: dict[str, Any], errcode: str
) -> None:
    session = await session_of(alice, "POST", ACCOUNT, BODY)
    wrong = {**BODY, "auth": auth(session, **fields)}
    (await alice.post(ACCOUNT, wrong)).refused(401, errcode)
    (await alice.post(ACCOUNT, {**BODY, "auth": auth(session)})).ok()


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"user": "alice"},
        {"identifier": {"type": "m.id.user", "user": "alice"}},
        {"identifier": {"type": "m.id.user", "user": "@alice:depesha.test"}},
    ],
)
async def test_one_request_is_enough_when_nothing_else_is_asked(
    alice: Client, fields: dict[str, Any]
) -> None:
    (await alice.post(ACCOUNT, {**BODY, "auth": auth(None, **fields)})).ok()


@pytest.mark.parametrize("session", ["guess", "", 7, None])
async def test_an_unknown_session_begins_anew(alice: Client, session: Any) -> None:
    attempt = {**auth(None), "session": session}
    refusal = (await alice.post(ACCOUNT, {**BODY, "auth": attempt})).refused(401, "M_UNKNOWN")
    (await alice.post(ACCOUNT, {**BODY, "auth": auth(refusal["session"])})).ok()


async def test_a_session_is_good_for_one_request(alice: Client) -> None:
    session = await session_of(alice, "POST", ACCOUNT, BODY)
    (await alice.post(ACCOUNT, {**BODY, "auth": auth(session)})).ok()
    again = auth(session, password=BODY["new_password"])
    (await alice.post(ACCOUNT, {**BODY, "auth": again})).refused(401, "M_UNKNOWN")


async def test_a_session_ends(alice: Client, clock: TestClock) -> None:
    session = await session_of(alice, "POST", ACCOUNT, BODY)
    await clock.leap(30 * 60)
    (await alice.post(ACCOUNT, {**BODY, "auth": auth(session)})).refused(401, "M_UNKNOWN")


async def test_a_session_is_for_one_operation(alice: Client) -> None:
    session = await session_of(alice, "POST", ACCOUNT, BODY)
    attempt = {"auth": auth(session)}
    (await alice.post("/account/deactivate", attempt)).refused(401, "M_UNKNOWN")
    assert await is_signed_in(alice)


async def test_a_session_is_for_one_user(alice: Client, bob: Client) -> None:
    session = await session_of(alice, "POST", ACCOUNT, BODY)
    (await bob.post(ACCOUNT, {**BODY, "auth": auth(session)})).refused(401, "M_UNKNOWN")


async def test_a_session_is_for_one_device(server: Server, alice: Client) -> None:
    phone = await server.anyone.login("alice")
    laptop = await server.anyone.login("alice")
    session = await session_of(alice, "DELETE", f"/devices/{phone.device_id}", {})
    other = await alice.delete(f"/devices/{laptop.device_id}", {"auth": auth(session)})
    other.refused(401, "M_UNKNOWN")
    assert await is_signed_in(laptop)
    (await alice.delete(f"/devices/{phone.device_id}", {"auth": auth(session)})).ok()
    assert not await is_signed_in(phone)


async def test_the_request_may_not_change(server: Server, alice: Client) -> None:
    phone = await server.anyone.login("alice")
    path = "/delete_devices"
    session = await session_of(alice, "POST", path, {"devices": []})
    changed = {"devices": [phone.device_id], "auth": auth(session)}
    (await alice.post(path, changed)).refused(403, "M_FORBIDDEN")
    assert await is_signed_in(phone)
    (await with_password(alice, "POST", path, {"devices": [phone.device_id]})).ok()
    assert not await is_signed_in(phone)


async def test_a_session_outlives_the_server(start_server: StartServer) -> None:
    async with start_server() as server:
        alice = await server.register("alice")
        session = await session_of(alice, "POST", ACCOUNT, BODY)
    async with start_server() as server:
        again = Client(server.wire, alice.user_id, alice.token)
        (await again.post(ACCOUNT, {**BODY, "auth": auth(session)})).ok()


async def test_guessing_is_limited(start_server: StartServer) -> None:
    async with start_server(rate_limits=True) as server:
        alice = await server.register("alice")
        wrong = {**BODY, "auth": auth(None, password="wrong horse")}
        statuses = [(await alice.post(ACCOUNT, wrong)).status for _ in range(30)]
        assert set(statuses) == {401, 429}
