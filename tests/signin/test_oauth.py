"""The OAuth 2.0 API: clients, codes, tokens, revocation."""

from typing import Any
from urllib.parse import urlencode, urlsplit

import pytest

from depesha.signin import store
from depesha.signin.clients import MOST
from tests.accounts.steps import is_signed_in
from tests.conftest import StartServer
from tests.harness.client import PASSWORD, Client
from tests.harness.server import Server
from tests.signin.steps import (
    METADATA,
    OAUTH,
    REDIRECT,
    Browser,
    answer_in,
    ask_token,
    authorize_url,
    denied,
    exchange_code,
    get_code,
    oauth_client,
    oauth_tokens,
    register_client,
    scope,
    visible,
)

METADATA_PATH = "/_matrix/client/v1/auth_metadata"


async def test_the_api_is_found_under_both_names(server: Server) -> None:
    found = (await server.anyone.get(METADATA_PATH)).ok()
    assert found["issuer"] == server.config.base_url() + "/"
    assert found["prompt_values_supported"] == ["create"]
    old = "/_matrix/client/unstable/org.matrix.msc2965/auth_metadata"
    assert (await server.anyone.get(old)).ok() == found


async def test_it_can_be_switched_off(start_server: StartServer) -> None:
    async with start_server(oauth=False) as server:
        (await server.anyone.get(METADATA_PATH)).refused(404, "M_UNRECOGNIZED")
        path = f"{OAUTH}/register"
        (await server.anyone.post(path, METADATA)).refused(404, "M_UNRECOGNIZED")
        flows = (await server.anyone.get("/login")).ok()["flows"]
        assert {"type": "m.login.sso"} in flows
        assert {"type": "m.login.password"} in flows
    async with start_server() as server:
        (await server.anyone.get(METADATA_PATH)).ok()
        flows = (await server.anyone.get("/login")).ok()["flows"]
        assert {"type": "m.login.sso", "oauth_aware_preferred": True} in flows


async def test_one_address_registers_few_new_clients(start_server: StartServer) -> None:
    settings = {"rate_limits": True, "trusted_proxies": ("127.0.0.1",)}
    async with start_server(**settings) as server:

        async def register(name: str, address: str) -> int:
            body, headers = METADATA | {"client_name": name}, {"X-Forwarded-For": address}
            path = f"{OAUTH}/register"
            return (await server.anyone.post(path, body, headers=headers)).status

        tried = [await register(f"Client {n}", "192.0.2.1") for n in range(22)]
        assert tried == [201] * 20 + [429] * 2
        assert await register("Client 3", "192.0.2.1") == 201, "it is known"
        assert await register("Client 21", "192.0.2.2") == 201


async def test_a_flood_of_clients_fills_nothing_and_keeps_nobody_out(
    server: Server, alice: Client
) -> None:
    """The oldest that nobody uses give way; one that somebody is signed in with stays."""
    used = await register_client(server)
    tokens = await oauth_tokens(server, used)
    spine = server.running.house.spine

    async def flood(tx: Any) -> None:
        await tx.execute(
            "INSERT INTO signin_clients (institution_id, client_id, metadata, used_ts)"
            " WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < $2)"
            " SELECT $1, 'flood' || i, '{}', i FROM n",
            spine.institution.id,
            MOST - 1,
        )

    async def count(tx: Any) -> int:
        found: int = await store.count_clients(tx, spine.institution.id)
        return found

    await spine.db.write(flood)
    for name in ("One", "Two"):
        await register_client(server, client_name=name)
    assert await spine.db.read(count) == MOST
    assert await spine.db.read(store.select_client, spine.institution.id, "flood1") is None
    assert await is_signed_in(oauth_client(server, alice.user_id, tokens))
    assert await spine.db.read(store.select_client, spine.institution.id, used) is not None
    assert await get_code(server, await register_client(server, client_name="Three"))


async def test_equal_clients_share_an_id(server: Server) -> None:
    answer = await server.anyone.post(f"{OAUTH}/register", METADATA | {"software_id": "x"})
    body = answer.ok(201)
    assert body == {"client_id": body["client_id"], **METADATA}
    assert await register_client(server) == body["client_id"]
    assert await register_client(server, client_name="Other") != body["client_id"]


