"""Settings: who one is, how it looks, when it rings, where one is signed in."""

from playwright.async_api import expect

from tests.harness.client import PASSWORD, Client, Wire
from tests.web.conftest import Open
from tests.web.page import Person


async def open_settings(person: Person, section: str) -> None:
    await person.page.keyboard.press("Control+,")
    await person.page.get_by_role("link", name=section).click()
    await expect(person.page.get_by_role("heading", name=section, exact=True)).to_be_visible()


async def test_name_and_status_with_an_end_are_saved(wire: Wire, open_client: Open) -> None:
    bob = await Client(wire).register("bob")
    alice = await open_client("alice")
    page = alice.page
    room = await alice.account.create_room(name="Registry", invite=[bob.user_id])
    await bob.join(room)
    await open_settings(alice, "Profile")
    await page.get_by_label("Name").fill("Alice Liddell")
    await page.get_by_label("Status", exact=True).fill("In a meeting")
    await page.get_by_label("The status ends").select_option("In an hour")
    await page.get_by_role("button", name="Save").click()
    await expect(page.get_by_text("Saved")).to_be_visible()
    profile = (await bob.get(f"/profile/{alice.account.user_id}")).ok()
    assert profile["displayname"] == "Alice Liddell"
    await page.reload()
    await expect(page.get_by_label("Name")).to_have_value("Alice Liddell")
    await expect(page.get_by_label("Status", exact=True)).to_have_value("In a meeting")


async def test_looks_and_language_change_at_once(open_client: Open) -> None:
    alice = await open_client("alice")
    page = alice.page
    await open_settings(alice, "Look and language")
    root = page.locator("html")
    await page.get_by_role("radio", name="Dark").check()
    await expect(root).to_have_attribute("data-theme", "dark")
    await page.get_by_role("radio", name="Very large").check()
    await expect(root).to_have_attribute("data-text", "huge")
    await page.get_by_role("switch", name="Send by Enter").uncheck()
    await page.get_by_role("radio", name="Русский").check()
    await expect(page.get_by_role("heading", name="Вид и язык")).to_be_visible()
    await page.get_by_role("radio", name="English").check()
    await alice.account.create_room(name="Registry")
    await alice.open_chat("Registry")
    await alice.field.fill("line")
    await alice.field.press("Enter")
    await expect(alice.field).to_have_value("line\n")
    await alice.field.press("Control+Enter")
    await alice.sees("line")


async def test_hours_without_notifications_are_kept(open_client: Open) -> None:
    alice = await open_client("alice")
    page = alice.page
    await open_settings(alice, "Notifications")
    await page.get_by_role("switch", name="Do not disturb").check()
    await page.get_by_label("From").fill("00:00")
    await page.get_by_label("Until").fill("23:59")
    await expect(page.get_by_text("It is quiet now")).to_be_visible()
    await page.get_by_role("button", name="Test").click()
    await expect(page.get_by_text("The browser has not been allowed")).to_be_visible()
    await page.reload()
    await expect(page.get_by_label("Until")).to_have_value("23:59")


async def test_sessions_are_seen_and_ended(wire: Wire, open_client: Open) -> None:
    account = await Client(wire).register("alice")
    await Client(wire).login("alice", initial_device_display_name="The old phone")
    alice = await open_client(account)
    page = alice.page
    await open_settings(alice, "Devices")
    await page.get_by_role("button", name="Actions: The old phone").click()
    await page.get_by_role("menuitem", name="End the session").click()
    dialog = page.get_by_role("dialog", name="End 1 session?")
    await dialog.get_by_label("Password").fill("wrong")
    await dialog.get_by_role("button", name="End the session").click()
    await expect(dialog.get_by_text("Wrong password")).to_be_visible()
    await dialog.get_by_label("Password").fill(PASSWORD)
    await dialog.get_by_role("button", name="End the session").click()
    await expect(page.get_by_text("The old phone")).to_have_count(0)


async def test_the_archive_is_locked_by_a_pin(open_client: Open) -> None:
    alice = await open_client("alice")
    page = alice.page
    await open_settings(alice, "Privacy")
    remove = page.get_by_role("button", name="Remove the PIN")
    await expect(page.get_by_label("New PIN")).to_be_visible()
    await expect(remove).to_have_count(0)
    await page.get_by_label("New PIN").fill("2580")
    await page.get_by_label("Once more").fill("2580")
    await page.get_by_role("button", name="Set", exact=True).click()
    await expect(page.get_by_text("The PIN is set")).to_be_visible()
    second = await page.context.new_page()
    await second.goto("/")
    await expect(second.get_by_role("navigation", name="Chats")).to_be_visible()
    await page.get_by_role("button", name="Lock now").click()
    for tab in (page, second):
        await expect(tab.get_by_role("heading", name="Depesha is locked")).to_be_visible()
    await page.get_by_label("PIN").fill("1111")
    await page.get_by_role("button", name="Unlock").click()
    await expect(page.get_by_text("Wrong PIN")).to_be_visible()
    await page.get_by_label("PIN").fill("2580")
    await page.get_by_role("button", name="Unlock").click()
    await expect(page.get_by_role("heading", name="Privacy")).to_be_visible()
    await expect(second.get_by_role("navigation", name="Chats")).to_be_visible()
    await remove.click()
    await expect(page.get_by_text("The PIN is removed")).to_be_visible()
    await expect(remove).to_have_count(0)


