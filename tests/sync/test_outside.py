"""What those learn of a room who are not in it: who left, were put out, or never came in."""

from typing import Any

import orjson
import pytest

from tests.conftest import StartServer
from tests.harness.client import Client
from tests.harness.server import Server

SLIDING = "/_matrix/client/unstable/org.matrix.simplified_msc3575/sync"
EVERYTHING = {
    "lists": {"all": {"ranges": [[0, 9]], "timeline_limit": 20, "required_state": [["*", "*"]]}}
}
LEFT_TOO = '{"room":{"include_leave":true}}'

tails = pytest.mark.parametrize("tail", [2**20, 1], ids=["from memory", "from the tables"])
"""Bytes of latest changes that the server keeps in memory."""


async def slide(client: Client, pos: str = "", **more: Any) -> Any:
    query = {"pos": pos} if pos else {}
    return (await client.post(SLIDING, {**EVERYTHING, **more}, query=query)).ok()


def has(answer: Any, text: str) -> bool:
    return text in orjson.dumps(answer).decode()


async def kick(by: Client, room: str, whom: Client, verb: str = "kick") -> None:
    (await by.post(f"/rooms/{room}/{verb}", {"user_id": whom.user_id})).ok()


@tails
async def test_account_data_of_a_room_opens_it_to_nobody(
    start_server: StartServer, tail: int
) -> None:
    async with start_server(hot_tail_bytes=tail) as server:
        alice, bob = await server.register("alice"), await server.register("bob")
        room = await alice.create_room()
        since = (await bob.sync())["next_batch"]
        await bob.put(f"/user/{bob.user_id}/rooms/{room}/account_data/org.example", {"a": 1})
        await alice.send(room, "among us")
        answer = await bob.sync(since)
        assert not has(answer, room)
        assert not has(answer, "among us")


@tails
async def test_who_is_not_in_the_room_gets_its_account_data_with_coming_in(
    start_server: StartServer, tail: int
) -> None:
    async with start_server(hot_tail_bytes=tail) as server:
        alice, bob = await server.register("alice"), await server.register("bob")
        room = await alice.create_room(preset="public_chat")
        await bob.put(f"/user/{bob.user_id}/rooms/{room}/account_data/org.example", {"a": 1})
        since = (await bob.sync())["next_batch"]
        await bob.join(room)
        part = (await bob.sync(since))["rooms"]["join"][room]
        assert part["account_data"]["events"] == [{"type": "org.example", "content": {"a": 1}}]


async def test_who_took_a_knock_back_never_knew_the_room(server: Server) -> None:
    alice, bob = await server.register("alice"), await server.register("bob")
    rule = {"type": "m.room.join_rules", "content": {"join_rule": "knock"}}
    room = await alice.create_room(initial_state=[rule])
    await alice.set_state(room, "org.example.inner", {"text": "among us"})
    (await bob.post(f"/knock/{room}", {})).ok()
    await bob.leave(room)
    for path in ("state", "members", "joined_members", "state/org.example.inner/"):
        (await bob.get(f"/rooms/{room}/{path}")).refused(403, "M_FORBIDDEN")
    answer = await bob.sync(filter=LEFT_TOO)
    assert not has(answer, "among us")
    assert not has(answer["rooms"]["leave"][room], "m.room.power_levels")
    assert not has(await slide(bob), room)


