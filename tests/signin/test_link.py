"""Signing a device in by its code, which somebody enters in a browser elsewhere."""

from typing import Any
from urllib.parse import urlencode

from tests.accounts.steps import is_signed_in
from tests.harness.client import Client, Response
from tests.harness.server import Server
from tests.signin.steps import (
    OAUTH,
    Browser,
    ask_token,
    denied,
    oauth_client,
    register_client,
    scope,
)

GRANT = "urn:ietf:params:oauth:grant-type:device_code"


async def _begin(server: Server, client_id: str, wanted: str = "") -> Response:
    form = {"client_id": client_id, "scope": wanted or scope()}
    return await server.wire.request(
        "POST",
        f"{OAUTH}/device",
        data=urlencode(form),
        headers={"Content-Type": "application/x-www-form-urlencoded"},
    )


async def _poll(server: Server, client_id: str, found: Any) -> Response:
    code = found["device_code"]
    return await ask_token(server, grant_type=GRANT, client_id=client_id, device_code=code)


async def test_a_device_is_let_in_from_another_browser(server: Server, alice: Client) -> None:
    client_id = await register_client(server)
    found = (await _begin(server, client_id)).ok()
    assert (found["expires_in"], found["interval"]) == (1200, 5)
    denied(await _poll(server, client_id, found), "authorization_pending")
    browser = Browser(server)
    await browser.open("/_depesha/link")
    await browser.sign_in()
    # People type as they like.
    typed = found["user_code"].lower().replace("-", " ")
    await browser.open(f"/_depesha/link?{urlencode({'user_code': typed})}")
    assert "Let “Probe” in?" in browser.page
    assert found["user_code"] in browser.page
    await browser.submit(answer="allow")
    await server.clock.advance(5)
    tokens = (await _poll(server, client_id, found)).ok()
    assert tokens["scope"] == scope()
    assert await is_signed_in(oauth_client(server, alice.user_id, tokens))
    denied(await _poll(server, client_id, found), "invalid_grant")
    await browser.open(f"/_depesha/link?user_code={found['user_code']}")
    assert browser.status == 404


async def test_a_device_is_refused(server: Server, alice: Client) -> None:
    client_id = await register_client(server)
    found = (await _begin(server, client_id)).ok()
    browser = Browser(server)
    path = found["verification_uri_complete"].removeprefix(server.config.base_url())
    await browser.open(path)
    await browser.sign_in()
    await browser.submit(answer="deny")
    assert "was refused" in browser.page
    denied(await _poll(server, client_id, found), "access_denied")


async def test_who_asks_too_often_must_wait_longer(server: Server) -> None:
    client_id = await register_client(server)
    found = (await _begin(server, client_id)).ok()
    denied(await _poll(server, client_id, found), "authorization_pending")
    await server.clock.advance(4)
    denied(await _poll(server, client_id, found), "slow_down")
    await server.clock.advance(6)
    denied(await _poll(server, client_id, found), "slow_down")
    await server.clock.advance(15)
    denied(await _poll(server, client_id, found), "authorization_pending")


async def test_a_code_ends(server: Server, alice: Client) -> None:
    client_id = await register_client(server)
    found = (await _begin(server, client_id)).ok()
    browser = Browser(server)
    await browser.open(f"/_depesha/link?user_code={found['user_code']}")
    await browser.sign_in()
    await server.clock.leap(1200)
    await browser.submit(answer="allow")
    assert browser.status == 404
    denied(await _poll(server, client_id, found), "expired_token")


async def test_a_device_code_is_for_its_client(server: Server, alice: Client) -> None:
    client_id = await register_client(server)
    other = await register_client(server, client_name="Other")
    web = await register_client(server, grant_types=["authorization_code", "refresh_token"])
    denied(await _begin(server, web), "unauthorized_client")
    denied(await _begin(server, "nobody"), "invalid_client", 401)
    denied(await _begin(server, client_id, "urn:matrix:client:api:*"), "invalid_scope")
    found = (await _begin(server, client_id)).ok()
    denied(await _poll(server, other, found), "invalid_grant")