async def test_a_client_that_cannot_be_is_refused(server: Server) -> None:
    async def register(**fields: Any) -> Any:
        return await server.anyone.post(f"{OAUTH}/register", METADATA | fields)

    denied(await register(client_uri="http://client.test/"), "invalid_client_metadata")
    denied(await register(redirect_uris=["https://else.test/"]), "invalid_redirect_uri")
    denied(await register(redirect_uris=[]), "invalid_client_metadata")
    denied(await register(token_endpoint_auth_method="jwt"), "invalid_client_metadata")


async def test_a_client_is_let_in_by_a_code(server: Server, alice: Client) -> None:
    client_id = await register_client(server)
    browser = Browser(server)
    at = await browser.open(authorize_url(client_id))
    assert at.startswith("/_depesha/signin?next=")
    await browser.sign_in(password="wrong")
    assert browser.status == 401
    assert "Wrong username or password." in browser.page
    await browser.sign_in()
    text = visible(browser.page)
    assert "Let “Probe” in?" in text
    assert "@alice:depesha.test" in text
    assert "app.client.test" in text
    target = await browser.submit(answer="allow")
    assert target.startswith(f"{REDIRECT}#")
    found = answer_in(target)
    assert found["state"] == "S1"
    tokens = (await exchange_code(server, client_id, found["code"])).ok()
    assert tokens["token_type"] == "Bearer"
    assert tokens["expires_in"] == 3600
    assert tokens["scope"] == scope()
    client = oauth_client(server, alice.user_id, tokens)
    who = (await client.get("/account/whoami")).ok()
    assert who == {"user_id": alice.user_id, "device_id": "PROBE12345", "is_guest": False}
    device = (await alice.get("/devices/PROBE12345")).ok()
    assert device["display_name"] == "Probe"


async def test_the_answer_may_be_in_the_query(server: Server, alice: Client) -> None:
    client_id = await register_client(server, redirect_uris=[REDIRECT + "?a=1"])
    browser = Browser(server)
    await browser.open(
        authorize_url(client_id, response_mode="query", redirect_uri=REDIRECT + "?a=1")
    )
    await browser.sign_in()
    target = await browser.submit(answer="deny")
    assert urlsplit(target).fragment == ""
    assert answer_in(target) == {
        "a": "1",
        "error": "access_denied",
        "error_description": "The user has refused",
        "state": "S1",
    }


async def test_scopes_have_an_older_name(server: Server, alice: Client) -> None:
    client_id = await register_client(server)
    old = "openid urn:matrix:org.matrix.msc2967.client:api:*"
    old += " urn:matrix:org.matrix.msc2967.client:device:OLDNAME"
    tokens = await oauth_tokens(server, client_id, scope=old)
    assert tokens["scope"] == scope("OLDNAME")


@pytest.mark.parametrize(
    ("fields", "error"),
    [
        ({"response_type": "token"}, "unsupported_response_type"),
        ({"response_mode": "form_post"}, "invalid_request"),
        ({"code_challenge_method": "plain"}, "invalid_request"),
        ({"code_challenge": "short"}, "invalid_request"),
        ({"scope": "urn:matrix:client:api:*"}, "invalid_scope"),
        ({"scope": scope() + " urn:matrix:client:device:SECOND"}, "invalid_scope"),
        ({"scope": "urn:matrix:client:device:A"}, "invalid_scope"),
        ({"prompt": "none"}, "interaction_required"),
    ],
)
async def test_a_wrong_request_is_answered_to_the_client(
    server: Server, fields: dict[str, str], error: str
) -> None:
    client_id = await register_client(server)
    target = await Browser(server).open(authorize_url(client_id, **fields))
    assert target.startswith(REDIRECT)
    found = answer_in(target)
    assert (found["error"], found["state"]) == (error, "S1")


async def test_nobody_is_sent_to_an_unregistered_address(server: Server) -> None:
    client_id = await register_client(server)
    for fields in ({"redirect_uri": "https://evil.test/"}, {"client_id": "nobody"}):
        browser = Browser(server)
        at = await browser.open(authorize_url(**({"client_id": client_id} | fields)))
        assert at.startswith(OAUTH)
        assert browser.status == 400
        assert "is not registered" in browser.page


