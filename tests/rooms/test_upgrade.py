"""Upgrading rooms."""

from typing import Any

import pytest

from tests.harness.client import Client, Response
from tests.harness.server import Server
from tests.rooms.steps import NOWHERE, members, timeline

POWER = "m.room.power_levels"


async def upgrade(client: Client, room: str, version: str, **fields: Any) -> Response:
    return await client.post(f"/rooms/{room}/upgrade", {"new_version": version, **fields})


@pytest.mark.parametrize(
    ("old", "new"),
    [("3", "9"), ("9", "12"), ("10", "11"), ("11", "12"), ("12", "12"), ("12", "11")],
)
async def test_an_upgrade_carries_the_room_over(
    alice: Client, bob: Client, old: str, new: str
) -> None:
    room = await alice.create_room(
        room_version=old,
        name="Планы",
        topic="What to do",
        room_alias_name="plans",
        visibility="public",
        creation_content={"type": "m.space"},
        initial_state=[
            {"type": "m.room.encryption", "content": {"algorithm": "m.megolm.v1.aes-sha2"}},
            {"type": "org.example.own", "content": {"n": 1}},
        ],
    )
    await bob.join(room)
    banned = {"user_id": "@eve:depesha.test", "reason": "rude"}
    (await alice.post(f"/rooms/{room}/ban", banned)).ok()
    (await upgrade(bob, room, new)).refused(403, "M_FORBIDDEN")
    replacement = (await upgrade(alice, room, new)).ok()["replacement_room"]

    tombstone = await alice.state(room, "m.room.tombstone")
    assert tombstone["replacement_room"] == replacement
    created = await alice.state(replacement, "m.room.create")
    assert (created["room_version"], created["type"]) == (new, "m.space")
    assert created["predecessor"]["room_id"] == room
    last = created["predecessor"]["event_id"]
    assert last in {event["event_id"] for event in await timeline(alice, room)}
    for kind in (
        "m.room.name",
        "m.room.topic",
        "m.room.encryption",
        "m.room.join_rules",
        "m.room.history_visibility",
        "m.room.guest_access",
    ):
        assert await alice.state(replacement, kind) == await alice.state(room, kind)
    own = await alice.get(f"/rooms/{replacement}/state/org.example.own")
    own.refused(404, "M_NOT_FOUND")
    assert await members(alice, replacement) == {
        alice.user_id: "join",
        "@eve:depesha.test": "ban",
    }
    ban = await alice.state(replacement, "m.room.member", "@eve:depesha.test")
    assert ban == {"membership": "ban", "reason": "rude"}

    found = (await bob.get("/directory/room/%23plans:depesha.test")).ok()
    assert found["room_id"] == replacement
    main = {"alias": "#plans:depesha.test"}
    assert await alice.state(replacement, "m.room.canonical_alias") == main
    assert await alice.state(room, "m.room.canonical_alias") == {}
    listed = [each["room_id"] for each in (await bob.get("/publicRooms")).ok()["chunk"]]
    assert listed == [replacement]
    await bob.join(replacement)
    # Nobody without power writes into the old room any more, nor invites to it.
    answer = await bob.put(f"/rooms/{room}/send/m.room.message/1", {"body": "x"})
    answer.refused(403, "M_FORBIDDEN")
    levels = await alice.state(room, POWER)
    assert (levels["events_default"], levels["invite"]) == (50, 50)


async def test_power_carries_over(server: Server) -> None:
    alice, bob, eve = [await server.register(name) for name in ("alice", "bob", "eve")]
    users = {alice.user_id: 100, bob.user_id: 100, eve.user_id: 50}
    room = await alice.create_room(
        room_version="11",
        power_level_content_override={"users": users, "events": {"org.example.a": 7}},
        preset="public_chat",
    )
    await bob.join(room)
    second = (await upgrade(bob, room, "12")).ok()["replacement_room"]
    levels = await bob.state(second, POWER)
    assert levels["users"] == {alice.user_id: 100, eve.user_id: 50}
    assert levels["events"]["org.example.a"] == 7
    assert levels["events"]["m.room.tombstone"] > levels["state_default"]
    third = (await upgrade(bob, second, "11")).ok()["replacement_room"]
    # Whoever upgrades from where creators are above all levels stays above all that there are.
    highest = levels["events"]["m.room.tombstone"]
    assert (await bob.state(third, POWER))["users"] == {**users, bob.user_id: highest}


async def test_further_creators_are_named_anew(alice: Client, bob: Client) -> None:
    room = await alice.create_room(creation_content={"additional_creators": [bob.user_id]})
    second = (await upgrade(alice, room, "12")).ok()["replacement_room"]
    assert "additional_creators" not in await alice.state(second, "m.room.create")
    assert (await alice.state(second, POWER))["users"] == {bob.user_id: 100}
    more = {"additional_creators": [bob.user_id, alice.user_id]}
    third = (await upgrade(alice, second, "12", **more)).ok()["replacement_room"]
    assert (await alice.state(third, "m.room.create"))["additional_creators"] == [bob.user_id]
    assert (await alice.state(third, POWER))["users"] == {}
    fourth = (await upgrade(alice, third, "10", **more)).ok()["replacement_room"]
    assert "additional_creators" not in await alice.state(fourth, "m.room.create")
    answer = await upgrade(alice, fourth, "12", additional_creators=["bob"])
    answer.refused(400, "M_BAD_JSON")


async def test_tags_and_direct_chats_follow_their_owner(alice: Client, bob: Client) -> None:
    room = await alice.create_room(preset="public_chat")
    await bob.join(room)
    mine = f"/user/{bob.user_id}"
    (await bob.put(f"{mine}/rooms/{room}/tags/m.favourite", {"order": 0.5})).ok()
    direct = {alice.user_id: ["!other", room], "@eve:depesha.test": ["!other"]}
    (await bob.put(f"{mine}/account_data/m.direct", direct)).ok()
    replacement = (await upgrade(alice, room, "12")).ok()["replacement_room"]
    await bob.join(replacement)
    tags = (await bob.get(f"{mine}/rooms/{replacement}/tags")).ok()["tags"]
    assert tags == {"m.favourite": {"order": 0.5}}
    moved = {**direct, alice.user_id: ["!other", room, replacement]}
    assert (await bob.get(f"{mine}/account_data/m.direct")).ok() == moved
    # What is there already stays.
    (await bob.delete(f"{mine}/rooms/{replacement}/tags/m.favourite")).ok()
    await bob.leave(replacement)
    await bob.join(replacement)
    assert (await bob.get(f"{mine}/rooms/{replacement}/tags")).ok()["tags"] == {}


async def test_what_cannot_be_upgraded(alice: Client, bob: Client) -> None:
    room = await alice.create_room()
    (await upgrade(alice, room, "0")).refused(400, "M_UNSUPPORTED_ROOM_VERSION")
    (await alice.post(f"/rooms/{room}/upgrade", {})).refused(400, "M_MISSING_PARAM")
    refusals = [
        (await upgrade(bob, each, "12")).refused(403, "M_FORBIDDEN") for each in (room, NOWHERE)
    ]
    assert refusals[0] == refusals[1]
    assert (await alice.get("/joined_rooms")).ok() == {"joined_rooms": [room]}
