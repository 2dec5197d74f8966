"""Two people with matrix-nio go on talking, encrypted, when an older backup has been restored."""

from pathlib import Path

import pytest
from nio import AsyncClient, AsyncClientConfig, LoginResponse

from tests.harness.client import PASSWORD, Client
from tests.harness.process import Process, command, process, wire_to
from tests.interop.test_nio import Nio, share_a_room, text

pytestmark = [pytest.mark.slow, pytest.mark.limit(120)]


async def person(server: Process, name: str, folder: Path) -> Nio:
    """Somebody new, signed in with matrix-nio and all keys up."""
    async with wire_to(server) as wire:
        await Client(wire).register(name)
    (folder / name).mkdir()
    client = AsyncClient(
        server.url,
        f"@{name}:depesha.test",
        store_path=str(folder / name),
        config=AsyncClientConfig(encryption_enabled=True, max_timeouts=3),
    )
    assert isinstance(await client.login(PASSWORD, name), LoginResponse)
    found = Nio(client)
    await found.sync_once()
    return found


async def say(one: Nio, other: Nio, room: str, body: str) -> None:
    """One says something encrypted, and the other reads it."""
    event_id = await one.send(room, text(body))
    event = await other.see(event_id)
    assert (event.body, event.decrypted) == (body, True)


async def test_nobody_is_lost_and_decryption_goes_on(tmp_path: Path) -> None:
    data, backup = tmp_path / "data", tmp_path / "backup.tar"
    async with process(data) as server:
        alice, bob = [await person(server, name, tmp_path) for name in ("alice", "bob")]
        room = await share_a_room(alice, bob, "12")
        await say(alice, bob, room, "before")
        await say(bob, alice, room, "before too")
        await command("backup", str(backup), folder=data)
        # Keys that are claimed now are there again in the backup.
        later = await share_a_room(alice, bob, "12")
        await say(alice, bob, later, "in a room that will be gone")
        await say(bob, alice, room, "lost, but read")
        carol = await person(server, "carol", tmp_path)
        listen = server.url.removeprefix("http://")
    await command("restore", "--replace", str(backup), folder=data)
    async with process(data, listen=listen) as server:
        for one, other in ((alice, bob), (bob, alice)):
            await say(one, other, room, "after")
        await say(alice, bob, room, "and once more")
        # A new device finds keys to begin with, and none that was given out before.
        newcomer = await person(server, "dave", tmp_path)
        fresh = await share_a_room(alice, newcomer, "12")
        await say(alice, newcomer, fresh, "welcome")
        await say(newcomer, alice, fresh, "thanks")
        again = await share_a_room(bob, alice, "12")
        await say(bob, alice, again, "a new room of the old")
        for each in (alice, bob, carol, newcomer):
            await each.client.close()
