"""The main flow by the keyboard alone: nothing here presses or touches anything else."""

from playwright.async_api import Browser, expect

from tests.harness.client import PASSWORD, Client, Wire
from tests.web.conftest import Open
from tests.web.page import DESKTOP, Person, watched


async def test_from_the_way_in_to_a_reply_by_keys_alone(wire: Wire, chromium: Browser) -> None:
    bob, account = await Client(wire).register("bob"), await Client(wire).register("alice")
    context = await chromium.new_context(base_url=wire.base_url, locale="en", viewport=DESKTOP)
    async with watched(context) as page:
        alice, keys = Person(page, account), page.keyboard
        await page.goto("/")
        await page.get_by_label("User name").focus()
        await keys.type("alice")
        await keys.press("Tab")
        await keys.type(PASSWORD)
        await keys.press("Enter")
        later = page.get_by_role("button", name="Later")
        await later.wait_for()
        await later.focus()
        await keys.press("Enter")
        await page.get_by_role("heading", name="No chats yet").wait_for()

        # A chat with somebody found by name.
        await keys.press("Alt+n")
        dialog = page.get_by_role("dialog", name="Write to a person")
        await expect(dialog.get_by_role("searchbox")).to_be_focused()
        await keys.insert_text(bob.user_id)  # one search, whose answer nothing replaces
        await expect(dialog.get_by_role("button", name="bob").first).to_be_visible()
        await keys.press("ArrowDown")
        await keys.press("Enter")
        await expect(dialog).to_have_count(0)
        await expect(alice.field).to_be_focused()
        await keys.type("Good morning")
        await keys.press("Enter")
        await expect(alice.message("Good morning")).to_contain_text("Sent")

        # What can be done with a message: reached by arrows, opened by the key of menus.
        await keys.press("Shift+Tab")
        await keys.press("Shift+Tab")
        await keys.press("ArrowUp")
        await expect(alice.message("Good morning")).to_be_focused()
        await keys.press("Shift+F10")
        await expect(page.get_by_role("menuitem", name="Forward")).to_be_visible()
        await keys.press("Escape")
        await expect(page.get_by_role("menu")).to_have_count(0)
        await expect(alice.message("Good morning")).to_be_focused()
        await keys.press("Shift+F10")
        await expect(page.get_by_role("menu")).to_be_focused()
        await keys.press("r")
        await expect(page.get_by_role("menuitem", name="Reply", exact=True)).to_be_focused()
        await keys.press("Enter")
        await expect(page.get_by_role("button", name="Cancel the reply")).to_be_visible()
        await expect(alice.field).to_be_focused()
        await keys.type("And a good day")
        await keys.press("Enter")
        await expect(alice.message("And a good day")).to_contain_text("Sent")
        await keys.press("ArrowUp")
        await expect(alice.field).to_have_value("And a good day")
        await keys.press("Escape")
    await context.close()


async def test_the_focus_comes_back_from_where_it_went(wire: Wire, open_client: Open) -> None:
    bob = await Client(wire).register("bob")
    alice = await open_client("alice")
    page, keys = alice.page, alice.page.keyboard
    room = await alice.account.create_room(name="Registry", invite=[bob.user_id])
    await bob.join(room)
    await bob.send(room, "The register is here")
    await alice.open_chat("Registry")
    await alice.sees("The register is here")
    await expect(alice.field).to_be_focused()
    for opens in ("Control+k", "Control+/"):
        await keys.press(opens)
        await expect(page.get_by_role("dialog")).to_be_visible()
        await keys.press("Escape")
        await expect(page.get_by_role("dialog")).to_have_count(0)
        await expect(alice.field).to_be_focused()

    # The side: what is opened by keys has the focus, and gives it back.
    side = page.get_by_role("complementary", name="Details")
    await keys.press("Control+f")
    await expect(side.get_by_role("searchbox")).to_be_focused()
    await keys.press("Escape")
    await expect(side).to_have_count(0)
    await expect(alice.field).to_be_focused()
    about = page.get_by_role("button", name="About the chat")
    await about.focus()
    await keys.press("Enter")
    await expect(side).to_be_focused()
    await keys.press("Escape")
    await expect(side).to_have_count(0)
    await expect(about).to_be_focused()

    # A menu, a window from it, and back to the button that opened the menu.
    menu = page.get_by_role("button", name="Menu of the chat")
    await menu.focus()
    await keys.press("Enter")
    await expect(page.get_by_role("menuitem").first).to_be_focused()
    await keys.press("End")
    await expect(page.get_by_role("menuitem").last).to_be_focused()
    await keys.press("Enter")
    question = page.get_by_role("dialog", name="Leave “Registry”?")
    await expect(question).to_be_visible()
    await keys.press("Escape")
    await expect(question).to_have_count(0)
    await expect(menu).to_be_focused()

    # The folders are one stop, with arrows inside.
    await page.get_by_role("tab", name="All").focus()
    await keys.press("ArrowRight")
    unread = page.get_by_role("tab", name="Unread")
    await expect(unread).to_be_focused()
    await expect(unread).to_have_attribute("aria-selected", "true")
    await keys.press("End")
    await expect(page.get_by_role("tab", name="Groups")).to_be_focused()
    await expect(alice.line("Registry")).to_be_visible()
    await keys.press("Tab")
    await expect(alice.line("Registry")).to_be_focused()
