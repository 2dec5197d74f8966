"""Receipts: whom they wake, and when they are told."""

import asyncio
from typing import Any

from tests.harness.client import Client
from tests.harness.server import Server

SLIDING = "/_matrix/client/unstable/org.matrix.simplified_msc3575/sync"


async def test_a_receipt_is_told_to_others_within_a_second(server: Server) -> None:
    alice, bob, room, event_id = await _two(server)
    since = (await bob.sync())["next_batch"]
    waiting = await server.park(bob, since)
    await _read(alice, room, event_id)
    await server.clock.advance(0.9)
    assert not waiting.done()
    await server.clock.advance(0.2)
    assert _readers(await waiting, room, event_id) == {alice.user_id}


async def test_who_comes_meanwhile_waits_for_it_too(server: Server) -> None:
    alice, bob, room, event_id = await _two(server)
    since = (await bob.sync())["next_batch"]
    await _read(alice, room, event_id)
    waiting = await server.park(bob, since)
    assert not waiting.done()
    await server.clock.advance(1.1)
    assert _readers(await waiting, room, event_id) == {alice.user_id}


async def test_the_readers_own_devices_learn_of_it_at_once(server: Server) -> None:
    alice, _, room, event_id = await _two(server)
    waiting = await server.park(alice, (await alice.sync())["next_batch"])
    await _read(alice, room, event_id)
    assert _readers(await waiting, room, event_id) == {alice.user_id}


async def test_a_sliding_sync_is_told_within_a_second_too(server: Server) -> None:
    alice, bob, room, event_id = await _two(server)
    body = {
        "lists": {"all": {"ranges": [[0, 9]], "timeline_limit": 5, "required_state": []}},
        "extensions": {"receipts": {"enabled": True}},
    }
    pos = (await bob.post(SLIDING, body)).ok()["pos"]
    await _read(alice, room, event_id)
    query = {"pos": pos, "timeout": "29000"}
    waiting = asyncio.ensure_future(bob.post(SLIDING, body, query=query))
    await server.clock.armed(29)
    await server.clock.advance(0.9)
    assert not waiting.done()
    await server.clock.advance(0.2)
    answer = (await waiting).ok()
    told = answer["extensions"]["receipts"]["rooms"][room]
    assert set(told["content"][event_id]["m.read"]) == {alice.user_id}


async def test_in_a_large_room_a_receipt_goes_with_the_next_message(
    start_server: Any,
) -> None:
    async with start_server(receipts_wake_members=1) as server:
        alice, bob, room, event_id = await _two(server)
        waiting = await server.park(bob, (await bob.sync())["next_batch"])
        await _read(alice, room, event_id)
        await server.clock.advance(5)
        assert not waiting.done()
        await alice.send(room, "more")
        answer = await waiting
        assert _readers(answer, room, event_id) == {alice.user_id}
        assert len(answer["rooms"]["join"][room]["timeline"]["events"]) == 1


async def test_in_a_quiet_room_signs_are_told_to_nobody_else(start_server: Any) -> None:
    async with start_server(signals_members=1) as server:
        alice, bob, room, event_id = await _two(server)
        before = (await bob.sync())["next_batch"]
        mine = (await alice.sync())["next_batch"]
        await _read(alice, room, event_id)
        typing = f"/_matrix/client/v3/rooms/{room}/typing/{alice.user_id}"
        (await alice.put(typing, {"typing": True, "timeout": 20_000})).ok()
        await server.clock.advance(5)
        await alice.send(room, "more")
        for answer in (await bob.sync(before), await bob.sync()):
            assert answer["rooms"]["join"][room]["ephemeral"]["events"] == []
            assert alice.user_id not in [e["sender"] for e in _presence(answer)]
        for answer in (await alice.sync(mine), await alice.sync()):
            assert _readers(answer, room, event_id) == {alice.user_id}
        # Who meets in a room that is not quiet is told.
        (await alice.post(f"/_matrix/client/v3/rooms/{room}/leave", {})).ok()
        assert _readers(await bob.sync(), room, event_id) == {alice.user_id}


