"""Leaving and forgetting rooms, and accounts that end."""

from tests.accounts.steps import with_password
from tests.harness.client import Client
from tests.harness.server import Server
from tests.rooms.steps import NOWHERE, members


async def test_leaving_and_refusing_an_invitation(alice: Client, bob: Client) -> None:
    room = await alice.create_room(invite=[bob.user_id])
    (await bob.post(f"/rooms/{room}/leave", {"reason": "no time"})).ok()
    member = await alice.state(room, "m.room.member", bob.user_id)
    assert member == {"membership": "leave", "reason": "no time"}
    await bob.leave(room)
    await alice.leave(room)
    assert (await alice.get("/joined_rooms")).ok() == {"joined_rooms": []}


async def test_one_cannot_leave_where_one_never_was(alice: Client, bob: Client) -> None:
    room = await alice.create_room()
    for verb in ("leave", "forget"):
        refusals = [
            (await bob.post(f"/rooms/{each}/{verb}", {})).refused(403, "M_FORBIDDEN")
            for each in (room, NOWHERE)
        ]
        assert refusals[0] == refusals[1]


async def test_the_banned_cannot_leave(alice: Client, bob: Client) -> None:
    room = await alice.create_room()
    (await alice.post(f"/rooms/{room}/ban", {"user_id": bob.user_id})).ok()
    (await bob.post(f"/rooms/{room}/leave", {})).refused(403, "M_FORBIDDEN")


async def test_a_forgotten_room_cannot_be_read(alice: Client, bob: Client) -> None:
    room = await alice.create_room(preset="public_chat")
    await bob.join(room)
    (await bob.post(f"/rooms/{room}/forget", {})).refused(400, "M_UNKNOWN")
    await bob.leave(room)
    (await bob.get(f"/rooms/{room}/state")).ok()
    (await bob.post(f"/rooms/{room}/forget", {})).ok()
    (await bob.get(f"/rooms/{room}/state")).refused(403, "M_FORBIDDEN")
    assert room not in (await bob.sync()).get("rooms", {}).get("leave", {})
    await bob.join(room)
    (await bob.get(f"/rooms/{room}/state")).ok()


async def test_an_account_that_ends_leaves_its_rooms(
    server: Server, alice: Client, bob: Client
) -> None:
    rooms = [await bob.create_room(preset="public_chat") for _ in range(23)]
    for room in rooms[:2]:
        await alice.join(room)
    invited = await alice.create_room(invite=[bob.user_id])
    since = (await alice.sync())["next_batch"]
    (await with_password(bob, "POST", "/account/deactivate", {})).ok()
    gone: set[str] = set()
    while gone != {*rooms[:2], invited}:
        answer = await alice.sync(since, timeout=30_000)
        since = answer["next_batch"]
        for room, part in answer.get("rooms", {}).get("join", {}).items():
            left = [e for e in part["timeline"]["events"] if e.get("state_key") == bob.user_id]
            gone.update(room for event in left if event["content"] == {"membership": "leave"})
    assert await members(alice, invited) == {alice.user_id: "join", bob.user_id: "leave"}
