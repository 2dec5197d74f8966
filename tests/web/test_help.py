"""The guide for people, in the application itself."""

from playwright.async_api import expect

from tests.web.conftest import Open


async def test_the_guide_is_read_in_the_language_that_is_chosen(open_client: Open) -> None:
    alice = await open_client("alice")
    page = alice.page
    await page.get_by_role("button", name="Menu", exact=True).click()
    await page.get_by_role("menuitem", name="Help").click()
    guide = page.get_by_role("region", name="Depesha in ten minutes")
    await expect(guide.get_by_role("heading", name="Not being disturbed")).to_be_attached()
    picture = guide.get_by_role("img", name="The list of chats, an open chat")
    await picture.scroll_into_view_if_needed()
    await expect(picture).to_have_js_property("naturalWidth", 1100)
    assert await alice.barriers() == []
    await alice.screen("help-desktop")
    await page.get_by_role("button", name="Menu", exact=True).click()
    await page.get_by_role("menuitem", name="Перейти на русский").click()
    await expect(page.get_by_role("heading", name="Чтобы не отвлекало")).to_be_attached()
