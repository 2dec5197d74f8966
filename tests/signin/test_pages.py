"""Our own pages: who may send their forms, what they load, where they lead."""

import re
from html import escape

from tests.accounts.steps import is_signed_in, make_admin, operate
from tests.conftest import StartServer
from tests.harness.client import PASSWORD, Client
from tests.harness.server import Server
from tests.signin.steps import (
    ACCOUNT,
    REDIRECT,
    Browser,
    answer_in,
    authorize_url,
    register_client,
    visible,
)

SIGNIN = "/_depesha/signin"


async def test_a_form_is_taken_from_its_own_browser_alone(server: Server, alice: Client) -> None:
    mine, other = Browser(server), Browser(server)
    await mine.open(SIGNIN)
    await other.open(SIGNIN)
    token = other.forms()[0][1]["token"]
    await mine.submit(user="alice", password=PASSWORD, token=token)
    assert mine.status == 403
    await mine.open(SIGNIN)
    stranger = Browser(server, url=SIGNIN, page=mine.page)
    await stranger.submit(user="alice", password=PASSWORD)
    assert stranger.status == 403
    await mine.submit(user="alice", password=PASSWORD)
    assert mine.url == ACCOUNT


async def test_signing_in_changes_the_cookie(server: Server, alice: Client) -> None:
    browser = Browser(server)
    await browser.open(SIGNIN)
    before = dict(browser.cookies)
    await browser.sign_in()
    assert browser.cookies != before
    thief = Browser(server, cookies=before)
    assert (await thief.open(ACCOUNT)).startswith(SIGNIN)


async def test_cookies_are_for_us_alone(start_server: StartServer) -> None:
    async with start_server() as server:
        answer = await server.anyone.get(SIGNIN)
        cookie = answer.headers["Set-Cookie"]
        assert re.fullmatch(r"depesha=\w{40}; Path=/; HttpOnly; SameSite=Lax", cookie)
    async with start_server(public_url="https://chat.test") as server:
        answer = await server.anyone.get(SIGNIN)
        cookie = answer.headers["Set-Cookie"]
        assert re.fullmatch(
            r"__Host-depesha=\w{40}; Path=/; HttpOnly; SameSite=Lax; Secure", cookie
        )


async def test_pages_run_and_load_nothing_of_others(server: Server, alice: Client) -> None:
    client_id = await register_client(server)
    browser = Browser(server)
    await browser.open(authorize_url(client_id))
    policy = browser.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "form-action 'self' ;" in policy
    await browser.sign_in()
    assert (
        "form-action 'self' https://app.client.test;" in browser.headers["Content-Security-Policy"]
    )
    assert browser.headers["Cache-Control"] == "no-store"


async def test_what_a_client_says_is_text(server: Server, alice: Client) -> None:
    client_id = await register_client(server, client_name="<img src=x onerror=alert(1)>")
    browser = Browser(server)
    await browser.open(authorize_url(client_id))
    await browser.sign_in()
    assert "<img" not in browser.page
    assert "&lt;img" in browser.page


async def test_pages_speak_russian(server: Server, alice: Client) -> None:
    client_id = await register_client(server)
    browser = Browser(server, language="ru-RU,ru;q=0.9,en;q=0.8")
    await browser.open(authorize_url(client_id))
    assert "<html lang=ru>" in browser.page
    assert "Имя пользователя" in browser.page
    await browser.sign_in()
    assert "Впустить «Зонд»?" in browser.page


async def test_nobody_is_led_elsewhere(server: Server, alice: Client) -> None:
    for target in ("https://evil.test/", "//evil.test/", "/_depesha/\\evil.test"):
        browser = Browser(server)
        await browser.open(f"{SIGNIN}?next={target}")
        assert await browser.sign_in() == ACCOUNT


async def test_attempts_at_an_account_are_counted(start_server: StartServer) -> None:
    async with start_server(rate_limits=True) as server:
        await server.register("alice")
        browser = Browser(server)
        await browser.open(SIGNIN)
        for _ in range(18):
            await browser.open(SIGNIN)
            await browser.sign_in(password="wrong")
            assert browser.status == 401
        # Its login by the legacy API and registration count with the address.
        for _ in range(3):
            await browser.open(SIGNIN)
            await browser.sign_in()
        assert browser.status == 429
        assert "Too many attempts" in browser.page
        await server.clock.advance(10)
        await browser.open(SIGNIN)
        await browser.sign_in()
        assert browser.url == ACCOUNT


async def test_a_lock_or_a_new_password_signs_out_of_the_pages(
    server: Server, alice: Client
) -> None:
    browser = Browser(server)
    await browser.open(SIGNIN)
    await browser.sign_in()
    assert await browser.open(ACCOUNT) == ACCOUNT
    path = f"/_depesha/v1/admin/users/{alice.user_id}/password"
    assert await operate(server, "PUT", path, {"password": PASSWORD}) == 200
    assert (await browser.open(ACCOUNT)).startswith(SIGNIN)
    await browser.sign_in()
    lock = f"/_matrix/client/v1/admin/lock/{alice.user_id}"
    assert await operate(server, "PUT", lock, {"locked": True}) == 200
    assert (await browser.open(ACCOUNT)).startswith(SIGNIN)
    await browser.sign_in()
    assert "locked" in browser.page


