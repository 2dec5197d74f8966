"""What the hand expects of keys, of the clipboard and of pictures that come late."""

from playwright.async_api import expect

from tests.harness.client import Client, Wire
from tests.web.conftest import Open
from tests.web.test_composer import png

COPY = """([html, text]) => navigator.clipboard.write([new ClipboardItem({
    "text/html": new Blob([html], { type: "text/html" }),
    "text/plain": new Blob([text], { type: "text/plain" }),
})])"""
FOCUSED = """() => {
    const { activeElement: at } = document;
    return at.getAttribute("aria-label") || at.innerText.split("\\n")[0] || at.className;
}"""


async def test_keys_lead_through_history_clipboard_and_emoji(open_client: Open) -> None:
    alice = await open_client("alice")
    page, keys = alice.page, alice.page.keyboard
    for name in ("Canteen", "Registry"):
        await alice.account.create_room(name=name)
        await alice.open_chat(name)
        await expect(page.get_by_role("region", name=name)).to_be_visible()
    await expect(alice.field).to_be_focused()
    await keys.press("Alt+ArrowLeft")
    await expect(page.get_by_role("region", name="Canteen")).to_be_visible()
    await keys.press("Alt+ArrowRight")
    await expect(page.get_by_role("region", name="Registry")).to_be_visible()

    await page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    await page.evaluate(COPY, ["<p>So <b>bold</b></p>", "So bold"])
    await alice.field.focus()
    await keys.press("Control+v")
    await expect(alice.field).to_have_value("So **bold**")
    await alice.field.fill("")
    await keys.press("Control+Shift+V")
    await expect(alice.field).to_have_value("So bold")

    board = page.get_by_role("dialog", name="Emoji")
    await page.get_by_role("button", name="Emoji").click()
    await board.get_by_role("searchbox").fill("pizza")
    await board.get_by_role("button", name="pizza").click()
    await expect(alice.field).to_have_value("So bold🍕")
    await keys.press("Escape")
    await expect(board).to_have_count(0)
    await page.get_by_role("button", name="Emoji").click()
    await expect(board.get_by_role("button").first).to_have_text("🍕")
    await keys.press("Escape")
    await expect(board).to_have_count(0)

    # From the left to the right, each pane from its top to its bottom.
    order = ["To the messages", "Menu", "Search", "New chat", "Canteen", "Width of the list"]
    order += ["Search this chat", "Menu of the chat", "Today", "Attach", "Message", "Emoji"]
    await page.get_by_role("button", name="To the messages").focus()
    passed = list[str]()
    while len(passed) < 40 and "Emoji" not in passed:
        passed.append(await page.evaluate(FOCUSED))
        await keys.press("Tab")
    assert [name for name in passed if name in order] == order


async def test_a_picture_that_comes_late_moves_nothing(wire: Wire, open_client: Open) -> None:
    bob = await Client(wire).register("bob")
    alice = await open_client("alice")
    room = await alice.account.create_room(name="Registry", invite=[bob.user_id])
    await bob.join(room)
    uri = (await bob.post("/_matrix/media/v1/create", {})).ok()["content_uri"]
    info = {"w": 600, "h": 400, "mimetype": "image/png"}
    await bob.send(room, {"msgtype": "m.image", "body": "late.png", "url": uri, "info": info})
    await bob.send(room, "Said below")
    await alice.open_chat("Registry")
    picture = alice.page.get_by_role("button", name="Photo: late.png")
    await expect(picture).to_be_visible()
    await alice.sees("Said below")
    before = await picture.bounding_box(), await alice.message("Said below").bounding_box()
    path = f"/_matrix/media/v3/upload/{uri.removeprefix('mxc://')}"
    (await bob.request("PUT", path, data=png(600), headers={"Content-Type": "image/png"})).ok()
    await expect(picture.locator("img")).to_be_visible(timeout=30_000)
    after = await picture.bounding_box(), await alice.message("Said below").bounding_box()
    assert after == before