async def test_a_code_is_for_its_client_its_address_and_its_verifier(
    server: Server, alice: Client
) -> None:
    client_id, other = await register_client(server), await register_client(server, client_name="B")
    code = await get_code(server, client_id)
    denied(await exchange_code(server, other, code), "invalid_grant")
    wrong = await exchange_code(server, client_id, code, redirect_uri=REDIRECT + "/")
    denied(wrong, "invalid_grant")
    denied(await exchange_code(server, client_id, code, code_verifier="w" * 43), "invalid_grant")
    denied(await exchange_code(server, "nobody", code), "invalid_client", 401)
    (await exchange_code(server, client_id, code)).ok()


async def test_a_code_does_not_hold_for_long(server: Server, alice: Client) -> None:
    client_id = await register_client(server)
    code = await get_code(server, client_id)
    await server.clock.advance(121)
    denied(await exchange_code(server, client_id, code), "invalid_grant")


async def test_a_code_used_twice_ends_what_came_of_it(server: Server, alice: Client) -> None:
    client_id = await register_client(server)
    code = await get_code(server, client_id)
    client = oauth_client(
        server, alice.user_id, (await exchange_code(server, client_id, code)).ok()
    )
    assert await is_signed_in(client)
    denied(await exchange_code(server, client_id, code), "invalid_grant")
    assert not await is_signed_in(client)
    assert await is_signed_in(alice)


async def _refresh(server: Server, client_id: str, token: str) -> Any:
    return await ask_token(
        server, grant_type="refresh_token", client_id=client_id, refresh_token=token
    )


async def test_tokens_are_renewed(server: Server, alice: Client) -> None:
    client_id = await register_client(server)
    first = await oauth_tokens(server, client_id)
    await server.clock.leap(3601)
    old = oauth_client(server, alice.user_id, first)
    answer = (await old.get("/account/whoami")).refused(401, "M_UNKNOWN_TOKEN")
    assert answer["soft_logout"] is True
    second = (await _refresh(server, client_id, first["refresh_token"])).ok()
    assert second["refresh_token"] != first["refresh_token"]
    # The answer may get lost: until its tokens are used, the client may ask again.
    third = (await _refresh(server, client_id, first["refresh_token"])).ok()
    assert await is_signed_in(oauth_client(server, alice.user_id, third))


async def test_a_stolen_refresh_token_ends_the_session(server: Server, alice: Client) -> None:
    client_id = await register_client(server)
    first = await oauth_tokens(server, client_id)
    second = (await _refresh(server, client_id, first["refresh_token"])).ok()
    client = oauth_client(server, alice.user_id, second)
    assert await is_signed_in(client)
    denied(await _refresh(server, client_id, first["refresh_token"]), "invalid_grant")
    assert not await is_signed_in(client)
    denied(await _refresh(server, client_id, second["refresh_token"]), "invalid_grant")
    assert await is_signed_in(alice)


async def test_who_is_overtaken_by_a_thief_ends_the_session(server: Server, alice: Client) -> None:
    """Both exchange the same token, and the thief is the first to use what came of it."""
    client_id = await register_client(server)
    first = await oauth_tokens(server, client_id)
    mine = (await _refresh(server, client_id, first["refresh_token"])).ok()
    stolen = (await _refresh(server, client_id, first["refresh_token"])).ok()
    thief = oauth_client(server, alice.user_id, stolen)
    (await thief.get("/account/whoami")).ok()
    denied(await _refresh(server, client_id, mine["refresh_token"]), "invalid_grant")
    (await thief.get("/account/whoami")).refused(401, "M_UNKNOWN_TOKEN")
    denied(await _refresh(server, client_id, stolen["refresh_token"]), "invalid_grant")


