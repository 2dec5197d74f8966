"""The console: who has a role keeps people, the tree, invitations and the log in the client."""

from pathlib import Path

import pytest
from playwright.async_api import Locator, expect

from depesha.app.operate import ask
from tests.harness.client import Client, Wire
from tests.harness.server import config_for
from tests.web.conftest import Open
from tests.web.page import Person

USERS = "/_depesha/v1/admin/users"


@pytest.fixture
async def owner(tmp_path: Path, wire: Wire) -> Client:
    """Somebody who may do everything."""
    client = await Client(wire).register("olga")
    await ask(config_for(tmp_path, ""), "PUT", f"{USERS}/{client.user_id}/roles/owner", {})
    return client


async def open_console(person: Person, section: str) -> None:
    await person.page.goto(f"/#/admin/{section.lower().replace(' ', '-')}")
    await expect(person.page.get_by_role("heading", name=section, exact=True)).to_be_visible()


def dialog(person: Person) -> Locator:
    return person.page.get_by_role("dialog").last


def level(person: Person, name: str) -> Locator:
    """The line of a level in the tree."""
    tree = person.page.get_by_role("list", name="Tree")
    return tree.get_by_role("listitem").filter(has=person.page.get_by_text(name, exact=True))


async def choose(person: Person, opener: Locator, action: str) -> None:
    await opener.click()
    await person.page.get_by_role("menuitem", name=action, exact=True).click()


async def make_level(person: Person, name: str, above: str | None = None) -> None:
    page = person.page
    if above is None:
        await page.get_by_role("button", name="New organisation").click()
    else:
        opener = page.get_by_role("button", name=f"Actions: {above}", exact=True)
        await choose(person, opener, "Add a level below")
    await dialog(person).get_by_label("Name").fill(name)
    await dialog(person).get_by_role("button", name="Save").click()
    await expect(level(person, name)).to_be_visible()


async def test_a_plain_member_finds_no_console(open_client: Open) -> None:
    member = await open_client("mark")
    await member.page.get_by_role("button", name="Menu", exact=True).click()
    settings = member.page.get_by_role("menuitem", name="Settings")
    await expect(settings).to_be_visible()
    await expect(member.page.get_by_role("menuitem", name="Console")).to_have_count(0)
    await member.page.keyboard.press("Escape")
    await member.page.goto("/#/admin/people")
    await expect(member.page.get_by_text("Nothing to keep here")).to_be_visible()


async def test_an_owner_keeps_people(open_client: Open, owner: Client) -> None:
    person = await open_client(owner)
    page = person.page
    await choose(person, page.get_by_role("button", name="Menu", exact=True), "Console")
    await page.get_by_role("button", name="New account").click()
    await dialog(person).get_by_label("User name").fill("anna")
    await dialog(person).get_by_role("button", name="Make").click()
    password = await dialog(person).get_by_label("Password").inner_text()
    await dialog(person).get_by_role("button", name="Done").click()

    anna = await Client(owner.wire).login("anna", password)
    await page.get_by_label("Find a person").fill("anna")
    row = page.get_by_role("row").filter(has_text="@anna:")
    await row.get_by_role("button").click()
    await expect(dialog(person).get_by_text("Devices")).to_be_visible()
    await dialog(person).get_by_label("Give a role").select_option("auditor")
    await dialog(person).get_by_role("button", name="Give", exact=True).click()
    role = dialog(person).get_by_role("listitem").filter(has_text="Auditor")
    await expect(role).to_be_visible()
    assert await person.barriers() == []
    await person.screen("admin-person")
    (await anna.get("/_depesha/v1/admin/audit")).ok()
    await dialog(person).get_by_role("switch", name="Locked").click()
    await expect(page.get_by_text("Done", exact=True)).to_be_visible()
    (await anna.get("/_depesha/v1/me")).refused(401, "M_USER_LOCKED")

    await dialog(person).get_by_role("button", name="Close the account").click()
    close = dialog(person).get_by_role("button", name="Close the account")
    await expect(close).to_be_disabled()
    await dialog(person).get_by_label("Write “anna” to confirm").fill("anna")
    await close.click()
    await expect(page.get_by_text("Nobody found")).to_be_visible()
    await page.get_by_label("Find a person").fill("")
    await expect(row.get_by_text("Ended")).to_be_visible()


async def test_the_tree_is_built_and_moved_with_the_difference_shown(
    open_client: Open, owner: Client
) -> None:
    person = await open_client(owner)
    page = person.page
    await open_console(person, "Tree")
    await make_level(person, "Ministry")
    await make_level(person, "Law", "Ministry")
    await make_level(person, "IT", "Ministry")
    await make_level(person, "Courts", "Law")

    await level(person, "Courts").get_by_text("Courts", exact=True).click()
    side = page.get_by_role("region", name="Courts")
    await side.get_by_role("button", name="Appoint").click()
    await dialog(person).get_by_label("Find a person").fill("olga")
    await dialog(person).get_by_role("button", name="olga").click()
    await dialog(person).get_by_label("Position").fill("Judge")
    await dialog(person).get_by_role("button", name="Appoint").click()
    await expect(side.get_by_text("Judge")).to_be_visible()
    opener = side.get_by_role("button", name="Actions: olga")
    await choose(person, opener, "Make manager")
    await expect(side.get_by_text("Manager", exact=True)).to_be_visible()

    await level(person, "Courts").drag_to(level(person, "IT"))
    difference = dialog(person).get_by_role("region", name="What will change")
    await expect(difference).to_contain_text("1 person moves with it.")
    await expect(difference.get_by_role("listitem").filter(has_text="Law")).to_be_visible()
    assert await person.barriers() == []
    await person.screen("admin-move")
    await dialog(person).get_by_role("button", name="Move", exact=True).click()
    await expect(dialog(person)).to_have_count(0)
    units = (await owner.get("/_depesha/v1/admin/org/units")).ok()["units"]
    by_name = {unit["name"]: unit for unit in units}
    assert by_name["Courts"]["parent"] == by_name["IT"]["unit_id"]

    opener = page.get_by_role("button", name="Actions: IT", exact=True)
    await choose(person, opener, "Remove")
    await dialog(person).get_by_label("Write “IT” to confirm").fill("IT")
    await dialog(person).get_by_role("button", name="Remove").click()
    await expect(page.get_by_text("Move or dismiss first")).to_be_visible()
    await dialog(person).get_by_role("button", name="Cancel").click()
    await person.screen("admin-tree")

    await page.get_by_role("button", name="See as…").click()
    await dialog(person).get_by_label("Find a person").fill("olga")
    await dialog(person).get_by_role("button", name="olga").click()
    await expect(dialog(person).get_by_role("button", name="Courts")).to_be_visible()


