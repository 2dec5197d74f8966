"""The console's part on what an institution owes: retention, holds, inspections, groups."""

from pathlib import Path
from zipfile import ZipFile

from playwright.async_api import expect

from depesha.app.operate import ask
from tests.harness.client import Client, Wire
from tests.harness.server import config_for
from tests.web.conftest import Open
from tests.web.test_admin import USERS, choose, dialog, level, make_level, open_console, owner

__all__ = ["owner"]


async def grant(folder: Path, client: Client, role: str, unit: int = 0) -> None:
    """Give somebody a role, as the operator of the machine does."""
    path = f"{USERS}/{client.user_id}/roles/{role}"
    await ask(config_for(folder, ""), "PUT", path, {"unit_id": unit})


async def test_a_rule_of_keeping_is_set_after_its_preview(open_client: Open, owner: Client) -> None:
    await owner.create_room(name="Law")
    person = await open_client(owner)
    page = person.page
    await open_console(person, "Retention")
    await expect(page.get_by_text("everything is kept for ever")).to_be_visible()
    await page.get_by_role("button", name="New rule").click()
    await dialog(person).get_by_label("Kind").select_option("basic")
    await dialog(person).get_by_label("Messages are kept, days").fill("365")
    goes = dialog(person).get_by_role("region", name="What would go")
    await expect(goes).to_contain_text("1 chat is under this rule.")
    await expect(goes).to_contain_text("Nothing would go now.")
    assert await person.barriers() == []
    await person.screen("admin-retention-rule")
    assert (await owner.get("/_depesha/v1/admin/retention")).ok()["policies"] == []
    await dialog(person).get_by_role("button", name="Save").click()
    row = page.get_by_role("row").filter(has_text="365 days")
    await expect(row).to_contain_text("Groups")
    await person.screen("admin-retention")
    await row.get_by_role("button", name="Remove the rule").click()
    await expect(page.get_by_text("everything is kept for ever")).to_be_visible()


async def test_a_chat_says_how_long_it_is_kept(open_client: Open, owner: Client) -> None:
    await owner.create_room(name="Law")
    policy = {"messages_days": 365, "files_days": 30}
    (await owner.put("/_depesha/v1/admin/retention/0/any", policy)).ok()
    person = await open_client(owner)
    page = person.page
    await person.open_chat("Law")
    await page.get_by_role("button", name="About the chat").click()
    panel = page.get_by_role("region", name="Who reads this")
    await expect(panel).to_contain_text("Messages are kept for 365 days")
    await expect(panel).to_contain_text("Files are kept for 30 days")
    await expect(panel).to_contain_text("Nobody of the institution has inspected it")
    assert await person.barriers() == []
    await person.screen("room-keeping")


async def test_a_hold_is_placed_on_a_chat_and_released(open_client: Open, owner: Client) -> None:
    await owner.create_room(name="Law")
    person = await open_client(owner)
    page = person.page
    await open_console(person, "Holds")
    await page.get_by_role("button", name="Place a hold").click()
    await dialog(person).get_by_role("radio", name="A chat’s").check()
    await dialog(person).get_by_label("Find a group").fill("law")
    await dialog(person).get_by_role("button", name="Law").click()
    await dialog(person).get_by_label("Case number").fill("A-1")
    await dialog(person).get_by_label("Ground").fill("a lawsuit")
    assert await person.barriers() == []
    await person.screen("admin-hold-place")
    await dialog(person).get_by_role("button", name="Place a hold").click()
    line = page.get_by_role("listitem").filter(has_text="Case A-1")
    await expect(line).to_contain_text("until released")
    await expect(line).to_contain_text("Law")
    await person.screen("admin-holds")
    await line.get_by_role("button", name="Release").click()
    await dialog(person).get_by_role("button", name="Release").click()
    await expect(line).to_contain_text("ended")


