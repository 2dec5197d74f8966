"""What people do in haste: twice, half, and in another order than was thought of."""

import re

from playwright.async_api import expect

from tests.harness.client import Client
from tests.web.conftest import Open
from tests.web.page import Person
from tests.web.test_pictures import attach, events, picture

POLL = "org.matrix.msc3381.poll.start"


async def of_kind(client: Client, room: str, kind: str) -> int:
    """How many events of a type are in a room."""
    chunk = (await client.messages(room, limit=50))["chunk"]
    return sum(event["type"] == kind for event in chunk)


async def in_two_chats(open_client: Open) -> tuple[Person, str, str]:
    """Somebody who has opened both of their chats; the second is the open one."""
    alice = await open_client("alice")
    rooms = [await alice.account.create_room(name=name) for name in ("Registry", "Canteen")]
    for name in ("Registry", "Canteen"):
        await alice.open_chat(name)
        await alice.say(f"Said in {name}")
        await expect(alice.message(f"Said in {name}")).to_contain_text("Sent")
    return alice, rooms[0], rooms[1]


async def go_to(person: Person, name: str) -> None:
    await person.open_chat(name)
    await person.sees(f"Said in {name}")


async def test_what_is_pressed_twice_is_done_once(open_client: Open) -> None:
    alice, _, room = await in_two_chats(open_client)
    page = alice.page
    await alice.field.fill("Only once")
    await page.get_by_role("button", name="Send", exact=True).dblclick()
    await expect(alice.message("Only once")).to_contain_text("Sent")
    await expect(alice.field).to_be_visible()
    await page.get_by_role("button", name="Attach").click()
    await page.get_by_role("menuitem", name="Poll").click()
    dialog = page.get_by_role("dialog", name="New poll")
    await dialog.get_by_label("Question").fill("Tea?")
    for number, answer in ((1, "Yes"), (2, "No")):
        await dialog.get_by_label(f"Answer {number}", exact=True).fill(answer)
    await dialog.get_by_role("button", name="Create the poll").dblclick()
    await expect(dialog).to_have_count(0)
    await alice.say("After the poll")
    await expect(alice.message("After the poll")).to_contain_text("Sent")
    assert await of_kind(alice.account, room, POLL) == 1
    texts = [content["body"] for content in await events(alice.account, room, "m.text")]
    assert texts == ["Said in Canteen", "Only once", "After the poll"]


async def test_a_picture_takes_the_text_as_its_caption_once(open_client: Open) -> None:
    alice, _, room = await in_two_chats(open_client)
    await alice.field.fill("The plan")
    await attach(alice, picture("plan.png"))
    dialog = alice.page.get_by_role("dialog")
    await expect(dialog.get_by_label("Caption")).to_have_value("The plan")
    await dialog.get_by_label("Caption").press("Enter")
    await alice.page.keyboard.press("Enter")
    await expect(alice.message("The plan")).to_contain_text("Sent")
    await expect(alice.field).to_have_value("")
    await alice.say("After it")
    await expect(alice.message("After it")).to_contain_text("Sent")
    assert len(await events(alice.account, room, "m.image")) == 1


async def test_what_was_being_written_outlives_an_edit(open_client: Open) -> None:
    alice, _, _ = await in_two_chats(open_client)
    await alice.field.fill("Half a thou")
    await alice.act("Said in Canteen", "Edit")
    await expect(alice.field).to_have_value("Said in Canteen")
    await alice.field.press("Escape")
    await expect(alice.field).to_have_value("Half a thou")
    await alice.act("Said in Canteen", "Edit")
    await alice.say("Said in the canteen")
    await alice.sees("Said in the canteen")
    await expect(alice.field).to_have_value("Half a thou")


async def test_an_edit_and_a_draft_stay_with_their_chats(open_client: Open) -> None:
    alice, _, _ = await in_two_chats(open_client)
    await alice.field.fill("A draft for the canteen")
    await go_to(alice, "Registry")
    await alice.act("Said in Registry", "Edit")
    await alice.field.fill("Said in Registry, and changed")
    await go_to(alice, "Canteen")
    await expect(alice.field).to_have_value("A draft for the canteen")
    await go_to(alice, "Registry")
    await expect(alice.field).to_have_value("Said in Registry, and changed")
    await alice.field.press("Enter")
    await alice.sees("Said in Registry, and changed")
    await expect(alice.field).to_have_value("")


async def test_what_is_begun_in_a_chat_does_not_end_in_another(open_client: Open) -> None:
    alice, registry, _ = await in_two_chats(open_client)
    page = alice.page
    await page.context.grant_permissions(["microphone"])
    await page.get_by_role("button", name="Voice message").click()
    await expect(page.get_by_role("button", name="Stop recording")).to_be_visible()
    await alice.chat("Registry").click()
    await alice.sees("Said in Registry")
    await expect(alice.field).to_be_visible()
    await page.get_by_role("button", name="Attach").click()
    await page.get_by_role("menuitem", name="Poll").click()
    await expect(page.get_by_role("dialog", name="New poll")).to_be_visible()
    await page.keyboard.press("Alt+ArrowDown")
    await expect(page).to_have_url(re.compile(re.escape(registry)))
    await page.go_back()
    await alice.sees("Said in Canteen")
    await expect(page.get_by_role("dialog")).to_have_count(0)


async def test_a_thread_offers_nothing_that_would_leave_it(open_client: Open) -> None:
    alice, _, _ = await in_two_chats(open_client)
    page = alice.page
    await alice.field.fill("A draft")
    await page.get_by_role("button", name="Attach").click()
    await expect(page.get_by_role("menuitem", name="Send later")).to_be_visible()
    await page.keyboard.press("Escape")
    await alice.act("Said in Canteen", "Reply in thread")
    side = page.get_by_role("complementary", name="Details")
    await side.get_by_role("textbox", name="Reply in thread").fill("An answer")
    await side.get_by_role("button", name="Attach").click()
    await expect(page.get_by_role("menuitem", name="Poll")).to_be_visible()
    await expect(page.get_by_role("menuitem", name="Send later")).to_have_count(0)
