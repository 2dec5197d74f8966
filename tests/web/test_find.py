"""Finding: in a chat, everywhere, by kind."""

import re

from playwright.async_api import expect

from tests.harness.client import Client, Wire
from tests.web.conftest import Open


async def test_messages_are_found_in_the_chat_and_everywhere(wire: Wire, open_client: Open) -> None:
    bob = await Client(wire).register("bob")
    alice = await open_client("alice")
    page, account = alice.page, alice.account
    room = await account.create_room(name="Registry", invite=[bob.user_id])
    await bob.join(room)
    await bob.send(room, "Документы подписаны")
    for n in range(30):
        await bob.send(room, f"Filler {n}")
    other = await account.create_room(name="Canteen")
    await account.send(other, "Меню: https://example.org/menu")
    await alice.open_chat("Registry")
    await alice.sees("Filler 29")
    await page.keyboard.press("Control+f")
    side = page.get_by_role("complementary", name="Details")
    await side.get_by_label("A word or a phrase").fill("документ")
    await expect(side.get_by_text("1 message found")).to_be_visible()
    await side.get_by_role("link", name="подписаны").click()
    await expect(alice.message("Документы подписаны")).to_be_in_viewport()
    await expect(alice.message("Документы подписаны")).to_have_class(re.compile("flash"))
    await side.get_by_label("A word or a phrase").fill("nowhere")
    await expect(side.get_by_text("Nothing found")).to_be_visible()
    await side.get_by_role("button", name="Close").click()

    await page.keyboard.press("Control+Shift+f")
    search = page.get_by_role("searchbox", name="Search")
    await expect(search).to_be_focused()
    await search.fill("меню")
    hit = page.get_by_role("link", name="Меню: https")
    await expect(hit).to_be_visible()
    await page.get_by_role("radio", name="Photos").check()
    await expect(page.get_by_text("Nothing found")).to_be_visible()
    await page.get_by_role("radio", name="Links").check()
    await hit.click()
    await expect(alice.message("Меню")).to_be_in_viewport()
    await page.get_by_role("radio", name="All", exact=True).check()
    await search.fill("bob")
    await expect(
        page.get_by_role("navigation", name="Chats").get_by_role("button", name="@bob:")
    ).to_be_visible()
