"""Voice and video messages: recorded, sent, played on from one into the next."""

import math
import struct
import wave
from io import BytesIO

import pytest
from playwright.async_api import expect

from tests.harness.client import Client, Wire
from tests.web.conftest import Open
from tests.web.page import Person
from tests.web.test_albums import ENCRYPTION
from tests.web.test_pictures import events


def tone(seconds: float) -> bytes:
    """A quiet tone as a WAV file."""
    out = BytesIO()
    with wave.open(out, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(8000)
        samples = (int(900 * math.sin(n / 3)) for n in range(int(8000 * seconds)))
        file.writeframes(b"".join(struct.pack("<h", sample) for sample in samples))
    return out.getvalue()


async def microphone_and_camera(person: Person) -> None:
    """Those of Chromium's own: a tone, and a picture that moves."""
    await person.page.context.grant_permissions(["microphone", "camera"])


@pytest.mark.parametrize("phone", [True, False])
async def test_a_voice_is_recorded_listened_to_and_sent(open_client: Open, phone: bool) -> None:
    alice = await open_client("alice", phone=phone)
    page = alice.page
    await microphone_and_camera(alice)
    room = await alice.account.create_room(name="Registry")
    await alice.open_chat("Registry")
    await page.get_by_role("button", name="Voice message").click()
    recorder = page.get_by_role("region", name="Voice message")
    await expect(recorder).to_contain_text("0:01", timeout=30_000)
    await recorder.get_by_role("button", name="Stop recording").click()
    await expect(recorder.get_by_label("Listen")).to_be_visible()
    await recorder.get_by_role("button", name="Send the recording").click()
    await expect(page.get_by_role("article").get_by_role("button", name="Play")).to_be_visible()
    await expect(page.get_by_role("article")).to_contain_text("Sent")
    [sent] = await events(alice.account, room, "m.audio")
    assert sent["info"]["duration"] >= 1000
    assert sent["info"]["size"] > 1000
    waveform = sent["org.matrix.msc1767.audio"]["waveform"]
    assert 10 < len(waveform) <= 64
    assert max(waveform) > 0  # the tone was heard


async def test_a_round_video_is_recorded_looked_at_and_sent(wire: Wire, open_client: Open) -> None:
    alice, bob = await Client(wire).register("alice"), await Client(wire).register("bob")
    room = await alice.create_room(
        name="Registry", invite=[bob.user_id], initial_state=[ENCRYPTION]
    )
    await bob.join(room)
    one, other = await open_client(alice, phone=True, dark=True), await open_client(bob)
    await microphone_and_camera(one)
    await other.open_chat("Registry")
    await one.open_chat("Registry")
    await one.page.get_by_role("button", name="Attach").click()
    await one.page.get_by_role("menuitem", name="Video message").click()
    recorder = one.page.get_by_role("region", name="Video message")
    await expect(recorder).to_contain_text("0:01", timeout=30_000)
    await one.screen("round-recording-phone-dark")
    await recorder.get_by_role("button", name="Stop recording").click()
    await expect(recorder.get_by_label("Your video message")).to_be_visible()
    assert await one.barriers() == []
    await recorder.get_by_role("button", name="Send the recording").click()

    play = other.page.get_by_role("button", name="Play the video message")
    await expect(play).to_be_visible(timeout=30_000)
    video = play.locator("video")
    await expect(video).to_have_js_property("muted", True)
    await expect(video).to_have_js_property("videoWidth", 400)
    await other.screen("round-desktop")
    await play.click()
    heard = other.page.get_by_role("article").get_by_role("button", name="Pause")
    await expect(heard.locator("video")).to_have_js_property("muted", False)
    # It ends by itself, and is silent again.
    await expect(play).to_be_visible(timeout=30_000)


async def test_a_voice_plays_on_into_the_next_again_and_again(open_client: Open) -> None:
    alice = await open_client("alice")
    room = await alice.account.create_room(name="Registry")
    headers = {"Content-Type": "audio/wav"}
    for seconds in (0.5, 2.0):
        path = "/_matrix/media/v3/upload"
        answer = await alice.account.request("POST", path, data=tone(seconds), headers=headers)
        content = {
            "msgtype": "m.audio",
            "body": "voice.wav",
            "url": answer.ok()["content_uri"],
            "info": {"mimetype": "audio/wav", "duration": round(seconds * 1000)},
            "org.matrix.msc1767.audio": {"duration": round(seconds * 1000), "waveform": [9, 99]},
            "org.matrix.msc3245.voice": {},
        }
        await alice.account.send(room, content)
    await alice.open_chat("Registry")
    first, second = (alice.page.get_by_role("article").nth(n) for n in (0, 1))
    for _ in range(2):
        await first.get_by_role("button", name="Play").click()
        await expect(second.get_by_role("button", name="Pause")).to_be_visible()
        await expect(second.get_by_role("button", name="Play")).to_be_visible()
