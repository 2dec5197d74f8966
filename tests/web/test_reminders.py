"""Reminders of messages: chosen, listed, rung, and the same on all devices."""

import time

from playwright.async_api import expect

from tests.web.conftest import Open

KEPT = "/_matrix/client/v3/user/{}/account_data/org.depesha.reminders"


async def test_a_reminder_is_set_listed_moved_to_another_device_and_done(
    open_client: Open,
) -> None:
    alice = await open_client("alice")
    page = alice.page
    await alice.account.create_room(name="Registry")
    await alice.open_chat("Registry")
    await alice.say("Send the report")
    await expect(alice.message("Send the report")).to_contain_text("Sent")
    await alice.act("Send the report", "Remind me")
    dialog = page.get_by_role("dialog", name="When shall I remind you?")
    await dialog.get_by_label("At another time").fill("2001-01-01T09:00")
    await expect(dialog.get_by_text("This time is over")).to_be_visible()
    await expect(dialog.get_by_role("button", name="Set", exact=True)).to_be_disabled()
    assert await alice.barriers() == []
    await dialog.get_by_role("button", name="In 20 minutes").click()
    await expect(page.get_by_text("You will be reminded")).to_be_visible()

    await page.reload()
    other = await open_client(alice.account)
    for each in (page, other.page):
        await each.goto("/#/reminders")
        row = each.get_by_role("region", name="Reminders").get_by_role("listitem")
        await expect(row).to_contain_text("Send the report")
        await expect(row).not_to_contain_text("Now due")
    await page.get_by_role("button", name="Done").click()
    await expect(other.page.get_by_text("No reminders")).to_be_visible()


async def test_a_reminder_rings_when_its_time_has_come(open_client: Open) -> None:
    alice = await open_client("alice")
    page, account = alice.page, alice.account
    room = await account.create_room(name="Registry")
    event = await account.send(room, "Send the report")
    await expect(alice.chat("Registry")).to_be_visible()
    # Set on another device, for a time that comes meanwhile.
    kept = {"reminders": {event: {"room_id": room, "at": int(time.time() * 1000)}}}
    (await account.put(KEPT.format(account.user_id), kept)).ok()
    toast = page.get_by_role("status").filter(has_text="Reminder: Registry: Send the report")
    await expect(toast).to_be_visible()
    await toast.get_by_role("button", name="Open").click()
    await expect(alice.message("Send the report")).to_be_in_viewport()
    await page.goto("/#/reminders")
    await expect(page.get_by_role("region", name="Reminders")).to_contain_text("Now due")
    assert await alice.barriers() == []
