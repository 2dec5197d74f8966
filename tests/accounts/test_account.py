"""Changing a password, ending an account, contacts, OpenID."""

import pytest

from tests.accounts.steps import is_signed_in, login_body, with_password
from tests.harness.client import PASSWORD, Client
from tests.harness.clock import TestClock
from tests.harness.server import Server

NEW = "another good horse"
USERINFO = "/_matrix/federation/v1/openid/userinfo"


async def test_a_new_password_ends_the_other_devices(server: Server, alice: Client) -> None:
    phone = await server.anyone.login("alice")
    answer = await with_password(alice, "POST", "/account/password", {"new_password": NEW})
    assert answer.ok() == {}
    assert await is_signed_in(alice)
    assert not await is_signed_in(phone)
    (await server.anyone.post("/login", login_body("alice"))).refused(403, "M_FORBIDDEN")
    await server.anyone.login("alice", NEW)


async def test_the_other_devices_may_stay(server: Server, alice: Client) -> None:
    phone = await server.anyone.login("alice")
    body = {"new_password": NEW, "logout_devices": False}
    (await with_password(alice, "POST", "/account/password", body)).ok()
    assert await is_signed_in(phone)
    await server.anyone.login("alice", NEW)


async def test_a_new_password_needs_the_old_one(server: Server, alice: Client) -> None:
    body = {"new_password": NEW}
    answer = await with_password(alice, "POST", "/account/password", body, "wrong horse")
    answer.refused(401, "M_FORBIDDEN")
    await server.anyone.login("alice")


async def test_a_weak_password_is_refused(server: Server, alice: Client) -> None:
    body = {"new_password": "short 7"}
    (await alice.post("/account/password", body)).refused(400, "M_WEAK_PASSWORD")
    auth = {"type": "m.login.password", "password": PASSWORD}
    nothing = {"auth": auth}
    (await alice.post("/account/password", nothing)).refused(400, "M_MISSING_PARAM")
    (await server.anyone.post("/account/password", body)).refused(401, "M_MISSING_TOKEN")
    await server.anyone.login("alice")


async def test_a_deactivated_account_is_gone(server: Server, alice: Client) -> None:
    phone = await server.anyone.login("alice")
    answer = await with_password(alice, "POST", "/account/deactivate", {"erase": True})
    assert answer.ok() == {"id_server_unbind_result": "success"}
    assert not await is_signed_in(alice)
    assert not await is_signed_in(phone)
    (await server.anyone.post("/login", login_body("alice"))).refused(403, "M_FORBIDDEN")


async def test_ending_an_account_needs_its_password(alice: Client) -> None:
    answer = await with_password(alice, "POST", "/account/deactivate", {}, "wrong horse")
    answer.refused(401, "M_FORBIDDEN")
    assert await is_signed_in(alice)


async def test_a_login_token_ends_with_the_password(server: Server, alice: Client) -> None:
    path = "/_matrix/client/v1/login/get_token"
    token = (await with_password(alice, "POST", path, {})).ok()["login_token"]
    (await with_password(alice, "POST", "/account/password", {"new_password": NEW})).ok()
    body = {"type": "m.login.token", "token": token}
    (await server.anyone.post("/login", body)).refused(403, "M_FORBIDDEN")


async def test_nobody_has_contacts(alice: Client) -> None:
    assert (await alice.get("/account/3pid")).ok() == {"threepids": []}
    address = {"medium": "email", "address": "alice@depesha.test"}
    for action in ("delete", "unbind"):
        answer = await alice.post(f"/account/3pid/{action}", address)
        assert answer.ok() == {"id_server_unbind_result": "no-support"}


@pytest.mark.parametrize("path", ["/account/3pid", "/account/3pid/add"])
async def test_no_contact_can_be_added(alice: Client, path: str) -> None:
    (await alice.post(path, {})).refused(403, "M_THREEPID_DENIED")


async def test_no_identity_server_is_trusted(alice: Client) -> None:
    (await alice.post("/account/3pid/bind", {})).refused(400, "M_SERVER_NOT_TRUSTED")


@pytest.mark.parametrize("place", ["/register", "/account/password", "/account/3pid"])
async def test_no_letter_and_no_short_message_is_sent(server: Server, place: str) -> None:
    email = {"client_secret": "s", "email": "alice@depesha.test", "send_attempt": 1}
    answer = await server.anyone.post(f"{place}/email/requestToken", email)
    answer.refused(403, "M_THREEPID_DENIED")
    phone = {
        "client_secret": "s",
        "country": "RU",
        "phone_number": "9010000000",
        "send_attempt": 1,
    }
    answer = await server.anyone.post(f"{place}/msisdn/requestToken", phone)
    answer.refused(403, "M_THREEPID_DENIED")
    (await server.anyone.post(f"{place}/email/requestToken", {})).refused(400, "M_MISSING_PARAM")


async def test_another_server_learns_who_somebody_is(
    server: Server, alice: Client, clock: TestClock
) -> None:
    path = f"/user/{alice.user_id}/openid/request_token"
    found = (await alice.post(path, {})).ok()
    assert found["matrix_server_name"] == "depesha.test"
    token = {"access_token": found["access_token"]}
    for _ in range(2):
        assert (await server.anyone.get(USERINFO, token)).ok() == {"sub": alice.user_id}
    await clock.leap(found["expires_in"])
    (await server.anyone.get(USERINFO, token)).refused(401, "M_UNKNOWN_TOKEN")


async def test_an_openid_token_is_for_nothing_else(
    server: Server, alice: Client, bob: Client
) -> None:
    path = f"/user/{alice.user_id}/openid/request_token"
    token = (await alice.post(path, {})).ok()["access_token"]
    assert not await is_signed_in(Client(server.wire, token=token))
    login = {"type": "m.login.token", "token": token}
    (await server.anyone.post("/login", login)).refused(403, "M_FORBIDDEN")
    (await bob.post(path, {})).refused(403, "M_FORBIDDEN")
    wrong = {"access_token": alice.token}
    (await server.anyone.get(USERINFO, wrong)).refused(401, "M_UNKNOWN_TOKEN")
    (await server.anyone.get(USERINFO)).refused(401, "M_MISSING_TOKEN")
