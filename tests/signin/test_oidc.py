"""Signing in with an OpenID Connect provider."""

from collections.abc import AsyncIterator
from html import unescape
from typing import Any

import pytest
from joserfc.jwk import ECKey, OctKey

from depesha.base.providers import Provider as Setting
from tests.accounts.steps import operate
from tests.conftest import StartServer
from tests.harness.client import Client
from tests.harness.clock import TestClock
from tests.harness.server import Server
from tests.keys.signing import Identity
from tests.signin.provider import CLIENT, SECRET, Provider, start_provider
from tests.signin.steps import (
    ACCOUNT,
    Browser,
    answer_in,
    authorize_url,
    exchange_code,
    oauth_client,
    register_client,
    visible,
)
from tests.signin.test_policies import POLICIES, ask_of, enrol

SIGNIN = "/_depesha/signin"
TO = f"{SIGNIN}/oidc/city"


@pytest.fixture
async def provider(clock: TestClock) -> AsyncIterator[Provider]:
    async with start_provider(clock) as found:
        yield found


def settings(provider: Provider, **fields: Any) -> dict[str, Any]:
    """The settings of a server that sends people to this provider."""
    setting = Setting(
        name="city",
        issuer=provider.issuer,
        client_id=CLIENT,
        client_secret=SECRET,
        title="City ID",
        **fields,
    )
    return {"oidc": (setting,), "allowed_networks": ("127.0.0.0/8",)}


@pytest.fixture
async def server(start_server: StartServer, provider: Provider) -> AsyncIterator[Server]:
    async with start_server(**settings(provider)) as found:
        yield found


async def _sign_in(server: Server, provider: Provider, path: str = TO) -> Browser:
    """A browser that has been at the provider."""
    browser = Browser(server)
    away = await browser.open(path)
    await _back(browser, provider.authorize(away))
    return browser


async def _connect(browser: Browser) -> str:
    """The address at the provider where the account page leads to add it."""
    await browser.submit(form=0)
    return unescape(browser.page.partition('<a href="')[2].partition('"')[0])


async def _back(browser: Browser, url: str) -> None:
    """Come back to the server, which does not know its port in tests."""
    await browser.open(url.removeprefix(browser.server.config.base_url()))


async def test_whoever_is_new_gets_an_account(server: Server, provider: Provider) -> None:
    provider.claims["name"] = "Анна Иванова"
    browser = await _sign_in(server, provider)
    assert browser.url == ACCOUNT
    assert "@anna:depesha.test" in browser.page
    assert "Connected: City ID" in browser.page
    await browser.open(f"{ACCOUNT}?action=org.matrix.profile")
    assert 'value="Анна Иванова"' in browser.page
    # Whatever the name is by now, the subject says who it is.
    provider.claims["preferred_username"] = "renamed"
    again = await _sign_in(server, provider)
    assert "@anna:depesha.test" in again.page


async def test_a_client_of_oauth_is_let_in_by_the_provider(
    server: Server, provider: Provider
) -> None:
    client_id = await register_client(server)
    browser = Browser(server)
    await browser.open(authorize_url(client_id))
    assert "Sign in with City ID" in browser.page
    link = browser.page.partition(f'href="{TO}')[2].partition('"')[0].replace("&amp;", "&")
    away = await browser.open(TO + link)
    await _back(browser, provider.authorize(away))
    code = answer_in(await browser.submit(answer="allow"))["code"]
    tokens = (await exchange_code(server, client_id, code)).ok()
    client = oauth_client(server, "@anna:depesha.test", tokens)
    assert (await client.get("/account/whoami")).ok()["user_id"] == "@anna:depesha.test"


