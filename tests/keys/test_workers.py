"""Keys with two servers on one database: what one does, the other knows."""

from pathlib import Path

import pytest

from tests.harness.client import Client
from tests.harness.clock import TestClock
from tests.harness.server import Server, config_for, start
from tests.keys.signing import Device

FRESH_SECONDS = 2.0
"""After so long a worker looks at the log again, even if it was not woken."""


def _at(server: Server, client: Client) -> Client:
    """The same device, at another server."""
    return Client(server.wire, client.user_id, client.token, client.device_id)


@pytest.mark.parametrize("db_url", ["postgresql"], indirect=True)
async def test_counts_and_queues_follow_the_other_worker(
    db_url: str, tmp_path: Path, clock: TestClock
) -> None:
    folders = [tmp_path / "one", tmp_path / "two"]
    folders[0].mkdir()
    async with start(config_for(folders[0], db_url), clock) as one:
        # The second worker has the signing key of the first.
        folders[1].mkdir()
        for path in folders[0].glob("*key*"):
            (folders[1] / path.name).write_bytes(path.read_bytes())
            (folders[1] / path.name).chmod(0o600)
        async with start(config_for(folders[1], db_url), clock) as two:
            phone = Device(await one.register("alice"))
            await phone.upload(["one", "two"])
            await clock.advance(FRESH_SECONDS)
            elsewhere = _at(two, phone.client)
            first = await elsewhere.sync()
            assert first["device_one_time_keys_count"] == {"signed_curve25519": 2}
            assert "to_device" not in first
            await phone.claim(phone)
            message = {"messages": {elsewhere.user_id: {"*": {"n": 1}}}}
            (await phone.client.put("/sendToDevice/org.example.message/t", message)).ok()
            await clock.advance(FRESH_SECONDS)
            second = await elsewhere.sync(first["next_batch"])
            assert second["device_one_time_keys_count"] == {"signed_curve25519": 1}
            assert [e["content"] for e in second["to_device"]["events"]] == [{"n": 1}]
