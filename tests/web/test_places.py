"""Places: another one by a map's link, and where one is, shared for a while."""

from playwright.async_api import Geolocation, Locator, expect

from tests.harness.client import Client, Wire
from tests.web.conftest import Open
from tests.web.page import Person

INFO = "org.matrix.msc3672.beacon_info"
LIVE = "Live location until"
# What crosses from one browser to the other, on a machine that has much to do.
SOON = 40_000
OFFICE: Geolocation = {"latitude": 55.75222, "longitude": 37.61556}
STATION: Geolocation = {"latitude": 55.77667, "longitude": 37.65528}


async def open_places(person: Person, what: str) -> Locator:
    """The window for places, at one of its three kinds."""
    await person.page.get_by_role("button", name="Attach").click()
    await person.page.get_by_role("menuitem", name="Location").click()
    dialog = person.page.get_by_role("dialog", name="Location")
    await dialog.get_by_role("radio", name=what).check()
    return dialog


async def test_another_place_is_sent_and_ones_own_moves_until_it_is_ended(
    wire: Wire, open_client: Open
) -> None:
    alice, bob = await Client(wire).register("alice"), await Client(wire).register("bob")
    room = await alice.create_room(name="Registry", invite=[bob.user_id])
    await bob.join(room)
    one, other = await open_client(alice), await open_client(bob, phone=True, dark=True)
    await one.page.context.grant_permissions(["geolocation"])
    await one.page.context.set_geolocation(OFFICE)
    await one.open_chat("Registry")
    await other.open_chat("Registry")

    dialog = await open_places(one, "Another place")
    send = dialog.get_by_role("button", name="Send the location")
    await dialog.get_by_label("Coordinates or a map link").fill("Palace Square")
    await expect(dialog).to_contain_text("There are no coordinates in this")
    await expect(send).to_be_disabled()
    link = "https://www.openstreetmap.org/#map=17/59.93901/30.31582"
    address = dialog.get_by_label("Coordinates or a map link")
    await address.fill(link)
    await expect(dialog).to_contain_text("Russia · 59.93901, 30.31582")
    # The map goes where is typed, and what it is moved to by keys is chosen.
    await dialog.get_by_role("application").press("ArrowRight")
    await expect(address).not_to_have_value(link)
    await expect(dialog).not_to_contain_text("Russia · 59.93901, 30.31582")
    await address.fill(link)
    await dialog.get_by_label("Name of the place").fill("Palace Square")
    await one.screen("place-desktop")
    assert await one.barriers() == []
    await send.click()
    square = other.message("Palace Square")
    await expect(square).to_contain_text("59.93901, 30.31582", timeout=SOON)
    await square.get_by_role("button", name="Palace Square").click()
    large = other.page.get_by_role("dialog", name="Palace Square")
    await expect(large).to_contain_text("Russia · 59.93901, 30.31582")
    await large.get_by_role("button", name="Nearer").click()
    await other.screen("map-phone-dark")
    assert await other.barriers() == []
    await other.page.keyboard.press("Escape")
    await expect(large).to_be_hidden()

    dialog = await open_places(one, "Live")
    await dialog.get_by_role("radio", name="1 hour").check()
    await dialog.get_by_role("button", name="Share").click()
    theirs = other.message(LIVE)
    await expect(theirs).to_contain_text("55.75222, 37.61556", timeout=SOON)
    bar = one.page.get_by_role("status").filter(has_text="Your location is seen until")
    await expect(bar).to_contain_text("Registry", timeout=SOON)
    assert (await alice.state(room, INFO, alice.user_id))["timeout"] == 3_600_000
    await theirs.get_by_role("button", name="Live location").click()
    living = other.page.get_by_role("dialog", name="Live location")
    await expect(living).to_contain_text("Russia · 55.75222, 37.61556")
    await one.page.context.set_geolocation(STATION)
    await expect(living).to_contain_text("Russia · 55.77667, 37.65528", timeout=SOON)
    await other.page.keyboard.press("Escape")
    await expect(theirs).to_contain_text("55.77667, 37.65528", timeout=SOON)
    await expect(theirs).to_have_count(1)
    await one.screen("live-desktop")
    await other.screen("live-phone-dark")
    assert await one.barriers() == []

    # A page loaded anew goes on, and one can end it there.
    await one.page.reload()
    await bar.get_by_role("button", name="Stop", exact=True).click()
    await expect(bar).to_be_hidden(timeout=SOON)
    ended = other.message("Live location ended")
    await expect(ended).to_contain_text("55.77667, 37.65528", timeout=SOON)
    assert (await alice.state(room, INFO, alice.user_id))["live"] is False

    # Who may not is told so.
    dialog = await open_places(other, "Live")
    await expect(dialog).to_contain_text("only its administrators")
    await expect(dialog.get_by_role("button", name="Share")).to_be_disabled()
    await other.screen("live-refused-phone-dark")


async def test_a_place_shared_by_another_client_is_shown(wire: Wire, open_client: Open) -> None:
    alice, bob = await Client(wire).register("alice"), await Client(wire).register("bob")
    room = await bob.create_room(name="Registry", invite=[alice.user_id])
    await alice.join(room)
    one = await open_client(alice)
    begun = await bob.put(
        f"/rooms/{room}/state/{INFO}/{bob.user_id}",
        {"live": True, "timeout": 900_000, "org.matrix.msc3488.ts": 1},
    )
    beacon = {
        "m.relates_to": {"rel_type": "m.reference", "event_id": begun.ok()["event_id"]},
        "org.matrix.msc3488.location": {"uri": "geo:59.93901,30.31582;u=10"},
        "org.matrix.msc3488.ts": 2,
    }
    await bob.send(room, beacon, "org.matrix.msc3672.beacon")
    await expect(one.line("Registry")).to_contain_text("Live location", timeout=SOON)
    await one.chat("Registry").first.click()
    theirs = one.message(LIVE)
    await expect(theirs).to_contain_text("59.93901, 30.31582", timeout=SOON)
