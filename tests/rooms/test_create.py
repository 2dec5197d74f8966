"""Creating rooms."""

from typing import Any

import pytest

from tests.harness.client import Client
from tests.harness.server import Server
from tests.rooms.steps import members, timeline

POWER = "m.room.power_levels"


@pytest.mark.parametrize(
    ("fields", "rule", "guests"),
    [
        ({}, "invite", "can_join"),
        ({"visibility": "public"}, "public", "forbidden"),
        ({"preset": "private_chat", "visibility": "public"}, "invite", "can_join"),
        ({"preset": "public_chat"}, "public", "forbidden"),
        ({"preset": "trusted_private_chat"}, "invite", "can_join"),
    ],
)
async def test_presets(alice: Client, fields: dict[str, Any], rule: str, guests: str) -> None:
    room = await alice.create_room(**fields)
    assert await alice.state(room, "m.room.join_rules") == {"join_rule": rule}
    assert await alice.state(room, "m.room.guest_access") == {"guest_access": guests}
    shared = {"history_visibility": "shared"}
    assert await alice.state(room, "m.room.history_visibility") == shared


async def test_the_first_events_come_in_the_order_of_the_specification(
    server: Server, alice: Client, bob: Client
) -> None:
    room = await alice.create_room(
        room_alias_name="plans",
        name="Планы",
        topic="What to do",
        invite=[bob.user_id, bob.user_id, alice.user_id],
        is_direct=True,
        initial_state=[
            {"type": "m.room.encryption", "content": {"algorithm": "m.megolm.v1.aes-sha2"}},
            {"type": "m.room.guest_access", "content": {"guest_access": "forbidden"}},
            {"type": "m.room.name", "content": {"name": "overwritten"}},
        ],
    )
    events = await timeline(alice, room)
    assert [event["type"].removeprefix("m.room.") for event in events] == [
        "create",
        "member",
        "power_levels",
        "canonical_alias",
        "join_rules",
        "history_visibility",
        "guest_access",
        "encryption",
        "name",
        "topic",
        "member",
    ]
    content = {event["type"]: event["content"] for event in events}
    assert content["m.room.canonical_alias"] == {"alias": "#plans:depesha.test"}
    assert content["m.room.guest_access"] == {"guest_access": "forbidden"}
    assert content["m.room.name"] == {"name": "Планы"}
    assert content["m.room.topic"]["topic"] == "What to do"
    assert content["m.room.topic"]["m.topic"] == {"m.text": [{"body": "What to do"}]}
    assert content["m.room.member"] == {"membership": "invite", "is_direct": True}
    assert await members(alice, room) == {alice.user_id: "join", bob.user_id: "invite"}


async def test_a_space_of_version_12_and_its_creators(alice: Client, bob: Client) -> None:
    room = await alice.create_room(
        creation_content={
            "type": "m.space",
            "m.federate": False,
            "creator": "@mallory:depesha.test",
            "additional_creators": [bob.user_id, alice.user_id],
        }
    )
    assert await alice.state(room, "m.room.create") == {
        "type": "m.space",
        "m.federate": False,
        "room_version": "12",
        "additional_creators": [bob.user_id],
    }
    assert (await alice.state(room, POWER))["users"] == {}
    create = (await timeline(alice, room))[0]
    assert room == "!" + create["event_id"][1:]


@pytest.mark.parametrize("version", ["3", "9", "11", "12"])
async def test_people_invited_in_trust_have_the_creator_s_power(
    alice: Client, bob: Client, version: str
) -> None:
    room = await alice.create_room(
        room_version=version, preset="trusted_private_chat", invite=[bob.user_id]
    )
    created, levels = await alice.state(room, "m.room.create"), await alice.state(room, POWER)
    assert created["room_version"] == version
    assert (created.get("creator") == alice.user_id) is (int(version) < 11)
    if version == "12":
        assert created["additional_creators"] == [bob.user_id]
        assert levels["users"] == {}
        assert levels["events"]["m.room.tombstone"] > levels["state_default"]
    else:
        assert room.endswith(":depesha.test")
        assert levels["users"] == {alice.user_id: 100, bob.user_id: 100}