async def test_a_legacy_client_goes_to_the_provider_at_once(
    server: Server, provider: Provider
) -> None:
    flows = (await server.anyone.get("/login")).ok()["flows"]
    sso = next(flow for flow in flows if flow["type"] == "m.login.sso")
    assert sso["identity_providers"] == [{"id": "city", "name": "City ID"}]
    query = {"redirectUrl": "https://legacy.test/"}
    answer = await server.anyone.get("/login/sso/redirect/city", query)
    browser = Browser(server)
    away = await browser.open(answer.headers["Location"])
    await _back(browser, provider.authorize(away))
    assert "Continue to legacy.test?" in visible(browser.page)
    token = answer_in(await browser.submit(answer="allow"))["loginToken"]
    found = (await server.anyone.post("/login", {"type": "m.login.token", "token": token})).ok()
    assert found["user_id"] == "@anna:depesha.test"


async def test_who_lacks_a_second_factor_is_led_through_setting_it_up(
    server: Server, provider: Provider
) -> None:
    await ask_of(server, "member", second_factor=True)
    query = {"redirectUrl": "https://legacy.test/"}
    answer = await server.anyone.get("/login/sso/redirect/city", query)
    browser = Browser(server)
    away = await browser.open(answer.headers["Location"])
    await _back(browser, provider.authorize(away))
    # The provider's word alone opens nothing, also by another address.
    thief = Browser(server, cookies=dict(browser.cookies))
    assert (await thief.open(ACCOUNT)).startswith(f"{SIGNIN}?")
    await enrol(server, browser)
    await browser.open(unescape(browser.page.rpartition('href="')[2].partition('"')[0]))
    assert "Continue to legacy.test?" in visible(browser.page)
    token = answer_in(await browser.submit(answer="allow"))["loginToken"]
    found = (await server.anyone.post("/login", {"type": "m.login.token", "token": token})).ok()
    assert found["user_id"] == "@anna:depesha.test"
    # Once it is there, it is asked for after the provider.
    again = await _sign_in(server, provider)
    assert again.url.startswith(f"{SIGNIN}/second")
    assert (await again.open(ACCOUNT)).startswith(f"{SIGNIN}?")
    # Where the institution asks for none, the provider's word is enough.
    assert await operate(server, "DELETE", f"{POLICIES}/member", {}) == 200
    assert (await _sign_in(server, provider)).url == ACCOUNT


async def _legacy(server: Server, browser: Browser) -> Client:
    """A client of the legacy API whose owner has signed in on our pages."""
    await browser.open(f"{SIGNIN}/sso?redirectUrl=https://legacy.test/")
    token = answer_in(await browser.submit(answer="allow"))["loginToken"]
    found = (await server.anyone.post("/login", {"type": "m.login.token", "token": token})).ok()
    return Client(server.wire, found["user_id"], found["access_token"], found["device_id"])


async def _open_fallback(browser: Browser, asked: Any) -> None:
    """What an old client opens for the stage that it cannot do itself."""
    assert asked["flows"] == [{"stages": ["m.login.sso"]}]
    path = "/_matrix/client/v3/auth/m.login.sso/fallback/web"
    await browser.open(f"{path}?session={asked['session']}")


async def test_who_has_no_password_consents_on_the_page(server: Server, provider: Provider) -> None:
    browser = await _sign_in(server, provider)
    client = await _legacy(server, browser)
    (await Identity(client.user_id).upload(client)).ok()
    new = Identity(client.user_id)
    asked = (await new.upload(client)).ok(401)
    early = {"type": "m.login.sso", "session": asked["session"]}
    assert (await new.upload(client, auth=early)).ok(401)["errcode"] == "M_FORBIDDEN"
    await _open_fallback(browser, asked)
    assert "replace your encryption identity" in visible(browser.page)
    # A window of the client that opened the page is told, so they must not be parted.
    assert browser.headers["Cross-Origin-Opener-Policy"] == "unsafe-none"
    await browser.submit()
    assert "authDone" in browser.page
    (await new.upload(client, auth={"session": asked["session"]})).ok()


