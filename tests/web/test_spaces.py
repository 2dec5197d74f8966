"""Spaces: made, filled, looked into by somebody else, who joins what they find."""

import pytest
from playwright.async_api import expect

from tests.web.conftest import Open
from tests.web.page import Person

ABOUT = "All chats of the space"


async def _new(person: Person, kind: str, name: str) -> None:
    """Make a space or a group in the dialog, inviting nobody."""
    dialog = person.page.get_by_role("dialog")
    await dialog.get_by_label("Name").fill(name)
    await dialog.get_by_role("button", name="Next").click()
    await dialog.get_by_role("button", name="Create", exact=True).click()


async def _make_space(person: Person, name: str) -> None:
    await person.page.get_by_role("button", name="New chat").click()
    await person.page.get_by_role("menuitem", name="New space").click()
    await _new(person, "space", name)
    await expect(person.page.get_by_role("tab", name=name)).to_have_attribute(
        "aria-selected", "true"
    )


async def test_a_chat_made_in_a_space_is_in_its_folder_and_can_be_taken_out(
    open_client: Open,
) -> None:
    alice = await open_client("alice")
    page = alice.page
    await alice.account.create_room(name="Canteen")
    await _make_space(alice, "Registry")
    await page.get_by_role("button", name=ABOUT).click()
    await expect(page.get_by_text("No chats here yet")).to_be_visible()
    await page.get_by_role("button", name="New group").click()
    await _new(alice, "group", "Archive keys")
    await expect(alice.field).to_be_visible()
    await page.wait_for_timeout(1500)
    await expect(alice.chat("Archive keys")).to_be_visible()
    await expect(alice.chat("Canteen")).to_be_hidden()
    await page.get_by_role("button", name=ABOUT).click()
    await page.get_by_role("button", name="Add a chat").click()
    await page.get_by_role("dialog").get_by_role("button", name="Canteen").click()
    await expect(page.get_by_role("button", name="Open: Canteen")).to_be_visible()
    assert await alice.barriers() == []
    await alice.screen("space-desktop")
    await page.get_by_role("button", name="Take “Canteen” out").click()
    await expect(page.get_by_role("button", name="Open: Canteen")).to_be_hidden()
    await page.keyboard.press("Escape")
    await expect(alice.chat("Canteen")).to_be_hidden()
    await page.get_by_role("tab", name="All").click()
    await expect(alice.chat("Canteen").first).to_be_visible()


@pytest.mark.parametrize("phone", [False, True])
async def test_who_is_invited_to_a_space_finds_and_joins_its_chats(
    open_client: Open, phone: bool
) -> None:
    alice = await open_client("alice")
    await _make_space(alice, "Registry")
    bob = await open_client("bob", phone=phone, dark=phone)
    await alice.page.get_by_role("button", name=ABOUT).click()
    await alice.page.get_by_role("button", name="New group").click()
    await _new(alice, "group", "Archive keys")
    await expect(alice.field).to_be_visible()
    await alice.page.get_by_role("button", name=ABOUT).click()
    await alice.page.get_by_role("button", name="Invite people").click()
    await alice.page.get_by_role("dialog").get_by_role("searchbox").fill(bob.account.user_id)
    await alice.page.get_by_role("dialog").get_by_role("button", name="bob").first.click()
    await alice.page.get_by_role("button", name="Invite people").click()
    await expect(alice.page.get_by_text("1 person was invited")).to_be_visible()

    await bob.page.get_by_role("button", name="1 invitation").click()
    await bob.chat("Registry").first.click()
    await bob.page.get_by_role("button", name="Join", exact=True).click()
    await bob.page.get_by_role("button", name=ABOUT).click()
    await bob.page.get_by_role("button", name="Join: Archive keys").click()
    await expect(bob.page.get_by_role("button", name="Open: Archive keys")).to_be_visible()
    assert await bob.barriers() == []
    await bob.screen(f"space-joined-{'phone' if phone else 'desktop'}")
    await bob.page.get_by_role("button", name="Open: Archive keys").click()
    await expect(bob.field).to_be_visible()