async def test_power_levels_may_be_overridden(alice: Client, bob: Client) -> None:
    room = await alice.create_room(
        power_level_content_override={"users": {bob.user_id: 50}, "events_default": 10},
        preset="public_chat",
    )
    await bob.join(room)
    levels = await alice.state(room, POWER)
    assert (levels["users"], levels["events_default"], levels["ban"]) == ({bob.user_id: 50}, 10, 50)
    await bob.set_state(room, "m.room.name", {"name": "Bob's"})


@pytest.mark.parametrize(
    ("fields", "errcode"),
    [
        ({"room_version": "0"}, "M_UNSUPPORTED_ROOM_VERSION"),
        ({"preset": "chat"}, "M_BAD_JSON"),
        ({"visibility": "secret"}, "M_BAD_JSON"),
        ({"name": 5}, "M_BAD_JSON"),
        ({"creation_content": {"additional_creators": ["bob"]}}, "M_BAD_JSON"),
        ({"creation_content": {"n": 1.5}}, "M_BAD_JSON"),
        ({"room_alias_name": "a:b"}, "M_INVALID_PARAM"),
        ({"room_alias_name": "x" * 250}, "M_INVALID_PARAM"),
        ({"initial_state": [{"type": "m.room.name"}]}, "M_MISSING_PARAM"),
        ({"initial_state": [{"type": "m.room.create", "content": {}}]}, "M_INVALID_ROOM_STATE"),
        (
            {"initial_state": [{"type": "m.room.member", "state_key": "@a:b.c", "content": {}}]},
            "M_INVALID_ROOM_STATE",
        ),
        ({"initial_state": [{"type": "m.room.encryption", "content": {}}]}, "M_BAD_JSON"),
        (
            {
                "initial_state": [
                    {"type": "m.room.canonical_alias", "content": {"alias": "#other:depesha.test"}}
                ]
            },
            "M_BAD_ALIAS",
        ),
        (
            {"power_level_content_override": {"users": {"@alice:depesha.test": 100}}},
            "M_INVALID_ROOM_STATE",
        ),
        (
            {
                "room_version": "11",
                "power_level_content_override": {"users": {"@alice:depesha.test": 0}},
                "name": "Not mine",
            },
            "M_INVALID_ROOM_STATE",
        ),
        ({"invite": ["bob"]}, "M_INVALID_PARAM"),
        ({"invite": [f"@u{n}:depesha.test" for n in range(201)]}, "M_INVALID_PARAM"),
    ],
)
async def test_what_cannot_be_made(alice: Client, fields: dict[str, Any], errcode: str) -> None:
    (await alice.post("/createRoom", fields)).refused(400, errcode)
    assert (await alice.get("/joined_rooms")).ok() == {"joined_rooms": []}


async def test_nobody_is_invited_by_address(alice: Client) -> None:
    address = {"id_server": "id.example.org", "id_access_token": "x", "medium": "email"}
    fields = {"invite_3pid": [{**address, "address": "bob@example.org"}]}
    (await alice.post("/createRoom", fields)).refused(403, "M_THREEPID_DENIED")


async def test_an_alias_is_given_once(alice: Client, bob: Client) -> None:
    await alice.create_room(room_alias_name="plans")
    answer = await bob.post("/createRoom", {"room_alias_name": "plans", "name": "Mine"})
    answer.refused(400, "M_ROOM_IN_USE")
    assert (await bob.get("/joined_rooms")).ok() == {"joined_rooms": []}


async def test_two_rooms_made_at_the_same_moment_are_two(alice: Client) -> None:
    assert await alice.create_room() != await alice.create_room()


async def test_guests_make_no_rooms(server: Server) -> None:
    answer = (await server.anyone.post("/register", {}, query={"kind": "guest"})).ok()
    guest = Client(server.wire, answer["user_id"], answer["access_token"])
    (await guest.post("/createRoom", {})).refused(403, "M_GUEST_ACCESS_FORBIDDEN")
