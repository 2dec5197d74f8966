"""Without a network: what was there is read, what is written leaves later, once and in order."""

import pytest
from playwright.async_api import expect
from yarl import URL

from tests.harness.client import Client, Wire
from tests.web.cable import cable_to
from tests.web.conftest import Open

pytestmark = pytest.mark.keeps


async def said(account: Client, room: str) -> list[str]:
    """What the server has of the room, oldest first."""
    events = (await account.get(f"/rooms/{room}/messages", {"dir": "f", "limit": 100})).ok()
    return [event["content"].get("body") for event in events["chunk"]]


async def test_what_is_written_offline_survives_a_killed_tab_and_leaves_once(
    wire: Wire, open_client: Open
) -> None:
    account = await Client(wire).register("alice")
    room = await account.create_room(name="Registry")
    await account.send(room, "Before the outage")
    async with cable_to(URL(wire.base_url).port or 0) as cable:
        alice = await open_client(account, url=cable.url)
        await alice.open_chat("Registry")
        await alice.sees("Before the outage")
        context, page = alice.page.context, alice.page
        await page.evaluate("() => navigator.serviceWorker.ready.then(() => true)")

        cable.cut()
        written = [f"Written offline {n}" for n in range(3)]
        for text in written:
            await alice.say(text)
            await alice.sees(text)
        await page.close()

        alice.page = await context.new_page()
        await alice.page.goto("/")
        await alice.open_chat("Registry")
        for text in ("Before the outage", *written):
            await alice.sees(text)
        assert not set(written) & set(await said(account, room))

        line = alice.page.get_by_text("No network")
        await expect(line).to_contain_text("3 messages", timeout=30_000)
        shown = await line.element_handle()
        written.append("Written with the line in sight")
        await alice.say(written[-1])
        await expect(line).to_contain_text("4 messages", timeout=30_000)
        assert shown is not None
        assert await shown.evaluate("line => line.isConnected")

        cable.mend()
        for text in written:
            await expect(alice.message(text)).to_contain_text("Sent", timeout=30_000)
        await alice.page.close()
    assert [body for body in await said(account, room) if body in written] == written


async def test_what_is_on_the_device_is_found_without_a_network(
    wire: Wire, open_client: Open
) -> None:
    account = await Client(wire).register("alice")
    room = await account.create_room(name="Registry")
    await account.send(room, "Договоры подписаны вчера")
    for n in range(25):
        await account.send(room, f"Filler {n}")
    async with cable_to(URL(wire.base_url).port or 0) as cable:
        alice = await open_client(account, url=cable.url)
        await alice.open_chat("Registry")
        await alice.sees("Filler 24")
        context, page = alice.page.context, alice.page
        await page.evaluate("() => navigator.serviceWorker.ready.then(() => true)")
        search = page.get_by_role("searchbox", name="Search")
        hit = page.get_by_role("link", name="Договоры подписаны")
        await search.fill("договор")
        await expect(hit).to_be_visible(timeout=30_000)  # it is in the device's own index too
        await page.close()
        cable.cut()

        alice.page = await context.new_page()
        await alice.page.goto("/")
        await expect(alice.chat("Registry")).to_be_visible(timeout=30_000)
        search = alice.page.get_by_role("searchbox", name="Search")
        await search.fill("договора")
        hit = alice.page.get_by_role("link", name="Договоры подписаны")
        await expect(hit).to_be_visible(timeout=30_000)
        await hit.click()
        await expect(alice.message("Договоры подписаны")).to_be_in_viewport()
        await search.fill("never said")
        await expect(alice.page.get_by_text("Nothing found")).to_be_visible()
        await alice.page.close()
