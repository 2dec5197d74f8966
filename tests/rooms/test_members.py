"""Members of rooms."""

from tests.harness.client import Client
from tests.harness.server import Server
from tests.rooms.steps import NOWHERE, members


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
