"""The account page, and authentication for what is grave in sessions of OAuth 2.0."""

from typing import Any
from urllib.parse import urlsplit

import pytest

from tests.accounts.steps import is_signed_in, login_body
from tests.harness.client import PASSWORD, Client
from tests.harness.server import Server
from tests.keys.signing import Identity
from tests.signin.steps import (
    ACCOUNT,
    Browser,
    oauth_client,
    oauth_tokens,
    register_client,
    visible,
)

SIGNIN = "/_depesha/signin"


@pytest.fixture
async def browser(server: Server, alice: Client) -> Browser:
    """A browser that alice is signed in with."""
    found = Browser(server)
    await found.open(ACCOUNT)
    await found.sign_in()
    return found


@pytest.fixture
async def oauth(server: Server, alice: Client) -> Client:
    """A session of alice's by the OAuth 2.0 API."""
    client_id = await register_client(server)
    return oauth_client(server, alice.user_id, await oauth_tokens(server, client_id))


def _at(action: str, **query: str) -> str:
    return "&".join((f"{ACCOUNT}?action={action}", *(f"{k}={v}" for k, v in query.items())))


async def test_every_action_that_is_promised_has_its_page(
    server: Server, browser: Browser, alice: Client
) -> None:
    found = (await server.anyone.get("/_matrix/client/v1/auth_metadata")).ok()
    assert urlsplit(found["account_management_uri"]).path == ACCOUNT
    titles = set()
    for action in found["account_management_actions_supported"]:
        await browser.open(_at(action, device_id=alice.device_id))
        assert browser.status == 200
        titles.add(browser.page.partition("<h1>")[2].partition("</h1>")[0])
    assert len(titles) == 6


async def test_the_name_is_changed(browser: Browser, alice: Client) -> None:
    await browser.open(_at("org.matrix.profile"))
    await browser.submit(name="Алиса")
    assert 'value="Алиса"' in browser.page
    profile = (await alice.get(f"/profile/{alice.user_id}")).ok()
    assert profile["displayname"] == "Алиса"


async def test_sessions_are_seen_and_ended(
    server: Server, browser: Browser, alice: Client, bob: Client
) -> None:
    second = await server.anyone.login("alice", initial_device_display_name="<Phone>")
    await browser.open(_at("org.matrix.devices_list"))
    assert "&lt;Phone&gt;" in browser.page
    assert alice.device_id in browser.page
    assert bob.device_id not in browser.page
    await browser.open(_at("org.matrix.device_delete", device_id=bob.device_id))
    assert browser.status == 404
    await browser.open(_at("org.matrix.device_delete", device_id=second.device_id))
    await browser.submit()
    assert not await is_signed_in(second)
    assert await is_signed_in(alice)
    assert await is_signed_in(bob)


async def test_what_is_grave_asks_anew(server: Server, browser: Browser, alice: Client) -> None:
    await server.clock.leap(601)
    assert await browser.open(_at("org.matrix.devices_list")) == _at("org.matrix.devices_list")
    at = await browser.open(_at("org.matrix.account_deactivate"))
    assert at.startswith(SIGNIN)
    assert "once more" in browser.page
    await browser.sign_in()
    assert "ends for ever" in browser.page
    await server.clock.leap(601)
    await browser.submit(confirm=alice.user_id)
    assert browser.url.startswith(SIGNIN)
    assert await is_signed_in(alice)


async def test_the_password_is_changed(server: Server, browser: Browser, alice: Client) -> None:
    await browser.open(_at("org.depesha.password"))
    new = "another horse battery"
    await browser.submit(old="wrong", new=new, again=new)
    assert browser.status == 400
    await browser.submit(old=PASSWORD, new=new, again="different")
    assert browser.status == 400
    await browser.submit(old=PASSWORD, new="short", again="short")
    assert browser.status == 400
    await browser.submit(old=PASSWORD, new=new, again=new, logout="1")
    assert browser.url == ACCOUNT
    assert not await is_signed_in(alice)
    (await server.anyone.post("/login", login_body("alice"))).refused(403, "M_FORBIDDEN")
    await server.anyone.login("alice", new)


async def test_the_account_is_deleted(server: Server, browser: Browser, alice: Client) -> None:
    await browser.open(_at("org.matrix.account_deactivate"))
    await browser.submit(confirm="alice")
    assert browser.status == 400
    await browser.submit(confirm=alice.user_id)
    assert "has been deleted" in browser.page
    assert not await is_signed_in(alice)
    assert (await browser.open(ACCOUNT)).startswith(SIGNIN)


# Sessions of OAuth 2.0 and user-interactive authentication


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "/account/password"),
        ("POST", "/account/deactivate"),
        ("POST", "/delete_devices"),
        ("DELETE", "/devices/PROBE12345"),
        ("POST", "/_matrix/client/v1/login/get_token"),
    ],
)
async def test_passwords_are_not_asked_in_sessions_of_oauth(
    alice: Client, oauth: Client, method: str, path: str
) -> None:
    body = {"devices": [], "new_password": "x" * 10}
    (await alice.request(method, path, json=body)).ok(401)
    (await oauth.request(method, path, json=body)).refused(403, "M_FORBIDDEN")


async def test_capabilities_say_what_sessions_of_oauth_cannot_do(
    alice: Client, oauth: Client
) -> None:
    for client, is_enabled in ((alice, True), (oauth, False)):
        found = (await client.get("/capabilities")).ok()["capabilities"]
        assert found["m.change_password"] == {"enabled": is_enabled}
        assert found["m.get_login_token"] == {"enabled": is_enabled}


async def _ask_reset(client: Client, keys: dict[str, Any]) -> dict[str, Any]:
    answer: dict[str, Any] = (await client.post("/keys/device_signing/upload", keys)).ok(401)
    assert answer["flows"] == [{"stages": ["m.oauth"]}]
    return answer


async def test_cross_signing_is_reset_by_consent_on_the_page(
    server: Server, browser: Browser, oauth: Client, bob: Client
) -> None:
    path = "/keys/device_signing/upload"
    (await oauth.post(path, Identity(oauth.user_id).body())).ok()
    keys = Identity(oauth.user_id).body()
    answer = await _ask_reset(oauth, keys)
    url = answer["params"]["m.oauth"]["url"]
    assert url.startswith(server.config.base_url())
    auth = {"session": answer["session"]}
    for attempt in (auth, {**auth, "type": "m.oauth"}, {**auth, "type": "m.login.password"}):
        (await oauth.post(path, {**keys, "auth": attempt})).ok(401)
    page = url.removeprefix(server.config.base_url())
    stranger = Browser(server)
    await stranger.open(page)
    await stranger.sign_in("bob")
    await stranger.submit()
    assert stranger.status == 404
    (await oauth.post(path, {**keys, "auth": auth})).ok(401)
    await browser.open(page)
    assert "must verify you anew" in visible(browser.page)
    await browser.submit()
    (await oauth.post(path, {**keys, "auth": auth})).ok()
    again = Identity(oauth.user_id).body()
    (await oauth.post(path, {**again, "auth": auth})).ok(401)
