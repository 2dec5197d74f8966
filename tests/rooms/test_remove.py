"""Kicking, banning and unbanning."""

import pytest

from tests.harness.client import Client
from tests.harness.server import Server
from tests.rooms.steps import NOWHERE, members


async def test_kicking_banning_and_letting_back(alice: Client, bob: Client) -> None:
    room = await alice.create_room(preset="public_chat")
    await bob.join(room)
    body = {"user_id": bob.user_id, "reason": "rude"}
    (await alice.post(f"/rooms/{room}/kick", body)).ok()
    member = await alice.state(room, "m.room.member", bob.user_id)
    assert member == {"membership": "leave", "reason": "rude"}
    await bob.join(room)
    (await alice.post(f"/rooms/{room}/ban", body)).ok()
    (await alice.post(f"/rooms/{room}/ban", body)).ok()
    member = await alice.state(room, "m.room.member", bob.user_id)
    assert member == {"membership": "ban", "reason": "rude"}
    (await bob.post(f"/join/{room}", {})).refused(403, "M_FORBIDDEN")
    (await alice.post(f"/rooms/{room}/kick", body)).refused(403, "M_FORBIDDEN")
    (await alice.post(f"/rooms/{room}/unban", body)).ok()
    assert (await members(alice, room))[bob.user_id] == "leave"
    await bob.join(room)


async def test_strangers_can_be_banned_beforehand(alice: Client, bob: Client) -> None:
    room = await alice.create_room(preset="public_chat")
    body = {"user_id": bob.user_id}
    (await alice.post(f"/rooms/{room}/unban", body)).refused(403, "M_FORBIDDEN")
    (await alice.post(f"/rooms/{room}/kick", body)).refused(403, "M_FORBIDDEN")
    (await alice.post(f"/rooms/{room}/ban", body)).ok()
    (await bob.post(f"/join/{room}", {})).refused(403, "M_FORBIDDEN")


@pytest.mark.parametrize("verb", ["kick", "ban", "unban"])
async def test_it_takes_power_and_membership(server: Server, verb: str) -> None:
    alice, bob, eve = [await server.register(name) for name in ("alice", "bob", "eve")]
    room = await alice.create_room(preset="public_chat")
    await bob.join(room)
    await eve.join(room)
    if verb == "unban":
        (await alice.post(f"/rooms/{room}/ban", {"user_id": eve.user_id})).ok()
    path = f"/rooms/{room}/{verb}"
    (await bob.post(path, {"user_id": eve.user_id})).refused(403, "M_FORBIDDEN")
    (await bob.post(path, {"user_id": alice.user_id})).refused(403, "M_FORBIDDEN")
    (await alice.post(path, {"user_id": "eve"})).refused(400, "M_INVALID_PARAM")
    (await alice.post(path, {})).refused(400, "M_MISSING_PARAM")
    await bob.leave(room)
    refusals = [
        (await bob.post(f"/rooms/{each}/{verb}", {"user_id": eve.user_id})).refused(
            403, "M_FORBIDDEN"
        )
        for each in (room, NOWHERE)
    ]
    assert refusals[0] == refusals[1]
    assert (await members(alice, room))[alice.user_id] == "join"
