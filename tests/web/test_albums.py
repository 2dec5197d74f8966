"""Pictures sent together: one album, through a cut network and in an encrypted chat."""

import re
from io import BytesIO
from typing import Any

import pytest
from PIL import Image, ImageDraw
from playwright.async_api import FilePayload, Locator, expect
from yarl import URL

from tests.harness.client import Client, Wire
from tests.web.cable import cable_to
from tests.web.conftest import Open
from tests.web.page import Person

ENCRYPTION = {
    "type": "m.room.encryption",
    "state_key": "",
    "content": {"algorithm": "m.megolm.v1.aes-sha2"},
}
SIZES = ((800, 600), (600, 800), (900, 600), (700, 700), (1200, 500))


def photo(number: int) -> FilePayload:
    """A picture that can be told from the others."""
    width, height = SIZES[number % len(SIZES)]
    colour = ((70, 110, 150), (150, 110, 70), (90, 140, 90), (120, 90, 140), (160, 150, 90))
    picture = Image.new("RGB", (width, height), colour[number % len(colour)])
    ImageDraw.Draw(picture).ellipse((60, 60, width - 60, height - 60), fill=(225, 225, 215))
    out = BytesIO()
    picture.save(out, "PNG")
    return {"name": f"photo-{number}.png", "mimeType": "image/png", "buffer": out.getvalue()}


async def send_album(person: Person, count: int, caption: str) -> None:
    files = [photo(n) for n in range(count)]
    await person.page.locator('.composer input[type="file"]').set_input_files(files)
    await person.page.get_by_label("Caption").fill(caption)
    await person.page.get_by_role("dialog").get_by_role("button", name="Send", exact=True).click()


def part(album: Locator, number: int) -> Locator:
    return album.get_by_role("button", name=f"Photo: photo-{number}.png")


async def pictures(account: Client, room: str) -> list[dict[str, Any]]:
    """The events of the room that are pictures, or encrypted, and not deleted; oldest first."""
    chunk = (await account.messages(room, dir="f", limit=50))["chunk"]
    kinds = ("m.room.message", "m.room.encrypted")
    return [event for event in chunk if event["type"] in kinds and event["content"]]


@pytest.mark.keeps
async def test_an_album_written_offline_leaves_whole_and_is_one_to_others(
    wire: Wire, open_client: Open
) -> None:
    alice, bob = await Client(wire).register("alice"), await Client(wire).register("bob")
    room = await alice.create_room(name="Registry", invite=[bob.user_id])
    await bob.join(room)
    other = await open_client(bob, phone=True, dark=True)
    await other.open_chat("Registry")
    async with cable_to(URL(wire.base_url).port or 0) as cable:
        one = await open_client(alice, url=cable.url)
        await one.open_chat("Registry")
        await one.is_kept()
        cable.cut()
        await send_album(one, 5, "From the site")
        mine = one.page.get_by_role("article", name="Album of 5")
        await expect(mine).to_contain_text("From the site")
        await expect(mine.get_by_role("button", name="Photo:")).to_have_count(5)
        assert await pictures(alice, room) == []
        cable.mend()
        # The other, who has the chat open, may have read it by then.
        await expect(mine).to_contain_text(re.compile("Sent|Read"), timeout=30_000)
        await one.page.close()
    events = await pictures(alice, room)
    contents = [event["content"] for event in events]
    assert [content["filename"] for content in contents] == [f"photo-{n}.png" for n in range(5)]
    assert len({content["org.depesha.album"] for content in contents}) == 1
    assert [content["body"] for content in contents][:2] == ["From the site", "photo-1.png"]

    theirs = other.page.get_by_role("article", name="Album of 5")
    await expect(theirs.get_by_role("img")).to_have_count(5, timeout=30_000)
    await expect(other.page.get_by_role("article")).to_have_count(1)
    await other.screen("album-phone-dark")
    assert await other.barriers() == []
    await part(theirs, 1).click()
    await expect(other.page.get_by_role("dialog")).to_contain_text("2 of 5")
    await other.page.get_by_role("button", name="Next").click()
    await expect(other.page.get_by_role("dialog")).to_contain_text("3 of 5")


async def test_one_of_an_album_and_all_of_it(wire: Wire, open_client: Open) -> None:
    alice, bob = await Client(wire).register("alice"), await Client(wire).register("bob")
    room = await alice.create_room(
        name="Registry", invite=[bob.user_id], initial_state=[ENCRYPTION]
    )
    await bob.join(room)
    one, other = await open_client(alice), await open_client(bob)
    await one.open_chat("Registry")
    await other.open_chat("Registry")
    await send_album(one, 4, "Four walls")
    mine = one.page.get_by_role("article", name="Album of 4")
    theirs = other.page.get_by_role("article", name="Album of 4")
    await expect(theirs.get_by_role("img")).to_have_count(4, timeout=30_000)
    assert {event["type"] for event in await pictures(alice, room)} == {"m.room.encrypted"}
    await one.screen("album-desktop")
    await expect(other.line("Registry")).to_contain_text("4 photos: Four walls", timeout=30_000)

    await part(mine, 2).click(button="right")
    await expect(one.page.get_by_role("menuitem", name="Edit the caption")).to_be_visible()
    await one.page.keyboard.press("Escape")
    await mine.get_by_text("Four walls").click(button="right")
    await one.page.get_by_role("menuitem", name="Edit the caption").click()
    await expect(one.field).to_have_value("Four walls")
    await one.field.fill("Four walls and a roof")
    await one.field.press("Enter")
    await expect(theirs).to_contain_text("Four walls and a roof", timeout=30_000)
    await expect(theirs.get_by_role("img")).to_have_count(4)
    told = other.line("Registry")
    await expect(told).to_contain_text("4 photos: Four walls and a roof", timeout=30_000)

    await part(theirs, 2).click(button="right")
    await other.page.get_by_role("menuitem", name="React with 👍").click()
    await expect(mine.locator("[data-part]").nth(2)).to_contain_text("1")
    await part(theirs, 1).click(button="right")
    await other.page.get_by_role("menuitem", name="Reply", exact=True).click()
    await other.say("This one is best")
    await expect(one.message("This one is best")).to_contain_text("Photo")

    await part(mine, 3).click(button="right")
    await one.page.get_by_role("menuitem", name="Delete", exact=True).click()
    await expect(one.page.get_by_role("article", name="Album of 3")).to_be_visible()
    await expect(other.page.get_by_role("article", name="Album of 3")).to_be_visible(timeout=30_000)
    await part(one.page.get_by_role("article", name="Album of 3"), 0).click(button="right")
    await one.page.get_by_role("menuitem", name="Delete all 3").click()
    await expect(other.page.get_by_role("img", name="photo")).to_have_count(0, timeout=30_000)