async def test_refresh_tokens_keep_to_their_client_and_their_api(
    server: Server, alice: Client
) -> None:
    client_id, other = await register_client(server), await register_client(server, client_name="B")
    tokens = await oauth_tokens(server, client_id)
    denied(await _refresh(server, other, tokens["refresh_token"]), "invalid_grant")
    body = {"refresh_token": tokens["refresh_token"]}
    (await server.anyone.post("/refresh", body)).refused(401, "M_UNKNOWN_TOKEN")
    login = {
        "type": "m.login.password",
        "identifier": {"type": "m.id.user", "user": "alice"},
        "password": PASSWORD,
        "refresh_token": True,
    }
    legacy = (await server.anyone.post("/login", login)).ok()
    denied(await _refresh(server, client_id, legacy["refresh_token"]), "invalid_grant")
    (await _refresh(server, client_id, tokens["refresh_token"])).ok()


@pytest.mark.parametrize("kind", ["access_token", "refresh_token"])
async def test_either_token_can_be_revoked(server: Server, alice: Client, kind: str) -> None:
    client_id = await register_client(server)
    tokens = await oauth_tokens(server, client_id)
    client = oauth_client(server, alice.user_id, tokens)

    async def revoke(**form: str) -> Any:
        return await server.wire.request(
            "POST",
            f"{OAUTH}/revoke",
            data=urlencode(form),
            headers={"Content-Type": "application/x-www-form-urlencoded"},
        )

    (await revoke(token="unknown")).ok()
    denied(await revoke(client_id=client_id), "invalid_request")
    assert await is_signed_in(client)
    (await revoke(token=tokens[kind], client_id=client_id)).ok()
    assert not await is_signed_in(client)
    denied(await _refresh(server, client_id, tokens["refresh_token"]), "invalid_grant")
    (await alice.get("/devices/PROBE12345")).refused(404, "M_NOT_FOUND")


async def test_other_grants_are_refused(server: Server) -> None:
    client_id = await register_client(server)
    denied(
        await ask_token(server, grant_type="password", client_id=client_id),
        "unsupported_grant_type",
    )
    denied(
        await ask_token(server, grant_type="refresh_token", client_id=client_id),
        "invalid_request",
    )


async def test_an_account_can_be_made_on_the_way(server: Server) -> None:
    client_id = await register_client(server)
    browser = Browser(server)
    at = await browser.open(authorize_url(client_id, prompt="create"))
    assert at.startswith("/_depesha/signup?next=")
    await browser.submit(user="Bad Name", password=PASSWORD, again=PASSWORD)
    assert "A username may have" in browser.page
    await browser.submit(user="newcomer", password=PASSWORD, again="else")
    assert "differ" in browser.page
    await browser.submit(user="newcomer", password="short", again="short")
    assert "8 to 512" in browser.page
    at = await browser.submit(user="newcomer", password=PASSWORD, again=PASSWORD)
    assert at.startswith(f"{OAUTH}/authorize")
    code = answer_in(await browser.submit(answer="allow"))["code"]
    tokens = (await exchange_code(server, client_id, code)).ok()
    client = oauth_client(server, "@newcomer:depesha.test", tokens)
    assert (await client.get("/account/whoami")).ok()["user_id"] == "@newcomer:depesha.test"


async def test_an_invitation_makes_an_account(start_server: StartServer) -> None:
    async with start_server() as server:
        from tests.accounts.steps import operate  # noqa: PLC0415

        path = "/_depesha/v1/admin/registration_tokens"
        assert await operate(server, "POST", path, {"token": "INVITE", "uses_allowed": 1}) == 200
    async with start_server(open_registration=False) as server:
        browser = Browser(server)
        await browser.open("/_depesha/signup?token=INVITE")
        assert browser.forms()[0][1]["invitation"] == "INVITE"
        fields: Any = {"user": "guest1", "password": PASSWORD, "again": PASSWORD}
        await browser.submit(**fields, invitation="WRONG")
        assert "not valid" in browser.page
        at = await browser.submit(**fields, invitation="INVITE")
        assert at == "/_depesha/account"
        await Browser(server).open("/_depesha/signup?token=INVITE")
        late = Browser(server)
        await late.open("/_depesha/signup?token=INVITE")
        assert (late.status, "used already" in late.page) == (403, True)
        await late.open("/_depesha/signup")
        assert late.status == 403
        assert "made by the administrator" in late.page