def _presence(answer: Any) -> Any:
    return answer.get("presence", {}).get("events", [])


async def test_in_a_large_room_a_receipt_goes_with_the_empty_answer(
    start_server: Any,
) -> None:
    async with start_server(receipts_wake_members=1) as server:
        alice, bob, room, event_id = await _two(server)
        since = (await bob.sync())["next_batch"]
        await _read(alice, room, event_id)
        waiting = await server.park(bob, since, 20)
        assert not waiting.done()
        await server.clock.advance(21)
        assert _readers(await waiting, room, event_id) == {alice.user_id}
        # Who does not want to wait is told at once.
        assert _readers(await bob.sync(since), room, event_id) == {alice.user_id}


async def _two(server: Server) -> tuple[Client, Client, str, str]:
    """Two members of a room, and a message there."""
    alice, bob = await server.register("alice"), await server.register("bob")
    room = await alice.create_room(invite=[bob.user_id])
    await bob.join(room)
    event_id = await bob.send(room, "read me")
    # Whoever syncs is online from then on: nobody is told of that later.
    await alice.sync()
    await bob.sync()
    return alice, bob, room, event_id


async def _read(reader: Client, room: str, event_id: str) -> None:
    path = f"/_matrix/client/v3/rooms/{room}/receipt/m.read/{event_id}"
    (await reader.post(path, {})).ok()


def _readers(answer: Any, room: str, event_id: str) -> set[str]:
    """Who has read the event, as an answer tells it."""
    events = answer["rooms"]["join"][room]["ephemeral"]["events"]
    return {
        user_id
        for event in events
        if event["type"] == "m.receipt"
        for user_id in event["content"][event_id]["m.read"]
    }


async def test_receipts_of_a_thread_and_of_the_room_stand_side_by_side(server: Server) -> None:
    alice, bob, room, event_id = await _two(server)
    since = (await bob.sync())["next_batch"]
    path = f"/_matrix/client/v3/rooms/{room}/receipt/m.read/{event_id}"
    (await alice.post(path, {})).ok()
    (await alice.post(path, {"thread_id": "main"})).ok()
    for answer in (await bob.sync(since), await bob.sync()):
        events = answer["rooms"]["join"][room]["ephemeral"]["events"]
        receipts = [event["content"] for event in events if event["type"] == "m.receipt"]
        threads = {told[event_id]["m.read"][alice.user_id].get("thread_id") for told in receipts}
        assert threads == {None, "main"}


async def test_a_receipt_is_for_an_event_of_its_thread_that_one_may_see(server: Server) -> None:
    alice, bob, room, event_id = await _two(server)
    relates = {"rel_type": "m.thread", "event_id": event_id}
    body = {"msgtype": "m.text", "body": "reply", "m.relates_to": relates}
    send = f"/_matrix/client/v3/rooms/{room}/send"
    reply = (await bob.put(f"{send}/m.room.message/1", body)).ok()["event_id"]
    relates = {"rel_type": "m.annotation", "event_id": reply, "key": "+"}
    reaction = (await bob.put(f"{send}/m.reaction/2", {"m.relates_to": relates})).ok()["event_id"]
    for of, thread, fits in (
        (event_id, "main", True),
        (event_id, event_id, True),
        (reply, event_id, True),
        (reaction, event_id, True),
        (reply, "main", False),
        (reaction, reply, False),
        (event_id, "$other", False),
        (event_id, "", False),
    ):
        path = f"/_matrix/client/v3/rooms/{room}/receipt/m.read/{of}"
        answer = await alice.post(path, {"thread_id": thread})
        answer.ok() if fits else answer.refused(400, "M_INVALID_PARAM")
    carol = await server.register("carol")
    hidden = {"history_visibility": "joined"}
    await bob.join(room)
    await alice.set_state(room, "m.room.history_visibility", hidden)
    unseen = await alice.send(room, "before carol")
    await alice.invite(room, carol.user_id)
    await carol.join(room)
    path = f"/_matrix/client/v3/rooms/{room}/receipt/m.read/{unseen}"
    (await carol.post(path, {})).refused(404, "M_NOT_FOUND")
