"""Searching people: who is found, by what, and by whom."""

import pytest

from tests.harness.client import Client
from tests.harness.server import Server

SEARCH = "/user_directory/search"


async def found(client: Client, term: str) -> list[str]:
    answer = (await client.post(SEARCH, {"search_term": term, "limit": 50})).ok()
    assert answer["limited"] is False
    return [person["user_id"] for person in answer["results"]]


async def rename(client: Client, name: str) -> None:
    path = f"/profile/{client.user_id}/displayname"
    (await client.put(path, {"displayname": name})).ok()


async def test_people_of_shared_rooms_are_found(server: Server, alice: Client, bob: Client) -> None:
    stranger = await server.register("bobby")
    room = await alice.create_room(invite=[bob.user_id])
    assert await found(alice, "bob") == []
    await bob.join(room)
    assert await found(alice, "bob") == [bob.user_id]
    assert await found(bob, "alice") == [alice.user_id]
    assert await found(stranger, "bob") == [stranger.user_id]
    await bob.leave(room)
    assert await found(alice, "bob") == []


READABLE = {
    "type": "m.room.history_visibility",
    "content": {"history_visibility": "world_readable"},
}


@pytest.mark.parametrize("openness", [{"preset": "public_chat"}, {"initial_state": [READABLE]}])
async def test_people_of_open_rooms_are_found(
    alice: Client, bob: Client, openness: dict[str, object]
) -> None:
    room = await bob.create_room(**openness)
    assert await found(alice, "bob") == [bob.user_id]
    await bob.set_state(room, "m.room.history_visibility", {"history_visibility": "shared"})
    await bob.set_state(room, "m.room.join_rules", {"join_rule": "invite"})
    assert await found(alice, "bob") == []
    await bob.set_state(room, "m.room.join_rules", {"join_rule": "public"})
    assert await found(alice, "bob") == [bob.user_id]


@pytest.mark.parametrize(
    ("term", "is_found"),
    [
        ("Пётр", True),
        ("петр", True),
        ("ПЕТР сем", True),
        ("семёнов пётр", True),
        ("енов", True),
        ("petya", True),
        ("@petya.s:depesha.test", True),
        ("s", True),
        ("Пётр Иванов", False),
        ("ов", False),
        ("depesha", False),
        ("   ", False),
        ("%", False),
        ("", False),
    ],
)
async def test_what_somebody_is_found_by(server: Server, term: str, is_found: bool) -> None:
    petya = await server.register("petya.s")
    await rename(petya, "Пётр Семёнов")
    assert await found(petya, term) == ([petya.user_id] if is_found else [])


async def test_the_best_come_first_and_no_more_than_asked_for(server: Server) -> None:
    anna = await server.register("anna")
    room = await anna.create_room(preset="public_chat")
    for localpart, name in (("u1", "Hannah"), ("u2", "Annabel"), ("u3", "Ann")):
        person = await server.register(localpart)
        await rename(person, name)
        await person.join(room)
    answer = (await anna.post(SEARCH, {"search_term": "ann", "limit": 3})).ok()
    assert answer["limited"] is True
    assert [person.get("display_name") for person in answer["results"]] == ["Ann", None, "Annabel"]


async def test_a_result_shows_name_and_picture(alice: Client) -> None:
    await rename(alice, "Алиса")
    path = f"/profile/{alice.user_id}/avatar_url"
    (await alice.put(path, {"avatar_url": "mxc://depesha.test/a"})).ok()
    answer = (await alice.post(SEARCH, {"search_term": "алиса"})).ok()
    assert answer["results"] == [
        {
            "user_id": alice.user_id,
            "display_name": "Алиса",
            "avatar_url": "mxc://depesha.test/a",
        }
    ]
    await rename(alice, "")
    assert await found(alice, "алиса") == []


async def test_a_search_needs_a_term(alice: Client) -> None:
    (await alice.post(SEARCH, {})).refused(400, "M_MISSING_PARAM")
    (await alice.post(SEARCH, {"search_term": 5})).refused(400, "M_BAD_JSON")
