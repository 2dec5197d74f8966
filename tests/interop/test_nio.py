"""Two people with matrix-nio: encryption, relations, files, receipts, verification."""

import io
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest
from nio import (
    AsyncClient,
    AsyncClientConfig,
    DownloadError,
    Event,
    LoginResponse,
    MemoryDownloadResponse,
    RedactedEvent,
    RoomMessageText,
    SyncResponse,
    UploadResponse,
)
from nio.crypto.attachments import decrypt_attachment

from tests.harness.client import PASSWORD, Client, Wire
from tests.interop.baseline import Passes

ROUNDS = 20
"""Syncs after which a condition that does not hold never will."""

ENCRYPTION = {
    "type": "m.room.encryption",
    "state_key": "",
    "content": {"algorithm": "m.megolm.v1.aes-sha2"},
}


class Nio:
    """A person with matrix-nio, and what its syncs have shown."""

    def __init__(self, client: AsyncClient) -> None:
        self.client = client
        self.events: dict[str, Any] = {}
        client.add_event_callback(self._keep, (Event,))

    def _keep(self, _room: Any, event: Any) -> None:
        self.events[event.event_id] = event

    async def sync_once(self) -> None:
        client = self.client
        answer = await client.sync(timeout=1_000)
        assert isinstance(answer, SyncResponse), answer
        if client.should_upload_keys:
            await client.keys_upload()
        if client.should_query_keys:
            await client.keys_query()
        if client.should_claim_keys:
            await client.keys_claim(client.get_users_for_key_claiming())
        await client.send_to_device_messages()

    async def until(self, holds: Callable[[], Any]) -> Any:
        """What `holds` gives once it is true, syncing as often as needed."""
        for _ in range(ROUNDS):
            if found := holds():
                return found
            await self.sync_once()
        raise AssertionError("what was waited for did not come")

    def knows(self, other: "Nio", room_id: str) -> bool:
        """True when this client can encrypt to the other in the room."""
        room, user = self.client.rooms.get(room_id), other.client.user_id
        devices = self.client.device_store
        return (
            room is not None
            and room.encrypted
            and user in room.users
            and any(each.id == other.client.device_id for each in devices.active_user_devices(user))
        )

    async def see(self, event_id: str) -> Any:
        return await self.until(lambda: self.events.get(event_id))

    async def send(self, room: str, content: dict[str, Any], kind: str = "m.room.message") -> str:
        answer = await self.client.room_send(room, kind, content, ignore_unverified_devices=True)
        return str(answer.event_id)


@pytest.fixture
async def nios(
    wire: Wire, people: tuple[Client, Client], tmp_path: Path
) -> AsyncIterator[tuple[Nio, Nio]]:
    clients = []
    for person in people:
        name = person.user_id.split(":")[0][1:]
        (tmp_path / name).mkdir()
        client = AsyncClient(
            wire.base_url,
            person.user_id,
            store_path=str(tmp_path / name),
            config=AsyncClientConfig(encryption_enabled=True, max_timeouts=3),
        )
        assert isinstance(await client.login(PASSWORD, name), LoginResponse)
        clients.append(client)
    alice, bob = map(Nio, clients)
    await alice.sync_once()
    await bob.sync_once()
    yield alice, bob
    for client in clients:
        await client.close()


async def share_a_room(alice: Nio, bob: Nio, version: str) -> str:
    """An encrypted room of both, each knowing the devices of the other."""
    made = await alice.client.room_create(
        room_version=version, invite=[bob.client.user_id], initial_state=[ENCRYPTION]
    )
    room = str(made.room_id)
    await bob.until(lambda: room in bob.client.invited_rooms)
    await bob.client.join(room)
    await alice.until(lambda: alice.knows(bob, room))
    await bob.until(lambda: bob.knows(alice, room))
    return room


def text(body: str, **more: Any) -> dict[str, Any]:
    return {"msgtype": "m.text", "body": body, **more}


def replacing(event_id: str) -> dict[str, str]:
    return {"rel_type": "m.replace", "event_id": event_id}


def annotating(event_id: str) -> dict[str, str]:
    return {"rel_type": "m.annotation", "event_id": event_id, "key": "👍"}


async def send_file(sender: Nio, room: str, secret: bytes) -> str:
    """Send an encrypted file; the event's id."""
    answer, keys = await sender.client.upload(
        lambda *_: io.BytesIO(secret), encrypt=True, filesize=len(secret)
    )
    assert isinstance(answer, UploadResponse), answer
    assert keys is not None
    file = {**keys, "url": answer.content_uri}
    return await sender.send(room, {"msgtype": "m.file", "body": "plan.txt", "file": file})


async def open_file(reader: Nio, event_id: str) -> bytes:
    """What an encrypted file says, and not to those who only load it."""
    event = await reader.see(event_id)
    loaded = await reader.client.download(event.url)
    assert isinstance(loaded, MemoryDownloadResponse), loaded
    body = loaded.body
    found: bytes = decrypt_attachment(body, event.key["k"], event.hashes["sha256"], event.iv)
    assert body != found
    return found


