"""Two bots with mautrix and its end-to-end encryption.

Its cryptography is python-olm, of which there are no wheels beyond Python 3.12.
"""

import asyncio
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from functools import partial
from typing import Any

import pytest
from mautrix.client import Client as MautrixClient
from mautrix.client.state_store import MemoryStateStore
from mautrix.types import (
    EncryptionAlgorithm,
    EventID,
    EventType,
    MessageType,
    RelatesTo,
    RelationType,
    RoomEncryptionStateEventContent,
    RoomID,
    TextMessageEventContent,
    TrustState,
    UserID,
)

from tests.harness.client import PASSWORD, Client, Wire
from tests.interop.baseline import Passes

if sys.version_info >= (3, 13):
    pytest.skip("python-olm has no wheel for this Python", allow_module_level=True)

from mautrix.crypto import MemoryCryptoStore, OlmMachine, StateStore
from mautrix.crypto.attachments import decrypt_attachment, encrypt_attachment

pytestmark = pytest.mark.filterwarnings("ignore:The .* field in Megolm events:DeprecationWarning")

SECONDS = 20
"""After which an event that has not come never will."""


KINDS = (EventType.ROOM_MESSAGE, EventType.REACTION, EventType.ROOM_REDACTION)


class Rooms(MemoryStateStore, StateStore):  # type: ignore[misc]  # it is typed by halves
    """What a bot knows of its rooms."""

    async def find_shared_rooms(self, user_id: UserID) -> list[Any]:
        return [room for room, members in self.members.items() if user_id in members]


class Bot:
    """A bot and the events that it has seen, decrypted."""

    def __init__(self, client: MautrixClient) -> None:
        self.client = client
        self.events: dict[str, Any] = {}
        self.arrived = asyncio.Event()
        for kind in (*KINDS, EventType.ROOM_MEMBER, EventType.ROOM_ENCRYPTION):
            client.add_event_handler(kind, self._keep, wait_sync=True)

    async def _keep(self, event: Any) -> None:
        self.events[event.event_id] = event
        self.arrived.set()

    async def until(self, holds: Callable[[], Awaitable[Any]]) -> None:
        """Return once it is true, looking again with each event."""
        async with asyncio.timeout(SECONDS):
            while not await holds():
                self.arrived.clear()
                await self.arrived.wait()

    async def see(self, event_id: str) -> Any:
        async def is_here() -> bool:
            return event_id in self.events

        await self.until(is_here)
        return self.events[event_id]

    async def knows(self, room: Any, user: Any) -> bool:
        """True when it would encrypt for the user in the room."""
        rooms: Any = self.client.state_store
        return bool(await rooms.is_encrypted(room) and await rooms.get_member(room, user))

    async def say(self, room: RoomID, body: str, relates: RelatesTo | None = None) -> EventID:
        content = TextMessageEventContent(msgtype=MessageType.TEXT, body=body)
        if relates is not None:
            content.relates_to = relates
        return await self.client.send_message(room, content)


async def signed_in(wire: Wire, person: Client) -> MautrixClient:
    """A new device of the person, with its keys at the server."""
    rooms = Rooms()
    client = MautrixClient(base_url=wire.base_url, mxid=UserID(person.user_id), state_store=rooms)
    await client.login(identifier=UserID(person.user_id), password=PASSWORD)
    store = MemoryCryptoStore(person.user_id, "pickle")
    await store.put_device_id(client.device_id)
    client.crypto = OlmMachine(client, store, rooms)
    await client.crypto.load()
    await client.crypto.share_keys()
    return client


@pytest.fixture
async def bots(wire: Wire, people: tuple[Client, Client]) -> AsyncIterator[tuple[Bot, Bot]]:
    clients = [await signed_in(wire, person) for person in people]
    alice, bob = map(Bot, clients)
    syncing = [client.start(None) for client in clients]
    yield alice, bob
    for client in clients:
        client.stop()
    await asyncio.gather(*syncing, return_exceptions=True)
    for client in clients:
        await client.api.session.close()


