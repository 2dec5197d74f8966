"""Without a network: what was there is read, what is written leaves later, once and in order."""

from playwright.async_api import expect

from tests.web.conftest import Open


async def test_what_is_written_offline_survives_a_killed_tab_and_leaves_once(
    open_client: Open,
) -> None:
    alice = await open_client("alice")
    room = await alice.account.create_room(name="Registry")
    await alice.account.send(room, "Before the outage")
    await alice.open_chat("Registry")
    await alice.sees("Before the outage")
    context, page = alice.page.context, alice.page
    await page.evaluate("() => navigator.serviceWorker.ready.then(() => true)")

    await context.set_offline(True)
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

    await context.set_offline(False)
    for text in written:
        await expect(alice.message(text)).to_contain_text("Sent")
    await alice.page.close()
    events = (await alice.account.get(f"/rooms/{room}/messages", {"dir": "f", "limit": 100})).ok()
    said = [event["content"].get("body") for event in events["chunk"]]
    assert [body for body in said if body in written] == written
