"""A backup is put back: old tokens get a fresh sync, and nothing is given out twice."""

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.harness.client import Client
from tests.harness.clock import TestClock
from tests.harness.server import config_for, start
from tests.keys.signing import Device

SLIDING = "/_matrix/client/unstable/org.matrix.simplified_msc3575/sync"
LIST = {"lists": {"all": {"ranges": [[0, 9]], "timeline_limit": 5, "required_state": []}}}


def back_up(folder: Path) -> Callable[[], None]:
    """Copy the database of a server that is stopped; what puts the copy back."""
    copy = folder.with_name("backup")
    copy.mkdir()
    for path in folder.glob("depesha.sqlite*"):
        shutil.copy2(path, copy / path.name)

    def restore() -> None:
        for path in folder.glob("depesha.sqlite*"):
            path.unlink()
        for path in copy.iterdir():
            shutil.copy2(path, folder / path.name)

    return restore


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "data").mkdir()
    return tmp_path / "data"


def again(wire: Any, client: Client) -> Client:
    return Client(wire, client.user_id, client.token, client.device_id)


@pytest.mark.parametrize("lost", [1, 2, 15])
async def test_a_token_from_after_the_backup_gets_a_fresh_sync(
    folder: Path, clock: TestClock, lost: int
) -> None:
    config = config_for(folder, "")
    async with start(config, clock) as server:
        alice = await server.register("alice")
        room = await alice.create_room()
        kept = await alice.send(room, "kept")
        old = (await alice.sync())["next_batch"]
    restore = back_up(folder)
    async with start(config, clock) as server:
        alice = again(server.wire, alice)
        from_backup = (await alice.sync(old))["next_batch"]
        for number in range(lost):
            path = f"/rooms/{room}/send/m.room.message/lost{number}"
            (await alice.put(path, {"msgtype": "m.text", "body": "lost"})).ok()
        newer = (await alice.sync(from_backup))["next_batch"]
    restore()
    async with start(config, clock) as server:
        alice = again(server.wire, alice)
        # A token from before the backup goes on as if nothing had been.
        assert room not in (await alice.sync(old)).get("rooms", {}).get("join", {})
        # The client repeats what it was not told of: it is a new event.
        path = f"/rooms/{room}/send/m.room.message/lost0"
        repeated = (await alice.put(path, {"msgtype": "m.text", "body": "lost"})).ok()["event_id"]
        fresh = (await alice.sync(newer))["rooms"]["join"][room]
        ids = [event["event_id"] for event in fresh["timeline"]["events"]]
        assert ids[-2:] == [kept, repeated]
        state = [*fresh["state"]["events"], *fresh["timeline"]["events"]]
        assert "m.room.create" in {event["type"] for event in state}


async def test_the_first_change_after_a_backup_makes_its_token_void(
    folder: Path, clock: TestClock
) -> None:
    """The backup is taken of a running server, and one change follows it."""
    config = config_for(folder, "")
    async with start(config, clock) as server:
        alice = await server.register("alice")
        room = await alice.create_room()
        await alice.sync()
        restore = back_up(folder)
        lost = await alice.send(room, "lost")
        newer = (await alice.sync())["next_batch"]
    restore()
    async with start(config, clock) as server:
        fresh = (await again(server.wire, alice).sync(newer))["rooms"]["join"][room]
        ids = [event["event_id"] for event in fresh["timeline"]["events"]]
        assert ids
        assert lost not in ids


async def test_a_sliding_position_from_after_the_backup_is_unknown(
    folder: Path, clock: TestClock
) -> None:
    config = config_for(folder, "")
    async with start(config, clock) as server:
        alice = await server.register("alice")
        await alice.create_room()
    restore = back_up(folder)
    async with start(config, clock) as server:
        alice = again(server.wire, alice)
        pos = (await alice.post(SLIDING, LIST)).ok()["pos"]
        (await alice.post(SLIDING, LIST, query={"pos": pos})).ok()
    restore()
    async with start(config, clock) as server:
        alice = again(server.wire, alice)
        (await alice.post(SLIDING, LIST, query={"pos": pos})).refused(400, "M_UNKNOWN_POS")
        assert (await alice.post(SLIDING, LIST)).ok()["lists"]["all"]["count"] == 1


@pytest.mark.parametrize("is_newer", [True, False])
async def test_keys_that_may_have_been_claimed_are_dropped(
    folder: Path, clock: TestClock, *, is_newer: bool
) -> None:
    config = config_for(folder, "")
    async with start(config, clock) as server:
        phone = Device(await server.register("alice"))
        await phone.upload(["one", "two"])
        token = (await phone.client.sync())["next_batch"]
    restore = back_up(folder)
    async with start(config, clock) as server:
        alice = again(server.wire, phone.client)
        await alice.create_room()
        if is_newer:
            token = (await alice.sync())["next_batch"]
    restore()
    async with start(config, clock) as server:
        counts = (await again(server.wire, alice).sync(token))["device_one_time_keys_count"]
        assert counts.get("signed_curve25519", 0) == (0 if is_newer else 2)