@tails
async def test_what_is_known_of_a_room_ends_with_the_stay(
    start_server: StartServer, tail: int
) -> None:
    async with start_server(hot_tail_bytes=tail) as server:
        alice, bob = await server.register("alice"), await server.register("bob")
        room = await alice.create_room(preset="public_chat", topic="known", name="Known")
        await bob.join(room)
        first, shown = await bob.sync(), await slide(bob)
        await kick(alice, room, bob)
        for kind, key in (("topic", "topic"), ("name", "name")):
            await alice.set_state(room, f"m.room.{kind}", {key: "said later"})
        name = {"displayname": "said later"}
        (await alice.put(f"/profile/{alice.user_id}/displayname", name)).ok()
        await alice.send(room, "said later")
        await kick(alice, room, bob, "ban")

        part = (await bob.sync(first["next_batch"]))["rooms"]["leave"][room]
        assert part["timeline"]["events"][-1]["content"]["membership"] == "ban"
        after = await bob.sync(first["next_batch"], use_state_after="true")
        fresh = (await bob.sync(filter=LEFT_TOO))["rooms"]["leave"][room]
        assert has(fresh, "known")
        slid, anew = await slide(bob, shown["pos"]), await slide(bob)
        assert slid["rooms"][room]["timeline"]
        assert anew["rooms"][room]["name"] == "Known"
        assert anew["rooms"][room]["joined_count"] == 1
        state = (await bob.get(f"/rooms/{room}/state")).ok()
        members = (await bob.get(f"/rooms/{room}/members")).ok()["chunk"]
        assert {e["state_key"]: e["content"]["membership"] for e in members} == {
            alice.user_id: "join",
            bob.user_id: "leave",
        }
        page = await bob.messages(room, filter={"lazy_load_members": True})
        assert alice.user_id in {e["state_key"] for e in page["state"]}
        for answer in (part, after, fresh, slid, anew, state, members, page):
            assert not has(answer, "said later")
        assert anew["rooms"][room]["notification_count"] == 0


async def test_what_was_said_in_ones_absence_stays_hidden(server: Server) -> None:
    alice, bob = await server.register("alice"), await server.register("bob")
    rule = {"type": "m.room.history_visibility", "content": {"history_visibility": "joined"}}
    room = await alice.create_room(preset="public_chat", initial_state=[rule])
    await bob.join(room)
    since, shown = (await bob.sync())["next_batch"], await slide(bob)
    old = (await bob.get("/events")).ok()["end"]
    await bob.leave(room)
    await alice.send(room, "behind the door")
    gone = (await bob.get("/events", {"from": old, "room_id": room})).ok()
    assert not has(gone, "behind the door")
    await bob.join(room)
    await alice.send(room, "welcome")
    back = (await bob.get("/events", {"from": old})).ok()
    for answer in (await bob.sync(since), await slide(bob, shown["pos"]), back):
        assert has(answer, "welcome")
        assert not has(answer, "behind the door")


async def test_a_room_forgotten_elsewhere_goes(server: Server) -> None:
    alice, bob = await server.register("alice"), await server.register("bob")
    room = await alice.create_room(preset="public_chat")
    await bob.join(room)
    since, shown = (await bob.sync())["next_batch"], await slide(bob)
    await alice.send(room, "gone with it")
    await bob.leave(room)
    (await bob.post(f"/rooms/{room}/forget", {})).ok()
    answer = await bob.sync(since)
    events = answer["rooms"]["leave"][room]["timeline"]["events"]
    assert [event["content"]["membership"] for event in events] == ["leave"]
    slid = (await slide(bob, shown["pos"]))["rooms"][room]
    assert [e["content"]["membership"] for e in slid["required_state"]] == ["leave"]
    for told in (answer, slid, await bob.sync(filter=LEFT_TOO), await slide(bob)):
        assert not has(told, "gone with it")
    assert not has(await bob.sync(filter=LEFT_TOO), room)


async def test_who_refuses_an_invitation_is_told_so_on_all_devices(server: Server) -> None:
    alice, bob = await server.register("alice"), await server.register("bob")
    room = await alice.create_room(invite=[bob.user_id])
    since = (await bob.sync())["next_batch"]
    await alice.send(room, "among us")
    await bob.leave(room)
    part = (await bob.sync(since))["rooms"]["leave"][room]
    (event,) = part["timeline"]["events"]
    assert (event["state_key"], event["content"]["membership"]) == (bob.user_id, "leave")


async def test_a_phone_learns_that_an_invitation_is_over(server: Server) -> None:
    """COMPAT(matrix-rust-sdk): whatever has `invite_state` counts as an invitation."""
    alice, bob = await server.register("alice"), await server.register("bob")
    refused, withdrawn = [await alice.create_room(invite=[bob.user_id]) for _ in range(2)]
    shown = await slide(bob)
    assert shown["rooms"].keys() == {refused, withdrawn}
    assert all("invite_state" in room for room in shown["rooms"].values())
    await bob.leave(refused)
    await kick(alice, withdrawn, bob)
    for room in (refused, withdrawn):
        told = (await slide(bob, shown["pos"]))["rooms"][room]
        assert "invite_state" not in told
        (mine,) = told["required_state"]
        assert (mine["state_key"], mine["content"]["membership"]) == (bob.user_id, "leave")