@pytest.mark.parametrize("version", ["11", "12"])
async def test_both_read_what_is_encrypted(
    nios: tuple[Nio, Nio], passes: Passes, version: str
) -> None:
    alice, bob = nios
    room = await share_a_room(alice, bob, version)
    for sender, reader in ((alice, bob), (bob, alice)):
        sent = await sender.send(room, text("a secret"))
        seen = await reader.see(sent)
        assert isinstance(seen, RoomMessageText)
        assert (seen.body, seen.decrypted) == ("a secret", True)
    passes("matrix-nio", version, "encrypt")


@pytest.mark.parametrize("version", ["11", "12"])
async def test_edits_reactions_threads_and_redactions(
    nios: tuple[Nio, Nio], passes: Passes, version: str
) -> None:
    alice, bob = nios
    room = await share_a_room(alice, bob, version)
    first = await alice.send(room, text("one"))
    relation = replacing(first)
    edit = await alice.send(
        room, text("* two", **{"m.new_content": text("two"), "m.relates_to": relation})
    )
    reply = await bob.send(
        room, text("in a thread", **{"m.relates_to": {"rel_type": "m.thread", "event_id": first}})
    )
    reaction = await bob.send(room, {"m.relates_to": annotating(first)}, "m.reaction")
    seen = (await bob.see(edit)).source["content"]
    assert seen["m.relates_to"] == relation
    assert seen["m.new_content"]["body"] == "two"
    assert (await alice.see(reply)).body == "in a thread"
    assert (await alice.see(reaction)).key == "👍"

    related = [event async for event in alice.client.room_get_event_relations(room, first)]
    assert {event.event_id for event in related} >= {edit, reply, reaction}
    threads = [event async for event in alice.client.room_get_threads(room)]
    assert [event.event_id for event in threads] == [first]

    await bob.client.room_redact(room, reaction)
    page = await alice.client.room_messages(room, limit=50)
    assert isinstance(
        next(event for event in page.chunk if event.event_id == reaction), RedactedEvent
    )
    for does in ("edit", "react", "thread", "redact"):
        passes("matrix-nio", version, does)


@pytest.mark.parametrize("version", ["11", "12"])
async def test_an_encrypted_file(nios: tuple[Nio, Nio], passes: Passes, version: str) -> None:
    alice, bob = nios
    room = await share_a_room(alice, bob, version)
    secret = b"the plan " * 10_000
    sent = await send_file(alice, room, secret)
    assert await open_file(bob, sent) == secret
    nowhere = (await bob.see(sent)).url + "x"
    assert isinstance(await bob.client.download(nowhere), DownloadError)
    passes("matrix-nio", version, "file")


@pytest.mark.parametrize("version", ["11", "12"])
async def test_receipts_and_unread_counts(
    nios: tuple[Nio, Nio], passes: Passes, version: str
) -> None:
    alice, bob = nios
    room = await share_a_room(alice, bob, version)
    sent = [await alice.send(room, text(body)) for body in ("one", "two", "three")]
    last = sent[-1]
    await bob.see(last)
    assert bob.client.rooms[room].unread_notifications == 3
    await bob.client.update_receipt_marker(room, last)
    await bob.until(lambda: bob.client.rooms[room].unread_notifications == 0)
    me = bob.client.user_id
    seen = await alice.until(lambda: alice.client.rooms[room].threaded_read_receipts.get(me))
    assert seen["main"].event_id == last
    passes("matrix-nio", version, "receipts and counts")


@pytest.mark.parametrize("version", ["11", "12"])
async def test_verification_by_emoji(nios: tuple[Nio, Nio], passes: Passes, version: str) -> None:
    alice, bob = nios
    await share_a_room(alice, bob, version)
    one, other = alice.client, bob.client
    assert not one.device_store[other.user_id][other.device_id].verified
    await one.start_key_verification(one.device_store[other.user_id][other.device_id])
    (number,) = one.key_verifications
    await bob.until(lambda: number in other.key_verifications)
    await other.accept_key_verification(number)
    alices, bobs = one.key_verifications[number], other.key_verifications[number]
    await alice.until(lambda: alices.chosen_key_agreement)
    await alice.sync_once()
    await bob.until(lambda: bobs.established_sas)
    await alice.until(lambda: alices.established_sas)
    assert alices.get_emoji() == bobs.get_emoji()
    assert len(alices.get_emoji()) == 7
    await one.confirm_short_auth_string(number)
    await other.confirm_short_auth_string(number)
    await alice.until(lambda: alices.verified)
    await bob.until(lambda: bobs.verified)
    assert one.device_store[other.user_id][other.device_id].verified
    assert other.device_store[one.user_id][one.device_id].verified
    passes("matrix-nio", version, "verify by emoji")
