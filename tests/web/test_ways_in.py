"""Other ways in: a second factor, the server's own pages, and an institution's provider."""

from base64 import urlsafe_b64decode
from pathlib import Path

import pytest
from aiohttp.test_utils import unused_port
from playwright.async_api import Browser, Page, expect

from depesha.app import serve
from depesha.base.clock import Clock
from depesha.base.providers import Provider as Setting
from depesha.signin.otp import code_at, step_at
from tests.harness.client import PASSWORD, Client, Wire
from tests.harness.databases import Templates
from tests.harness.server import config_for
from tests.signin.provider import CLIENT, SECRET, start_provider
from tests.web.page import DESKTOP, Person, watched

OTHER_WAYS = "Passkey and other ways"


def _code(secret: bytes, later: int = 0) -> str:
    return code_at(secret, step_at(Clock().now_ms()) + later)


async def _at_pages(page: Page, name: str) -> None:
    """Say on the server's page who one is."""
    await page.locator("input[name=user]").fill(name)
    await page.locator("input[name=password]").fill(PASSWORD)
    await page.locator("input[name=password]").press("Enter")


async def _turn_on(page: Page) -> bytes:
    """Codes for alice from now on; their secret."""
    await page.goto("/_depesha/account/totp")
    await _at_pages(page, "alice")
    secret = urlsafe_b64decode(await page.locator("input[name=secret]").input_value())
    await page.locator("input[name=code]").fill(_code(secret))
    await page.locator("input[name=code]").press("Enter")
    await expect(page.locator("code").first).to_be_visible()
    return secret


@pytest.mark.parametrize("phone", [False, True])
async def test_the_code_is_asked_for_after_the_password(
    wire: Wire, chromium: Browser, phone: bool
) -> None:
    alice = await Client(wire).register("alice")
    size = {"width": 390, "height": 844} if phone else DESKTOP
    context = await chromium.new_context(base_url=wire.base_url, locale="en", viewport=size)
    async with watched(context) as page:
        secret = await _turn_on(page)
        person = Person(page, alice)
        await page.goto("/")
        await page.get_by_label("User name").fill("alice")
        await page.get_by_label("Password", exact=True).fill(PASSWORD)
        await page.get_by_role("button", name="Sign in", exact=True).click()
        code = page.get_by_label("Code", exact=True)
        await expect(code).to_be_focused()
        assert await person.barriers() == []
        await person.screen(f"signin-code-{'phone' if phone else 'desktop'}")
        await code.fill("000000")
        await code.press("Enter")
        await expect(page.get_by_text("This code is not right")).to_be_visible()
        # The code of this half minute was used to turn codes on.
        await code.fill(_code(secret, later=1))
        await code.press("Enter")
        await page.get_by_role("button", name="Later").click()
        await expect(page.get_by_text("No chats yet")).to_be_visible()
    await context.close()


async def test_the_servers_own_page_leads_back_signed_in(wire: Wire, chromium: Browser) -> None:
    alice = await Client(wire).register("alice")
    context = await chromium.new_context(base_url=wire.base_url, locale="en", viewport=DESKTOP)
    async with watched(context) as page:
        await page.goto("/")
        await page.get_by_role("button", name=OTHER_WAYS).click()
        await _at_pages(page, "alice")
        await page.locator("button[value=allow]").click()
        await expect(page.get_by_text("No chats yet")).to_be_visible()
        assert "loginToken" not in page.url
        await Person(page, alice).screen("signin-by-pages")
    await context.close()


async def test_a_token_that_was_not_asked_for_signs_nobody_in(
    wire: Wire, chromium: Browser
) -> None:
    mallory = await Client(wire).register("mallory")
    auth = {
        "type": "m.login.password",
        "identifier": {"type": "m.id.user", "user": "mallory"},
        "password": PASSWORD,
    }
    path = "/_matrix/client/v1/login/get_token"
    asked = (await mallory.post(path, {})).json
    answer = await mallory.post(path, {"auth": auth | {"session": asked["session"]}})
    token = answer.ok()["login_token"]
    context = await chromium.new_context(base_url=wire.base_url, locale="en")
    async with watched(context) as page:
        await page.goto(f"/?loginToken={token}")
        await expect(page.get_by_role("heading", name="Sign in to Depesha")).to_be_visible()
        assert "loginToken" not in page.url
        await expect(page.get_by_role("button", name=OTHER_WAYS)).to_be_enabled()
        await expect(page.get_by_text("No chats yet")).to_be_hidden()
    await context.close()


async def test_an_institutions_provider_lets_in(
    tmp_path: Path, templates: Templates, chromium: Browser
) -> None:
    port = unused_port()  # the provider sends back to an address that is known before
    async with start_provider(Clock()) as provider:
        setting = Setting(
            name="city",
            issuer=provider.issuer,
            client_id=CLIENT,
            client_secret=SECRET,
            title="City ID",
        )
        config = config_for(
            tmp_path,
            templates.copy_sqlite(tmp_path / "depesha.sqlite"),
            listen=f"127.0.0.1:{port}",
            public_url=f"http://127.0.0.1:{port}",
            oidc=(setting,),
            allowed_networks=("127.0.0.0/8",),
        )
        async with serve.running(config, Clock()) as running:
            context = await chromium.new_context(base_url=running.base_url, locale="en")
            async with watched(context) as page:
                await page.goto("/")
                await page.get_by_role("button", name="Sign in with City ID").click()
                await page.locator("button[value=allow]").click()
                await expect(page.get_by_text("No chats yet")).to_be_visible()
            await context.close()