async def test_signing_out_ends_the_browser_alone(server: Server, alice: Client) -> None:
    browser = Browser(server)
    await browser.open(SIGNIN)
    await browser.sign_in()
    await browser.submit()
    assert browser.url.startswith(SIGNIN)
    assert (await browser.open(ACCOUNT)).startswith(SIGNIN)
    assert await is_signed_in(alice)


async def test_somebody_else_can_consent(server: Server, alice: Client, bob: Client) -> None:
    client_id = await register_client(server)
    browser = Browser(server)
    await browser.open(authorize_url(client_id))
    await browser.sign_in("alice")
    await browser.submit(form=1)
    await browser.sign_in("bob")
    assert "@bob:depesha.test" in visible(browser.page)
    assert (await browser.submit(answer="allow")).startswith(REDIRECT)


# Clients of the legacy API


async def test_a_legacy_client_is_signed_in_by_the_pages(server: Server, alice: Client) -> None:
    query = {"redirectUrl": "https://legacy.test/?a=b#c"}
    answer = await server.anyone.get("/login/sso/redirect", query)
    answer.ok(302)
    browser = Browser(server)
    await browser.open(answer.headers["Location"])
    await browser.sign_in()
    assert "Continue to legacy.test?" in visible(browser.page)
    target = await browser.submit(answer="allow")
    assert target.startswith("https://legacy.test/?a=b&loginToken=")
    token = answer_in(target.partition("#")[0])["loginToken"]
    body = {"type": "m.login.token", "token": token}
    found = (await server.anyone.post("/login", body)).ok()
    assert found["user_id"] == alice.user_id
    (await server.anyone.post("/login", body)).refused(403, "M_FORBIDDEN")


async def test_a_legacy_client_may_register(server: Server) -> None:
    query = {"redirectUrl": "im.legacy:/back", "action": "register"}
    answer = await server.anyone.get("/login/sso/redirect", query)
    browser = Browser(server)
    at = await browser.open(answer.headers["Location"])
    assert at.startswith("/_depesha/signup")
    told = (await server.anyone.request("GET", "/_depesha/v1/privacy")).ok()
    for kind in told["kinds"]:
        assert escape(kind["what"]["en"]) in browser.page
    await browser.submit(user="fresh", password=PASSWORD, again=PASSWORD)
    target = await browser.submit(answer="allow")
    assert target.startswith("im.legacy:/back?loginToken=")


async def test_a_form_of_registration_that_comes_twice_lets_in_twice(server: Server) -> None:
    """Pressed twice on a slow network, or sent again by a reload: the account is theirs already."""
    browser = Browser(server)
    await browser.open("/_depesha/signup")
    page, cookies = browser.page, dict(browser.cookies)
    assert await browser.submit(user="fresh", password=PASSWORD, again=PASSWORD) == ACCOUNT
    again = Browser(server, cookies=dict(cookies), url="/_depesha/signup", page=page)
    assert await again.submit(user="Fresh", password=PASSWORD, again=PASSWORD) == ACCOUNT
    reloaded = Browser(server, cookies=dict(browser.cookies), url="/_depesha/signup", page=page)
    assert await reloaded.submit(user="fresh", password=PASSWORD, again=PASSWORD) == ACCOUNT
    other = "another horse battery"
    stranger = Browser(server, cookies=dict(cookies), url="/_depesha/signup", page=page)
    await stranger.submit(user="fresh", password=other, again=other)
    assert "taken" in stranger.page
    await server.clock.advance(301)
    late = Browser(server, cookies=dict(cookies), url="/_depesha/signup", page=page)
    await late.submit(user="fresh", password=PASSWORD, again=PASSWORD)
    assert "taken" in late.page


async def test_single_sign_on_leads_nowhere_harmful(server: Server) -> None:
    anyone = server.anyone
    (await anyone.get("/login/sso/redirect")).refused(400, "M_MISSING_PARAM")
    for uri in ("javascript:alert(1)", "nowhere", "data:text/html,x"):
        query = {"redirectUrl": uri}
        (await anyone.get("/login/sso/redirect", query)).refused(400, "M_INVALID_PARAM")
    query = {"redirectUrl": "https://legacy.test/"}
    (await anyone.get("/login/sso/redirect/nobody", query)).refused(404, "M_NOT_FOUND")


async def test_who_is_signed_out_everywhere_is_so_on_our_pages(
    server: Server, alice: Client
) -> None:
    """A browser that somebody left, or that a thief has, would let new clients in for hours."""
    root = await make_admin(server, await server.register("root"))
    everywhere = f"/_depesha/v1/admin/users/{alice.user_id}/devices"
    for by_administrator in (False, True):
        client = await server.anyone.login("alice")
        browser = Browser(server)
        await browser.open(ACCOUNT)
        await browser.sign_in()
        if by_administrator:
            assert (await root.request("DELETE", everywhere)).ok() == {"ended": 1}
        else:
            (await client.post("/logout/all")).ok()
        assert not await is_signed_in(client)
        assert (await browser.open(ACCOUNT)).startswith(SIGNIN)
