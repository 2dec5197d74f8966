"""What people know from the messengers they like, and expect here without being told."""

import re

import pytest
from playwright.async_api import Locator, expect
from yarl import URL

from tests.harness.client import Client, Wire
from tests.web.cable import cable_to
from tests.web.conftest import Open
from tests.web.page import NEXT_FRAME, Person

PASTE = """(field, [html, text]) => {
    const clipboardData = new DataTransfer();
    clipboardData.setData("text/html", html);
    clipboardData.setData("text/plain", text);
    const init = { clipboardData, bubbles: true, cancelable: true };
    const event = new ClipboardEvent("paste", init);
    if (field.dispatchEvent(event)) field.setRangeText(text, 0, 0, "end");
}"""

IN_VIEW = """(all) => all.some((each) => {
    const { top, bottom } = each.getBoundingClientRect();
    return top >= 0 && bottom <= innerHeight;
})"""


async def written(alice: Person, count: int) -> tuple[Client, str]:
    """A chat with bob in which he has written so much, open at its end, all of it read."""
    bob = await Client(alice.account.wire).register("bob")
    room = await alice.account.create_room(name="Registry", invite=[bob.user_id])
    await bob.join(room)
    event = ""
    for n in range(count):
        event = await bob.send(room, f"Word {n}!")
    if event:
        (await alice.account.post(f"/rooms/{room}/receipt/m.read/{event}", {})).ok()
    return bob, room


async def top_of(message: Locator) -> int:
    """Where a message stands once nothing moves any more."""
    seen = list[int]()
    while len(seen) < 5 or len(set(seen[-5:])) > 1:
        await message.evaluate("() => new Promise(requestAnimationFrame)")
        box = await message.bounding_box()
        assert box is not None
        seen.append(round(box["y"]))
    return seen[-1]


async def scroll_up(alice: Person, to: str) -> None:
    """Scroll until a message is well in view."""
    log = alice.page.get_by_role("log", name="Registry")
    await log.hover()
    for _ in range(40):
        if await alice.message(to).count() and await alice.message(to).is_visible():
            break
        await alice.page.mouse.wheel(0, -300)
        await alice.page.evaluate("() => new Promise(requestAnimationFrame)")
    await alice.message(to).scroll_into_view_if_needed()
    await expect(alice.message(to)).to_be_in_viewport()


async def test_each_message_has_a_link_and_the_details_close(open_client: Open) -> None:
    alice = await open_client("alice")
    page = alice.page
    await written(alice, 30)
    await alice.open_chat("Registry")
    await alice.sees("Word 29!")
    await page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    await alice.act("Word 29!", "Copy the link")
    await expect(page.get_by_text("Copied")).to_be_visible()
    link = await page.evaluate("() => navigator.clipboard.readText()")
    await page.goto("/")
    await expect(alice.field).to_have_count(0)
    await page.goto(link)
    await expect(alice.message("Word 29!")).to_be_in_viewport()

    about = page.get_by_role("button", name="About the chat")
    await about.click()
    side = page.get_by_role("complementary", name="Details")
    await expect(side).to_be_visible()
    await about.click()
    await expect(side).to_have_count(0)


async def test_enter_may_be_swapped_with_control_enter(open_client: Open) -> None:
    alice = await open_client("alice")
    page = alice.page
    await alice.account.create_room(name="Registry")
    await page.goto("/#/settings/appearance")
    await page.get_by_role("switch", name="Send by Enter").uncheck()
    await alice.open_chat("Registry")
    await alice.field.fill("first")
    await alice.field.press("Enter")
    await alice.field.press_sequentially("second")
    await expect(alice.field).to_have_value("first\nsecond")
    await alice.field.press("Control+Enter")
    await expect(alice.message("second")).to_contain_text("first")
    await expect(alice.field).to_have_value("")


async def test_escape_ends_one_thing_after_the_other(open_client: Open) -> None:
    alice = await open_client("alice")
    page = alice.page
    bob, room = await written(alice, 40)
    await alice.open_chat("Registry")
    await alice.act("Word 39!", "Reply")
    reply = page.get_by_role("button", name="Cancel the reply")
    await expect(reply).to_be_visible()
    await page.keyboard.press("Escape")
    await expect(reply).to_have_count(0)
    await scroll_up(alice, "Word 10!")
    await bob.send(room, "The newest")
    await expect(alice.line("Registry")).to_contain_text("1 unread")
    await alice.field.focus()
    await page.keyboard.press("Escape")
    await expect(alice.line("Registry")).not_to_contain_text("unread")
    await expect(alice.message("The newest")).to_be_in_viewport()


