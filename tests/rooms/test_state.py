"""Setting and reading state."""

from typing import Any

import pytest

from tests.harness.client import Client
from tests.rooms.steps import NOWHERE, members, timeline

OWN = "org.example.state"


async def test_state_is_set_and_read(alice: Client, bob: Client) -> None:
    room = await alice.create_room(invite=[bob.user_id])
    await bob.join(room)
    for key in ("", "key", "ключ/1"):
        event_id = await alice.set_state(room, OWN, {"key": key}, key.replace("/", "%2F"))
        where = f"/rooms/{room}/state/{OWN}/{key.replace('/', '%2F')}"
        assert (await bob.get(where)).ok() == {"key": key}
        event = (await bob.get(where, {"format": "event"})).ok()
        assert (event["event_id"], event["state_key"]) == (event_id, key)
        assert (event["room_id"], event["sender"]) == (room, alice.user_id)
    assert (await bob.get(f"/rooms/{room}/state/{OWN}")).ok() == {"key": ""}
    state = (await bob.get(f"/rooms/{room}/state")).ok()
    found = {event["state_key"] for event in state if event["type"] == OWN}
    assert found == {"", "key", "ключ/1"}
    (await bob.get(f"/rooms/{room}/state/{OWN}/other")).refused(404, "M_NOT_FOUND")


async def test_what_is_so_already_stays_the_event_it_is(alice: Client) -> None:
    room = await alice.create_room()
    first = await alice.set_state(room, OWN, {"n": 1})
    assert await alice.set_state(room, OWN, {"n": 1}) == first
    assert await alice.set_state(room, OWN, {"n": 2}) != first
    # To Python true is 1, to Matrix it is another value.
    await alice.set_state(room, OWN, {"n": 1})
    await alice.set_state(room, OWN, {"n": True})
    assert (await alice.state(room, OWN))["n"] is True


async def test_outsiders_neither_read_nor_set_state(alice: Client, bob: Client) -> None:
    room = await alice.create_room()
    for method, tail in (("GET", "state"), ("GET", f"state/{OWN}"), ("PUT", f"state/{OWN}/k")):
        body: dict[str, Any] = {"json": {}} if method == "PUT" else {}
        refusals = [
            (await bob.request(method, f"/rooms/{each}/{tail}", **body)).refused(403, "M_FORBIDDEN")
            for each in (room, NOWHERE)
        ]
        assert refusals[0] == refusals[1]


async def test_who_has_left_reads_the_state_of_then(alice: Client, bob: Client) -> None:
    room = await alice.create_room(preset="public_chat", name="before")
    await bob.join(room)
    await bob.leave(room)
    await alice.set_state(room, "m.room.name", {"name": "after"})
    assert await bob.state(room, "m.room.name") == {"name": "before"}
    state = (await bob.get(f"/rooms/{room}/state")).ok()
    (name,) = [event["content"] for event in state if event["type"] == "m.room.name"]
    assert name == {"name": "before"}


async def test_a_readable_room_tells_its_state_to_all(alice: Client, bob: Client) -> None:
    room = await alice.create_room(name="open")
    await alice.set_state(
        room, "m.room.history_visibility", {"history_visibility": "world_readable"}
    )
    assert await bob.state(room, "m.room.name") == {"name": "open"}
    assert await members(bob, room) == {alice.user_id: "join"}


