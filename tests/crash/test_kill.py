"""Acknowledged means there, after `kill -9` of the real process."""

import asyncio
import os
import socket
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from tests.harness.client import Client, Wire

SENDERS = 64
BEFORE_KILL = 400
"""Acknowledged messages after which the process is killed."""


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port: int = found.getsockname()[1]
        return port


@asynccontextmanager
async def process(folder: Path, port: int) -> AsyncIterator[asyncio.subprocess.Process]:
    """`depesha serve` on the folder, answering; killed at the end if it still runs."""
    program = Path(sys.executable).with_name("depesha")
    listen = f"127.0.0.1:{port}"
    options = ["--data", str(folder), "--server-name", "depesha.test", "--listen", listen]
    running = await asyncio.create_subprocess_exec(
        program,
        "serve",
        *options,
        "--open-registration",
        "--no-rate-limits",
        stderr=asyncio.subprocess.PIPE,
        env=os.environ | {"PYTHONPATH": str(Path(__file__).parents[2])},
    )
    try:
        await serving(running)
        yield running
    finally:
        if running.returncode is None:
            running.kill()
        # What it still said is read, or its pipe would be left open.
        await running.communicate()


async def serving(running: asyncio.subprocess.Process) -> None:
    """Return once the process says that it serves; fail when it ends first."""
    assert running.stderr is not None
    said = [await running.stderr.readline()]
    while b"serving" not in said[-1]:
        assert said[-1], b"".join(said).decode()
        said.append(await running.stderr.readline())


@asynccontextmanager
async def wire_to(port: int) -> AsyncIterator[Wire]:
    wire = Wire(f"http://127.0.0.1:{port}")
    try:
        yield wire
    finally:
        await wire.close()


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
    port = free_port()
    async with process(folder, port) as running, wire_to(port) as wire:
        alice, bob = [await Client(wire).register(name) for name in ("alice", "bob")]
        room = await alice.create_room(preset="public_chat")
        await bob.join(room)
        sending = Sending(alice, room)
        senders = [asyncio.ensure_future(sending.sender(n)) for n in range(SENDERS)]
        await sending.enough.wait()
        running.kill()
        await asyncio.gather(*senders)
    assert len(sending.unanswered) == SENDERS
    async with process(folder, port), wire_to(port) as wire:
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