async def test_what_is_pasted_keeps_its_formatting(open_client: Open) -> None:
    alice = await open_client("alice")
    await alice.account.create_room(name="Registry")
    await alice.open_chat("Registry")
    pasted = ["<p>So <b>bold</b>, <a href='https://example.org'>there</a></p>", "So bold, there"]
    await alice.field.evaluate(PASTE, pasted)
    await expect(alice.field).to_have_value("So **bold**, [there](https://example.org)")


async def test_a_draft_is_on_the_other_device_too(open_client: Open) -> None:
    alice = await open_client("alice")
    await alice.account.create_room(name="Canteen")
    await alice.account.create_room(name="Registry")
    await alice.open_chat("Registry")
    await alice.field.fill("Half a thought")
    await alice.open_chat("Canteen")
    other = await open_client(alice.account)
    await expect(other.line("Registry")).to_contain_text("Draft: Half a thought")
    await other.open_chat("Registry")
    await expect(other.field).to_have_value("Half a thought")


async def test_who_reads_earlier_messages_is_not_moved_by_new_ones(open_client: Open) -> None:
    alice = await open_client("alice")
    bob, room = await written(alice, 60)
    await alice.open_chat("Registry")
    await alice.sees("Word 59!")
    await scroll_up(alice, "Word 30!")
    before = await top_of(alice.message("Word 30!"))
    for n in range(3):
        await bob.send(room, f"News {n}!")
    await expect(alice.line("Registry")).to_contain_text("News 2!")
    newest = alice.page.get_by_role("button", name=re.compile("To the newest"))
    await expect(newest).to_contain_text("3")
    # A message is several times as high.
    assert abs(await top_of(alice.message("Word 30!")) - before) < 12


async def press_until_seen(alice: Person, key: str, text: str) -> int:
    """Go on to an end of the chat until a message is there; how high it was at most, in pixels."""
    log, most = alice.page.get_by_role("log", name="Registry"), 0
    while not await alice.message(text).evaluate_all(IN_VIEW):
        await log.press(key)
        await alice.page.evaluate(NEXT_FRAME)
        most = max(most, await log.evaluate("(log) => log.scrollHeight"))
    return most


async def test_a_long_chat_is_let_go_behind_and_comes_back(open_client: Open) -> None:
    alice = await open_client("alice")
    count = 400  # more than a page holds at a time
    bob, room = await written(alice, count)
    await alice.open_chat("Registry")
    await expect(alice.message(f"Word {count - 1}!")).to_be_in_viewport()
    newest = alice.page.get_by_role("button", name="To the newest")

    most = await press_until_seen(alice, "Home", "Word 0!")
    box = await alice.message("Word 5!").bounding_box()
    assert box is not None
    assert most < (count - 30) * box["height"]
    await bob.send(room, "Said meanwhile")
    await expect(alice.line("Registry")).to_contain_text("Said meanwhile")
    await expect(alice.message("Word 5!")).to_be_in_viewport()

    await press_until_seen(alice, "End", "Said meanwhile")
    await expect(newest).to_have_count(0)
    await bob.send(room, "Followed again")
    await expect(alice.message("Followed again")).to_be_in_viewport()

    await press_until_seen(alice, "Home", "Word 0!")
    await newest.click()
    await expect(alice.message("Followed again")).to_be_in_viewport()
    await expect(newest).to_have_count(0)
    await alice.say("So do I")
    await expect(alice.message("So do I")).to_be_in_viewport()


async def test_one_comes_back_to_where_one_was(open_client: Open) -> None:
    alice = await open_client("alice")
    await alice.account.create_room(name="Canteen")
    await written(alice, 60)
    await alice.open_chat("Registry")
    await alice.sees("Word 59!")
    await scroll_up(alice, "Word 30!")
    before = await top_of(alice.message("Word 30!"))
    await alice.open_chat("Canteen")
    await expect(alice.page.get_by_role("region", name="Canteen")).to_be_visible()
    await alice.open_chat("Registry")
    await expect(alice.message("Word 30!")).to_be_in_viewport()
    await expect(alice.message("Word 59!")).not_to_be_in_viewport()
    assert abs(await top_of(alice.message("Word 30!")) - before) <= 60
    # Nobody was there before, so a fresh page begins at the end.
    await alice.page.reload()
    await expect(alice.message("Word 59!")).to_be_in_viewport()


