"""A post: made and staffed in the console, written to from the tree, held by who has the duty."""

import pytest
from playwright.async_api import Locator, expect

from tests.web.conftest import Open
from tests.web.house import House
from tests.web.page import Person

LAW, POST = "Правовой департамент", "Дежурный юрист"


def dialog(person: Person) -> Locator:
    return person.page.get_by_role("dialog").last


async def make_post(admin: Person) -> None:
    """By the console, with Anna on its roster without an end."""
    page = admin.page
    await page.goto("/#/admin/tree")
    tree = page.get_by_role("list", name="Tree")
    await tree.get_by_text(LAW, exact=True).click()
    side = page.get_by_role("region", name=LAW)
    await side.get_by_role("button", name="New post").click()
    await dialog(admin).get_by_label("Name", exact=True).fill(POST)
    await admin.screen("post-rules")
    await dialog(admin).get_by_role("button", name="Save").click()
    await side.get_by_role("button", name=f"Actions: {POST}").click()
    await page.get_by_role("menuitem", name="Roster").click()
    roster = page.get_by_role("dialog", name=f"Roster: {POST}")
    await roster.get_by_role("button", name="Choose a person").click()
    chooser = page.get_by_role("dialog", name="Choose a person")
    await chooser.get_by_label("Find a person").fill("lawyer")
    await chooser.get_by_role("button", name="Анна Юристова").click()
    await roster.get_by_role("button", name="Add to the roster").click()
    await expect(roster.get_by_role("listitem")).to_contain_text("without an end")
    assert await admin.barriers() == []
    await admin.screen("post-roster")
    await roster.get_by_role("button", name="Close").click()


@pytest.mark.limit(240)
async def test_a_post_is_made_written_to_and_held(house: House, open_client: Open) -> None:
    await house.grant("ithead", "administrator")
    await make_post(await open_client(house.people["ithead"]))

    judge = await open_client(house.people["judge"], phone=True, dark=True)
    await judge.page.goto("/#/people")
    row = judge.page.get_by_role("treeitem")
    await expect(row.filter(has_text=POST)).to_contain_text("Held now")
    await judge.screen("post-tree")
    await row.filter(has_text=POST).click()
    await expect(dialog(judge)).to_contain_text("reads the whole chat")
    assert await judge.barriers() == []
    await judge.screen("post-card")
    await dialog(judge).get_by_role("button", name="Message").click()
    await judge.say("Кто на месте?")
    await expect(judge.page.get_by_text("post · Now: Анна Юристова")).to_be_visible()
    await judge.screen("post-chat")

    holder = await open_client(house.people["lawyer"])
    line = holder.line("Семён Судейкин")
    await expect(line).to_contain_text(POST)
    await holder.open_chat("Семён Судейкин")
    await holder.sees("Кто на месте?")
    await expect(holder.page.get_by_text(f"By the post “{POST}”")).to_be_visible()
    await holder.screen("post-held")
    assert await holder.barriers() == []
