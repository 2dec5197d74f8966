"""Voice messages: one plays on into the next, also into one that was heard before."""

import math
import struct
import wave
from io import BytesIO

from playwright.async_api import expect

from tests.web.conftest import Open


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
