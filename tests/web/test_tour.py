"""The first minute: a short tour that is seen once, on whatever device."""

from playwright.async_api import expect

from tests.web.conftest import Open
from tests.web.house import House


async def test_the_tour_is_short_and_seen_once(open_client: Open) -> None:
    alice = await open_client("alice")
    tour = alice.page.get_by_role("region", name="Welcome to Depesha")
    await expect(tour.get_by_role("heading", name="People and chats")).to_be_visible()
    await alice.screen("tour")
    for _ in range(3):
        await tour.get_by_role("button", name="Next").click()
    await expect(tour.get_by_role("heading", name="Who can read it")).to_be_visible()
    await tour.get_by_role("button", name="Begin").click()
    await expect(alice.page.get_by_role("heading", name="Choose a chat")).to_be_visible()

    again = await open_client(alice.account, phone=True)
    await expect(again.page.get_by_text("No chats yet")).to_be_visible()
    await expect(again.page.get_by_role("region", name="Welcome")).to_have_count(0)


async def test_the_tour_is_skipped_on_a_phone(open_client: Open) -> None:
    bob = await open_client("bob", phone=True)
    await bob.screen("tour-phone")
    await bob.page.get_by_role("button", name="Skip the tour").click()
    await expect(bob.page.get_by_role("region", name="Welcome")).to_have_count(0)


async def test_a_manager_and_an_administrator_are_shown_what_is_theirs(
    house: House, open_client: Open
) -> None:
    chief = await open_client(house.people["lawhead"])
    tour = chief.page.get_by_role("region", name="Welcome to Depesha")
    await expect(tour.get_by_role("img", name="1 of 6")).to_be_visible()
    for _ in range(4):
        await tour.get_by_role("button", name="Next").click()
    await expect(tour.get_by_role("heading", name="Requests come to you")).to_be_visible()
    await chief.screen("tour-manager")
    assert await chief.barriers() == []
    await tour.get_by_role("button", name="Next").click()
    await expect(tour.get_by_role("heading", name="Groups of your unit")).to_be_visible()
    await tour.get_by_role("button", name="Begin").click()
    await expect(tour).to_have_count(0)

    # Who gets a role later is shown the rest of it alone.
    await house.grant("lawhead", "administrator")
    again = await open_client(house.people["lawhead"], phone=True, dark=True)
    tour = again.page.get_by_role("region", name="Welcome to Depesha")
    await expect(tour.get_by_role("heading", name="The console")).to_be_visible()
    await expect(tour.get_by_role("img", name="1 of 2")).to_be_visible()
    await again.screen("tour-administrator-phone")
    assert await again.barriers() == []
    await tour.get_by_role("button", name="Next").click()
    await tour.get_by_role("button", name="Begin").click()
    await expect(tour).to_have_count(0)
