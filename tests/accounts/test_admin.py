"""What administrators do. Spec: client-server API, "Account moderation"."""

import hashlib
import hmac
from typing import Any

import pytest

from tests.accounts.steps import (
    REMOTE,
    UNKNOWN,
    is_signed_in,
    login_body,
    make_admin,
    operate,
    with_password,
)
from tests.audit.steps import acts_of
from tests.conftest import StartServer
from tests.harness.client import PASSWORD, Client
from tests.harness.clock import START_MS, TestClock
from tests.harness.server import Server

V1 = "/_matrix/client/v1/admin"
OWN = "/_depesha/v1/admin"
FLAGS = [("lock", "locked"), ("suspend", "suspended")]


# The specification's operations


@pytest.mark.parametrize(("verb", "flag"), FLAGS)
async def test_a_flag_is_set_and_lifted(admin: Client, alice: Client, verb: str, flag: str) -> None:
    path = f"{V1}/{verb}/{alice.user_id}"
    assert (await admin.get(path)).ok() == {flag: False}
    for value in (True, False):
        assert (await admin.put(path, {flag: value})).ok() == {flag: value}
        assert (await admin.get(path)).ok() == {flag: value}


@pytest.mark.parametrize(("verb", "flag"), FLAGS)
async def test_a_flag_is_for_administrators_and_people_of_ours(
    server: Server, admin: Client, alice: Client, bob: Client, verb: str, flag: str
) -> None:
    (await admin.put(f"{V1}/{verb}/{alice.user_id}", {flag: False})).ok()
    body = {flag: True}
    for user_id in (alice.user_id, UNKNOWN, REMOTE):
        (await bob.put(f"{V1}/{verb}/{user_id}", body)).refused(403, "M_FORBIDDEN")
        (await bob.get(f"{V1}/{verb}/{user_id}")).refused(403, "M_FORBIDDEN")
    (await admin.put(f"{V1}/{verb}/{UNKNOWN}", body)).refused(404, "M_NOT_FOUND")
    (await admin.get(f"{V1}/{verb}/{UNKNOWN}")).refused(404, "M_NOT_FOUND")
    (await admin.put(f"{V1}/{verb}/{REMOTE}", body)).refused(400, "M_INVALID_PARAM")
    (await admin.get(f"{V1}/{verb}/{REMOTE}")).refused(400, "M_INVALID_PARAM")
    (await admin.put(f"{V1}/{verb}/{alice.user_id}", {})).refused(400, "M_MISSING_PARAM")
    (await admin.put(f"{V1}/{verb}/{admin.user_id}", body)).refused(403, "M_FORBIDDEN")
    (await with_password(bob, "POST", "/account/deactivate", {})).ok()
    (await admin.put(f"{V1}/{verb}/{bob.user_id}", body)).refused(404, "M_NOT_FOUND")
    await make_admin(server, alice)
    (await admin.put(f"{V1}/{verb}/{alice.user_id}", body)).refused(403, "M_FORBIDDEN")
    (await admin.get(f"{V1}/{verb}/{alice.user_id}")).refused(403, "M_FORBIDDEN")


async def test_a_lock_shuts_out_at_once_and_keeps_the_session(admin: Client, alice: Client) -> None:
    assert await is_signed_in(alice)
    (await admin.put(f"{V1}/lock/{alice.user_id}", {"locked": True})).ok()
    for path in ("/account/whoami", "/devices", "/capabilities"):
        refusal = (await alice.get(path)).refused(401, "M_USER_LOCKED")
        assert refusal["soft_logout"] is True
    (await admin.put(f"{V1}/lock/{alice.user_id}", {"locked": False})).ok()
    assert await is_signed_in(alice)


async def test_a_suspended_user_may_still_manage_the_account(
    server: Server, admin: Client, alice: Client
) -> None:
    (await admin.put(f"{V1}/suspend/{alice.user_id}", {"suspended": True})).ok()
    phone = await server.anyone.login("alice")
    assert await is_signed_in(phone)
    (await with_password(alice, "DELETE", f"/devices/{phone.device_id}", {})).ok()
    (await with_password(alice, "POST", "/account/deactivate", {})).ok()


async def test_administrators_see_from_where_somebody_came(
    server: Server, admin: Client, alice: Client, bob: Client
) -> None:
    path = f"/admin/whois/{alice.user_id}"
    (await alice.get("/account/whoami", headers={"User-Agent": "Test"})).ok()
    connection = {"ip": "127.0.0.1", "last_seen": START_MS, "user_agent": "Test"}
    expected = {
        "user_id": alice.user_id,
        "devices": {alice.device_id: {"sessions": [{"connections": [connection]}]}},
    }
    assert (await admin.get(path)).ok() == expected
    assert (await alice.get(path)).ok() == expected
    (await bob.get(path)).refused(403, "M_FORBIDDEN")
    (await bob.get(f"/admin/whois/{UNKNOWN}")).refused(403, "M_FORBIDDEN")
    (await admin.get(f"/admin/whois/{UNKNOWN}")).refused(404, "M_NOT_FOUND")
    await server.anyone.login("alice")
    assert len((await admin.get(path)).ok()["devices"]) == 2


