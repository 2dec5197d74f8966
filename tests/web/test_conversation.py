"""An open chat: messages and what is done with them."""

import re

from playwright.async_api import expect

from tests.harness.client import Client, Wire
from tests.web.conftest import Open


async def test_a_message_is_reacted_to_quoted_pinned_and_kept(
    wire: Wire, open_client: Open
) -> None:
    bob = await Client(wire).register("bob")
    alice = await open_client("alice")
    page, account = alice.page, alice.account
    room = await account.create_room(name="Registry", invite=[bob.user_id])
    await bob.join(room)
    await bob.send(room, "The first word")
    for n in range(30):
        await bob.send(room, f"Filler {n}")
    first = (await bob.messages(room, dir="f", limit=50))["chunk"]
    root = next(e["event_id"] for e in first if e["content"].get("body") == "The first word")
    await bob.send(
        room,
        {
            "msgtype": "m.text",
            "body": "Indeed",
            "m.relates_to": {"m.in_reply_to": {"event_id": root}},
        },
    )
    await alice.open_chat("Registry")
    await alice.sees("Indeed")
    await page.keyboard.press("Escape")

    await alice.message("Indeed").get_by_text("Indeed").click(button="right")
    await page.get_by_role("menuitem", name="React with 👍").click()
    reaction = alice.message("Indeed").get_by_role("button", name="👍: 1 person")
    await expect(reaction).to_have_attribute("aria-pressed", "true")
    await reaction.click()
    await expect(reaction).to_have_count(0)

    await alice.act("Indeed", "Pin")
    pinned = page.get_by_role("button", name="Pinned message")
    await expect(pinned).to_contain_text("Indeed")
    await expect(
        alice.message("Indeed").get_by_role("button", name="The first word")
    ).to_be_visible()
    await alice.message("Indeed").get_by_role("button", name="The first word").click()
    await expect(alice.message("The first word").filter(has_not_text="Indeed")).to_be_in_viewport()
    await page.get_by_role("button", name="Back to the reply").click()
    await expect(alice.message("Indeed")).to_be_in_viewport()

    await alice.act("Indeed", "Save for myself")
    await page.get_by_role("button", name="Open", exact=True).click()
    await expect(page.get_by_role("region", name="Saved messages")).to_be_visible()
    await alice.sees("Indeed")


async def test_messages_are_selected_forwarded_and_deleted_and_deleting_is_undone(
    open_client: Open,
) -> None:
    alice = await open_client("alice")
    page = alice.page
    await alice.account.create_room(name="Canteen")
    await alice.account.create_room(name="Registry")
    await alice.open_chat("Registry")
    for text in ("Alpha", "Beta", "Gamma"):
        await alice.say(text)
        await expect(alice.message(text)).to_contain_text("Sent")
    await alice.act("Alpha", "Select")
    await alice.message("Beta").get_by_role("checkbox").check()
    await expect(page.get_by_text("2 messages selected")).to_be_visible()
    await page.get_by_role("button", name="Forward").click()
    dialog = page.get_by_role("dialog", name="Forward to")
    await dialog.get_by_text("Canteen").click()
    await dialog.get_by_role("button", name="Close").click()
    await page.get_by_role("button", name="Open", exact=True).click()
    await alice.sees("Alpha")
    await alice.sees("Beta")
    await alice.open_chat("Registry")

    await alice.act("Gamma", "Delete")
    await expect(alice.message("Gamma")).to_have_count(0)
    await page.get_by_role("button", name="Undo").click()
    await alice.sees("Gamma")
    await alice.act("Gamma", "Delete")
    await expect(alice.message("Gamma")).to_have_count(0)
    await page.reload()  # nobody can undo any more, so it is gone at once
    await expect(page.get_by_role("article").get_by_text("Message deleted")).to_be_visible()


async def test_a_chat_opens_at_the_first_unread_message(wire: Wire, open_client: Open) -> None:
    bob = await Client(wire).register("bob")
    alice = await open_client("alice")
    page, account = alice.page, alice.account
    room = await account.create_room(name="Registry", invite=[bob.user_id])
    await bob.join(room)
    await bob.send(room, "Long read")
    read = await bob.send(room, "Read so far")
    (await account.post(f"/rooms/{room}/receipt/m.read/{read}", {})).ok()
    for n in range(40):
        mention = {"user_ids": [account.user_id]} if n == 25 else {}
        await bob.send(room, {"msgtype": "m.text", "body": f"News {n}!", "m.mentions": mention})
    # Whoever opens it before sees the rest come in, and has nothing to go back to.
    await expect(alice.line("Registry")).to_contain_text("News 39!")
    await alice.open_chat("Registry")
    await expect(page.get_by_text("New messages")).to_be_in_viewport()
    await expect(alice.message("News 0!")).to_be_in_viewport()
    await page.get_by_role("button", name="To the mention").click()
    await expect(alice.message("News 25!")).to_be_in_viewport()
    await page.get_by_role("button", name=re.compile("To the newest")).click()
    await expect(alice.message("News 39!")).to_be_in_viewport()
    await expect(alice.line("Registry")).not_to_contain_text("unread")

    day = page.get_by_role("button", name="Today")
    await page.get_by_role("log", name="Registry").press("Home")
    await day.first.click()
    dialog = page.get_by_role("dialog", name="Go to a date")
    await dialog.get_by_role("button", name="Go there").click()
    await expect(alice.message("Long read")).to_be_in_viewport()