async def test_a_table_is_reported_before_it_is_taken_in(open_client: Open, owner: Client) -> None:
    person = await open_client(owner)
    await open_console(person, "Tree")
    await person.page.get_by_role("button", name="Import a table").click()
    table = "username,name,unit,title\nvera,Vera Pravova,City/Law,Lawyer\n"
    file = {"name": "staff.csv", "mimeType": "text/csv", "buffer": table.encode()}
    await dialog(person).get_by_label("CSV file").set_input_files(file)  # type: ignore[arg-type]
    report = dialog(person).get_by_role("region", name="Report")
    await expect(report).to_be_visible()
    await person.screen("admin-import")
    assert (await owner.get("/_depesha/v1/admin/org/units")).ok()["units"] == []
    await dialog(person).get_by_role("button", name="Take in").click()
    await expect(level(person, "Law")).to_be_visible()


async def test_invitations_have_a_link_and_a_code(open_client: Open, owner: Client) -> None:
    person = await open_client(owner)
    await open_console(person, "Invitations")
    await person.page.get_by_role("button", name="Make an invitation").click()
    await expect(dialog(person).get_by_role("img", name="Code of the link")).to_be_visible()
    link = await dialog(person).get_by_text("/_depesha/signup?token=").inner_text()
    assert await person.barriers() == []
    await person.screen("admin-invitation")
    await person.page.keyboard.press("Escape")
    token = link.rpartition("=")[2]
    await expect(person.page.get_by_role("row").filter(has_text=token)).to_contain_text("0 of 1")
    await person.page.get_by_role("button", name=f"Revoke: {token}").click()
    await expect(person.page.get_by_text("No invitations")).to_be_visible()


async def test_notices_complaints_log_and_figures(open_client: Open, owner: Client) -> None:
    bob = await Client(owner.wire).register("bob")
    (await bob.post(f"/_matrix/client/v3/users/{owner.user_id}/report", {"reason": "rude"})).ok()
    person = await open_client(owner)
    page = person.page

    await open_console(person, "Notices")
    await page.get_by_label("Text").fill("The house closes at six.")
    await page.get_by_role("button", name="Send the notice").click()
    await dialog(person).get_by_label("Write “Everybody” to confirm").fill("Everybody")
    await dialog(person).get_by_role("button", name="Send the notice").click()
    await page.get_by_role("button", name="Figures").click()
    await expect(dialog(person).get_by_text("Delivered")).to_be_visible()
    await page.keyboard.press("Escape")

    await open_console(person, "Complaints")
    await page.get_by_role("listitem").filter(has_text="rude").get_by_role("button").click()
    await dialog(person).get_by_label("Answer").fill("We have spoken.")
    await dialog(person).get_by_role("button", name="Uphold").click()
    await expect(page.get_by_text("No complaints")).to_be_visible()

    await page.goto("/#/admin/audit")
    await expect(page.get_by_text("unchanged and in order")).to_be_visible()
    await expect(page.get_by_text("complaint.decide")).to_be_visible()
    assert await person.barriers() == []
    await person.screen("admin-audit")
    async with page.expect_download() as download:
        await page.get_by_role("button", name="Export").click()
    text = Path(await (await download.value).path()).read_text("utf-8")
    assert '"public_key"' in text.splitlines()[0]
    assert "complaint.decide" in text

    await open_console(person, "Health")
    await expect(page.get_by_text("Waiting clients")).to_be_visible()
    assert await person.barriers() == []
    await person.screen("admin-health")


@pytest.mark.parametrize(
    "section",
    [
        "people",
        "tree",
        "groups",
        "policies",
        "retention",
        "holds",
        "inspections",
        "custody",
        "audit",
        "health",
        "notices",
    ],
)
async def test_the_console_on_a_phone_and_in_the_dark(
    open_client: Open, owner: Client, section: str
) -> None:
    tree = "/_depesha/v1/admin/org/units"
    top = (await owner.post(tree, {"name": "Ministry"})).ok()["unit_id"]
    (await owner.post(tree, {"name": "Department of Law", "parent": top})).ok()
    person = await open_client(owner, phone=True, dark=True)
    await person.page.goto(f"/#/admin/{section}")
    await expect(person.page.get_by_role("heading", level=2).last).to_be_visible()
    width = await person.page.evaluate("document.documentElement.scrollWidth")
    assert width <= 390
    assert await person.barriers() == []
    await person.screen(f"admin-{section}-phone")