@pytest.mark.parametrize(
    ("kind", "key", "content", "status", "errcode"),
    [
        ("m.room.create", "", {}, 403, "M_FORBIDDEN"),
        ("m.room.member", "alice", {"membership": "join"}, 400, "M_INVALID_PARAM"),
        ("m.room.member", "@alice:depesha.test", {"membership": "x"}, 403, "M_FORBIDDEN"),
        ("m.room.member", "@bob:depesha.test", {"membership": "join"}, 403, "M_FORBIDDEN"),
        ("m.room.encryption", "", {}, 400, "M_BAD_JSON"),
        ("m.room.server_acl", "", {"allow": []}, 400, "M_BAD_JSON"),
        ("m.room.server_acl", "", {"allow": ["*"], "deny": ["DEPESHA.*"]}, 400, "M_BAD_JSON"),
        ("m.room.server_acl", "", {"allow": "*"}, 400, "M_BAD_JSON"),
        ("m.room.power_levels", "", {"users": {"@alice:depesha.test": 100}}, 403, "M_FORBIDDEN"),
        ("m.room.canonical_alias", "", {"alias": "none"}, 400, "M_INVALID_PARAM"),
        ("m.room.canonical_alias", "", {"alias": "#no:depesha.test"}, 400, "M_BAD_ALIAS"),
        (
            "m.room.canonical_alias",
            "",
            {"alt_aliases": ["#other:depesha.test"]},
            400,
            "M_BAD_ALIAS",
        ),
        ("m.room.canonical_alias", "", {"alt_aliases": {}}, 400, "M_BAD_JSON"),
        (OWN, "@bob:depesha.test", {}, 403, "M_FORBIDDEN"),
        (OWN, "", {"n": 1.5}, 400, "M_BAD_JSON"),
    ],
)
async def test_state_that_cannot_be(
    alice: Client, kind: str, key: str, content: dict[str, Any], status: int, errcode: str
) -> None:
    await alice.create_room(room_alias_name="other")
    room = await alice.create_room(name="room")
    before = await timeline(alice, room)
    answer = await alice.put(f"/rooms/{room}/state/{kind}/{key}", content)
    answer.refused(status, errcode)
    assert await timeline(alice, room) == before


async def test_server_lists_that_leave_one_in(alice: Client) -> None:
    room = await alice.create_room()
    for content in (
        {"allow": ["*"], "deny": ["evil.*"]},
        {"allow": ["DEPESHA.t?st"], "allow_ip_literals": False},
    ):
        await alice.set_state(room, "m.room.server_acl", content)


async def test_members_through_state(alice: Client, bob: Client) -> None:
    room = await alice.create_room()
    (await bob.put(f"/profile/{bob.user_id}/displayname", {"displayname": "Боб"})).ok()
    member = "m.room.member"
    await alice.set_state(room, member, {"membership": "invite"}, bob.user_id)
    invited = {"membership": "invite", "displayname": "Боб"}
    assert await alice.state(room, member, bob.user_id) == invited
    content = {"membership": "join", "displayname": "Bob here"}
    await bob.set_state(room, member, content, bob.user_id)
    assert await alice.state(room, member, bob.user_id) == content
    await bob.set_state(room, member, {"membership": "join"}, bob.user_id)
    assert await alice.state(room, member, bob.user_id) == {"membership": "join"}
    await alice.set_state(room, member, {"membership": "ban"}, bob.user_id)
    answer = await bob.put(f"/rooms/{room}/state/{member}/{bob.user_id}", {"membership": "join"})
    answer.refused(403, "M_FORBIDDEN")
    assert (await members(alice, room))[bob.user_id] == "ban"


async def test_the_room_s_main_alias(alice: Client, bob: Client) -> None:
    room = await alice.create_room(preset="public_chat", room_alias_name="first")
    await bob.join(room)
    kind = "m.room.canonical_alias"
    alt = "#second:depesha.test"
    (await alice.put("/directory/room/%23second:depesha.test", {"room_id": room})).ok()
    both = {"alias": "#first:depesha.test", "alt_aliases": [alt]}
    await alice.set_state(room, kind, both)
    answer = await bob.put(f"/rooms/{room}/state/{kind}", {"alias": alt})
    answer.refused(403, "M_FORBIDDEN")
    # What is listed already need not lead here any more.
    (await alice.delete("/directory/room/%23second:depesha.test")).ok()
    assert await alice.state(room, kind) == {"alias": "#first:depesha.test", "alt_aliases": []}
    await alice.set_state(room, kind, {"alias": ""})