# Our own


async def test_administrators_make_accounts(server: Server, admin: Client, bob: Client) -> None:
    body: dict[str, Any] = {"username": "anna", "admin": True}
    made = (await admin.post(f"{OWN}/users", body)).ok()
    assert made["user_id"] == "@anna:depesha.test"
    anna = await server.anyone.login("anna", made["password"])
    (await anna.get(f"{OWN}/users")).ok()
    given = {"username": "boris", "password": PASSWORD}
    assert (await admin.post(f"{OWN}/users", given)).ok() == {"user_id": "@boris:depesha.test"}
    boris = await server.anyone.login("boris")
    for client in (boris, bob):
        (await client.get(f"{OWN}/users")).refused(403, "M_FORBIDDEN")
        (await client.post(f"{OWN}/users", {"username": "clara"})).refused(403, "M_FORBIDDEN")
    (await admin.post(f"{OWN}/users", body)).refused(400, "M_USER_IN_USE")
    (await admin.post(f"{OWN}/users", {"username": "a b"})).refused(400, "M_INVALID_USERNAME")
    weak = {"username": "clara", "password": "short 7"}
    (await admin.post(f"{OWN}/users", weak)).refused(400, "M_WEAK_PASSWORD")


async def test_accounts_are_listed_in_pages(admin: Client, alice: Client, bob: Client) -> None:
    first = (await admin.get(f"{OWN}/users", {"limit": 2})).ok()
    assert [user["user_id"] for user in first["users"]] == [alice.user_id, bob.user_id]
    second = (await admin.get(f"{OWN}/users", {"limit": 2, "after": first["next"]})).ok()
    (root,) = second["users"]
    assert (root["user_id"], root["admin"], root["locked"]) == (admin.user_id, True, False)
    assert "next" not in second


async def test_administrators_give_new_passwords(
    server: Server, admin: Client, alice: Client
) -> None:
    path = f"{OWN}/users/{alice.user_id}/password"
    made = (await admin.put(path, {})).ok()
    assert not await is_signed_in(alice)
    phone = await server.anyone.login("alice", made["password"])
    assert (await admin.put(path, {"password": PASSWORD, "logout_devices": False})).ok() == {}
    assert await is_signed_in(phone)
    await server.anyone.login("alice")
    (await admin.put(path, {"password": "short 7"})).refused(400, "M_WEAK_PASSWORD")
    unknown = f"{OWN}/users/{UNKNOWN}/password"
    (await admin.put(unknown, {})).refused(404, "M_NOT_FOUND")
    (await phone.put(path, {})).refused(403, "M_FORBIDDEN")
    await make_admin(server, phone)
    (await admin.put(path, {})).refused(403, "M_FORBIDDEN")
    assert await operate(server, "PUT", path, {}) == 200


async def test_administrators_end_accounts(server: Server, admin: Client, alice: Client) -> None:
    path = f"{OWN}/users/{alice.user_id}/deactivate"
    (await alice.post(path, {})).refused(403, "M_FORBIDDEN")
    (await admin.post(path, {"erase": True})).ok()
    assert not await is_signed_in(alice)
    (await server.anyone.post("/login", login_body("alice"))).refused(403, "M_FORBIDDEN")
    (await admin.post(path, {})).refused(404, "M_NOT_FOUND")


async def test_the_operator_takes_rights_away(server: Server, admin: Client) -> None:
    (await admin.get(f"{OWN}/users")).ok()
    path = f"{OWN}/users/{admin.user_id}/admin"
    (await admin.put(path, {"admin": False})).refused(403, "M_FORBIDDEN")
    assert await operate(server, "PUT", path, {"admin": False}) == 200
    (await admin.get(f"{OWN}/users")).refused(403, "M_FORBIDDEN")


async def test_the_operator_reaches_nothing_but_administration(
    server: Server, alice: Client
) -> None:
    assert await operate(server, "GET", f"{V1}/lock/{alice.user_id}", {}) == 200
    assert await operate(server, "GET", "/_matrix/client/v3/account/whoami", {}) == 404
    assert await operate(server, "GET", "/_matrix/client/v3/sync", {}) == 404


