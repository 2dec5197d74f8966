"""Profiles: setting, reading and clearing fields, and how rooms hear of it."""

from typing import Any

import pytest

from depesha.profile import store
from tests.accounts.steps import make_admin, with_password
from tests.conftest import StartServer
from tests.harness.client import Client
from tests.harness.server import Server

PICTURE = "mxc://depesha.test/abc"


def field(client: Client, name: str) -> str:
    return f"/profile/{client.user_id}/{name}"


async def test_name_picture_and_fields_of_one_s_own(alice: Client, bob: Client) -> None:
    (await bob.get(field(alice, "displayname"))).refused(404, "M_NOT_FOUND")
    for name, value in (
        ("displayname", "Алиса"),
        ("avatar_url", PICTURE),
        ("m.tz", "Europe/Moscow"),
        ("org.example.desk", {"floor": 3}),
        ("org.example.nothing", None),
    ):
        (await alice.put(field(alice, name), {name: value})).ok()
        assert (await bob.get(field(alice, name))).ok() == {name: value}
    whole = (await bob.get(f"/profile/{alice.user_id}")).ok()
    assert whole == {
        "displayname": "Алиса",
        "avatar_url": PICTURE,
        "m.tz": "Europe/Moscow",
        "org.example.desk": {"floor": 3},
        "org.example.nothing": None,
    }
    (await alice.delete(field(alice, "org.example.desk"))).ok()
    (await alice.delete(field(alice, "org.example.desk"))).ok()
    (await bob.get(field(alice, "org.example.desk"))).refused(404, "M_NOT_FOUND")
    # COMPAT: an empty name, or a body without it, takes it away.
    (await alice.put(field(alice, "displayname"), {"displayname": ""})).ok()
    (await alice.put(field(alice, "avatar_url"), {})).ok()
    assert (await bob.get(f"/profile/{alice.user_id}")).ok() == {
        "m.tz": "Europe/Moscow",
        "org.example.nothing": None,
    }


@pytest.mark.parametrize(
    ("name", "body", "errcode"),
    [
        ("displayname", {"displayname": 5}, "M_BAD_JSON"),
        ("displayname", {"displayname": "x" * 1025}, "M_PROFILE_TOO_LARGE"),
        ("avatar_url", {"avatar_url": "https://example.org/a.png"}, "M_BAD_JSON"),
        ("m.tz", {"m.tz": 1}, "M_BAD_JSON"),
        ("org.example.x", {}, "M_MISSING_PARAM"),
        ("org.example.x", {"org.example.y": 1}, "M_MISSING_PARAM"),
        ("org.example.x", {"org.example.x": 1.5}, "M_BAD_JSON"),
        ("org.example.x", {"org.example.x": "x" * 65_530}, "M_PROFILE_TOO_LARGE"),
        ("Org.Example", {"Org.Example": 1}, "M_INVALID_PARAM"),
        ("plain", {"plain": 1}, "M_INVALID_PARAM"),
        ("org." + "x" * 252, {"org." + "x" * 252: 1}, "M_KEY_TOO_LARGE"),
    ],
)
async def test_what_a_field_cannot_be(
    alice: Client, name: str, body: dict[str, Any], errcode: str
) -> None:
    (await alice.put(field(alice, name), body)).refused(400, errcode)
    assert (await alice.get(f"/profile/{alice.user_id}")).ok() == {}


async def test_a_profile_has_64_kib_in_all(alice: Client) -> None:
    first, second = "org.example.a", "org.example.b"
    (await alice.put(field(alice, first), {first: "x" * 40_000})).ok()
    answer = await alice.put(field(alice, second), {second: "x" * 40_000})
    answer.refused(400, "M_PROFILE_TOO_LARGE")
    assert list((await alice.get(f"/profile/{alice.user_id}")).ok()) == ["org.example.a"]


async def test_one_writes_one_s_own_profile_only(alice: Client, bob: Client) -> None:
    body = {"displayname": "Mallory"}
    (await bob.put(field(alice, "displayname"), body)).refused(403, "M_FORBIDDEN")
    (await bob.delete(field(alice, "displayname"))).refused(403, "M_FORBIDDEN")
    (await bob.get(field(alice, "displayname"))).refused(404, "M_NOT_FOUND")


async def test_who_is_not_there_has_no_profile(alice: Client) -> None:
    for user in ("@nobody:depesha.test", "@alice:elsewhere.test", "alice"):
        (await alice.get(f"/profile/{user}")).refused(404, "M_NOT_FOUND")
        (await alice.get(f"/profile/{user}/displayname")).refused(404, "M_NOT_FOUND")


# Rooms