async def test_who_has_no_password_ends_devices_by_the_page(
    server: Server, provider: Provider
) -> None:
    browser = await _sign_in(server, provider)
    client, other = await _legacy(server, browser), await _legacy(server, browser)
    path = f"/devices/{other.device_id}"
    asked = (await client.delete(path, {})).ok(401)
    # The page is for the one who has begun it, and asks who they are when that was long ago.
    thief = Browser(server)
    await server.register("mallory")
    await _open_fallback(thief, asked)
    await thief.sign_in("mallory")
    assert thief.status == 404
    await server.clock.leap(601)
    await _open_fallback(browser, asked)
    assert browser.url.startswith(SIGNIN)
    await _back(browser, provider.authorize(await browser.open(_link_to_provider(browser))))
    assert other.device_id in browser.page
    auth = {"auth": {"session": asked["session"]}}
    (await client.delete(path, auth)).ok(401)
    await browser.submit()
    (await client.delete(path, auth)).ok()
    (await other.get("/account/whoami")).refused(401, "M_UNKNOWN_TOKEN")
    # The word was for this device alone, and once.
    (await client.delete(path, auth)).ok(401)
    for method, path, body in (
        ("POST", "/account/deactivate", {}),
        ("POST", "/account/password", {"new_password": "a new password"}),
        ("POST", "/_matrix/client/v1/login/get_token", {}),
    ):
        await _open_fallback(browser, (await client.request(method, path, json=body)).ok(401))
        assert "A program wants" in visible(browser.page)


def _link_to_provider(browser: Browser) -> str:
    return unescape(TO + browser.page.partition(f'href="{TO}')[2].partition('"')[0])


async def test_the_username_may_be_told_apart_from_the_token(
    server: Server, provider: Provider
) -> None:
    provider.claims = {}
    provider.userinfo = {"preferred_username": "Boris.Petrov@city.example"}
    browser = await _sign_in(server, provider)
    assert "@boris.petrov:depesha.test" in browser.page


@pytest.mark.parametrize(
    "lies",
    [
        {"iss": "https://else.test"},
        {"aud": "another"},
        {"aud": ["depesha", "another"], "azp": "another"},
        {"exp": 1},
        {"exp": None},
        {"iat": None},
        {"nonce": "another"},
        {"nonce": None},
        {"sub": None},
        {"sub": ""},
    ],
)
async def test_a_wrong_token_signs_nobody_in(
    server: Server, provider: Provider, lies: dict[str, Any]
) -> None:
    provider.lies = lies
    browser = await _sign_in(server, provider)
    assert browser.status == 502
    assert (await browser.open(ACCOUNT)).startswith(SIGNIN)
    provider.lies = {}
    assert (await _sign_in(server, provider)).url == ACCOUNT


async def test_a_forged_token_signs_nobody_in(server: Server, provider: Provider) -> None:
    provider.signs_with = ECKey.generate_key("P-256", {"kid": "one"})
    assert (await _sign_in(server, provider)).status == 502
    provider.signs_with = OctKey.import_key(SECRET * 4)
    provider.header = {"alg": "HS256"}
    assert (await _sign_in(server, provider)).status == 502


async def test_new_keys_are_fetched_but_not_for_every_token(
    server: Server, provider: Provider
) -> None:
    await _sign_in(server, provider)
    assert provider.asked_keys == 1
    provider.key = ECKey.generate_key("P-256", {"kid": "two"})
    provider.header = {"alg": "ES256", "kid": "two"}
    assert (await _sign_in(server, provider)).status == 502
    assert provider.asked_keys == 1
    await server.clock.advance(61)
    assert (await _sign_in(server, provider)).url == ACCOUNT
    assert provider.asked_keys == 2


async def test_a_visit_is_its_browsers_and_ends(server: Server, provider: Provider) -> None:
    mine, other = Browser(server), Browser(server)
    url = provider.authorize(await mine.open(TO))
    await other.open(SIGNIN)
    await _back(other, url)
    assert other.status == 403
    await _back(mine, url)
    assert mine.url == ACCOUNT
    late = Browser(server)
    url = provider.authorize(await late.open(TO))
    await server.clock.leap(901)
    await _back(late, url)
    assert late.status == 403
    refused = Browser(server)
    await refused.open(f"{TO}")
    await refused.open(f"{SIGNIN}/oidc/callback?error=access_denied&state=x")
    assert refused.status == 403
    await refused.open(f"{SIGNIN}/oidc/nobody")
    assert refused.status == 404


