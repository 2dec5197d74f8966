"""The main screens: pictures to be looked at, and nothing in anybody's way."""

import pytest

from tests.harness.client import Client, Wire
from tests.web.conftest import Open

LOOKS = [
    pytest.param(False, False, id="desktop-light"),
    pytest.param(False, True, id="desktop-dark"),
    pytest.param(True, False, id="phone-light"),
    pytest.param(True, True, id="phone-dark"),
]


@pytest.mark.parametrize(("phone", "dark"), LOOKS)
async def test_the_main_screens_keep_nobody_out(
    wire: Wire, open_client: Open, phone: bool, dark: bool
) -> None:
    alice, bob = await Client(wire).register("alice"), await Client(wire).register("bob")
    room = await alice.create_room(name="Registry", invite=[bob.user_id])
    await bob.join(room)
    for text in ("Shall we meet on Monday?", "The draft is in the repository"):
        await bob.send(room, text)
    person = await open_client(alice, phone=phone, dark=dark)
    look = f"{'phone' if phone else 'desktop'}-{'dark' if dark else 'light'}"
    await person.chat("Registry").first.wait_for()
    await person.screen(f"chats-{look}")
    assert await person.barriers() == []
    await person.open_chat("Registry")
    await person.sees("The draft is in the repository")
    await person.screen(f"timeline-{look}")
    assert await person.barriers() == []
    await person.page.get_by_role("button", name="Menu of the chat").click()
    await person.screen(f"menu-{look}")
    # An open menu stands above the page, outside of its landmarks.
    found = await person.barriers()
    assert [one for one in found if not one.startswith("region:")] == []