async def test_threads_stand_at_the_side_and_in_one_place(wire: Wire, open_client: Open) -> None:
    bob = await Client(wire).register("bob")
    alice = await open_client("alice")
    page = alice.page
    room = await alice.account.create_room(name="Registry", invite=[bob.user_id])
    await bob.join(room)
    root = await bob.send(room, "Which form?")
    await alice.open_chat("Registry")
    await alice.act("Which form?", "Reply in thread")
    side = page.get_by_role("complementary", name="Details")
    field = side.get_by_role("textbox", name="Reply in thread")
    await field.fill("The blue one")
    await field.press("Enter")
    await expect(side.get_by_role("article").filter(has_text="The blue one")).to_be_visible()
    await expect(alice.message("Which form?").first).to_contain_text("1 reply")
    await expect(page.get_by_role("article").filter(has_text="The blue one")).to_have_count(1)
    await side.get_by_role("checkbox", name="Also send to the chat").check()
    await field.fill("For everybody")
    await field.press("Enter")
    await expect(page.get_by_role("article").filter(has_text="For everybody")).to_have_count(2)
    await side.get_by_role("button", name="Close the thread").click()
    await expect(side).to_have_count(0)

    thread = {"rel_type": "m.thread", "event_id": root}
    await bob.send(room, {"msgtype": "m.text", "body": "Thank you", "m.relates_to": thread})
    await expect(alice.message("Which form?").first).to_contain_text("3 replies")
    await page.get_by_role("button", name="Menu", exact=True).click()
    await page.get_by_role("menuitem", name="Threads").click()
    inbox = page.get_by_role("region", name="Threads")
    await expect(inbox).to_contain_text("Thank you")
    await inbox.get_by_role("link").click()
    await expect(side.get_by_role("article").filter(has_text="Thank you")).to_be_visible()


async def test_who_types_and_who_has_read_is_seen(wire: Wire, open_client: Open) -> None:
    bob = await Client(wire).register("bob")
    alice = await open_client("alice")
    room = await alice.account.create_room(name="Registry", invite=[bob.user_id])
    await bob.join(room)
    await alice.open_chat("Registry")
    typing = {"typing": True, "timeout": 20000}
    (await bob.put(f"/rooms/{room}/typing/{bob.user_id}", typing)).ok()
    await expect(alice.page.get_by_role("main").get_by_text("is typing")).to_be_visible()
    await alice.say("Seen?")
    await expect(alice.message("Seen?")).to_contain_text("Sent")
    events = (await bob.messages(room, limit=5))["chunk"]
    last = next(e["event_id"] for e in events if e["content"].get("body") == "Seen?")
    (await bob.post(f"/rooms/{room}/receipt/m.read/{last}", {})).ok()
    await expect(alice.message("Seen?").locator(".stage")).to_have_text("Read")


async def test_what_the_server_refuses_can_be_tried_again_or_dropped(open_client: Open) -> None:
    alice = await open_client("alice")
    page = alice.page
    # Without a shared worker the page's own worker is the engine, whose requests can be refused.
    await page.context.add_init_script("delete globalThis.SharedWorker")
    await page.reload()
    await alice.account.create_room(name="Registry")
    await alice.open_chat("Registry")
    refusal = {"status": 403, "json": {"errcode": "M_FORBIDDEN", "error": "No"}}
    await page.context.route("**/send/m.room.message/**", lambda route: route.fulfill(**refusal))
    await alice.say("One")
    await alice.say("Two")
    for text in ("One", "Two"):
        await expect(alice.message(text)).to_contain_text("You are not allowed to do this")
    await page.context.unroute("**/send/m.room.message/**")
    await alice.act("One", "Do not send")
    await expect(alice.message("One")).to_have_count(0)
    await alice.act("Two", "Try again")
    await expect(alice.message("Two")).to_contain_text("Sent")