async def test_a_message_has_its_tools_under_the_pointer(open_client: Open) -> None:
    alice = await open_client("alice")
    await written(alice, 2)
    await alice.open_chat("Registry")
    await alice.message("Word 0!").hover()
    tools = alice.message("Word 0!").get_by_role("toolbar")
    for name in ("React", "Reply", "More"):
        await expect(tools.get_by_role("button", name=name)).to_be_visible()
    await alice.message("Word 1!").hover()
    await expect(tools).to_have_count(0)


async def test_a_long_press_opens_the_menu_on_a_phone(open_client: Open) -> None:
    alice = await open_client("alice", phone=True)
    page = alice.page
    await written(alice, 2)
    await alice.open_chat("Registry")
    box = await alice.message("Word 1!").get_by_text("Word 1!").bounding_box()
    assert box is not None
    finger = [{"x": box["x"] + 5, "y": box["y"] + 5}]
    cdp = await page.context.new_cdp_session(page)
    await cdp.send("Input.dispatchTouchEvent", {"type": "touchStart", "touchPoints": finger})
    await expect(page.get_by_role("menuitem", name="Reply", exact=True)).to_be_visible()
    await cdp.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
    await page.get_by_role("menuitem", name="Reply", exact=True).click()
    await expect(page.get_by_role("button", name="Cancel the reply")).to_be_visible()


async def test_back_on_a_phone_closes_what_is_open_and_no_more(open_client: Open) -> None:
    alice = await open_client("alice", phone=True)
    page = alice.page
    await written(alice, 2)
    await alice.open_chat("Registry")
    await alice.sees("Word 1!")
    chat, menu, dialog = page.url, page.get_by_role("menu"), page.get_by_role("dialog")

    async def is_above(above: str) -> None:
        """The browser was told of what is open, or that it is gone, which takes it a moment."""
        await page.wait_for_function(f"() => (history.state?.above ?? false) === {above}")

    await alice.message("Word 1!").get_by_text("Word 1!").click(button="right")
    await expect(menu).to_be_visible()
    await is_above("true")
    await page.go_back()
    await expect(menu).to_have_count(0)
    await expect(alice.message("Word 1!")).to_be_visible()

    # A window from a menu; one that is closed by its cross leaves nothing behind.
    for leave in (page.go_back, dialog.get_by_role("button", name="Close").click):
        await page.get_by_role("button", name="Attach").click()
        await page.get_by_role("menuitem", name="Poll").click()
        await expect(dialog).to_be_visible()
        await is_above("true")
        await leave()
        await expect(dialog).to_have_count(0)
        await is_above("false")
        await expect(alice.message("Word 1!")).to_be_visible()
        assert page.url == chat

    await page.go_back()
    await expect(alice.chat("Registry")).to_be_visible()
    assert page.url != chat


@pytest.mark.keeps
async def test_no_network_is_told_quietly_and_old_chats_open(wire: Wire, open_client: Open) -> None:
    async with cable_to(URL(wire.base_url).port or 0) as cable:
        alice = await open_client("alice", url=cable.url)
        room = await alice.account.create_room(name="Registry")
        await alice.account.send(room, "Kept here")
        await alice.open_chat("Registry")
        await alice.sees("Kept here")
        await alice.page.goto("/#/")
        await alice.is_kept()
        cable.cut()
        await expect(alice.page.get_by_text("No network")).to_be_visible(timeout=60_000)
        await alice.open_chat("Registry")
        await alice.sees("Kept here")
        cable.mend()
        await expect(alice.page.get_by_text("No network")).to_have_count(0, timeout=60_000)
        await alice.page.close()


async def test_the_keyboard_alone_leads_to_the_messages(open_client: Open) -> None:
    alice = await open_client("alice")
    page = alice.page
    await written(alice, 2)
    await alice.open_chat("Registry")
    await alice.sees("Word 1!")
    skip = page.get_by_role("button", name="To the messages")
    for _ in range(40):
        if await skip.evaluate("(button) => button === document.activeElement"):
            break
        await page.keyboard.press("Shift+Tab")
    await expect(skip).to_be_focused()
    await expect(skip).to_be_in_viewport()
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("log", name="Registry")).to_be_focused()
