"""What is read at a glance: names without addresses, words without signs, keys that arrive."""

from playwright.async_api import expect

from tests.harness.client import Client
from tests.web.conftest import Open


async def test_people_of_ones_own_server_need_no_address_and_previews_no_signs(
    open_client: Open,
) -> None:
    alice = await open_client("alice")
    bob = await Client(alice.account.wire).register("bob")
    room = await alice.account.create_room(name="Registry", invite=[bob.user_id])
    await bob.join(room)
    content = {"msgtype": "m.text", "body": "**Today**: see `plan` and *come*"}
    event_id = await bob.send(room, content)
    await alice.page.get_by_role("navigation").get_by_text("bob: Today: see plan and come").click()
    await expect(alice.field).to_be_focused()
    reply = {
        "msgtype": "m.text",
        "body": "Agreed",
        "m.relates_to": {"m.in_reply_to": {"event_id": event_id}},
    }
    await bob.send(room, reply)
    quote = alice.message("Agreed").get_by_role("button", name="bob Today: see plan and come")
    await expect(quote).to_be_visible()
    await expect(alice.page.get_by_text("@bob:depesha.test")).to_be_hidden()
    assert await alice.barriers() == []
    await alice.screen("names-desktop")


async def test_what_is_typed_goes_into_the_field_wherever_the_focus_is(open_client: Open) -> None:
    alice = await open_client("alice")
    await alice.account.create_room(name="Registry")
    await alice.account.create_room(name="Canteen")
    await alice.open_chat("Registry")
    await alice.page.evaluate("() => document.activeElement.blur()")
    await alice.page.keyboard.type("now")
    await expect(alice.field).to_have_value("now")
    await alice.open_chat("Canteen")
    await expect(alice.field).to_be_focused()
    # What is written elsewhere stays there.
    await alice.page.get_by_role("searchbox").fill("")
    await alice.page.get_by_role("searchbox").focus()
    await alice.page.keyboard.type("Reg")
    await expect(alice.field).to_have_value("")


async def test_a_chat_on_a_phone_calls_no_keyboard(open_client: Open) -> None:
    alice = await open_client("alice", phone=True)
    await alice.account.create_room(name="Registry")
    await alice.open_chat("Registry")
    await expect(alice.page.get_by_role("button", name="Voice message")).to_be_visible()
    await expect(alice.field).not_to_be_focused()
