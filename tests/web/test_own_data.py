"""What the server holds about whoever looks, a copy of it, and the end of it with a receipt."""

import json
import zipfile

import pytest
from playwright.async_api import Browser, ViewportSize, expect

from tests.harness.client import PASSWORD, Client, Wire
from tests.web.conftest import Open
from tests.web.page import DESKTOP, PHONE, Person, watched


async def test_one_sees_what_is_held_takes_a_copy_and_withdraws_consent(
    open_client: Open,
) -> None:
    alice = await open_client("alice")
    page = alice.page
    room = await alice.account.create_room(name="Registry")
    await alice.account.send(room, "Held by the server")
    await page.goto("/#/settings/about")
    await expect(page.get_by_text("Your messages: 1, from Today")).to_be_visible()
    kind = page.get_by_role("listitem").filter(has_text="user id, password hash")
    await kind.get_by_text("user id, password hash").click()
    await expect(kind.get_by_text("What for: to let you and nobody else in")).to_be_visible()
    await expect(page.get_by_text("push services that your applications name")).to_be_visible()
    assert await alice.barriers() == []

    await page.get_by_role("button", name="Ask for a copy").click()
    save = page.get_by_role("button", name="Download")
    await expect(save).to_be_visible(timeout=60_000)
    async with page.expect_download() as downloading:
        await save.click()
    with zipfile.ZipFile(await (await downloading.value).path()) as copy:
        assert b"Held by the server" in copy.read("rooms/1.jsonl")

    await page.get_by_role("button", name="Withdraw consent").click()
    dialog = page.get_by_role("dialog")
    await dialog.get_by_label("Password").fill("not mine at all")
    await dialog.get_by_role("button", name="End and forget").click()
    await expect(dialog.get_by_text("Wrong password")).to_be_visible()
    assert (await alice.account.get("/_matrix/client/v3/account/whoami")).status == 200


async def test_withdrawing_consent_ends_the_account_and_leaves_a_receipt(
    open_client: Open,
) -> None:
    alice = await open_client("alice")
    page = alice.page
    await page.goto("/#/settings/about")
    await page.get_by_role("button", name="Withdraw consent").click()
    dialog = page.get_by_role("dialog")
    await dialog.get_by_label("Password").fill(PASSWORD)
    async with page.expect_download() as downloading:
        await dialog.get_by_role("button", name="End and forget").click()
    with open(await (await downloading.value).path(), "rb") as file:
        told = json.load(file)
    assert told["receipt"]["user_id"] == alice.account.user_id
    assert told["signature"]
    await expect(page.get_by_label("User name")).to_be_visible()


@pytest.mark.parametrize(
    ("size", "lang", "words"),
    [
        (DESKTOP, "en", ("Create an account", "What this server collects", "What for: to let")),
        (PHONE, "ru", ("Создать учётную запись", "Что собирает этот сервер", "Зачем: чтобы")),
    ],
)
async def test_what_is_collected_is_told_before_one_registers(
    wire: Wire, chromium: Browser, size: ViewportSize, lang: str, words: tuple[str, str, str]
) -> None:
    register, title, purpose = words
    context = await chromium.new_context(base_url=wire.base_url, viewport=size, locale=lang)
    async with watched(context) as page:
        await page.goto("/")
        label = page.get_by_role("region", name=title)
        await expect(page.get_by_role("button", name=register)).to_be_visible()
        await expect(label).to_have_count(0)
        await page.get_by_role("button", name=register).click()
        kinds = label.get_by_role("listitem")
        await expect(kinds).not_to_have_count(0)
        await kinds.first.get_by_role("group").click()
        await expect(kinds.first).to_contain_text(purpose)
        reader = Person(page, Client(wire))
        await reader.screen(f"signin-label-{lang}")
        assert await reader.barriers() == []
        assert await reader.overflows() == []
    await context.close()
