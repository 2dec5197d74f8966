"""`/sync`: first, incremental, limited, lazy, parked."""

import asyncio
from typing import Any

from tests.harness.server import Server


async def test_a_first_sync_shows_rooms_and_invites(server: Server) -> None:
    alice, bob = await server.register("alice"), await server.register("bob")
    room = await alice.create_room(name="One", invite=[bob.user_id])
    first = await alice.sync()
    joined = first["rooms"]["join"][room]
    assert joined["summary"]["m.joined_member_count"] == 1
    assert joined["summary"]["m.invited_member_count"] == 1
    assert joined["summary"]["m.heroes"] == [bob.user_id]
    invited = (await bob.sync())["rooms"]["invite"][room]["invite_state"]["events"]
    types = {event["type"] for event in invited}
    assert {"m.room.create", "m.room.name", "m.room.join_rules", "m.room.member"} <= types


async def test_state_and_timeline_make_the_current_state(server: Server) -> None:
    alice = await server.register("alice")
    room = await alice.create_room(name="One")
    for number in range(12):
        await alice.set_state(room, "m.room.topic", {"topic": str(number)})
    part = (await alice.sync())["rooms"]["join"][room]
    assert part["timeline"]["limited"] is True
    assert len(part["timeline"]["events"]) == 10
    state = {(e["type"], e["state_key"]): e for e in part["state"]["events"]}
    # Before the timeline the topic was the one of two sends before its first event.
    assert state["m.room.topic", ""]["content"] == {"topic": "1"}
    after = (await alice.sync(use_state_after="true"))["rooms"]["join"][room]
    assert "state" not in after
    state = {(e["type"], e["state_key"]): e for e in after["state_after"]["events"]}
    assert state["m.room.topic", ""]["content"] == {"topic": "11"}


async def test_an_incremental_sync_has_what_is_new(server: Server) -> None:
    alice = await server.register("alice")
    room = await alice.create_room()
    before = (await alice.sync())["next_batch"]
    event_id = await alice.send(room, "hello")
    part = await alice.sync(before)
    events = part["rooms"]["join"][room]["timeline"]["events"]
    assert [event["event_id"] for event in events] == [event_id]
    assert events[0]["unsigned"]["transaction_id"]
    assert "rooms" not in await alice.sync(part["next_batch"])


async def test_a_gap_is_limited_and_can_be_paged(server: Server) -> None:
    alice = await server.register("alice")
    room = await alice.create_room()
    before = (await alice.sync())["next_batch"]
    await alice.set_state(room, "m.room.topic", {"topic": "in the gap"})
    sent = [await alice.send(room, str(number)) for number in range(15)]
    part = (await alice.sync(before))["rooms"]["join"][room]
    assert part["timeline"]["limited"] is True
    assert [e["event_id"] for e in part["timeline"]["events"]] == sent[-10:]
    assert [e["content"] for e in part["state"]["events"]] == [{"topic": "in the gap"}]
    page = await alice.messages(room, dir="b", **{"from": part["timeline"]["prev_batch"]})
    assert [e["event_id"] for e in page["chunk"]][:5] == sent[4::-1]


async def test_lazy_members_are_sent_once(server: Server) -> None:
    alice, bob = await server.register("alice"), await server.register("bob")
    room = await alice.create_room(invite=[bob.user_id])
    await bob.join(room)
    lazy = '{"room":{"state":{"lazy_load_members":true},"timeline":{"limit":1}}}'
    first = await alice.sync(filter=lazy)
    since = first["next_batch"]
    members = _members(first, room)
    assert alice.user_id in members
    await bob.send(room, "one")
    second = await alice.sync(since, filter=lazy)
    assert _members(second, room) <= {bob.user_id}
    await bob.send(room, "two")
    third = await alice.sync(second["next_batch"], filter=lazy)
    assert _members(third, room) == set()
    # The answer may not have arrived: the same question gets the member again.
    again = await alice.sync(since, filter=lazy)
    assert _members(again, room) == _members(second, room) or bob.user_id in members


def _members(answer: dict[str, Any], room: str) -> set[str]:
    events = answer["rooms"]["join"][room]["state"]["events"]
    return {event["state_key"] for event in events if event["type"] == "m.room.member"}


async def test_a_parked_sync_wakes(server: Server) -> None:
    alice, bob = await server.register("alice"), await server.register("bob")
    room = await alice.create_room(invite=[bob.user_id])
    await bob.join(room)
    since = (await bob.sync())["next_batch"]
    parked = asyncio.create_task(bob.sync(since, timeout=30_000))
    await asyncio.sleep(0)
    event_id = await alice.send(room, "wake up")
    events = (await parked)["rooms"]["join"][room]["timeline"]["events"]
    assert [event["event_id"] for event in events] == [event_id]


async def test_a_kicked_member_learns_of_it_and_of_no_more(server: Server) -> None:
    alice, bob = await server.register("alice"), await server.register("bob")
    room = await alice.create_room(invite=[bob.user_id])
    await bob.join(room)
    since = (await bob.sync())["next_batch"]
    last = await alice.send(room, "before")
    kick = {"user_id": bob.user_id, "reason": "rest"}
    (await alice.post(f"/_matrix/client/v3/rooms/{room}/kick", kick)).ok()
    await alice.send(room, "after")
    left = (await bob.sync(since))["rooms"]["leave"][room]["timeline"]["events"]
    assert left[0]["event_id"] == last
    assert left[-1]["content"]["reason"] == "rest"
    assert len(left) == 2
    (await bob.put(f"/_matrix/client/v3/rooms/{room}/send/m.room.message/1", {})).refused(
        403, "M_FORBIDDEN"
    )
