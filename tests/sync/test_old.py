"""The deprecated ways to learn of events."""

import asyncio

from tests.harness.server import Server


async def test_initial_sync_shows_rooms_with_their_messages(server: Server) -> None:
    alice, bob = await server.register("alice"), await server.register("bob")
    room = await alice.create_room(invite=[bob.user_id])
    event_id = await alice.send(room, "hello")
    whole = (await alice.get("/_matrix/client/v3/initialSync")).ok()
    (told,) = whole["rooms"]
    assert told["messages"]["chunk"][-1]["event_id"] == event_id
    (invited,) = (await bob.get("/_matrix/client/v3/initialSync")).ok()["rooms"]
    assert invited["membership"] == "invite"
    path = f"/_matrix/client/v3/rooms/{room}/initialSync"
    assert (await alice.get(path)).ok()["messages"]["chunk"][-1]["event_id"] == event_id
    (await bob.get(path)).refused(403, "M_FORBIDDEN")


async def test_events_come_as_they_happen(server: Server) -> None:
    alice = await server.register("alice")
    room = await alice.create_room()
    since = (await alice.sync())["next_batch"]
    event_id = await alice.send(room, "hello")
    path = "/_matrix/client/v3/events"
    found = (await alice.get(path, {"from": since})).ok()
    assert [event["event_id"] for event in found["chunk"]] == [event_id]
    parked = asyncio.create_task(alice.get(path, {"from": found["end"], "timeout": 30_000}))
    await asyncio.sleep(0)
    event_id = await alice.send(room, "again")
    assert (await parked).ok()["chunk"][0]["event_id"] == event_id
    peeked = (await alice.get(path, {"from": since, "room_id": room})).ok()
    assert len(peeked["chunk"]) == 2
