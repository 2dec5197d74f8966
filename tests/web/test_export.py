"""A chat in one's own hands: saved as an archive, and printed."""

import json
import zipfile

from playwright.async_api import FilePayload, expect

from tests.harness.client import Client, Wire
from tests.web.conftest import Open


async def test_a_chat_is_saved_with_its_files(wire: Wire, open_client: Open) -> None:
    bob = await Client(wire).register("bob")
    alice = await open_client("alice")
    page = alice.page
    room = await alice.account.create_room(name="Registry", invite=[bob.user_id])
    await bob.join(room)
    await bob.send(room, "Here is <b>the plan</b>")
    await alice.open_chat("Registry")
    chosen: FilePayload = {"name": "plan.txt", "mimeType": "text/plain", "buffer": b"First, think."}
    await page.locator('input[type="file"]').first.set_input_files([chosen])
    await page.get_by_role("button", name="Send", exact=True).click()
    await expect(alice.message("plan.txt")).to_contain_text("Sent")
    await alice.act_on_chat("Registry", "Save or print…")
    dialog = page.get_by_role("dialog", name="Save or print a chat")
    assert await alice.barriers() == []
    async with page.expect_download() as downloading:
        await dialog.get_by_role("button", name="Save", exact=True).click()
    await expect(dialog.get_by_text("Done:")).to_be_visible()
    download = await downloading.value
    assert download.suggested_filename.startswith("Registry ")
    with zipfile.ZipFile(await download.path()) as saved:
        assert saved.testzip() is None
        told = json.loads(saved.read("messages.json"))
        page_text = saved.read("index.html").decode()
        (file,) = [name for name in saved.namelist() if name.startswith("files/")]
        assert saved.read(file) == b"First, think."
    assert told["room_id"] == room
    files = [message.get("file") for message in told["messages"] if message.get("file")]
    assert files == [file]
    assert "Here is &#60;b&#62;the plan&#60;/b&#62;" in page_text
    assert f'href="{file}"' in page_text


async def test_a_chat_is_printed_and_nothing_else_of_the_page(open_client: Open) -> None:
    alice = await open_client("alice")
    page = alice.page
    await alice.account.create_room(name="Canteen")
    await alice.account.create_room(name="Registry")
    await alice.open_chat("Registry")
    await alice.say("Printed **well**")
    await expect(alice.message("Printed well")).to_contain_text("Sent")
    await page.evaluate("() => { window.print = () => { window.printed = true; }; }")
    await alice.act_on_chat("Registry", "Save or print…")
    await page.get_by_role("button", name="Print", exact=True).click()
    await page.wait_for_function("() => window.printed")
    await page.emulate_media(media="print")
    paper = page.get_by_text("Printed well").filter(visible=True)
    await expect(paper).to_have_count(1)
    await expect(page.get_by_text("Canteen").filter(visible=True)).to_have_count(0)
    await alice.screen("print")
