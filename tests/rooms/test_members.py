"""Members of rooms."""

import pytest

from tests.conftest import StartServer
from tests.harness.client import Client
from tests.harness.server import Server
from tests.rooms.steps import NOWHERE, members

LEFT_TOO = {"room": {"include_leave": True}}


async def test_members_by_membership_and_time(server: Server) -> None:
    alice, bob, eve = [await server.register(name) for name in ("alice", "bob", "eve")]
    room = await alice.create_room(invite=[bob.user_id, eve.user_id])
    before = (await alice.sync())["next_batch"]
    await bob.join(room)
    (await eve.post(f"/rooms/{room}/leave", {})).ok()
    everyone = {alice.user_id: "join", bob.user_id: "join", eve.user_id: "leave"}
    assert await members(alice, room) == everyone
    assert await members(alice, room, membership="leave") == {eve.user_id: "leave"}
    assert await members(alice, room, not_membership="leave") == {
        alice.user_id: "join",
        bob.user_id: "join",
    }
    assert await members(alice, room, at=before) == {
        alice.user_id: "join",
        bob.user_id: "invite",
        eve.user_id: "invite",
    }
    (await alice.get(f"/rooms/{room}/members", {"at": "x"})).refused(400, "M_INVALID_PARAM")


async def test_who_has_left_knows_the_members_of_then(server: Server) -> None:
    alice, bob, eve = [await server.register(name) for name in ("alice", "bob", "eve")]
    room = await alice.create_room(preset="public_chat")
    await bob.join(room)
    await bob.leave(room)
    await eve.join(room)
    then = {alice.user_id: "join", bob.user_id: "leave"}
    assert await members(bob, room) == then
    now = (await eve.sync())["next_batch"]
    assert await members(bob, room, at=now) == then


async def test_names_of_those_inside(alice: Client, bob: Client) -> None:
    (await alice.put(f"/profile/{alice.user_id}/displayname", {"displayname": "Алиса"})).ok()
    room = await alice.create_room(preset="public_chat", invite=[bob.user_id])
    path = f"/rooms/{room}/joined_members"
    assert (await alice.get(path)).ok() == {"joined": {alice.user_id: {"display_name": "Алиса"}}}
    refusals = [
        (await bob.get(f"/rooms/{each}/joined_members")).refused(403, "M_FORBIDDEN")
        for each in (room, NOWHERE)
    ]
    assert refusals[0] == refusals[1]
    await bob.join(room)
    assert set((await bob.get(path)).ok()["joined"]) == {alice.user_id, bob.user_id}


async def test_outsiders_learn_of_no_members(alice: Client, bob: Client) -> None:
    room = await alice.create_room()
    refusals = [
        (await bob.get(f"/rooms/{each}/members")).refused(403, "M_FORBIDDEN")
        for each in (room, NOWHERE)
    ]
    assert refusals[0] == refusals[1]


async def test_joined_rooms(alice: Client, bob: Client) -> None:
    room = await alice.create_room(invite=[bob.user_id])
    assert (await bob.get("/joined_rooms")).ok() == {"joined_rooms": []}
    await bob.join(room)
    assert (await bob.get("/joined_rooms")).ok() == {"joined_rooms": [room]}


@pytest.mark.parametrize("way", ["invite", "knock"])
async def test_who_never_was_inside_knows_nothing_of_it(
    alice: Client, bob: Client, way: str
) -> None:
    """Whoever asks to be let in, and takes that back, has not been in."""
    rules = {"type": "m.room.join_rules", "content": {"join_rule": "knock"}}
    room = await alice.create_room(name="secret", initial_state=[rules])
    if way == "invite":
        await alice.invite(room, bob)
    else:
        (await bob.post(f"/knock/{room}", {})).ok()
    await bob.leave(room)
    for tail in ("state", "state/m.room.name", "members", "aliases"):
        refusals = [
            (await bob.get(f"/rooms/{each}/{tail}")).refused(403, "M_FORBIDDEN")
            for each in (room, NOWHERE)
        ]
        assert refusals[0] == refusals[1]
    assert "secret" not in str(await bob.sync(filter=LEFT_TOO))


async def test_a_ban_shows_nothing_of_the_time_after_the_leaving(server: Server) -> None:
    alice, bob, eve = [await server.register(name) for name in ("alice", "bob", "eve")]
    room = await alice.create_room(preset="public_chat", name="before")
    await bob.join(room)
    await bob.leave(room)
    await eve.join(room)
    await alice.set_state(room, "m.room.name", {"name": "after"})
    (await alice.post(f"/rooms/{room}/ban", {"user_id": bob.user_id})).ok()
    assert await bob.state(room, "m.room.name") == {"name": "before"}
    assert await members(bob, room) == {alice.user_id: "join", bob.user_id: "leave"}
    left = (await bob.sync(filter=LEFT_TOO))["rooms"]["leave"][room]
    assert "before" in str(left)
    assert "after" not in str(left)
    assert eve.user_id not in str(left)
    (await bob.get(f"/rooms/{room}/aliases")).refused(403, "M_FORBIDDEN")
    every = {"ranges": [[0, 9]], "timeline_limit": 9, "required_state": [["*", "*"]]}
    sliding = "/_matrix/client/unstable/org.matrix.simplified_msc3575/sync"
    slid = (await bob.post(sliding, {"lists": {"a": every}})).ok()["rooms"][room]
    assert slid["name"] == "before"
    assert "after" not in str(slid)
    assert eve.user_id not in str(slid)


async def test_a_sync_tells_of_rooms_left_long_ago_as_they_were(start_server: StartServer) -> None:
    async with start_server(hot_tail_bytes=1) as server:
        alice, bob = await server.register("alice"), await server.register("bob")
        room = await alice.create_room(preset="public_chat", name="before")
        await bob.join(room)
        await bob.leave(room)
        await alice.set_state(room, "m.room.name", {"name": "after"})
        await alice.send(room, "long after")
        short = {"room": {"include_leave": True, "timeline": {"limit": 1}}}
        left = (await bob.sync(filter=short))["rooms"]["leave"][room]
        assert "before" in str(left)
        assert "after" not in str(left)