async def share_a_room(alice: Bot, bob: Bot, version: str) -> RoomID:
    room = await alice.client.create_room(room_version=version, invitees=[bob.client.mxid])
    await bob.client.join_room_by_id(room)
    encryption = RoomEncryptionStateEventContent(algorithm=EncryptionAlgorithm.MEGOLM_V1)
    await alice.client.send_state_event(room, EventType.ROOM_ENCRYPTION, encryption)
    for bot, other in ((alice, bob), (bob, alice)):
        await bot.until(partial(bot.knows, room, other.client.mxid))
    return room


@pytest.mark.parametrize("version", ["11", "12"])
async def test_two_bots_talk_encrypted(
    bots: tuple[Bot, Bot], people: tuple[Client, Client], passes: Passes, version: str
) -> None:
    alice, bob = bots
    room = await share_a_room(alice, bob, version)
    for sender, reader in ((alice, bob), (bob, alice)):
        sent = await sender.say(room, "a secret")
        seen = await reader.see(sent)
        assert (seen.sender, seen.content.body) == (sender.client.mxid, "a secret")
        raw = (await people[0].get(f"/rooms/{room}/event/{sent}")).ok()
        assert raw["type"] == "m.room.encrypted"
    passes("mautrix", version, "encrypt")

    first = await alice.say(room, "one")
    edit = TextMessageEventContent(msgtype=MessageType.TEXT, body="two")
    edit.set_edit(first)
    edited = await bob.see(await alice.client.send_message(room, edit))
    assert (edited.content.get_edit(), edited.content.body) == (first, "two")
    passes("mautrix", version, "edit")

    reaction = await bob.client.react(room, first, "👍")
    assert (await alice.see(reaction)).content.relates_to.key == "👍"
    passes("mautrix", version, "react")

    thread = RelatesTo(rel_type=RelationType.THREAD, event_id=first)
    reply = await alice.see(await bob.say(room, "in a thread", thread))
    assert (reply.content.body, reply.content.relates_to.event_id) == ("in a thread", first)
    passes("mautrix", version, "thread")

    redaction = await bob.client.redact(room, reaction)
    assert (await alice.see(redaction)).redacts == reaction
    gone = await alice.client.get_event(room, reaction)
    assert not gone.content.relates_to
    passes("mautrix", version, "redact")

    secret = b"the plan " * 1_000
    sealed, file = encrypt_attachment(secret)
    file.url = await alice.client.upload_media(sealed, mime_type="application/octet-stream")
    content: Any = {"msgtype": "m.file", "body": "plan.txt", "file": file.serialize()}
    event = await bob.see(
        await alice.client.send_message_event(room, EventType.ROOM_MESSAGE, content)
    )
    loaded = await bob.client.download_media(event.content.file.url)
    found = event.content.file
    assert loaded != secret
    plain = decrypt_attachment(loaded, found.key.key, found.hashes["sha256"], found.iv)
    assert plain == secret
    passes("mautrix", version, "file")


async def test_a_recovery_key_verifies_a_new_device(
    wire: Wire, people: tuple[Client, Client], passes: Passes
) -> None:
    """Its library has neither verification by emoji nor key backup."""
    first, bob = [await signed_in(wire, person) for person in people]
    second = await signed_in(wire, people[0])
    third = await signed_in(wire, people[0])
    clients: tuple[Any, ...] = (first, second, third, bob)
    try:
        assert first.crypto is not None
        assert second.crypto is not None
        assert bob.crypto is not None
        recovery_key = await first.crypto.generate_recovery_key()
        another = await bob.crypto.generate_recovery_key()
        with pytest.raises(ValueError):
            await second.crypto.verify_with_recovery_key(another)
        await second.crypto.verify_with_recovery_key(recovery_key)
        trusted = {client.device_id: await _trust(bob, client) for client in clients[:3]}
        assert trusted == {
            first.device_id: TrustState.CROSS_SIGNED_TOFU,
            second.device_id: TrustState.CROSS_SIGNED_TOFU,
            third.device_id: TrustState.UNVERIFIED,
        }
        passes("mautrix", "12", "verify by recovery key")
    finally:
        for client in clients:
            await client.api.session.close()


async def _trust(viewer: Any, other: Any) -> TrustState:
    """What a bot thinks of another's device, from what the server tells."""
    device = await viewer.crypto.get_or_fetch_device(other.mxid, other.device_id)
    found: TrustState = await viewer.crypto.resolve_trust(device)
    return found
