"""Pictures: drawn on and cut before they leave."""

from io import BytesIO
from typing import Any

import pytest
from PIL import Image
from playwright.async_api import FilePayload, expect

from tests.harness.client import Client
from tests.web.conftest import Open
from tests.web.page import Person


def picture(name: str, width: int = 400, height: int = 300) -> FilePayload:
    """A grey picture as a file to choose."""
    out = BytesIO()
    Image.new("RGB", (width, height), (200, 204, 208)).save(out, "PNG")
    return {"name": name, "mimeType": "image/png", "buffer": out.getvalue()}


async def attach(person: Person, *files: FilePayload) -> None:
    await person.page.locator('.composer input[type="file"]').set_input_files(list(files))


async def events(client: Client, room: str, msgtype: str) -> list[dict[str, Any]]:
    """Contents of the messages of a kind, the oldest first."""
    chunk = (await client.messages(room, dir="b", limit=50))["chunk"]
    found = [event["content"] for event in reversed(chunk) if event["type"] == "m.room.message"]
    return [content for content in found if content.get("msgtype") == msgtype]


async def drag(person: Person, start: tuple[float, float], end: tuple[float, float]) -> None:
    """Over the picture, in parts of its width and height."""
    box = await person.page.get_by_role("img", name="plan.png,").bounding_box()
    assert box is not None
    mouse = person.page.mouse
    at = [(box["x"] + box["width"] * x, box["y"] + box["height"] * y) for x, y in (start, end)]
    await mouse.move(*at[0])
    await mouse.down()
    await mouse.move(*at[1], steps=4)
    await mouse.up()


@pytest.mark.parametrize("phone", [True, False])
async def test_a_picture_is_drawn_on_written_on_and_cut(open_client: Open, phone: bool) -> None:
    alice = await open_client("alice", phone=phone, dark=phone)
    page = alice.page
    room = await alice.account.create_room(name="Registry")
    await alice.open_chat("Registry")
    await attach(alice, picture("plan.png"))
    await page.get_by_role("button", name="Draw on plan.png").click()
    await expect(page.get_by_role("button", name="Done", exact=True)).to_be_enabled(timeout=15_000)
    await drag(alice, (0.1, 0.1), (0.4, 0.3))
    await page.get_by_role("radio", name="Arrow").check(force=True)
    await drag(alice, (0.8, 0.8), (0.5, 0.5))
    await page.get_by_role("radio", name="Text").check(force=True)
    await page.get_by_role("radio", name="Blue").check(force=True)
    await page.get_by_label("Text on the picture").fill("Here")
    await page.get_by_role("button", name="Place in the middle").click()
    await expect(page.get_by_role("img", name="plan.png, 3 changes")).to_be_visible()
    assert await alice.barriers() == []
    await alice.screen(f"drawing-{'phone' if phone else 'desktop'}")
    await page.get_by_role("radio", name="Cut").check(force=True)
    await drag(alice, (0.05, 0.02), (0.55, 1.1))
    await expect(page.get_by_role("img", name="plan.png, 4 changes")).to_be_visible()
    await drag(alice, (0.1, 0.1), (0.5, 0.5))
    await page.keyboard.press("Control+z")
    await expect(page.get_by_role("img", name="plan.png, 4 changes")).to_be_visible()
    await page.get_by_role("button", name="Done", exact=True).click()
    await page.get_by_role("button", name="Send", exact=True).click()
    await expect(page.get_by_role("button", name="Photo: plan.png")).to_be_visible()
    await expect(page.get_by_text("Sent").last).to_be_attached()
    [sent] = await events(alice.account, room, "m.image")
    assert sent["info"]["w"] == pytest.approx(200, abs=6)
    assert sent["info"]["h"] == pytest.approx(294, abs=6)
    media = sent["url"].removeprefix("mxc://")
    loaded = await alice.account.get(f"/_matrix/client/v1/media/download/{media}")
    colours = {
        colour
        for _, colour in Image.open(BytesIO(loaded.body)).convert("RGB").getcolors(1 << 20) or ()
    }
    assert (0x1C, 0x6F, 0xD6) in colours  # the text, in blue
    assert (0xE5, 0x32, 0x2D) in colours  # the arrow, in red


async def test_who_wants_no_motion_sees_a_still_picture(open_client: Open) -> None:
    alice = await open_client("alice")
    await alice.page.emulate_media(reduced_motion="reduce")
    room = await alice.account.create_room(name="Registry")
    out = BytesIO()
    frames = [Image.new("RGB", (80, 60), colour) for colour in ("red", "blue")]
    frames[0].save(out, "GIF", save_all=True, append_images=frames[1:], duration=80, loop=0)
    headers = {"Content-Type": "image/gif"}
    path = "/_matrix/media/v3/upload"
    answer = await alice.account.request("POST", path, data=out.getvalue(), headers=headers)
    info = {"mimetype": "image/gif", "w": 80, "h": 60}
    url = answer.ok()["content_uri"]
    content = {"msgtype": "m.image", "body": "dance.gif", "url": url, "info": info}
    await alice.account.send(room, content)
    await alice.open_chat("Registry")
    shown = alice.page.get_by_role("button", name="Photo: dance.gif")
    await expect(shown.locator("canvas[width='80']")).to_be_visible()
    await expect(shown.locator("img")).to_be_hidden()
    await alice.page.emulate_media(reduced_motion="no-preference")
    await expect(shown.locator("img")).to_be_visible()
