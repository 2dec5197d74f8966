"""`depesha backup` and `depesha restore`, of real processes at work."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.harness.client import Client
from tests.harness.postgres import Cluster
from tests.harness.process import command, process, refusal, wire_to
from tests.keys.signing import Device

pytestmark = [pytest.mark.slow, pytest.mark.limit(300)]

UPLOAD = "/_matrix/media/v3/upload"


@pytest.fixture(params=["sqlite", "postgresql"])
def settings(request: pytest.FixtureRequest) -> Any:
    """The settings that name the database; empty for SQLite in the data folder."""
    if request.param == "sqlite":
        return {}
    return {"database": request.getfixturevalue("postgres_url")}


def again(client: Client, wire: Any) -> Client:
    return Client(wire, client.user_id, client.token, client.device_id)


class Talk:
    """People who go on sending, and what was acknowledged."""

    def __init__(self, client: Client, room: str) -> None:
        self.client, self.room = client, room
        self.sent: list[str] = []

    async def go_on(self, name: str) -> None:
        number = 0
        while True:
            number += 1
            path = f"/rooms/{self.room}/send/m.room.message/{name}.{number}"
            content = {"msgtype": "m.text", "body": str(number)}
            self.sent.append((await self.client.put(path, content)).ok()["event_id"])

    async def upload_on(self) -> None:
        for number in range(20):
            await self.client.request("POST", UPLOAD, data=b"%d " % number * 50_000)

    async def until(self, count: int) -> None:
        while len(self.sent) < count:
            await asyncio.sleep(0)

    @asynccontextmanager
    async def going_on(self) -> AsyncIterator[None]:
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(self.go_on(f"s{n}")) for n in range(4)]
            tasks.append(group.create_task(self.upload_on()))
            yield
            for task in tasks:
                task.cancel()


async def line_of(client: Client, room: str) -> list[str]:
    """Ids of all messages of the room, oldest first."""
    found: list[str] = []
    query: dict[str, Any] = {"dir": "f", "limit": 500}
    while True:
        page = await client.messages(room, **query)
        found += [e["event_id"] for e in page["chunk"] if e["type"] == "m.room.message"]
        if "end" not in page:
            return found
        query["start"] = page["end"]


@pytest.mark.parametrize("form", ["backup", "backup.tar"])
async def test_a_backup_under_load_is_restored_whole(
    tmp_path: Path, settings: Any, form: str
) -> None:
    one, target = tmp_path / "one", tmp_path / form
    async with process(one, **settings) as running, wire_to(running) as wire:
        phone = Device(await Client(wire).register("alice"))
        alice = phone.client
        await phone.upload(["a", "b", "c"])
        room = await alice.create_room()
        file = await alice.request("POST", UPLOAD, data=b"a file" * 1000)
        talk = Talk(alice, room)
        async with talk.going_on():
            await talk.until(100)
            before = list(talk.sent)
            told = await command("backup", str(target), folder=one, **settings)
            assert "files" in told
            since = (await alice.sync())["next_batch"]
            # Something surely comes after the backup.
            await talk.until(len(talk.sent) + 20)
            newest = (await alice.sync(since))["next_batch"]
        assert "files, all" in await command("backup", "verify", str(target), folder=one)
        said = await refusal("restore", str(target), folder=one, **settings)
        assert "in use" in said or "works with" in said
        whole = await line_of(alice, room)
    said = await refusal("restore", str(target), folder=one, **settings)
    assert "--replace" in said
    told = await command("restore", "--replace", str(target), folder=one, **settings)
    assert "3 one-time keys were dropped" in told
    async with process(one, **settings) as running, wire_to(running) as wire:
        alice = again(alice, wire)
        line = await line_of(alice, room)
        assert line == whole[: len(line)]
        assert set(before) <= set(line)
        path = file.ok()["content_uri"].removeprefix("mxc://")
        answer = await alice.get(f"/_matrix/client/v1/media/download/{path}")
        assert answer.body == b"a file" * 1000
        # The token is from after the backup: the client is told everything anew.
        fresh = await alice.sync(newest)
        assert fresh["rooms"]["join"][room]["timeline"]["events"][-1]["event_id"] == line[-1]
        assert fresh["device_one_time_keys_count"].get("signed_curve25519", 0) == 0
        assert await line_of(alice, room) == line
        event_id = await alice.send(room, "on we go")
        assert await line_of(alice, room) == [*line, event_id]


async def test_a_restore_elsewhere_needs_nothing_of_the_old_place(tmp_path: Path) -> None:
    one, two, target = tmp_path / "one", tmp_path / "two", tmp_path / "b.tar"
    async with process(one) as running, wire_to(running) as wire:
        alice = await Client(wire).register("alice")
        room = await alice.create_room()
        sent = await alice.send(room, "kept")
        await command("backup", str(target), folder=one)
    await command("restore", str(target), folder=two)
    assert (two / "signing.key").read_bytes() == (one / "signing.key").read_bytes()
    assert (two / "signing.key").stat().st_mode & 0o777 == 0o600
    async with process(two) as running, wire_to(running) as wire:
        assert await line_of(again(alice, wire), room) == [sent]


async def test_what_does_not_fit_is_refused_and_nothing_is_touched(tmp_path: Path) -> None:
    one, two, target = tmp_path / "one", tmp_path / "two", tmp_path / "b"
    async with process(one) as running, wire_to(running) as wire:
        alice = await Client(wire).register("alice")
        await command("backup", str(target), folder=one)
        assert "already" in await refusal("backup", str(target), folder=one)
        assert "data folder" in await refusal("backup", str(one / "b"), folder=one)
    other = {"server_name": "other.test"}
    assert "depesha.test" in await refusal("restore", str(target), folder=two, **other)
    engine = {"database": "postgresql:///none?host=/nowhere"}
    assert "another engine" in await refusal("restore", str(target), folder=two, **engine)
    (target / "data/signing.key").write_text("ed25519 x y")
    said = await refusal("restore", "--replace", str(target), folder=one)
    assert "damaged: data/signing.key" in said
    assert "damaged" in await refusal("backup", "verify", str(target), folder=one)
    assert "no backup" in await refusal("restore", str(one), folder=two)
    async with process(one) as running, wire_to(running) as wire:
        (await again(alice, wire).get("/account/whoami")).ok()


async def test_the_old_tables_stay_beside_the_restored_ones(
    tmp_path: Path, postgres: Cluster, postgres_url: str
) -> None:
    one, target, given = tmp_path / "one", tmp_path / "b", {"database": postgres_url}
    async with process(one, **given) as running, wire_to(running) as wire:
        await Client(wire).register("alice")
        await command("backup", str(target), folder=one, **given)
        await Client(wire).register("bob")
    await command("restore", "--replace", str(target), folder=one, **given)
    schemas = postgres.run(
        "SELECT nspname FROM pg_namespace WHERE nspname LIKE 'replaced%'",
        postgres.name(postgres_url),
    ).split()
    count = "SELECT count(*) FROM {}.accounts_users"
    there = [
        postgres.run(count.format(schema), postgres.name(postgres_url)).strip()
        for schema in ("public", *schemas)
    ]
    assert there == ["1", "2"]
    # The next backup leaves the old ones out.
    await command("backup", str(tmp_path / "next"), folder=one, **given)
    await command("restore", "--replace", str(tmp_path / "next"), folder=one, **given)
