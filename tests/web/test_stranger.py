"""End-to-end encryption with a client that nobody here wrote: matrix-nio."""

from pathlib import Path

from nio import AsyncClient, AsyncClientConfig, RoomMessageText
from playwright.async_api import expect

from tests.harness.client import PASSWORD, Client, Wire
from tests.web.conftest import Open


async def test_an_encrypted_chat_with_matrix_nio(
    wire: Wire, open_client: Open, tmp_path: Path
) -> None:
    bob_account = await Client(wire).register("bob")
    alice = await open_client("alice")
    bob = AsyncClient(
        wire.base_url,
        bob_account.user_id,
        store_path=str(tmp_path),
        config=AsyncClientConfig(encryption_enabled=True, store_sync_tokens=True),
    )
    heard: list[str] = []
    bob.add_event_callback(lambda room, event: heard.append(event.body), RoomMessageText)
    await bob.login(PASSWORD, device_name="nio")
    room = await alice.account.create_room(
        name="Sealed",
        invite=[bob_account.user_id],
        initial_state=[
            {
                "type": "m.room.encryption",
                "state_key": "",
                "content": {"algorithm": "m.megolm.v1.aes-sha2"},
            }
        ],
    )
    await bob.sync()
    await bob.keys_upload()
    await bob.join(room)
    await bob.sync(full_state=True)
    await bob.keys_query()
    await alice.open_chat("Sealed")
    await alice.say("From the browser")
    await expect(alice.message("From the browser")).to_contain_text("Sent")
    while "From the browser" not in heard:
        await bob.sync(timeout=1000)
    content = {"msgtype": "m.text", "body": "From nio"}
    await bob.room_send(room, "m.room.message", content, ignore_unverified_devices=True)
    await alice.sees("From nio")
    await bob.close()
