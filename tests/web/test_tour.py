"""The first minute: a short tour that is seen once, on whatever device."""

from playwright.async_api import expect

from tests.web.conftest import Open


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
