"""Summaries of rooms: what one may know before joining."""

import pytest

from tests.harness.client import Client
from tests.rooms.steps import NOWHERE, restricted_room

V1 = "/_matrix/client/v1/room_summary/"
UNSTABLE = "/_matrix/client/unstable/im.nheko.summary/"


async def test_the_summary_of_an_open_room(alice: Client, bob: Client) -> None:
    room = await alice.create_room(
        preset="public_chat",
        name="Plans",
        room_alias_name="plans",
        creation_content={"type": "m.space"},
        initial_state=[
            {"type": "m.room.encryption", "content": {"algorithm": "m.megolm.v1.aes-sha2"}}
        ],
    )
    told = {
        "room_id": room,
        "name": "Plans",
        "canonical_alias": "#plans:depesha.test",
        "num_joined_members": 1,
        "join_rule": "public",
        "guest_can_join": False,
        "world_readable": False,
        "room_type": "m.space",
        "room_version": "12",
        "encryption": "m.megolm.v1.aes-sha2",
    }
    for path in (V1 + room, V1 + "%23plans:depesha.test"):
        assert (await bob.get(path)).ok() == {**told, "membership": "leave"}
    for path in (f"{UNSTABLE}summary/{room}", f"{UNSTABLE}rooms/{room}/summary"):
        assert (await alice.get(path)).ok() == {**told, "membership": "join"}


async def test_a_closed_room_is_known_to_the_invited(alice: Client, bob: Client) -> None:
    room = await alice.create_room()
    refusals = [(await bob.get(V1 + each)).refused(404, "M_NOT_FOUND") for each in (room, NOWHERE)]
    assert refusals[0] == refusals[1]
    await alice.invite(room, bob)
    assert (await bob.get(V1 + room)).ok()["membership"] == "invite"
    await bob.leave(room)
    (await bob.get(V1 + room)).refused(404, "M_NOT_FOUND")


@pytest.mark.parametrize(
    "state",
    [
        ("m.room.join_rules", {"join_rule": "knock"}),
        ("m.room.join_rules", {"join_rule": "knock_restricted"}),
        ("m.room.history_visibility", {"history_visibility": "world_readable"}),
    ],
)
async def test_rooms_that_can_be_known_otherwise(
    alice: Client, bob: Client, state: tuple[str, dict[str, str]]
) -> None:
    room = await alice.create_room()
    await alice.set_state(room, *state)
    assert (await bob.get(V1 + room)).ok()["membership"] == "leave"
    (await alice.post(f"/rooms/{room}/ban", {"user_id": bob.user_id})).ok()
    (await bob.get(V1 + room)).refused(404, "M_NOT_FOUND")


async def test_a_restricted_room_is_known_to_those_it_lets_in(alice: Client, bob: Client) -> None:
    space = await alice.create_room(preset="public_chat")
    room = await restricted_room(alice, space)
    (await bob.get(V1 + room)).refused(404, "M_NOT_FOUND")
    await bob.join(space)
    assert (await bob.get(V1 + room)).ok()["allowed_room_ids"] == [space]


async def test_what_leads_nowhere(alice: Client) -> None:
    (await alice.get(V1 + "%23none:depesha.test")).refused(404, "M_NOT_FOUND")
    (await alice.get(V1 + "none")).refused(400, "M_INVALID_PARAM")
