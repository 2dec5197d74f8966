"""Chats themselves: making, finding, joining, governing them."""

import re

from playwright.async_api import expect

from tests.harness.client import Client, Wire
from tests.web.conftest import Open


async def test_a_channel_is_made_found_and_joined_by_its_link(
    wire: Wire, open_client: Open
) -> None:
    bob_account = await Client(wire).register("bob")
    alice = await open_client("alice")
    page = alice.page
    await page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    await page.get_by_role("button", name="New chat").click()
    await page.get_by_role("menuitem", name="New channel").click()
    await page.get_by_label("Name", exact=True).fill("Announcements")
    await page.get_by_role("switch", name="Open to everybody").check()
    dialog = page.get_by_role("dialog")
    await dialog.get_by_role("button", name="Next").click()
    await dialog.get_by_role("button", name="Create", exact=True).click()
    await alice.say("Welcome, all")
    await expect(alice.message("Welcome, all")).to_contain_text("Sent")
    await page.get_by_role("button", name="About the chat").click()
    await page.get_by_role("button", name="Link", exact=True).click()
    link = await page.evaluate("() => navigator.clipboard.readText()")

    bob = await open_client(bob_account)
    page = bob.page
    await page.get_by_role("button", name="New chat").click()
    await page.get_by_role("menuitem", name="Join by link").click()
    await page.get_by_role("dialog").get_by_role("button", name="Announcements").click()
    await expect(page.get_by_role("button", name="Join", exact=True)).to_be_visible()
    await page.get_by_label("Link or address of the chat").fill(link)
    await page.get_by_role("button", name="Join", exact=True).click()
    await bob.sees("Welcome, all")
    await expect(page.get_by_text("Only authors may write here.")).to_be_visible()


async def test_a_group_is_governed(wire: Wire, open_client: Open) -> None:
    bob = await Client(wire).register("bob")
    carol = await Client(wire).register("carol")
    alice = await open_client("alice")
    page = alice.page
    room = await alice.account.create_room(
        name="Registry", invite=[bob.user_id, carol.user_id], topic="Papers"
    )
    await bob.join(room)
    await carol.join(room)
    await alice.open_chat("Registry")
    await page.get_by_role("button", name="About the chat").click()
    side = page.get_by_role("complementary", name="Details")
    await expect(side).to_contain_text("3 members")
    await expect(side).to_contain_text("Not end-to-end encrypted")
    await side.get_by_role("button", name="Settings of the chat").click()
    dialog = page.get_by_role("dialog", name="Settings of the chat")
    await dialog.get_by_label("Name").fill("Main registry")
    await dialog.get_by_role("radio", name="With permission").check()
    await dialog.get_by_role("button", name="Save").click()
    await expect(alice.line("Main registry")).to_be_visible()
    assert (await bob.state(room, "m.room.join_rules"))["join_rule"] == "knock"

    async def act(name: str, action: str) -> None:
        await side.get_by_role("button", name=re.compile(f"Actions for @?{name}")).click()
        await page.get_by_role("menuitem", name=action, exact=True).click()

    await act("bob", "Make a moderator")
    await expect(side.get_by_role("button", name=re.compile("bob.* moderator"))).to_be_visible()
    await act("carol", "Remove")
    await page.get_by_role("dialog").get_by_role("button", name="Remove").click()
    await expect(side).to_contain_text("2 members")
    (await carol.post(f"/knock/{room}", {})).ok()
    await expect(
        side.get_by_role("button", name=re.compile("carol.* asks to join"))
    ).to_be_visible()
    await act("carol", "Let in")
    await expect(side.get_by_role("button", name=re.compile("carol.* invited"))).to_be_visible()
    await act("carol", "Ban")
    await page.get_by_role("dialog").get_by_role("button", name="Ban").click()
    await expect(side.get_by_role("button", name=re.compile("carol.* banned"))).to_be_visible()
    await act("carol", "Unban")
    await expect(side.get_by_role("button", name="carol")).to_have_count(0)


async def test_an_invitation_to_a_direct_chat_is_accepted(wire: Wire, open_client: Open) -> None:
    bob = await Client(wire).register("bob")
    alice = await open_client("alice")
    page = alice.page
    room = await bob.create_room(
        is_direct=True, preset="trusted_private_chat", invite=[alice.account.user_id]
    )
    await bob.send(room, "Hello, Alice")
    await page.get_by_role("button", name="1 invitation").click()
    await alice.lines.first.click()
    await page.get_by_role("button", name="Join", exact=True).click()
    await alice.sees("Hello, Alice")
    await alice.say("Hello, Bob")
    await expect(alice.message("Hello, Bob")).to_contain_text("Sent")
    direct = (await alice.account.get(f"/user/{alice.account.user_id}/account_data/m.direct")).ok()
    assert direct == {bob.user_id: [room]}


async def test_on_a_phone_one_pane_with_a_way_back(open_client: Open) -> None:
    alice = await open_client("alice", phone=True)
    page = alice.page
    await alice.account.create_room(name="Registry")
    await alice.open_chat("Registry")
    await expect(page.get_by_role("navigation", name="Chats")).to_be_hidden()
    await page.get_by_role("button", name="Registry").click()
    await expect(page.get_by_role("heading", name="About the chat")).to_be_visible()
    await expect(alice.field).to_be_hidden()
    await page.get_by_role("button", name="Close").click()
    await expect(alice.field).to_be_visible()
    await page.get_by_role("button", name="Back to the list").click()
    await expect(alice.chat("Registry")).to_be_visible()