async def test_registration_tokens_come_and_go(
    admin: Client, alice: Client, clock: TestClock
) -> None:
    path = f"{OWN}/registration_tokens"
    made = (await admin.post(path, {})).ok()
    assert (made["uses_allowed"], made["uses"], made["expires_ts"]) == (None, 0, None)
    await clock.advance(1)
    given = {"token": "welcome", "uses_allowed": 3, "expires_ts": START_MS + 9}
    assert (await admin.post(path, given)).ok() == {**given, "uses": 0}
    assert (await admin.get(path)).ok() == {"tokens": [made, {**given, "uses": 0}]}
    (await admin.post(path, given)).refused(400, "M_INVALID_PARAM")
    for wrong in ({"token": "a b"}, {"token": ""}, {"token": "x" * 65}):
        (await admin.post(path, wrong)).refused(400, "M_INVALID_PARAM")
    (await admin.post(path, {"uses_allowed": 0})).refused(400, "M_BAD_JSON")
    (await alice.post(path, {})).refused(403, "M_FORBIDDEN")
    (await alice.delete(f"{path}/welcome")).refused(403, "M_FORBIDDEN")
    (await admin.delete(f"{path}/welcome")).ok()
    (await admin.delete(f"{path}/welcome")).refused(404, "M_NOT_FOUND")
    assert (await admin.get(path)).ok() == {"tokens": [made]}


# By the shared secret


SECRET_PATH = "/_synapse/admin/v1/register"


def signed(nonce: str, name: str, secret: str, **fields: Any) -> dict[str, Any]:
    """Body of a registration by the shared secret."""
    body = {"nonce": nonce, "username": name, "password": PASSWORD, **fields}
    admin = "admin" if fields.get("admin") else "notadmin"
    parts = [
        nonce,
        name,
        PASSWORD,
        admin,
        *([fields["user_type"]] if "user_type" in fields else []),
    ]
    mac = hmac.new(secret.encode(), "\x00".join(parts).encode(), hashlib.sha1)
    return {**body, "mac": mac.hexdigest()}


async def test_who_knows_the_secret_makes_accounts(start_server: StartServer) -> None:
    async with start_server(registration_shared_secret="s3cret", open_registration=False) as server:
        anyone = server.anyone

        async def nonce() -> str:
            found: str = (await anyone.get(SECRET_PATH)).ok()["nonce"]
            return found

        body = signed(await nonce(), "anna", "s3cret", admin=True)
        made = (await anyone.post(SECRET_PATH, body)).ok()
        anna = Client(server.wire, made["user_id"], made["access_token"])
        (await anna.get(f"{OWN}/users")).ok()
        assert await acts_of(anna, anna.user_id) == ["user.create"]
        (await anyone.post(SECRET_PATH, body)).refused(400, "M_UNKNOWN")
        boris = signed(await nonce(), "boris", "s3cret", user_type="bot")
        made = (await anyone.post(SECRET_PATH, boris)).ok()
        (await Client(server.wire, token=made["access_token"]).get(f"{OWN}/users")).refused(
            403, "M_FORBIDDEN"
        )
        wrong = signed(await nonce(), "clara", "guess")
        (await anyone.post(SECRET_PATH, wrong)).refused(403, "M_FORBIDDEN")
        raised = {**signed(await nonce(), "clara", "s3cret"), "admin": True}
        (await anyone.post(SECRET_PATH, raised)).refused(403, "M_FORBIDDEN")
        late = signed(await nonce(), "clara", "s3cret")
        await server.clock.advance(60)
        (await anyone.post(SECRET_PATH, late)).refused(400, "M_UNKNOWN")


async def test_without_a_secret_there_is_no_such_path(server: Server) -> None:
    (await server.anyone.get(SECRET_PATH)).refused(404, "M_UNRECOGNIZED")
    body = signed("nonce", "anna", "")
    (await server.anyone.post(SECRET_PATH, body)).refused(404, "M_UNRECOGNIZED")


async def test_an_invitation_has_a_link_and_a_code(server: Server, admin: Client) -> None:
    tokens = "/_depesha/v1/admin/registration_tokens"
    token = (await admin.post(tokens, {"uses_allowed": 1})).ok()["token"]
    told = (await admin.get(f"{tokens}/{token}")).ok()
    assert told["link"].endswith(f"/_depesha/signup?token={token}")
    assert len(told["qr"]) == len(told["qr"][0]) >= 21
    assert set("".join(told["qr"])) == {"0", "1"}
    (await admin.get(f"{tokens}/unknown")).refused(404, "M_NOT_FOUND")


async def test_administrators_prove_who_they_are_for_what_is_their_own(admin: Client) -> None:
    """A token that was stolen from one of them must not be enough to keep the account."""
    mine = f"{OWN}/users/{admin.user_id}"
    for refused in (
        await admin.put(f"{mine}/password", {"password": PASSWORD + "!"}),
        await admin.request("DELETE", f"{mine}/factors"),
        await admin.post(f"{mine}/deactivate", {}),
    ):
        refused.refused(403, "M_FORBIDDEN")
    (await admin.get("/account/whoami")).ok()
