"""Filters of `/sync`: each kind of thing by its own part of the filter."""

from typing import Any

import orjson

from tests.harness.server import Server


def text(value: Any) -> str:
    return orjson.dumps(value).decode()


async def test_each_part_of_a_filter_is_kept(server: Server) -> None:
    alice, bob = await server.register("alice"), await server.register("bob")
    room = await alice.create_room(preset="public_chat")
    await bob.join(room)
    event_id = await alice.send(room, "hello")
    since = (await alice.sync())["next_batch"]

    for kind in ("one", "two"):
        path = f"account_data/org.example.{kind}"
        (await alice.put(f"/user/{alice.user_id}/{path}", {"n": 1})).ok()
        (await alice.put(f"/user/{alice.user_id}/rooms/{room}/{path}", {"n": 1})).ok()
    (await bob.post(f"/rooms/{room}/receipt/m.read/{event_id}", {})).ok()
    typing = {"typing": True, "timeout": 30_000}
    (await bob.put(f"/rooms/{room}/typing/{bob.user_id}", typing)).ok()
    status = {"presence": "online", "status_msg": "here"}
    (await bob.put(f"/presence/{bob.user_id}/status", status)).ok()

    everything = await alice.sync(since)
    kinds = {"org.example.one", "org.example.two"}
    assert {e["type"] for e in everything["account_data"]["events"]} == kinds
    part = everything["rooms"]["join"][room]
    assert {e["type"] for e in part["account_data"]["events"]} == kinds
    assert {e["type"] for e in part["ephemeral"]["events"]} == {"m.receipt", "m.typing"}
    assert everything["presence"]["events"]

    wanted = {
        "presence": {"not_senders": [bob.user_id]},
        "account_data": {"types": ["org.example.o*"]},
        "room": {
            "account_data": {"not_types": ["org.example.one"]},
            "ephemeral": {"types": ["m.typing"]},
        },
    }
    some = await alice.sync(since, filter=wanted)
    assert [e["type"] for e in some["account_data"]["events"]] == ["org.example.one"]
    part = some["rooms"]["join"][room]
    assert [e["type"] for e in part["account_data"]["events"]] == ["org.example.two"]
    assert [e["type"] for e in part["ephemeral"]["events"]] == ["m.typing"]
    assert bob.user_id not in text(some.get("presence", {}))

    nothing = {
        "presence": {"types": []},
        "account_data": {"types": []},
        "room": {"account_data": {"not_rooms": [room]}, "ephemeral": {"not_rooms": [room]}},
    }
    none = await alice.sync(since, filter=nothing)
    assert not none.keys() & {"presence", "account_data"}
    part = none["rooms"]["join"][room]  # for its counts
    assert part["account_data"]["events"] == part["ephemeral"]["events"] == []


async def test_what_a_filter_keeps_out_ends_no_wait(server: Server) -> None:
    alice = await server.register("alice")
    since = (await alice.sync())["next_batch"]
    narrow = {"account_data": {"types": ["org.example.wanted"]}}
    parked = await server.park(alice, since, filter=narrow)
    for kind in ("other", "wanted"):
        (await alice.put(f"/user/{alice.user_id}/account_data/org.example.{kind}", {})).ok()
    (event,) = (await parked)["account_data"]["events"]
    assert event["type"] == "org.example.wanted"


async def test_ones_own_filter_takes_nothing_from_others(server: Server) -> None:
    alice, bob = await server.register("alice"), await server.register("bob")
    carol = await server.register("carol")
    room = await alice.create_room(preset="public_chat")
    await bob.join(room)
    await carol.join(room)
    for client in (bob, carol):
        await client.sync()
    since = (await carol.sync())["next_batch"]
    event_id = await alice.send(room, "for all who want it")
    deaf = {"room": {"timeline": {"not_rooms": [room]}}}
    assert event_id not in text(await bob.sync(since, filter=deaf))
    assert event_id in text(await carol.sync(since))
    assert event_id not in text(await bob.sync(since, filter=deaf))


async def test_who_loads_members_lazily_can_name_the_room(server: Server) -> None:
    """Spec: `RoomSummary`, "the membership events for the heroes MUST be included"."""
    alice, bob = await server.register("alice"), await server.register("bob")
    carol = await server.register("carol")
    room = await alice.create_room(preset="public_chat")
    await bob.join(room)
    for _ in range(3):
        await alice.send(room, "hello")
    lazy = {"room": {"state": {"lazy_load_members": True}, "timeline": {"limit": 1}}}
    first = await alice.sync(filter=lazy)
    part = first["rooms"]["join"][room]
    assert part["summary"]["m.heroes"] == [bob.user_id]
    assert bob.user_id in {e["state_key"] for e in part["state"]["events"]}
    await carol.join(room)
    for _ in range(3):
        await alice.send(room, "hello")
    part = (await alice.sync(first["next_batch"], filter=lazy))["rooms"]["join"][room]
    assert part["summary"]["m.heroes"] == [bob.user_id, carol.user_id]
    members = {e["state_key"] for e in part["state"]["events"] if e["type"] == "m.room.member"}
    assert members == {carol.user_id}  # of bob it knows
