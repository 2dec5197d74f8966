"""Writing: formatting, suggestions, files, voice, and what leaves later."""

import base64
import re
import struct
from zlib import compress, crc32

from playwright.async_api import FilePayload, expect

from tests.harness.client import Client, Wire
from tests.web.conftest import Open


def png(side: int) -> bytes:
    """A grey square."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", crc32(kind + data))

    head = struct.pack(">IIBBBBB", side, side, 8, 0, 0, 0, 0)
    rows = compress((b"\0" + b"\x90" * side) * side)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


async def test_text_is_formatted_by_keys_and_markdown(open_client: Open) -> None:
    alice = await open_client("alice")
    page, field = alice.page, alice.field
    await alice.account.create_room(name="Registry")
    await alice.open_chat("Registry")
    for keys, written in (
        ("Control+b", "**word**"),
        ("Control+i", "*word*"),
        ("Control+e", "`word`"),
        ("Control+Shift+l", "[word](https://)"),
    ):
        await field.fill("word")
        await field.press("Control+a")
        await field.press(keys)
        await expect(field).to_have_value(written)
    await field.fill("first")
    await field.press("Shift+Enter")
    await field.press_sequentially("second")
    await field.press("Enter")
    await alice.sees("second")
    await expect(alice.message("second")).to_contain_text("first")

    await alice.say("Energy $E = mc^2$ and\n```python\nprint('hello')\n```")
    formula = alice.message("Energy")
    await expect(formula.locator("math")).to_be_visible()
    await expect(formula.locator("pre code span").first).to_be_visible()
    await alice.screen("formula")

    await field.press("ArrowUp")
    await expect(page.get_by_text("Editing a message")).to_be_visible()
    await field.press("Escape")
    await expect(page.get_by_text("Editing a message")).to_have_count(0)
    await expect(field).to_have_value("")


async def test_people_chats_emoji_and_commands_are_suggested(wire: Wire, open_client: Open) -> None:
    bob = await Client(wire).register("bob")
    alice = await open_client("alice")
    page, field = alice.page, alice.field
    room = await alice.account.create_room(name="Registry", invite=[bob.user_id])
    await bob.join(room)
    await alice.account.create_room(name="Canteen")
    await alice.open_chat("Registry")
    options = page.get_by_role("listbox", name="Suggestions").get_by_role("option")
    await field.press_sequentially("@bo")
    await expect(options.first).to_contain_text("bob")
    await field.press("Tab")
    await field.press_sequentially("look at #cant")
    await expect(options.first).to_contain_text("Canteen")
    await field.press("Enter")
    await field.press_sequentially(":rocket")
    await expect(options.first).to_contain_text("🚀")
    await field.press("Enter")
    await field.press("Enter")
    await alice.sees("🚀")
    await expect(alice.message("🚀").get_by_role("link", name="bob")).to_be_visible()
    await expect(alice.message("🚀").get_by_role("link", name="Canteen")).to_be_visible()
    await field.press_sequentially("/m")
    await expect(options.first).to_contain_text("/me")
    await field.press("Enter")
    await field.press_sequentially("waves")
    await field.press("Enter")
    await expect(alice.message("waves")).to_contain_text(re.compile("alice.* waves"))


async def test_a_draft_stays_with_its_chat(open_client: Open) -> None:
    alice = await open_client("alice")
    await alice.account.create_room(name="Canteen")
    await alice.account.create_room(name="Registry")
    await alice.open_chat("Registry")
    await alice.field.fill("Half a thought")
    await alice.open_chat("Canteen")
    await expect(alice.field).to_have_value("")
    await expect(alice.line("Registry")).to_contain_text("Draft: Half a thought")
    await alice.page.reload()
    await expect(alice.line("Registry")).to_contain_text("Draft: Half a thought")
    await alice.open_chat("Registry")
    await expect(alice.field).to_have_value("Half a thought")


async def test_pictures_are_seen_captioned_sent_and_viewed(open_client: Open) -> None:
    alice = await open_client("alice")
    page = alice.page
    await alice.account.create_room(name="Canteen")
    await alice.account.create_room(name="Registry")
    await alice.open_chat("Registry")
    files = [FilePayload(name=f"{n}.png", mimeType="image/png", buffer=png(200)) for n in "abc"]
    await page.locator(".composer input[type=file]").set_input_files(files)
    dialog = page.get_by_role("dialog", name="Send 3 files")
    await dialog.get_by_role("button", name="Remove the file c.png").click()
    dialog = page.get_by_role("dialog", name="Send 2 files")
    await dialog.get_by_label("Caption").fill("Two pictures")
    await dialog.get_by_role("button", name="Send", exact=True).click()
    await alice.sees("Two pictures")
    pictures = page.get_by_role("button", name="Photo: ")
    await expect(pictures).to_have_count(2)
    await expect(pictures.nth(1).locator("img")).to_be_visible(timeout=15_000)
    await expect(page.get_by_role("article").last).to_contain_text("Sent")

    await pictures.first.click()
    viewer = page.get_by_role("dialog", name="Viewing a.png")
    await expect(viewer).to_be_visible()
    await viewer.get_by_role("button", name="Larger").click()
    await page.keyboard.press("ArrowRight")
    viewer = page.get_by_role("dialog", name="Viewing b.png")
    await expect(viewer.get_by_role("img")).to_be_visible()
    await alice.screen("viewer")
    async with page.expect_download() as saved:
        await viewer.get_by_role("button", name="Download").click()
    assert (await saved.value).suggested_filename == "b.png"
    await viewer.get_by_role("button", name="Forward").click()
    await page.get_by_role("dialog", name="Forward to").get_by_text("Canteen").click()
    await expect(page.get_by_text("Forwarded: Canteen")).to_be_visible()
    await page.keyboard.press("Escape")
    await expect(page.get_by_role("dialog")).to_have_count(0)
    await page.get_by_role("button", name="About the chat").click()
    await page.get_by_role("tab", name="Media").click()
    side = page.get_by_role("complementary", name="Details")
    await expect(side.get_by_role("link", name=".png")).to_have_count(2)


RECORD = """async () => {
  const canvas = document.createElement("canvas");
  canvas.width = canvas.height = 32;
  const pen = canvas.getContext("2d");
  const recorder = new MediaRecorder(canvas.captureStream(30), { mimeType: "video/webm" });
  const parts = [];
  recorder.ondataavailable = (event) => parts.push(event.data);
  const stopped = new Promise((resolve) => { recorder.onstop = resolve; });
  recorder.start();
  for (let frame = 0; frame < 12; frame++) {
    pen.fillStyle = `hsl(${frame * 30} 80% 50%)`;
    pen.fillRect(0, 0, 32, 32);
    await new Promise(requestAnimationFrame);
  }
  recorder.stop();
  await stopped;
  const bytes = new Uint8Array(await new Blob(parts).arrayBuffer());
  return btoa(String.fromCharCode(...bytes));
}"""


async def test_a_video_a_file_and_a_place_are_sent(open_client: Open) -> None:
    alice = await open_client("alice")
    page = alice.page
    await page.context.grant_permissions(["geolocation"])
    await page.context.set_geolocation({"latitude": 55.75, "longitude": 37.62})
    await alice.account.create_room(name="Registry")
    await alice.open_chat("Registry")
    video = base64.b64decode(await page.evaluate(RECORD))
    picker = page.locator(".composer input[type=file]")
    await picker.set_input_files({"name": "film.webm", "mimeType": "video/webm", "buffer": video})
    await page.get_by_role("button", name="Send", exact=True).click()
    play = page.get_by_role("button", name="Play the video: film.webm")
    await expect(page.get_by_role("article").last).to_contain_text("Sent")
    await play.click()
    await expect(page.locator("video")).to_be_visible()

    order = FilePayload(name="order.txt", mimeType="text/plain", buffer=b"The order")
    await picker.set_input_files(order)
    await page.get_by_role("button", name="Send", exact=True).click()
    file = page.get_by_role("button", name="Download: order.txt")
    await expect(page.get_by_role("article").last).to_contain_text("Sent")
    async with page.expect_download() as saved:
        await file.click()
    assert (await saved.value).suggested_filename == "order.txt"

    await page.get_by_role("button", name="Attach").click()
    await page.get_by_role("menuitem", name="Location").click()
    await page.get_by_role("button", name="Send the location").click()
    await expect(page.get_by_role("article").last).to_contain_text("55.75000, 37.62000")


async def test_a_voice_message_is_recorded_heard_and_sent(open_client: Open) -> None:
    alice = await open_client("alice")
    page = alice.page
    await page.context.grant_permissions(["microphone"])
    await alice.account.create_room(name="Registry")
    await alice.open_chat("Registry")
    await page.get_by_role("button", name="Voice message").click()
    await expect(page.get_by_text("0:01")).to_be_visible()
    await page.get_by_role("button", name="Stop recording").click()
    await expect(page.get_by_label("Listen")).to_be_visible()
    await page.get_by_role("button", name="Send the recording").click()
    message = page.get_by_role("article").last
    await expect(message).to_contain_text("Sent")
    await message.get_by_role("button", name="Play").click()
    await message.get_by_role("button", name="Speed 1").click()
    await expect(message.get_by_role("button", name="Speed 1.5")).to_be_visible()


async def test_a_poll_and_a_message_for_later(wire: Wire, open_client: Open) -> None:
    bob = await Client(wire).register("bob")
    alice = await open_client("alice")
    page = alice.page
    room = await alice.account.create_room(name="Registry", invite=[bob.user_id])
    await bob.join(room)
    await alice.open_chat("Registry")
    await page.get_by_role("button", name="Attach").click()
    await page.get_by_role("menuitem", name="Poll").click()
    dialog = page.get_by_role("dialog", name="New poll")
    await dialog.get_by_label("Question").fill("Which day?")
    await dialog.get_by_label("Answer 1", exact=True).fill("Monday")
    await dialog.get_by_label("Answer 2", exact=True).fill("Friday")
    await dialog.get_by_role("button", name="Create the poll").click()
    poll = alice.message("Which day?")
    await expect(poll).to_contain_text("Sent")
    await poll.get_by_role("button", name="Friday").click()
    await expect(poll.get_by_role("button", name="Friday")).to_contain_text("100%")
    await poll.get_by_role("button", name="End the poll").click()
    await expect(poll).to_contain_text("ended")

    await alice.field.fill("In an hour")
    await page.get_by_role("button", name="Attach").click()
    await page.get_by_role("menuitem", name="Send later").click()
    await page.get_by_role("dialog").get_by_role("button", name="Send", exact=True).click()
    await expect(alice.field).to_have_value("")
    await page.get_by_role("button", name="1 message for later").click()
    later = page.get_by_role("dialog", name="To be sent later")
    await expect(later).to_contain_text("In an hour")
    await later.get_by_role("button", name="Send now").click()
    await page.keyboard.press("Escape")
    await alice.sees("In an hour")
