"""The list of chats: what is unread, and how chats are kept in order."""

from playwright.async_api import expect

from tests.harness.client import Client, Wire
from tests.web.conftest import Open


async def test_chats_are_pinned_muted_archived_and_put_into_folders(open_client: Open) -> None:
    alice = await open_client("alice")
    page, account = alice.page, alice.account
    for name in ("Registry", "Canteen", "Garage"):
        await account.create_room(name=name)
    await expect(alice.lines).to_have_count(3)
    await expect(alice.lines.first).to_contain_text("Garage")
    await alice.act_on_chat("Registry", "Pin")
    await expect(alice.lines.first).to_contain_text("Registry")
    await alice.act_on_chat("Canteen", "No notifications")
    await expect(alice.line("Canteen")).to_contain_text("Muted")
    await alice.act_on_chat("Canteen", "Archive")
    await expect(alice.lines).to_have_count(2)
    await page.get_by_role("button", name="Undo").click()
    await expect(alice.lines).to_have_count(3)

    await page.get_by_role("button", name="New chat").click()
    await page.get_by_role("menuitem", name="New folder").click()
    await page.get_by_label("Name of the folder").fill("Work")
    await page.get_by_role("button", name="Create", exact=True).click()
    await alice.act_on_chat("Garage", "Folder: Work")
    await page.get_by_role("tab", name="Work").click()
    await expect(alice.lines).to_have_count(1)
    await expect(alice.lines).to_contain_text("Garage")


async def test_pinned_chats_are_reordered_by_dragging(open_client: Open) -> None:
    alice = await open_client("alice")
    for name in ("Registry", "Canteen", "Garage"):
        await alice.account.create_room(name=name)
    await expect(alice.lines).to_have_count(3)
    for name in ("Registry", "Canteen"):
        await alice.act_on_chat(name, "Pin")
    await expect(alice.lines.nth(1)).to_contain_text("Registry")
    names = [await line.get_attribute("data-room") for line in (await alice.lines.all())[:2]]
    await alice.lines.nth(1).drag_to(alice.lines.nth(0), target_position={"x": 40, "y": 4})
    await expect(alice.lines.nth(0)).to_have_attribute("data-room", names[1] or "")
    await alice.page.reload()
    await expect(alice.lines.nth(0)).to_have_attribute("data-room", names[1] or "")
    await expect(alice.lines.nth(1)).to_have_attribute("data-room", names[0] or "")


async def test_unread_is_told_and_goes_on_every_device(wire: Wire, open_client: Open) -> None:
    bob = await Client(wire).register("bob")
    alice = await open_client("alice")
    page, account = alice.page, alice.account
    room = await bob.create_room(name="Registry", invite=[account.user_id])
    await account.join(room)
    await bob.send(room, "One")
    last = await bob.send(room, "Two")
    await expect(alice.line("Registry")).to_contain_text("2 unread")
    await expect(page).to_have_title("(1) Depesha")
    (await account.post(f"/rooms/{room}/receipt/m.read/{last}", {})).ok()
    await expect(alice.line("Registry")).not_to_contain_text("unread")
    await expect(page).to_have_title("Depesha")

    await bob.send(
        room,
        {"msgtype": "m.text", "body": "@alice", "m.mentions": {"user_ids": [account.user_id]}},
    )
    await expect(alice.line("Registry")).to_contain_text("You were mentioned")
    await page.get_by_role("button", name="New chat").click()
    await page.get_by_role("menuitem", name="Mark all as read").click()
    await expect(alice.line("Registry")).not_to_contain_text("You were mentioned")

    await alice.act_on_chat("Registry", "Mark as unread")
    await page.get_by_role("tab", name="Unread").click()
    await expect(alice.line("Registry")).to_contain_text("Unread")
    await alice.act_on_chat("Registry", "Mark as read")
    await expect(page.get_by_text("There is nothing new.")).to_be_visible()


async def test_getting_around_by_keys(wire: Wire, open_client: Open) -> None:
    bob = await Client(wire).register("bob")
    alice = await open_client("alice")
    page, account = alice.page, alice.account
    rooms = {}
    for name in ("Привет", "Canteen", "Garage"):
        rooms[name] = await bob.create_room(name=name, invite=[account.user_id])
        await account.join(rooms[name])
        await bob.send(rooms[name], f"Said in {name}")
    await alice.open_chat("Garage")
    await alice.sees("Said in Garage")
    await page.keyboard.press("Alt+ArrowDown")
    await alice.sees("Said in Canteen")
    await expect(alice.line("Canteen")).not_to_contain_text("unread")
    await page.keyboard.press("Alt+ArrowUp")
    await alice.sees("Said in Garage")
    await page.keyboard.press("Alt+Shift+ArrowDown")
    await alice.sees("Said in Привет")
    await page.go_back()
    await alice.sees("Said in Garage")
    await page.go_forward()
    await alice.sees("Said in Привет")

    await page.keyboard.press("Control+k")
    jump = page.get_by_role("combobox", name="A person, a chat or an action")
    await expect(page.get_by_role("option").first).to_contain_text("Garage")
    await jump.fill("Cantene")
    await expect(page.get_by_role("option").first).to_contain_text("Canteen")
    await jump.fill("ghbdtn")
    await expect(page.get_by_role("option").first).to_contain_text("Привет")
    await jump.fill("bob")
    await expect(page.get_by_role("option").first).to_contain_text("bob")
    await jump.fill("canteen")
    await jump.press("Enter")
    await alice.sees("Said in Canteen")
    await page.keyboard.press("Control+/")
    await expect(page.get_by_role("dialog", name="Keyboard shortcuts")).to_be_visible()
    await page.keyboard.press("Escape")
    await expect(page.get_by_role("dialog")).to_have_count(0)
