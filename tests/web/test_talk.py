"""Two people in two browsers, who talk."""

from playwright.async_api import expect

from tests.harness.client import Client, Wire
from tests.web.conftest import Open


async def test_two_people_talk(wire: Wire, open_client: Open) -> None:
    alice, bob = await Client(wire).register("alice"), await Client(wire).register("bob")
    room = await alice.create_room(name="Registry", invite=[bob.user_id])
    await bob.join(room)
    one, other = await open_client(alice), await open_client(bob, phone=True)
    await one.open_chat("Registry")
    await other.open_chat("Registry")
    await one.say("The order is signed")
    await other.sees("The order is signed")
    await other.say("**Thank** you")
    await expect(one.message("Thank you").locator("strong")).to_have_text("Thank")
    await one.act("The order is signed", "Edit")
    await one.say("The order is signed and sent")
    await other.sees("The order is signed and sent")
    await expect(other.message("The order is signed and sent")).to_contain_text("edited")
    await one.act("Thank you", "Reply")
    await one.say("Not at all")
    await expect(other.message("Not at all")).to_contain_text("bob")