async def test_one_asks_another_consents_and_the_copy_is_taken(
    open_client: Open, owner: Client, tmp_path: Path
) -> None:
    bob = await Client(owner.wire).register("bob")
    room = await bob.create_room(name="Deals")
    await bob.send(room, "the secret price")
    auditor = await Client(owner.wire).register("auditor")
    await grant(tmp_path, auditor, "auditor")

    person = await open_client(owner)
    page = person.page
    await open_console(person, "Inspections")
    await page.get_by_role("button", name="Ask for an inspection").click()
    await dialog(person).get_by_label("Find a person").fill("bob")
    await dialog(person).get_by_role("button", name="bob").click()
    await dialog(person).get_by_label("From").fill("2026-01-01")
    await dialog(person).get_by_label("To", exact=True).fill("2099-12-31")
    await dialog(person).get_by_label("Case number").fill("B-2")
    await dialog(person).get_by_label("Ground").fill("order 7")
    assert await person.barriers() == []
    await person.screen("admin-inspection-ask")
    await dialog(person).get_by_role("button", name="Ask for consent").click()
    line = page.get_by_role("listitem").filter(has_text="Case B-2")
    await expect(line).to_contain_text("waits for consent")
    await expect(line.get_by_role("button", name="Consent")).to_have_count(0)

    other = await open_client(auditor)
    await open_console(other, "Inspections")
    theirs = other.page.get_by_role("listitem").filter(has_text="Case B-2")
    await theirs.get_by_role("button", name="Consent").click()
    await dialog(other).get_by_role("button", name="Consent").click()
    await expect(theirs).to_contain_text("consented to")
    await expect(theirs.get_by_role("button")).to_have_count(0)

    await page.reload()
    await line.get_by_role("button", name="Take the copy").click()
    async with page.expect_download() as download:
        await dialog(person).get_by_role("button", name="Take the copy").click()
    with ZipFile(await (await download.value).path()) as archive:
        assert b"the secret price" in archive.read("said.jsonl")
    await expect(line).to_contain_text("copy taken")
    assert await person.barriers() == []
    await person.screen("admin-inspections")


async def test_groups_are_found_and_the_chats_of_another_seen(
    open_client: Open, owner: Client
) -> None:
    bob = await Client(owner.wire).register("bob")
    await bob.create_room(name="Law")
    await bob.create_room(name="Courts")
    await bob.create_room(is_direct=True, invite=[owner.user_id])
    person = await open_client(owner)
    page = person.page
    await open_console(person, "Groups")
    await expect(page.get_by_role("row").filter(has_text="Courts")).to_contain_text("bob")
    await page.get_by_label("Find a group").fill("law")
    await expect(page.get_by_role("row").filter(has_text="Courts")).to_have_count(0)
    await expect(page.get_by_role("row").filter(has_text="Law")).to_be_visible()
    assert await person.barriers() == []
    await person.screen("admin-groups")

    await open_console(person, "Tree")
    await page.get_by_role("button", name="See as…").click()
    await dialog(person).get_by_label("Find a person").fill("bob")
    await dialog(person).get_by_role("button", name="bob").click()
    chats = dialog(person).get_by_role("list", name="Chats")
    await expect(chats.get_by_role("listitem").filter(has_text="Courts")).to_be_visible()
    await expect(chats.get_by_role("listitem").filter(has_text="olga")).to_be_visible()
    assert await person.barriers() == []
    await person.screen("admin-see-as")


async def test_a_unit_administrator_sees_and_keeps_their_own_part(
    open_client: Open, owner: Client, wire: Wire, tmp_path: Path
) -> None:
    units = "/_depesha/v1/admin/org/units"
    top = (await owner.post(units, {"name": "Ministry"})).ok()["unit_id"]
    law = (await owner.post(units, {"name": "Law", "parent": top})).ok()["unit_id"]
    work = (await owner.post(units, {"name": "IT", "parent": top})).ok()["unit_id"]
    people = {name: await Client(wire).register(name) for name in ("ursula", "lena", "ivan")}
    for name, unit in (("ursula", law), ("lena", law), ("ivan", work)):
        path = f"/_depesha/v1/admin/org/people/{people[name].user_id}/posts/{unit}"
        (await owner.put(path, {"title": "Clerk"})).ok()
    await grant(tmp_path, people["ursula"], "unit_administrator", law)

    person = await open_client(people["ursula"])
    page = person.page
    await open_console(person, "People")
    sections = page.get_by_role("navigation", name="Console").get_by_role("link")
    await expect(sections).to_have_text(["People", "Tree"])
    await expect(page.get_by_role("row").filter(has_text="lena")).to_be_visible()
    await expect(page.get_by_role("row").filter(has_text="ivan")).to_have_count(0)
    await expect(page.get_by_role("button", name="New account")).to_have_count(0)
    await person.screen("admin-unit-people")

    await page.get_by_role("row").filter(has_text="lena").get_by_role("button").click()
    await dialog(person).get_by_role("button", name="Sign out").first.click()
    await expect(dialog(person).get_by_text("Signed in nowhere")).to_be_visible()
    (await people["lena"].get("/account/whoami")).refused(401, "M_UNKNOWN_TOKEN")
    await page.keyboard.press("Escape")

    await open_console(person, "Tree")
    await expect(level(person, "Law")).to_be_visible()
    await expect(level(person, "IT")).to_have_count(0)
    await expect(level(person, "Ministry")).to_have_count(0)
    await make_level(person, "Courts", "Law")
    await level(person, "Law").get_by_text("Law", exact=True).click()
    side = page.get_by_role("region", name="Law")
    await choose(person, side.get_by_role("button", name="Actions: lena"), "Make manager")
    await expect(side.get_by_text("Manager", exact=True)).to_be_visible()
    assert await person.barriers() == []
    await person.screen("admin-unit-tree")
    whole = {unit["name"]: unit for unit in (await owner.get(units)).ok()["units"]}
    assert whole["Courts"]["parent"] == law
    assert whole["Law"]["manager"] == people["lena"].user_id