async def test_a_username_that_is_taken_is_not_given(server: Server, provider: Provider) -> None:
    anna = await server.register("anna")
    browser = await _sign_in(server, provider)
    assert browser.status == 403
    assert "belongs to somebody else" in browser.page
    # Anna herself connects it, after which it signs her in.
    await browser.open(ACCOUNT)
    await browser.sign_in("anna")
    await server.clock.leap(601)
    assert (await browser.submit(form=0)).startswith(SIGNIN)
    await browser.sign_in("anna")
    await _back(browser, provider.authorize(await _connect(browser)))
    assert "Connected: City ID" in browser.page
    again = await _sign_in(server, provider)
    assert anna.user_id in again.page
    # Nobody else can connect the same person.
    await server.register("mallory")
    thief = Browser(server)
    await thief.open(ACCOUNT)
    await thief.sign_in("mallory")
    await _back(thief, provider.authorize(await _connect(thief)))
    assert thief.status == 403


async def test_only_our_own_form_connects_a_provider(server: Server, provider: Provider) -> None:
    # A stranger's page can open addresses in Anna's browser, but brings no token of its forms.
    await server.register("anna")
    browser = Browser(server)
    await browser.open(ACCOUNT)
    await browser.sign_in("anna")
    await browser.submit(form=0, token="guessed")
    assert browser.status == 403
    away = await browser.open(f"{TO}?connect=1")
    await _back(browser, provider.authorize(away))
    assert browser.status == 403
    await browser.open(ACCOUNT)
    assert "Connected: City ID" not in browser.page


async def test_settings_say_who_gets_an_account(
    start_server: StartServer, provider: Provider
) -> None:
    async with start_server(**settings(provider, creates_accounts=False)) as server:
        await server.register("anna")
        assert "belongs to somebody else" in (await _sign_in(server, provider)).page
        provider.claims["preferred_username"] = "stranger"
        provider.sub = "subject-2"
        assert "Nobody has an account" in (await _sign_in(server, provider)).page
    provider.claims["preferred_username"] = "anna"
    async with start_server(
        **settings(provider, creates_accounts=False, trusts_usernames=True)
    ) as server:
        assert "@anna:depesha.test" in (await _sign_in(server, provider)).page


async def test_a_name_that_was_bent_into_somebodys_opens_no_account(
    start_server: StartServer, provider: Provider
) -> None:
    """Where people choose their names at the provider, `anna!` is another than `anna`."""
    async with start_server() as server:
        await server.register("anna")
    async with start_server(**settings(provider, trusts_usernames=True)) as server:
        for name in ("anna!", "-anna", " anna"):
            provider.claims["preferred_username"] = name
            assert "@anna:depesha.test" not in (await _sign_in(server, provider)).page
    by_mail = settings(provider, trusts_usernames=True, username_claim="email")
    async with start_server(**by_mail) as server:
        provider.claims["email"] = "anna@city.test"
        for verified in (False, None):
            provider.claims["email_verified"] = verified
            assert "@anna:depesha.test" not in (await _sign_in(server, provider)).page
        provider.claims["email_verified"] = True
        assert "@anna:depesha.test" in (await _sign_in(server, provider)).page


async def test_an_ended_account_is_not_made_again(server: Server, provider: Provider) -> None:
    browser = await _sign_in(server, provider)
    await browser.open(f"{ACCOUNT}?action=org.matrix.account_deactivate")
    await browser.submit(confirm="@anna:depesha.test")
    assert "has been deleted" in browser.page
    again = await _sign_in(server, provider)
    assert again.status == 403


async def test_a_provider_that_is_away_is_told_so(
    start_server: StartServer, provider: Provider
) -> None:
    setting = settings(provider)
    async with start_server(oidc=setting["oidc"]) as server:
        # Without allowed_networks the server reaches no private address.
        browser = Browser(server)
        await browser.open(TO)
        assert browser.status == 502
