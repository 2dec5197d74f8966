"""Two bots with mautrix: rooms and messages, received by its syncer."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from mautrix.client import Client as MautrixClient
from mautrix.types import (
    EventType,
    Membership,
    MemberStateEventContent,
    MessageEvent,
    StateEvent,
    UserID,
)

from tests.harness.client import PASSWORD, Client, Wire
from tests.interop.baseline import Passes

SECONDS = 20
"""After which an event that has not come never will."""


class Bot:
    """A bot and the events that its syncer has brought."""

    def __init__(self, client: MautrixClient) -> None:
        self.client = client
        self.messages: asyncio.Queue[MessageEvent] = asyncio.Queue()
        self.invites: asyncio.Queue[StateEvent] = asyncio.Queue()
        client.add_event_handler(EventType.ROOM_MESSAGE, self.messages.put)
        client.add_event_handler(EventType.ROOM_MEMBER, self._invited)

    async def _invited(self, event: StateEvent) -> None:
        content = event.content
        assert isinstance(content, MemberStateEventContent)
        if event.state_key == self.client.mxid and content.membership == Membership.INVITE:
            await self.invites.put(event)

    async def next_message(self) -> MessageEvent:
        return await asyncio.wait_for(self.messages.get(), SECONDS)


@pytest.fixture
async def bots(wire: Wire, people: tuple[Client, Client]) -> AsyncIterator[tuple[Bot, Bot]]:
    clients = []
    for person in people:
        client = MautrixClient(base_url=wire.base_url, mxid=UserID(person.user_id))
        await client.login(identifier=UserID(person.user_id), password=PASSWORD)
        clients.append(client)
    alice, bob = map(Bot, clients)
    syncing = [client.start(None) for client in clients]
    yield alice, bob
    for client in clients:
        client.stop()
    await asyncio.gather(*syncing, return_exceptions=True)
    for client in clients:
        await client.api.session.close()


@pytest.mark.parametrize("version", ["11", "12"])
async def test_bots_invite_join_and_talk(
    bots: tuple[Bot, Bot], passes: Passes, version: str
) -> None:
    alice, bob = bots
    room = await alice.client.create_room(room_version=version, invitees=[bob.client.mxid])
    invite = await asyncio.wait_for(bob.invites.get(), SECONDS)
    assert (invite.room_id, invite.sender) == (room, alice.client.mxid)
    assert await bob.client.join_room_by_id(room) == room
    members = await alice.client.get_joined_members(room)
    assert set(members) == {alice.client.mxid, bob.client.mxid}
    for sender, reader in ((alice, bob), (bob, alice)):
        sent = await sender.client.send_text(room, f"from {sender.client.mxid}")
        seen = await reader.next_message()
        assert (seen.event_id, seen.room_id, seen.sender) == (sent, room, sender.client.mxid)
        assert seen.content.body == f"from {sender.client.mxid}"
        assert (await sender.next_message()).event_id == sent
    passes("mautrix", version, "invite, join and talk")
