"""One's own status: it says until when it stands."""

from playwright.async_api import expect

from tests.web.conftest import Open


async def test_a_status_is_set_with_its_end_and_taken_away(open_client: Open) -> None:
    alice = await open_client("alice")
    page = alice.page
    await page.goto("/#/settings/profile")
    await page.get_by_label("Status", exact=True).fill("In a meeting")
    await page.get_by_label("The status ends").select_option("In an hour")
    assert await alice.barriers() == []
    await alice.screen("status-desktop")
    await page.get_by_role("button", name="Save", exact=True).click()
    await expect(page.get_by_text("Saved", exact=True)).to_be_visible()
    path = f"/_matrix/client/v3/profile/{alice.account.user_id}"
    status = (await alice.account.get(path)).ok()["m.status"]
    now = await page.evaluate("() => Date.now()")
    assert status["text"] == "In a meeting"
    assert 0 < status["org.depesha.until"] - now <= 3_600_000
    await page.get_by_label("Status", exact=True).fill("")
    await expect(page.get_by_label("The status ends")).to_be_hidden()
    await page.get_by_role("button", name="Save", exact=True).click()
    await expect(page.get_by_role("button", name="Save", exact=True)).to_be_enabled()
    await expect(page.get_by_text("Saved", exact=True).last).to_be_visible()
    assert "m.status" not in (await alice.account.get(path)).ok()
