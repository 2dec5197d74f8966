"""Knocking on rooms."""

import pytest

from tests.harness.client import Client
from tests.rooms.steps import NOWHERE, members


async def knockable(owner: Client, rule: str = "knock") -> str:
    return await owner.create_room(
        room_alias_name="door",
        initial_state=[{"type": "m.room.join_rules", "content": {"join_rule": rule}}],
    )


@pytest.mark.parametrize("rule", ["knock", "knock_restricted"])
async def test_whoever_knocks_can_be_let_in(alice: Client, bob: Client, rule: str) -> None:
    room = await knockable(alice, rule)
    since = (await bob.sync())["next_batch"]
    answer = await bob.post("/knock/%23door:depesha.test", {"reason": "please"})
    assert answer.ok() == {"room_id": room}
    assert (await bob.post(f"/knock/{room}", {})).ok() == {"room_id": room}
    assert room in (await bob.sync(since))["rooms"]["knock"]
    member = await alice.state(room, "m.room.member", bob.user_id)
    assert member == {"membership": "knock", "reason": "please"}
    (await bob.post(f"/join/{room}", {})).refused(403, "M_FORBIDDEN")
    await alice.invite(room, bob)
    await bob.join(room)


async def test_a_knock_can_be_taken_back_or_refused(alice: Client, bob: Client) -> None:
    room = await knockable(alice)
    (await bob.post(f"/knock/{room}", {})).ok()
    await bob.leave(room)
    assert (await members(alice, room))[bob.user_id] == "leave"
    (await bob.post(f"/knock/{room}", {})).ok()
    (await alice.post(f"/rooms/{room}/kick", {"user_id": bob.user_id})).ok()
    assert (await members(alice, room))[bob.user_id] == "leave"


async def test_rooms_without_a_door_and_none_are_refused_alike(alice: Client, bob: Client) -> None:
    closed = await alice.create_room()
    refusals = [
        (await bob.post(f"/knock/{room}", {})).refused(403, "M_FORBIDDEN")
        for room in (closed, NOWHERE)
    ]
    assert refusals[0] == refusals[1]
    (await bob.post("/knock/%23none:depesha.test", {})).refused(404, "M_NOT_FOUND")


async def test_who_is_inside_does_not_knock(alice: Client, bob: Client) -> None:
    room = await knockable(alice)
    (await alice.post(f"/knock/{room}", {})).refused(403, "M_FORBIDDEN")
    (await alice.post(f"/rooms/{room}/ban", {"user_id": bob.user_id})).ok()
    (await bob.post(f"/knock/{room}", {})).refused(403, "M_FORBIDDEN")