async def test_two_devices_verify_each_other_by_pictures(wire: Wire, open_client: Open) -> None:
    account = await Client(wire).register("alice")
    one = await open_client(account)
    await open_settings(one, "Encryption")
    await one.page.get_by_role("button", name="Create the recovery key").click()
    dialog = one.page.get_by_role("dialog")
    await dialog.get_by_role("button", name="Create").click()
    await dialog.get_by_role("button", name="I have kept it").click()

    other = await open_client(account)
    await open_settings(other, "Encryption")
    await other.page.get_by_role("button", name="Enter the recovery key").click()
    await other.page.get_by_role("button", name="Confirm from another device").click()
    for_one = one.page.get_by_role("dialog", name="Verification")
    for_other = other.page.get_by_role("dialog", name="Verification")
    await for_one.get_by_role("button", name="Accept").click()
    await for_other.get_by_role("button", name="Compare pictures").click()
    await expect(for_one.get_by_role("listitem")).to_have_count(7)
    await expect(for_other.get_by_role("listitem")).to_have_count(7)
    assert (await for_one.get_by_role("listitem").all_text_contents()) == (
        await for_other.get_by_role("listitem").all_text_contents()
    )
    await one.screen("verification")
    await for_one.get_by_role("button", name="They match").click()
    await for_other.get_by_role("button", name="They match").click()
    await for_one.get_by_role("button", name="OK").click()
    await for_other.get_by_role("button", name="OK").click()
    await expect(other.page.get_by_text("Conversations are protected")).to_be_visible()


async def test_rules_of_notifications_are_chosen(wire: Wire, open_client: Open) -> None:
    bob, carol = [await Client(wire).register(name) for name in ("bob", "carol")]
    alice = await open_client("alice")
    page, account = alice.page, alice.account
    room = await account.create_room(name="Registry", invite=[bob.user_id, carol.user_id])
    await account.create_room(name="Canteen")
    await bob.join(room)
    await carol.join(room)
    await alice.act_on_chat("Canteen", "No notifications")
    await page.goto("/#/settings/notifications")
    await page.get_by_label("New keyword").fill("budget?")
    await page.get_by_role("button", name="Add").click()
    keywords = page.get_by_role("list", name="Keywords")
    await expect(keywords).to_have_text("budget")
    await page.get_by_role("radio", name="Mentions alone").check()
    rules = "/_matrix/client/v3/pushrules/global/underride/.m.rule.encrypted/enabled"
    while (await account.get(rules)).ok()["enabled"]:
        await page.evaluate("() => 0")
    assert await alice.barriers() == []

    await bob.send(room, "Just so")
    await bob.send(room, "Where is the budget?")
    await expect(alice.line("Registry")).to_contain_text("Where is the budget?")
    counted = (await account.sync())["rooms"]["join"][room]["unread_notifications"]
    assert counted == {"notification_count": 1, "highlight_count": 1}

    silent = page.get_by_role("listitem").filter(has_text="Canteen").filter(has_text="Silent")
    await silent.get_by_role("button", name="As all").click()
    await expect(page.get_by_text("All chats ring by the rules above.")).to_be_visible()
    await keywords.get_by_role("button", name="Remove “budget”").click()
    await expect(keywords.get_by_role("listitem")).to_have_count(0)


async def test_the_lock_closes_by_itself_and_not_while_somebody_works(open_client: Open) -> None:
    alice = await open_client("alice")
    page = alice.page
    await alice.account.create_room(name="Registry")
    await page.goto("/#/settings/privacy")
    for label in ("New PIN", "Once more"):
        await page.get_by_label(label).fill("2468")
    await page.get_by_role("button", name="Set", exact=True).click()
    await expect(page.get_by_text("The PIN is set")).to_be_visible()
    await page.clock.install()
    await page.reload()
    await page.get_by_label("PIN").fill("2468")
    await page.get_by_role("button", name="Unlock").click()
    await page.get_by_role("radio", name="After 5 minutes").check()
    await page.clock.run_for("04:00")
    await page.keyboard.press("Shift")
    await page.clock.run_for("04:00")
    await expect(page.get_by_role("radio", name="After 5 minutes")).to_be_checked()
    await page.clock.run_for("01:10")
    await expect(page.get_by_role("button", name="Unlock")).to_be_visible()
