"""Getting in: by the form, with a wrong password, and again after a reload."""

from playwright.async_api import Browser, expect

from tests.harness.client import PASSWORD, Client, Wire
from tests.web.conftest import Open
from tests.web.page import Person, watched


async def test_a_wrong_password_is_told_apart_and_the_right_one_lets_in(
    wire: Wire, chromium: Browser
) -> None:
    alice = await Client(wire).register("alice")
    context = await chromium.new_context(base_url=wire.base_url, locale="en")
    async with watched(context) as page:
        await page.goto("/")
        await page.get_by_label("User name").fill("alice")
        await page.get_by_label("Password", exact=True).fill("not the one")
        await page.get_by_role("button", name="Sign in", exact=True).click()
        await expect(page.get_by_text("Wrong name or password")).to_be_visible()
        await Person(page, alice).sign_in(PASSWORD)
        await expect(page.get_by_text("No chats yet")).to_be_visible()
    await context.close()


async def test_who_is_signed_in_stays_so_after_a_reload(open_client: Open) -> None:
    alice = await open_client("alice")
    await alice.account.create_room(name="Registry")
    await alice.open_chat("Registry")
    await alice.say("Kept")
    await alice.sees("Kept")
    await alice.page.reload()
    await alice.sees("Kept")


async def test_the_language_follows_the_browser_and_changes_without_a_reload(
    wire: Wire, chromium: Browser
) -> None:
    context = await chromium.new_context(base_url=wire.base_url, locale="ru")
    async with watched(context) as page:
        await page.goto("/")
        await expect(page.get_by_role("heading", name="Вход в Депешу")).to_be_visible()
        await page.evaluate("() => { window.sameDocument = true }")
        await page.get_by_role("button", name="English").click()
        await expect(page.get_by_role("heading", name="Sign in to Depesha")).to_be_visible()
        assert await page.evaluate("() => window.sameDocument")
    await context.close()
