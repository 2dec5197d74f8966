"""Urgent messages, official notices and absences, between two people at two browsers."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.async_api import Locator, expect

from depesha.app.operate import ask
from depesha.base.clock import Clock
from tests.harness.client import Client, Wire
from tests.harness.server import config_for
from tests.web.cable import cable_to
from tests.web.conftest import Open
from tests.web.page import Person

pytestmark = pytest.mark.limit(180)


async def two(wire: Wire) -> tuple[Client, Client, str]:
    """Alice and Bob in a group that Alice has made."""
    alice, bob = await Client(wire).register("alice"), await Client(wire).register("bob")
    room = await alice.create_room(name="Duty", invite=[bob.user_id])
    await bob.join(room)
    return alice, bob, room


async def say_urgently(person: Person, text: str) -> None:
    """By the menu beside the field, as one does who knows no shortcut."""
    await person.page.get_by_role("button", name="Attach").click()
    await person.page.get_by_role("menuitem", name="Urgent message").click()
    await expect(person.page.get_by_text("Everyone is asked to acknowledge it")).to_be_visible()
    await person.field.fill(text)
    await person.page.get_by_role("button", name="Send as urgent").click()


def bar(person: Person) -> Locator:
    """What stands above the list while something urgent awaits."""
    return person.page.get_by_role("button", name="urgent message")


def acknowledge(inside: Locator) -> Locator:
    return inside.get_by_role("button", name="Acknowledge", exact=True)


@pytest.mark.parametrize("phone", [False, True])
async def test_what_is_urgent_is_acknowledged_once(
    wire: Wire, open_client: Open, phone: bool
) -> None:
    alice, bob, room = await two(wire)
    # Bob has muted the chat, and it reaches him all the same.
    condition = {"kind": "event_match", "key": "room_id", "pattern": room}
    rule = f"/_matrix/client/v3/pushrules/global/override/{room}"
    (await bob.put(rule, {"actions": [], "conditions": [condition]})).ok()
    sender = await open_client(alice, phone=phone)
    reader = await open_client(bob, phone=phone, dark=phone)
    await sender.open_chat("Duty")
    await say_urgently(sender, "All to the yard at ten")
    size = "phone" if phone else "desktop"
    sent = sender.message("All to the yard at ten")
    await expect(sent).to_contain_text("Acknowledged: 0 of 1")
    await expect(sender.page.get_by_text("Everyone is asked to acknowledge it")).to_have_count(0)
    await sender.screen(f"urgent-sent-{size}")

    await expect(bar(reader)).to_contain_text("1 urgent message awaits you")
    await reader.screen(f"urgent-bar-{size}")
    assert await reader.barriers() == []
    await reader.open_chat("Duty")
    got = reader.message("All to the yard at ten")
    assert (await got.get_attribute("aria-label") or "").startswith("Urgent. ")
    await reader.screen(f"urgent-received-{size}")
    assert await reader.barriers() == []
    await acknowledge(got).click()
    await expect(got).to_contain_text("You acknowledged at")
    await expect(acknowledge(got)).to_have_count(0)
    await reader.screen(f"urgent-acknowledged-{size}")
    if not phone:
        await expect(bar(reader)).to_have_count(0)

    await expect(sent).to_contain_text("Acknowledged: 1 of 1")
    await sent.get_by_role("button", name="Acknowledged: 1 of 1").click()
    reached = sender.page.get_by_role("dialog", name="Whom it has reached")
    await expect(reached.get_by_role("listitem").filter(has_text="bob")).to_be_visible()
    await sender.screen(f"urgent-reached-{size}")
    assert await sender.barriers() == []


@pytest.mark.keeps
async def test_an_acknowledgement_waits_for_the_network(wire: Wire, open_client: Open) -> None:
    alice, bob, room = await two(wire)
    event_id = await send_urgent(alice, room, "The server room is hot")
    async with cable_to(urlsplit(wire.base_url).port or 0) as cable:
        reader = await open_client(bob, url=cable.url)
        await reader.open_chat("Duty")
        got = reader.message("The server room is hot")
        await expect(acknowledge(got)).to_be_visible()
        await reader.is_kept()
        cable.cut()
        await acknowledge(got).click()
        await expect(got).to_contain_text("the server will learn of it")
        await expect(bar(reader)).to_have_count(0)
        cable.mend()
        await expect(got).to_contain_text("You acknowledged at")
    path = f"/_depesha/v1/rooms/{room}/urgent/{event_id}"
    told = (await alice.get(path)).ok()
    assert [each["user_id"] for each in told["acknowledged"]] == [bob.user_id]


async def send_urgent(client: Client, room: str, text: str) -> str:
    content = {"msgtype": "m.text", "body": text, "org.depesha.urgent": {}}
    path = f"/rooms/{room}/send/m.room.message/urgent"
    sent = (await client.put(path, content)).ok()
    event_id: str = sent["event_id"]
    return event_id


async def test_the_shortcut_and_the_right(wire: Wire, open_client: Open) -> None:
    alice, bob, room = await two(wire)
    sender, member = await open_client(alice), await open_client(bob)
    await sender.open_chat("Duty")
    await sender.field.press("Alt+u")
    on = sender.page.get_by_text("Everyone is asked to acknowledge it")
    await expect(on).to_be_visible()
    await sender.screen("urgent-composer")
    assert await sender.barriers() == []
    await sender.field.press("Escape")
    await expect(on).to_have_count(0)
    await sender.page.keyboard.press("Control+k")
    palette = sender.page.get_by_role("dialog")
    await palette.get_by_role("combobox").fill("Urgent")
    await palette.get_by_role("option").filter(has_text="Urgent message").click()
    await expect(on).to_be_visible()
    # Without the right there is no such thing to choose.
    await member.open_chat("Duty")
    await member.page.get_by_role("button", name="Attach").click()
    await expect(member.page.get_by_role("menuitem", name="Poll")).to_be_visible()
    await expect(member.page.get_by_role("menuitem", name="Urgent message")).to_have_count(0)
    levels = await alice.state(room, "m.room.power_levels")
    levels = {**levels, "notifications": {"room": 0}}
    await alice.set_state(room, "m.room.power_levels", levels)
    await member.page.keyboard.press("Escape")
    await say_urgently(member, "Fire on the third floor")
    await expect(member.message("Fire on the third floor")).to_contain_text("Acknowledged: 0 of 1")


async def test_what_awaits_is_kept_in_one_place(wire: Wire, open_client: Open) -> None:
    alice, bob, room = await two(wire)
    await send_urgent(alice, room, "First of all")
    for number in range(40):
        content = {"msgtype": "m.text", "body": f"line {number}"}
        (await alice.put(f"/rooms/{room}/send/m.room.message/{number}", content)).ok()
    other = await alice.create_room(name="Yard", invite=[bob.user_id])
    await bob.join(other)
    await send_urgent(alice, other, "Second to none")
    reader = await open_client(bob)
    await expect(bar(reader)).to_contain_text("2 urgent messages await you")
    await bar(reader).click()
    box = reader.page.get_by_role("dialog", name="Awaiting your acknowledgement")
    first, second = (box.get_by_role("listitem").filter(has_text=t) for t in ("First", "Second"))
    await expect(first).to_contain_text("Duty")
    await reader.screen("urgent-awaiting")
    assert await reader.barriers() == []
    await acknowledge(second).click()
    await expect(second).to_have_count(0)
    await first.get_by_role("button", name="Show in the chat").click()
    await expect(box).to_have_count(0)
    await acknowledge(reader.message("First of all")).click()
    await expect(bar(reader)).to_have_count(0)


async def test_an_official_notice_reaches_and_is_counted(
    wire: Wire, open_client: Open, tmp_path: Path
) -> None:
    root, bob = await Client(wire).register("root"), await Client(wire).register("bob")
    config = config_for(tmp_path, "")
    path = f"/_depesha/v1/admin/users/{root.user_id}/roles/owner"
    await ask(config, "PUT", path, {})
    office = await open_client(root)
    await office.page.goto("/#/admin/notices")
    page = office.page
    await page.get_by_role("radiogroup", name="Kind").get_by_label("Emergency").check()
    await page.get_by_role("radiogroup", name="To whom").get_by_label("People").check()
    await page.get_by_role("button", name="Add a person").click()
    dialog = page.get_by_role("dialog")
    await dialog.get_by_label("Find a person").fill("bob")
    await dialog.get_by_role("button", name="bob").click()
    await page.get_by_label("In whose name").fill("Civil defence")
    await page.get_by_label("Text").fill("Close the windows.")
    await page.get_by_role("button", name="Send the notice").click()
    await dialog.get_by_label("Write “bob” to confirm").fill("bob")
    await dialog.get_by_role("button", name="Send the notice").click()
    await page.get_by_role("button", name="Figures").click()
    await expect(dialog.locator("div").filter(has_text="Not reached1").last).to_be_visible()
    await dialog.get_by_role("button", name="Who was not reached").click()
    await expect(dialog.get_by_text("bob", exact=True)).to_be_visible()
    await office.screen("notice-figures-not-reached")
    assert await office.barriers() == []

    reader = await open_client(bob, phone=True)
    await expect(bar(reader)).to_be_visible()
    await bar(reader).click()
    box = reader.page.get_by_role("dialog", name="Awaiting your acknowledgement")
    await expect(box).to_contain_text("Emergency notice")
    await expect(box).to_contain_text("Civil defence")
    await reader.screen("notice-awaiting-phone")
    await box.get_by_role("button", name="Show in the chat").click()
    got = reader.message("Close the windows.")
    await expect(got).to_contain_text("Civil defence")
    assert (await got.get_attribute("aria-label") or "").startswith("Emergency notice. ")
    await reader.screen("notice-received-phone")
    assert await reader.barriers() == []
    await acknowledge(got).click()
    await expect(got).to_contain_text("You acknowledged at")
    # The open window of figures goes on by itself.
    await expect(dialog.get_by_text("100 %")).to_have_count(3)
    await office.screen("notice-figures")


async def test_ones_own_absence_and_whom_one_stands_in_for(wire: Wire, open_client: Open) -> None:
    alice, bob, _room = await two(wire)
    away, deputy = await open_client(alice), await open_client(bob, phone=True)
    await away.page.goto("/#/settings/absence")
    await away.page.get_by_role("button", name="Choose a person").click()
    dialog = away.page.get_by_role("dialog")
    await dialog.get_by_role("searchbox").fill("bob")
    await dialog.get_by_role("button", name="bob").click()
    last = datetime.fromtimestamp(Clock().now_ms() / 1000, UTC).date() + timedelta(days=3)
    await away.page.get_by_label("Last day").fill(last.isoformat())
    await away.page.get_by_role("button", name="Save").click()
    mine = away.page.get_by_role("list", name="Who stands in for me")
    await expect(mine).to_contain_text("bob")
    await away.screen("absence")
    assert await away.barriers() == []
    told = (await bob.get("/_depesha/v1/org/absences")).ok()
    assert [each["user_id"] for each in told["stands_for"]] == [alice.user_id]
    await deputy.page.goto("/#/settings/absence")
    await expect(deputy.page.get_by_role("list", name="For whom I stand in")).to_contain_text(
        "alice"
    )
    await deputy.screen("absence-phone")
    assert await deputy.barriers() == []
    await mine.get_by_role("button", name="End").click()
    await expect(mine).to_contain_text("Nobody stands in for you")


async def test_what_is_urgent_reaches_whoever_stands_in(
    wire: Wire, open_client: Open, tmp_path: Path
) -> None:
    alice, bob, _room = await two(wire)
    carol = await Client(wire).register("carol")
    config, org = config_for(tmp_path, ""), "/_depesha/v1/admin/org"
    unit = (await ask(config, "POST", f"{org}/units", {"name": "Duty office"}))["unit_id"]
    await ask(config, "PUT", f"{org}/units/{unit}", {"manager": alice.user_id})
    for client in (bob, carol):
        await ask(config, "PUT", f"{org}/people/{client.user_id}/posts/{unit}", {"title": "Clerk"})
    deputy, sender = await open_client(carol, phone=True), await open_client(alice)
    now = Clock().now_ms()
    absence = {"user_id": carol.user_id, "since_ts": now - 3_600_000, "until_ts": now + 3_600_000}
    (await bob.put("/_depesha/v1/org/absences", {"deputies": [absence]})).ok()
    await expect(deputy.page.get_by_role("button", name="You stand in for bob")).to_be_visible()
    await sender.open_chat("Duty")
    await say_urgently(sender, "The minister is at the door")
    await expect(bar(deputy)).to_be_visible()
    await expect(deputy.line("Server notices")).to_contain_text("a person you stand in for")
    await deputy.screen("urgent-deputy-list")
    await bar(deputy).click()
    box = deputy.page.get_by_role("dialog", name="Awaiting your acknowledgement")
    await box.get_by_role("button", name="Show in the chat").click()
    got = deputy.message("You stand in for bob")
    await expect(got).to_contain_text("alice wrote something urgent in “Duty”")
    await deputy.screen("urgent-deputy")
    await acknowledge(got).click()
    await expect(got).to_contain_text("You acknowledged at")
    sent = sender.message("The minister is at the door")
    await sent.get_by_role("button", name="Acknowledged: 0 of 1").click()
    reached = sender.page.get_by_role("dialog", name="Whom it has reached")
    passed = reached.get_by_role("listitem").filter(has_text="in place of bob")
    await expect(passed).to_contain_text("carol")
    await expect(passed).to_contain_text("acknowledged Today")
    await sender.screen("urgent-substituted")
    assert await sender.barriers() == []
