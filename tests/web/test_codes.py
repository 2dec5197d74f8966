"""QR codes: shown in one browser, read by the camera of another."""

from collections.abc import AsyncIterator
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image
from playwright.async_api import Browser, Locator, async_playwright, expect

from tests.harness.client import Client, Wire
from tests.web.conftest import CHROMIUM, Open
from tests.web.test_settings import open_settings


class Camera:
    """What stands before the camera of every browser of a test."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._show(Image.new("RGB", (64, 64), "grey"))

    async def point_at(self, code: Locator) -> None:
        """Have the camera see what is on the screen of another device."""
        await expect(code).to_be_visible(timeout=30_000)
        self._show(Image.open(BytesIO(await code.screenshot())))

    def _show(self, picture: Image.Image) -> None:
        scene = Image.new("RGB", (640, 480), (190, 188, 180))
        shown = picture.convert("RGB").resize((360, 360))
        scene.paste(shown, (140, 60))
        scene.save(self.path, "JPEG", quality=95)


@pytest.fixture
def camera(tmp_path: Path) -> Camera:
    return Camera(tmp_path / "camera.mjpeg")


@pytest.fixture
async def chromium(camera: Camera) -> AsyncIterator[Browser]:
    """Chromium whose camera sees what `camera` is pointed at."""
    args = (
        "--no-sandbox",
        "--disable-background-networking",
        "--disable-component-update",
        "--use-fake-device-for-media-stream",
        "--use-fake-ui-for-media-stream",
        f"--use-file-for-fake-video-capture={camera.path}",
    )
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=args)
        yield browser
        await browser.close()


async def test_a_chat_is_joined_and_a_person_found_by_their_codes(
    wire: Wire, open_client: Open, camera: Camera
) -> None:
    alice, bob = await Client(wire).register("alice"), await Client(wire).register("bob")
    await alice.create_room(name="Registry", preset="public_chat")
    one = await open_client(alice)
    await one.open_chat("Registry")
    await one.page.get_by_role("button", name="About the chat").click()
    await one.page.get_by_role("button", name="QR code").click()
    code = one.page.get_by_role("img", name="QR code: Registry")
    await camera.point_at(code)
    await one.screen("code-desktop")

    other = await open_client(bob, phone=True, dark=True)
    await other.page.get_by_role("button", name="New chat").click()
    await other.page.get_by_role("menuitem", name="Join by link").click()
    await other.page.get_by_role("button", name="Scan a QR code").click()
    await other.page.get_by_role("button", name="Join", exact=True).click()
    await expect(other.field).to_be_visible()

    await one.page.get_by_role("dialog").get_by_role("button", name="Close").click()
    await open_settings(one, "Profile")
    await one.page.get_by_role("button", name="My QR code").click()
    await camera.point_at(one.page.get_by_role("img", name="QR code: alice"))
    await other.page.get_by_role("button", name="Back").click()
    await other.page.get_by_role("button", name="New chat").click()
    await other.page.get_by_role("menuitem", name="Join by link").click()
    await other.page.get_by_role("button", name="Scan a QR code").click()
    await expect(other.page.get_by_role("heading", name="Card of")).to_be_visible()


async def test_two_devices_verify_each_other_by_the_camera(
    wire: Wire, open_client: Open, camera: Camera
) -> None:
    account = await Client(wire).register("alice")
    one = await open_client(account)
    await open_settings(one, "Encryption")
    await one.page.get_by_role("button", name="Create the recovery key").click()
    dialog = one.page.get_by_role("dialog")
    await dialog.get_by_role("button", name="Create").click()
    await dialog.get_by_role("button", name="I have kept it").click()

    other = await open_client(account, phone=True, dark=True)
    await open_settings(other, "Encryption")
    await other.page.get_by_role("button", name="Enter the recovery key").click()
    await other.page.get_by_role("button", name="Confirm from another device").click()
    for_one = one.page.get_by_role("dialog", name="Verification")
    await for_one.get_by_role("button", name="Accept").click()
    await other.page.get_by_role("button", name="Scan their code").click()
    scanner = other.page.get_by_role("dialog", name="Scan their code")
    await expect(scanner.get_by_label("What the camera sees")).to_be_visible()
    await other.screen("scanner-phone-dark")
    assert await other.barriers() == []
    await scanner.get_by_role("button", name="Close").click()

    await camera.point_at(for_one.get_by_role("img", name="Code to verify by"))
    await other.page.get_by_role("button", name="Scan their code").click()
    await for_one.get_by_role("button", name="Yes").click()
    await for_one.get_by_role("button", name="OK").click()
    await other.page.get_by_role("button", name="OK").click()
    await expect(other.page.get_by_text("Conversations are protected")).to_be_visible()
