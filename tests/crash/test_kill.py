"""Acknowledged means there, after `kill -9` of the real process."""

import asyncio
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from tests.harness.client import Client
from tests.harness.process import process, wire_to

SENDERS = 64
BEFORE_KILL = 400
"""Acknowledged messages after which the process is killed."""


class Sending:
    """Senders that go on until the server is gone; what they were told by transaction id."""

    def __init__(self, alice: Client, room: str) -> None:
        self.alice, self.room = alice, room
        self.acknowledged: dict[str, str] = {}
        self.unanswered: set[str] = set()
        self.enough = asyncio.Event()

    async def send(self, txn: str) -> str:
        path = f"/rooms/{self.room}/send/m.room.message/{txn}"
        event_id: str = (await self.alice.put(path, {"msgtype": "m.text", "body": txn})).ok()[
            "event_id"
        ]
        return event_id

    async def sender(self, name: int) -> None:
        number = 0
        while True:
            number += 1
            txn = f"s{name}.{number}"
            try:
                self.acknowledged[txn] = await self.send(txn)
            except aiohttp.ClientError:
                self.unanswered.add(txn)
                return
            if len(self.acknowledged) >= BEFORE_KILL:
                self.enough.set()


async def whole_line(client: Client, room: str) -> list[tuple[str, str]]:
    """Event id and text of all messages of the room, oldest first."""
    found: list[tuple[str, str]] = []
    query: dict[str, Any] = {"dir": "f", "limit": 500}
    while True:
        page = await client.messages(room, **query)
        found += [
            (event["event_id"], event["content"]["body"])
            for event in page["chunk"]
            if event["type"] == "m.room.message"
        ]
        if "end" not in page:
            return found
        query["start"] = page["end"]


@pytest.mark.slow
async def test_what_was_acknowledged_is_there_exactly_once(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    async with process(folder) as running, wire_to(running) as wire:
        alice, bob = [await Client(wire).register(name) for name in ("alice", "bob")]
        room = await alice.create_room(preset="public_chat")
        await bob.join(room)
        sending = Sending(alice, room)
        senders = [asyncio.ensure_future(sending.sender(n)) for n in range(SENDERS)]
        await sending.enough.wait()
        running.process.kill()
        await asyncio.gather(*senders)
    assert len(sending.unanswered) == SENDERS
    async with process(folder) as running, wire_to(running) as wire:
        alice, bob = [
            Client(wire, client.user_id, client.token, client.device_id) for client in (alice, bob)
        ]
        sending.alice = alice
        line = await whole_line(alice, room)
        texts = [text for _, text in line]
        assert len(texts) == len(set(texts))
        by_text = {text: event_id for event_id, text in line}
        lost = {
            txn for txn, event_id in sending.acknowledged.items() if by_text.get(txn) != event_id
        }
        assert not lost
        # Only what was on its way may have become an event besides.
        assert by_text.keys() - sending.acknowledged.keys() <= sending.unanswered
        for txn in sorted(sending.acknowledged.keys() | sending.unanswered):
            event_id = await sending.send(txn)
            assert event_id == sending.acknowledged.get(txn, by_text.get(txn, event_id))
        again = await whole_line(alice, room)
        assert again[: len(line)] == line
        assert {text for _, text in again} == sending.acknowledged.keys() | sending.unanswered
        assert len(again) == len(sending.acknowledged) + len(sending.unanswered)
        assert await whole_line(bob, room) == again