async def test_rooms_hear_of_a_new_name(alice: Client, bob: Client) -> None:
    (await alice.put(field(alice, "avatar_url"), {"avatar_url": PICTURE})).ok()
    rooms = [await alice.create_room(name=str(number)) for number in range(23)]
    left = await alice.create_room(name="left")
    await alice.leave(left)
    since = (await alice.sync())["next_batch"]
    (await alice.put(field(alice, "displayname"), {"displayname": "Алиса"})).ok()
    joined = (await alice.sync(since))["rooms"]["join"]
    assert sorted(joined) == sorted(rooms)
    for room in joined.values():
        (event,) = room["timeline"]["events"]
        assert event["state_key"] == alice.user_id
        assert event["content"] == {
            "membership": "join",
            "displayname": "Алиса",
            "avatar_url": PICTURE,
        }
    (await alice.delete(field(alice, "displayname"))).ok()
    member = await alice.state(rooms[0], "m.room.member", alice.user_id)
    assert member == {"membership": "join", "avatar_url": PICTURE}


async def test_a_name_is_told_once(alice: Client) -> None:
    room = await alice.create_room()
    (await alice.put(field(alice, "displayname"), {"displayname": "A"})).ok()
    since = (await alice.sync())["next_batch"]
    (await alice.put(field(alice, "displayname"), {"displayname": "A"})).ok()
    assert room not in (await alice.sync(since)).get("rooms", {}).get("join", {})


async def test_a_name_of_the_room_s_own_outlives_a_new_picture(alice: Client) -> None:
    room = await alice.create_room()
    content = {"membership": "join", "displayname": "Chair"}
    await alice.set_state(room, "m.room.member", content, alice.user_id)
    (await alice.put(field(alice, "avatar_url"), {"avatar_url": PICTURE})).ok()
    assert await alice.state(room, "m.room.member", alice.user_id) == {
        "membership": "join",
        "displayname": "Chair",
        "avatar_url": PICTURE,
    }


async def test_names_come_along_into_rooms(alice: Client, bob: Client) -> None:
    (await bob.put(field(bob, "displayname"), {"displayname": "Боб"})).ok()
    room = await alice.create_room(invite=[bob.user_id])
    invited = await alice.state(room, "m.room.member", bob.user_id)
    assert invited == {"membership": "invite", "displayname": "Боб"}
    await bob.join(room)
    joined = await alice.state(room, "m.room.member", bob.user_id)
    assert joined == {"membership": "join", "displayname": "Боб"}


async def test_rooms_hear_of_it_after_a_stop_in_between(start_server: StartServer) -> None:
    async with start_server() as server:
        alice = await server.register("alice")
        room = await alice.create_room()
        (await alice.put(field(alice, "displayname"), {"displayname": "A"})).ok()
        # As if the server had stopped between the change of the profile and that of the room.
        await alice.set_state(room, "m.room.member", {"membership": "join"}, alice.user_id)
        spine = server.running.house.spine
        await spine.db.write(
            store.insert_untold, spine.institution.id, alice.user_id, "displayname"
        )
        since = (await alice.sync())["next_batch"]
    async with start_server() as server:
        alice = Client(server.wire, alice.user_id, alice.token)
        told: list[Any] = []
        while not told:
            answer = await alice.sync(since, timeout=30_000)
            since = answer["next_batch"]
            joined = answer.get("rooms", {}).get("join", {})
            told = joined[room]["timeline"]["events"] if room in joined else []
        assert told[0]["content"] == {"membership": "join", "displayname": "A"}


async def test_suspended_people_keep_their_profile(server: Server) -> None:
    alice = await server.register("alice")
    admin = await make_admin(server, await server.register("root"))
    path = f"/_matrix/client/v1/admin/suspend/{alice.user_id}"
    (await admin.put(path, {"suspended": True})).ok()
    answer = await alice.put(field(alice, "displayname"), {"displayname": "A"})
    answer.refused(403, "M_USER_SUSPENDED")
    (await alice.delete(field(alice, "displayname"))).refused(403, "M_USER_SUSPENDED")


async def test_whoever_goes_leaves_no_profile(alice: Client, bob: Client) -> None:
    (await bob.put(field(bob, "displayname"), {"displayname": "Боб"})).ok()
    await bob.create_room(preset="public_chat")
    search = {"search_term": "боб"}
    assert (await alice.post("/user_directory/search", search)).ok()["results"]
    answer = await with_password(bob, "POST", "/account/deactivate", {})
    answer.ok()
    (await alice.get(f"/profile/{bob.user_id}")).refused(404, "M_NOT_FOUND")
    assert (await alice.post("/user_directory/search", search)).ok()["results"] == []
