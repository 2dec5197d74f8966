"""The published room directory."""

from typing import Any

import pytest

from tests.accounts.steps import make_admin
from tests.harness.client import Client
from tests.harness.server import Server
from tests.rooms.steps import NOWHERE

ROOMS = "/publicRooms"


def listed(room: str) -> str:
    return f"/directory/list/room/{room}"


def names(answer: Any) -> list[str]:
    return [room["name"] for room in answer["chunk"]]


async def test_what_is_told_of_a_published_room(alice: Client, bob: Client) -> None:
    room = await alice.create_room(
        visibility="public", name="Plans", topic="What to do", room_alias_name="plans"
    )
    await alice.create_room(preset="public_chat", name="Unpublished")
    await bob.join(room)
    await alice.set_state(room, "m.room.avatar", {"url": "mxc://depesha.test/a"})
    assert (await bob.get(ROOMS)).ok() == {
        "chunk": [
            {
                "room_id": room,
                "name": "Plans",
                "topic": "What to do",
                "avatar_url": "mxc://depesha.test/a",
                "canonical_alias": "#plans:depesha.test",
                "join_rule": "public",
                "num_joined_members": 2,
                "guest_can_join": False,
                "world_readable": False,
            }
        ],
        "total_room_count_estimate": 1,
    }


async def test_publishing_takes_power_in_the_room(server: Server) -> None:
    alice, bob, eve = [await server.register(name) for name in ("alice", "bob", "eve")]
    admin = await make_admin(server, await server.register("root"))
    room = await alice.create_room(preset="public_chat", name="Plans")
    await bob.join(room)
    public, private = {"visibility": "public"}, {"visibility": "private"}
    (await bob.put(listed(room), public)).refused(403, "M_FORBIDDEN")
    refusals = [
        (await eve.put(listed(each), public)).refused(404, "M_NOT_FOUND")
        for each in (room, NOWHERE)
    ]
    assert refusals[0] == refusals[1]
    (await alice.put(listed(room), {"visibility": "secret"})).refused(400, "M_INVALID_PARAM")
    assert (await bob.get(listed(room))).ok() == private
    for person, wanted in ((alice, public), (admin, private), (alice, public)):
        (await person.put(listed(room), wanted)).ok()
        assert (await bob.get(listed(room))).ok() == wanted
    assert names((await eve.get(ROOMS)).ok()) == ["Plans"]
    await alice.put(listed(room), private)
    assert names((await eve.get(ROOMS)).ok()) == []


async def test_closed_rooms_and_none_are_told_alike(alice: Client, bob: Client) -> None:
    room = await alice.create_room()
    assert (await alice.get(listed(room))).ok() == {"visibility": "private"}
    refusals = [
        (await bob.get(listed(each))).refused(404, "M_NOT_FOUND") for each in (room, NOWHERE)
    ]
    assert refusals[0] == refusals[1]


async def test_pages_forward_and_back(alice: Client, bob: Client) -> None:
    rooms = [await alice.create_room(visibility="public", name=str(number)) for number in range(5)]
    for room in rooms[2:4]:
        await bob.join(room)
    everything = names((await bob.get(ROOMS)).ok())
    assert set(everything[:2]) == {"2", "3"}
    pages, token = list[list[str]](), None
    answer: dict[str, Any] = {}
    while not pages or token:
        answer = (await bob.get(ROOMS, {"limit": 2, **({"since": token} if token else {})})).ok()
        pages.append(names(answer))
        token = answer.get("next_batch")
        assert answer["total_room_count_estimate"] == 5
    assert pages == [everything[:2], everything[2:4], everything[4:]]
    back = (await bob.get(ROOMS, {"limit": 2, "since": answer["prev_batch"]})).ok()
    assert names(back) == everything[2:4]
    first = (await bob.get(ROOMS, {"limit": 2, "since": back["prev_batch"]})).ok()
    assert names(first) == everything[:2]
    assert "prev_batch" not in first


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        ({}, {"Отдел кадров", "Space", "Plans"}),
        ({"generic_search_term": "КАДРОВ"}, {"Отдел кадров"}),
        ({"generic_search_term": "what to"}, {"Plans"}),
        ({"generic_search_term": "#alias"}, {"Space"}),
        ({"generic_search_term": "nothing"}, set()),
        ({"room_types": ["m.space"]}, {"Space"}),
        ({"room_types": [None]}, {"Отдел кадров", "Plans"}),
        ({"room_types": [None, "m.space"]}, {"Отдел кадров", "Space", "Plans"}),
        ({"room_types": []}, set()),
    ],
)
async def test_filters(alice: Client, wanted: dict[str, Any], found: set[str]) -> None:
    await alice.create_room(visibility="public", name="Отдел кадров")
    await alice.create_room(visibility="public", name="Plans", topic="What to do")
    await alice.create_room(
        visibility="public",
        name="Space",
        room_alias_name="alias",
        creation_content={"type": "m.space"},
    )
    answer = (await alice.post(ROOMS, {"filter": wanted, "limit": 10})).ok()
    assert set(names(answer)) == found
    assert answer["total_room_count_estimate"] == len(found)


async def test_what_cannot_be_asked(alice: Client) -> None:
    for since in ("x", "n", "n1", "n1.x", "q1.!a"):
        (await alice.get(ROOMS, {"since": since})).refused(400, "M_INVALID_PARAM")
    (await alice.get(ROOMS, {"limit": 0})).refused(400, "M_INVALID_PARAM")
    (await alice.get(ROOMS, {"server": "elsewhere.test"})).refused(404, "M_NOT_FOUND")
    (await alice.post(ROOMS, {"limit": "x"})).refused(400, "M_BAD_JSON")
    answer = await alice.post(ROOMS, {"third_party_instance_id": "\x00"})
    answer.refused(400, "M_INVALID_PARAM")


async def test_lists_of_networks_are_apart(alice: Client) -> None:
    await alice.create_room(visibility="public", name="Plans")
    irc = (await alice.post(ROOMS, {"third_party_instance_id": "irc"})).ok()
    assert irc["chunk"] == []
    assert names((await alice.post(ROOMS, {"include_all_networks": True})).ok()) == ["Plans"]
