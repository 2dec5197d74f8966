"""Stickers: packs made of pictures, of one's own and of a chat; pictures that move."""

from io import BytesIO

from PIL import Image, ImageDraw
from playwright.async_api import FilePayload, expect

from tests.harness.client import Client, Wire
from tests.web.conftest import Open
from tests.web.page import Person


def sticker(name: str, colour: str) -> FilePayload:
    """A coloured disc without ground."""
    picture = Image.new("RGBA", (600, 600), (0, 0, 0, 0))
    ImageDraw.Draw(picture).ellipse((20, 20, 580, 580), fill=colour)
    out = BytesIO()
    picture.save(out, "PNG")
    return {"name": f"{name}.png", "mimeType": "image/png", "buffer": out.getvalue()}


async def open_stickers(person: Person) -> None:
    await person.page.get_by_role("button", name="Emoji", exact=True).click()
    await person.page.get_by_role("tab", name="Stickers").click()


async def make_pack(person: Person, name: str, *files: FilePayload) -> None:
    dialog = person.page.get_by_role("dialog", name="Sticker pack")
    await dialog.get_by_label("Name of the pack").fill(name)
    await dialog.locator('input[type="file"]').set_input_files(list(files))
    await expect(dialog.get_by_label(f"Name of sticker {len(files)}")).to_be_visible(timeout=30_000)
    await dialog.get_by_role("button", name="Save the pack").click()
    await expect(dialog).to_be_hidden()


async def test_packs_are_made_of_pictures_and_sent_from(wire: Wire, open_client: Open) -> None:
    alice, bob = await Client(wire).register("alice"), await Client(wire).register("bob")
    room = await alice.create_room(name="Registry", invite=[bob.user_id])
    await bob.join(room)
    one, other = await open_client(alice), await open_client(bob, phone=True, dark=True)
    await one.open_chat("Registry")
    await open_stickers(one)
    await one.page.get_by_role("button", name="Make a pack from pictures").click()
    await make_pack(one, "Discs", sticker("agreed", "seagreen"), sticker("no", "firebrick"))
    await open_stickers(one)
    await one.page.get_by_role("button", name="A pack for this chat").click()
    await make_pack(one, "Registry's own", sticker("signed", "steelblue"))
    await open_stickers(one)
    board = one.page.get_by_role("region", name="Discs")
    await expect(board.get_by_role("button", name="agreed")).to_be_visible()
    await one.screen("stickers-desktop")
    assert await one.barriers() == []
    await board.get_by_role("button", name="agreed").click()

    await other.open_chat("Registry")
    await expect(other.page.get_by_role("button", name="Photo: agreed")).to_be_visible()
    await open_stickers(other)
    theirs = other.page.get_by_role("region", name="Registry's own")
    await theirs.get_by_role("button", name="signed").click()
    await expect(one.page.get_by_role("button", name="Photo: signed")).to_be_visible()
    await other.screen("sticker-phone-dark")

    path = f"/user/{alice.user_id}/account_data/im.ponies.user_emotes"
    pack = (await alice.get(path)).ok()
    assert pack["pack"]["display_name"] == "Discs"
    assert sorted(pack["images"]) == ["agreed", "no"]
    assert pack["images"]["no"]["info"]["w"] == 512


async def test_a_pack_of_one_chat_gives_emoticons_to_another(wire: Wire, open_client: Open) -> None:
    alice, bob = await Client(wire).register("alice"), await Client(wire).register("bob")
    await alice.create_room(name="Registry")
    room = await alice.create_room(name="Archive", invite=[bob.user_id])
    await bob.join(room)
    one, other = await open_client(alice, dark=True), await open_client(bob, phone=True)
    await one.open_chat("Registry")
    await open_stickers(one)
    await one.page.get_by_role("button", name="A pack for this chat").click()
    await make_pack(one, "Seals", sticker("signed", "steelblue"))
    await open_stickers(one)
    await one.page.get_by_role("button", name="Use the pack Seals in all chats").click()
    unused = one.page.get_by_role("button", name="Do not use the pack Seals in other chats")
    await expect(unused).to_be_visible(timeout=30_000)
    await one.page.keyboard.press("Escape")

    await one.open_chat("Archive")
    await open_stickers(one)
    theirs = one.page.get_by_role("region", name="Seals · Registry")
    await expect(theirs).to_be_visible(timeout=30_000)
    await one.screen("packs-desktop-dark")
    await one.page.keyboard.press("Escape")
    await one.field.press_sequentially("The order is :sig")
    await expect(one.page.get_by_role("option", name=":signed:")).to_be_visible(timeout=30_000)
    await one.screen("emoticon-typed-desktop-dark")
    await one.field.press("Enter")
    await expect(one.field).to_have_value("The order is :signed: ")
    await one.field.press("Enter")

    await other.open_chat("Archive")
    shown = other.message("The order is").get_by_role("img", name=":signed:")
    await expect(shown).to_have_js_property("naturalWidth", 512, timeout=30_000)
    await other.screen("emoticon-phone")
    assert await other.barriers() == []
    last = (await bob.messages(room, limit=1))["chunk"][0]["content"]
    assert last["body"] == "The order is :signed:"
    assert '<img data-mx-emoticon src="mxc://' in last["formatted_body"]

    # The board of emoji has it too: as a group, among what is found, and among the last used.
    await one.page.get_by_role("button", name="Emoji", exact=True).click()
    board = one.page.get_by_role("dialog", name="Emoji")
    await board.get_by_role("tab", name="Emoji", exact=True).click()
    await board.get_by_role("tab", name="Seals · Registry").click()
    await expect(board.get_by_role("button", name=":signed:")).to_be_visible()
    await one.screen("emoticons-board-desktop-dark")
    assert await one.barriers() == []
    await board.get_by_label("Find emoji").fill("signed")
    await board.get_by_role("button", name=":signed:").click()
    await expect(one.field).to_have_value(":signed:")
    await board.get_by_label("Find emoji").fill("")
    await board.get_by_role("tab").first.click()
    await expect(board.get_by_role("button", name=":signed:")).to_be_visible()
    await one.page.keyboard.press("Escape")

    # And one reacts with it.
    await one.act("The order is", "Another reaction")
    chosen = one.page.get_by_role("dialog", name="React")
    await chosen.get_by_role("button", name=":signed:").click()
    reaction = other.message("The order is").get_by_role("button", name=":signed:")
    await expect(reaction).to_be_visible(timeout=30_000)
    await expect(reaction.get_by_role("img")).to_have_js_property("naturalWidth", 512)
    await expect(reaction.get_by_role("img")).to_have_css("height", "20px")
    await other.screen("emoticon-reaction-phone")
    await reaction.click()
    await expect(reaction).to_contain_text("2")