async def test_what_is_asked_at_signing_in_is_set_by_role(open_client: Open, owner: Client) -> None:
    person = await open_client(owner)
    page = person.page
    await page.goto("/#/admin/policies")
    row = page.get_by_role("row").filter(has_text="Auditor")
    await row.get_by_role("button", name="Change the rule").click()
    await dialog(person).get_by_role("switch", name="Second factor").click()
    await dialog(person).get_by_label("A password has at least, characters").fill("14")
    await dialog(person).get_by_label("A session lasts, hours").fill("12")
    assert await person.barriers() == []
    await person.screen("admin-policy")
    await dialog(person).get_by_role("button", name="Save").click()
    await expect(row).to_contain_text("from 14 characters")
    await expect(row).to_contain_text("12 hours")
    policies = (await owner.get("/_depesha/v1/admin/policies")).ok()["policies"]
    assert policies["auditor"]["second_factor"] is True
    await person.screen("admin-policies")

    # Who has no second factor may not ask it of themselves.
    everybody = page.get_by_role("row").filter(has_text="Everybody")
    await everybody.get_by_role("button", name="Change the rule").click()
    await dialog(person).get_by_role("switch", name="Second factor").click()
    await dialog(person).get_by_role("button", name="Save").click()
    await expect(page.get_by_text("Set up a second factor of your own first")).to_be_visible()


async def test_a_client_that_nobody_uses_locks_itself(open_client: Open, owner: Client) -> None:
    (await owner.put("/_depesha/v1/admin/policies/member", {"idle_minutes": 10})).ok()
    person = await open_client(owner)
    page = person.page
    await page.goto("/#/settings/privacy")
    await page.get_by_label("New PIN").fill("2580")
    await page.get_by_label("Once more").fill("2580")
    await page.get_by_role("button", name="Set", exact=True).click()
    await expect(page.get_by_text("The PIN is set")).to_be_visible()
    await page.clock.install()
    await page.reload()
    await page.get_by_label("PIN").fill("2580")
    await page.get_by_role("button", name="Unlock").click()
    await expect(page.get_by_role("heading", name="Privacy")).to_be_visible()
    await page.clock.fast_forward("09:00")
    await expect(page.get_by_role("heading", name="Privacy")).to_be_visible()
    await page.clock.fast_forward("02:00")
    locked = page.get_by_role("heading", name="Depesha is locked")
    await expect(locked).to_be_visible(timeout=30_000)
    await page.get_by_label("PIN").fill("2580")
    await page.get_by_role("button", name="Unlock").click()
    await expect(page.get_by_role("heading", name="Privacy")).to_be_visible()


async def test_what_is_set_up_is_tried_in_the_console(open_client: Open, owner: Client) -> None:
    person = await open_client(owner)
    page = person.page
    await open_console(person, "Health")
    trials = page.get_by_role("region", name="Try what is set up")
    await trials.get_by_role("button", name="Ask the directory").click()
    await expect(trials.get_by_text("No directory is set up.")).to_be_visible()
    await trials.get_by_role("button", name="Push to this browser").click()
    await expect(trials.get_by_text("Turn on notifications")).to_be_visible()
    await trials.get_by_label("A letter to").fill("olga@city.example")
    await trials.get_by_role("button", name="Send a letter").click()
    await expect(trials.get_by_text("It does not work. The server says")).to_be_visible()
    assert await person.barriers() == []
    await person.screen("admin-trials")
