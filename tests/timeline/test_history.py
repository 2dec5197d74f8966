"""Pages, context, single events, times; and what history visibility hides."""

from typing import Any

import pytest

from tests.harness.client import Client
from tests.harness.server import Server


async def test_pages_go_back_and_forth(server: Server) -> None:
    alice = await server.register("alice")
    room = await alice.create_room()
    sent = [await alice.send(room, str(number)) for number in range(7)]
    first = await alice.messages(room, dir="b", limit=3)
    assert [e["event_id"] for e in first["chunk"]] == sent[:3:-1]
    second = await alice.messages(room, dir="b", limit=3, **{"from": first["end"]})
    assert [e["event_id"] for e in second["chunk"]] == sent[3:0:-1]
    forth = await alice.messages(room, dir="f", limit=2, **{"from": second["end"]})
    assert [e["event_id"] for e in forth["chunk"]] == sent[1:3]
    everything = await alice.messages(room, dir="b", limit=100)
    assert "end" not in everything
    assert everything["chunk"][-1]["type"] == "m.room.create"
    path = f"/_matrix/client/v3/rooms/{room}/messages"
    (await alice.get(path)).refused(400, "M_MISSING_PARAM")
    (await alice.get(path, {"dir": "x"})).refused(400, "M_INVALID_PARAM")
    (await alice.get(path, {"dir": "b", "from": "bad"})).refused(400, "M_INVALID_PARAM")


async def test_context_has_both_sides(server: Server) -> None:
    alice, bob = await server.register("alice"), await server.register("bob")
    room = await alice.create_room()
    sent = [await alice.send(room, str(number)) for number in range(5)]
    path = f"/_matrix/client/v3/rooms/{room}/context/{sent[2]}"
    found = (await alice.get(path, {"limit": 2})).ok()
    assert found["event"]["event_id"] == sent[2]
    assert [e["event_id"] for e in found["events_before"]] == [sent[1]]
    assert [e["event_id"] for e in found["events_after"]] == [sent[3]]
    assert any(event["type"] == "m.room.create" for event in found["state"])
    (await bob.get(path)).refused(404, "M_NOT_FOUND")
    event = f"/_matrix/client/v3/rooms/{room}/event/{sent[2]}"
    assert (await alice.get(event)).ok()["event_id"] == sent[2]
    (await alice.get(f"/_matrix/client/v3/rooms/{room}/event/$no")).refused(404, "M_NOT_FOUND")
    assert (await alice.get(f"/_matrix/client/v3/events/{sent[2]}")).ok()["event_id"] == sent[2]
    (await bob.get(f"/_matrix/client/v3/events/{sent[2]}")).refused(404, "M_NOT_FOUND")


async def test_the_event_at_a_time(server: Server) -> None:
    alice = await server.register("alice")
    room = await alice.create_room()
    times: list[int] = []
    sent: list[str] = []
    for number in range(3):
        await server.clock.advance(10)
        times.append(server.clock.now_ms())
        sent.append(await alice.send(room, str(number)))
    path = f"/_matrix/client/v1/rooms/{room}/timestamp_to_event"
    found = (await alice.get(path, {"ts": times[1] - 5, "dir": "f"})).ok()
    assert found["event_id"] == sent[1]
    found = (await alice.get(path, {"ts": times[1] - 5, "dir": "b"})).ok()
    assert found["event_id"] == sent[0]
    (await alice.get(path, {"ts": times[2] + 1, "dir": "f"})).refused(404, "M_NOT_FOUND")


async def test_the_event_at_a_time_that_one_may_see(server: Server) -> None:
    """However many lie between that are hidden."""
    alice, bob = await server.register("alice"), await server.register("bob")
    state = {"type": "m.room.history_visibility", "content": {"history_visibility": "joined"}}
    room = await alice.create_room(preset="public_chat", initial_state=[state])
    path = f"/_matrix/client/v1/rooms/{room}/timestamp_to_event"

    async def hidden() -> None:
        for number in range(60):
            await server.clock.advance(0.001)
            await alice.send(room, f"hidden {number}")

    begun = server.clock.now_ms() + 1
    await hidden()
    await bob.join(room)
    seen = await alice.send(room, "seen")
    await server.clock.advance(0.001)
    await bob.leave(room)
    left = server.clock.now_ms()
    await hidden()
    found = (await bob.get(path, {"ts": begun, "dir": "f"})).ok()
    first = (await bob.get(f"/rooms/{room}/event/{found['event_id']}")).ok()
    assert first["state_key"] == bob.user_id
    found = (await bob.get(path, {"ts": server.clock.now_ms(), "dir": "b"})).ok()
    assert found["origin_server_ts"] == left
    found = (await bob.get(path, {"ts": left - 1, "dir": "b"})).ok()
    assert found["event_id"] == seen
    (await bob.get(path, {"ts": left + 1, "dir": "f"})).refused(404, "M_NOT_FOUND")


async def _bodies(client: Client, room: str) -> list[Any]:
    page = await client.messages(room, dir="b", limit=100)
    return [e["content"]["body"] for e in page["chunk"] if e["type"] == "m.room.message"][::-1]


@pytest.mark.parametrize(
    ("visibility", "seen"),
    [
        ("world_readable", ["before", "invited", "joined"]),
        ("shared", ["before", "invited", "joined"]),
        ("invited", ["invited", "joined"]),
        ("joined", ["joined"]),
    ],
)
async def test_history_visibility(server: Server, visibility: str, seen: list[str]) -> None:
    alice, bob = await server.register("alice"), await server.register("bob")
    state = {"type": "m.room.history_visibility", "content": {"history_visibility": visibility}}
    room = await alice.create_room(initial_state=[state])
    hidden = await alice.send(room, "before")
    await alice.invite(room, bob)
    await alice.send(room, "invited")
    await bob.join(room)
    await alice.send(room, "joined")
    assert await _bodies(bob, room) == seen
    await bob.leave(room)
    await alice.send(room, "after")
    after = [*seen, "after"] if visibility == "world_readable" else seen
    assert await _bodies(bob, room) == after
    path = f"/_matrix/client/v3/rooms/{room}/event/{hidden}"
    answer = await bob.get(path)
    assert answer.status == (200 if "before" in seen else 404)
