"""The second factor of an account: codes by time, and recovery codes."""

import asyncio
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from depesha.signin.otp import code_at, find_step, secret_address, step_at
from tests.accounts.steps import login_body, make_admin
from tests.conftest import StartServer
from tests.harness.client import PASSWORD, Client
from tests.harness.server import Server
from tests.signin.steps import ACCOUNT, Browser

TOTP = "/_depesha/account/totp"
SECOND = "/_depesha/signin/second"

# RFC 6238, appendix B: the last six of its eight digits.


@pytest.mark.parametrize(
    ("seconds", "code"),
    [
        (59, "287082"),
        (1111111109, "081804"),
        (1111111111, "050471"),
        (1234567890, "005924"),
        (2000000000, "279037"),
        (20000000000, "353130"),
    ],
)
def test_codes_are_those_of_the_rfc(seconds: int, code: str) -> None:
    assert code_at(b"12345678901234567890", step_at(seconds * 1000)) == code


@given(st.binary(min_size=20, max_size=20), st.integers(100, 2**40))
def test_a_code_is_good_for_a_minute_and_a_half_and_once(secret: bytes, step: int) -> None:
    now, code = step * 30_000, code_at(secret, step)
    found = find_step(secret, now, code, 0)
    assert found is not None
    assert code_at(secret, found) == code
    assert find_step(secret, now + 29_999, code, 0) == found
    assert find_step(secret, now, code, step + 1) is None
    assert find_step(secret, now, "", 0) is None


def test_the_address_names_whose_it_is() -> None:
    address = secret_address(b"1" * 20, "city.test", "@a:city.test")
    assert address.startswith("otpauth://totp/city.test%3A%40a%3Acity.test?secret=GEYTCMJR")


async def _turn_on(server: Server) -> tuple[Browser, bytes, list[str]]:
    """A browser of alice's, the secret of her codes, and her recovery codes."""
    from base64 import urlsafe_b64decode  # noqa: PLC0415

    browser = Browser(server)
    await browser.open(TOTP)
    await browser.sign_in()
    assert "<svg" in browser.page
    secret = urlsafe_b64decode(browser.forms()[0][1]["secret"])
    await browser.submit(code="000000", answer="on")
    assert browser.status == 400
    await browser.submit(code=_code(server, secret), answer="on")
    codes = re.findall(r"<code>([A-Z2-9]{5}-[A-Z2-9]{5})</code>", browser.page)
    assert len(set(codes)) == 10
    return browser, secret, codes


def _code(server: Server, secret: bytes) -> str:
    return code_at(secret, step_at(server.clock.now_ms()))


async def _enter(server: Server) -> Browser:
    """A browser at the page that asks for the code."""
    browser = Browser(server)
    await browser.open(ACCOUNT)
    await browser.sign_in()
    assert browser.url.startswith(SECOND)
    return browser


async def test_a_code_is_asked_for_after_the_password(server: Server, alice: Client) -> None:
    _, secret, _ = await _turn_on(server)
    browser = await _enter(server)
    # The password alone opens nothing.
    thief = Browser(server, cookies=dict(browser.cookies))
    assert (await thief.open(ACCOUNT)).startswith("/_depesha/signin?")
    await browser.submit(code="123456")
    assert browser.status == 401
    # The code that turned it on is used up.
    await browser.submit(code=_code(server, secret))
    assert browser.status == 401
    await server.clock.advance(30)
    code = _code(server, secret)
    await browser.submit(code=f"{code[:3]} {code[3:]}")
    assert browser.url == ACCOUNT
    again = await _enter(server)
    await again.submit(code=code)
    assert again.status == 401


async def test_a_recovery_code_is_good_once(server: Server, alice: Client) -> None:
    _, _, codes = await _turn_on(server)
    browser = await _enter(server)
    await browser.submit(code=codes[3].lower())
    assert browser.url == ACCOUNT
    await browser.open(TOTP)
    assert "Recovery codes left: 9" in browser.page
    again = await _enter(server)
    await again.submit(code=codes[3])
    assert again.status == 401
    await again.submit(code=codes[4])
    assert again.url == ACCOUNT


async def test_legacy_clients_give_the_code_with_the_password(
    server: Server, alice: Client, bob: Client
) -> None:
    anyone = server.anyone
    (await anyone.post("/login", login_body("alice"))).ok()
    _, secret, codes = await _turn_on(server)
    (await anyone.post("/login", login_body("alice"))).refused(403, "ORG.DEPESHA.CODE_NEEDED")
    wrong = login_body("alice", "wrong password")
    (await anyone.post("/login", wrong)).refused(403, "M_FORBIDDEN")
    await server.clock.advance(30)
    code = {"org.depesha.totp": _code(server, secret)}
    (await anyone.post("/login", wrong | code)).refused(403, "M_FORBIDDEN")
    (await anyone.post("/login", login_body("alice") | code)).ok()
    (await anyone.post("/login", login_body("alice") | code)).refused(403, "M_FORBIDDEN")
    recovery = {"org.depesha.totp": codes[0]}
    (await anyone.post("/login", login_body("alice") | recovery)).ok()
    (await anyone.post("/login", login_body("bob"))).ok()


async def test_it_can_be_turned_off(server: Server, alice: Client) -> None:
    browser, _, _ = await _turn_on(server)
    await browser.open(TOTP)
    await browser.submit(answer="off")
    fresh = Browser(server)
    await fresh.open(ACCOUNT)
    await fresh.sign_in()
    assert fresh.url == ACCOUNT


async def test_an_administrator_takes_it_off_who_lost_it(server: Server, alice: Client) -> None:
    await _turn_on(server)
    root = await make_admin(server, await server.register("root"))
    path = f"/_depesha/v1/admin/users/{alice.user_id}/factors"
    (await alice.delete(path)).refused(403, "M_FORBIDDEN")
    (await server.anyone.post("/login", login_body("alice"))).refused(
        403, "ORG.DEPESHA.CODE_NEEDED"
    )
    (await root.delete(path)).ok()
    (await server.anyone.post("/login", login_body("alice"))).ok()
    unknown = "/_depesha/v1/admin/users/@nobody:depesha.test/factors"
    (await root.delete(unknown)).refused(404, "M_NOT_FOUND")


async def test_codes_cannot_be_guessed_at_length(start_server: StartServer) -> None:
    async with start_server(rate_limits=True) as server:
        await server.register("alice")
        await _turn_on(server)
        browser = await _enter(server)
        for _ in range(4):
            await browser.submit(code="000000")
            assert "not right" in browser.page
        await browser.submit(code="000000")
        assert "Too many attempts" in browser.page


async def test_of_many_at_once_one_uses_a_code_up(server: Server, alice: Client) -> None:
    """A code, a recovery code, and the token that a login gives: each lets one device in."""
    _, secret, codes = await _turn_on(server)
    await server.clock.advance(30)
    for code in (_code(server, secret), codes[0]):
        body = login_body("alice", **{"org.depesha.totp": code})
        found = await asyncio.gather(*(server.anyone.post("/login", body) for _ in range(5)))
        assert sorted(each.status for each in found) == [200, 403, 403, 403, 403]
    path = "/_matrix/client/v1/login/get_token"
    auth = {"auth": {"type": "m.login.password", "password": PASSWORD}}
    token = (await alice.post(path, auth)).ok()["login_token"]
    login = {"type": "m.login.token", "token": token}
    found = await asyncio.gather(*(server.anyone.post("/login", login) for _ in range(5)))
    assert sorted(each.status for each in found) == [200, 403, 403, 403, 403]
