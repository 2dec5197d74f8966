"""Redacting events."""

from typing import Any

import pytest

from tests.accounts.steps import make_admin
from tests.harness.client import Client
from tests.harness.server import Server
from tests.rooms.steps import NOWHERE, timeline


def path(room: str, event_id: str, txn: str = "t") -> str:
    return f"/rooms/{room}/redact/{event_id}/{txn}"


@pytest.mark.parametrize("version", ["10", "12"])
async def test_one_s_own_event_by_either_endpoint(alice: Client, bob: Client, version: str) -> None:
    room = await alice.create_room(room_version=version, preset="public_chat")
    await bob.join(room)
    first, second = await bob.send(room, "one"), await bob.send(room, "two")
    by_id = (await bob.put(path(room, first), {"reason": "oops"})).ok()["event_id"]
    sent = await bob.put(f"/rooms/{room}/send/m.room.redaction/u", {"redacts": second})
    sent.ok()
    events = {event["event_id"]: event for event in await timeline(alice, room)}
    assert events[first]["content"] == events[second]["content"] == {}
    assert events[first]["unsigned"]["redacted_because"]["event_id"] == by_id
    redaction = events[by_id]
    assert redaction["redacts"] == redaction["content"]["redacts"] == first
    assert redaction["content"]["reason"] == "oops"
    own = {event["event_id"]: event for event in await timeline(bob, room)}
    assert own[by_id]["unsigned"]["transaction_id"] == "t"


async def test_a_transaction_redacts_once_for_each_event(alice: Client) -> None:
    room = await alice.create_room()
    first, second = await alice.send(room, "one"), await alice.send(room, "two")
    ids = [
        (await alice.put(path(room, event_id), {})).ok()["event_id"]
        for event_id in (first, first, second)
    ]
    assert ids[0] == ids[1] != ids[2]
    events = {event["event_id"]: event for event in await timeline(alice, room)}
    assert events[first]["content"] == events[second]["content"] == {}


async def test_others_events_take_power(server: Server) -> None:
    alice, bob = await server.register("alice"), await server.register("bob")
    room = await alice.create_room(preset="public_chat")
    await bob.join(room)
    hers, his = await alice.send(room, "hers"), await bob.send(room, "his")
    (await bob.put(path(room, hers), {})).refused(403, "M_FORBIDDEN")
    (await alice.put(path(room, his), {})).ok()
    # An administrator of the server may too, once in the room.
    admin = await make_admin(server, await server.register("root"))
    (await admin.put(path(room, hers), {})).refused(403, "M_FORBIDDEN")
    await admin.join(room)
    (await admin.put(path(room, hers), {})).ok()


async def test_what_cannot_be_redacted(alice: Client, bob: Client) -> None:
    room, other = await alice.create_room(), await alice.create_room(name="other")
    elsewhere = await alice.send(other, "elsewhere")
    create = (await timeline(alice, room))[0]["event_id"]
    (await alice.put(path(room, elsewhere), {})).refused(404, "M_NOT_FOUND")
    (await alice.put(path(room, "$none"), {})).refused(404, "M_NOT_FOUND")
    (await alice.put(path(room, "none"), {})).refused(400, "M_BAD_JSON")
    (await alice.put(path(room, create), {})).refused(403, "M_FORBIDDEN")
    refusals = [
        (await bob.put(path(each, elsewhere), {})).refused(403, "M_FORBIDDEN")
        for each in (other, NOWHERE)
    ]
    assert refusals[0] == refusals[1]


def relating(rel_type: str, event_id: str, **more: str) -> dict[str, Any]:
    relation = {"rel_type": rel_type, "event_id": event_id, **more}
    return {"msgtype": "m.text", "body": rel_type, "m.relates_to": relation}


@pytest.mark.parametrize("name", ["with_rel_types", "org.matrix.msc3912.with_relations"])
async def test_what_relates_to_an_event_goes_with_it(alice: Client, bob: Client, name: str) -> None:
    room = await alice.create_room(preset="public_chat")
    await bob.join(room)
    first, other = await alice.send(room, "one"), await alice.send(room, "other")
    edit = await alice.send(room, relating("m.replace", first))
    not_hers = await bob.send(room, relating("m.replace", first))
    hers = await alice.send(room, relating("m.thread", first))
    his = await bob.send(room, relating("m.thread", first))
    unrelated = await alice.send(room, relating("m.thread", other))

    async def gone() -> set[str]:
        return {e["event_id"] for e in await timeline(bob, room) if e["content"] == {}}

    body = {"reason": "oops", name: ["m.replace"]}
    by_id = (await alice.put(path(room, first), body)).ok()["event_id"]
    assert await gone() >= {first, edit}
    assert not await gone() & {not_hers, hers, his, unrelated}
    events = {event["event_id"]: event for event in await timeline(bob, room)}
    assert events[first]["unsigned"]["redacted_because"]["event_id"] == by_id
    assert events[edit]["unsigned"]["redacted_because"]["content"]["reason"] == "oops"
    # The same transaction once more does nothing; Bob may not take away what Alice said.
    count = len(await timeline(bob, room))
    assert (await alice.put(path(room, first), body)).ok()["event_id"] == by_id
    assert len(await timeline(bob, room)) == count
    (await bob.put(path(room, other, "b"), {name: ["*"]})).refused(403, "M_FORBIDDEN")
    assert unrelated not in await gone()
    # Everything that relates, as far as power goes: Alice made the room.
    (await alice.put(path(room, first, "u"), {name: ["*"]})).ok()
    assert await gone() >= {hers, his}
    assert not await gone() & {not_hers, unrelated, other}


async def test_what_one_may_not_redact_stays(alice: Client, bob: Client) -> None:
    room = await alice.create_room(preset="public_chat")
    await bob.join(room)
    first = await bob.send(room, "one")
    hers = await alice.send(room, relating("m.thread", first))
    his = await bob.send(room, relating("m.thread", first))
    (await bob.put(path(room, first), {"with_rel_types": ["m.thread"]})).ok()
    events = {event["event_id"]: event for event in await timeline(bob, room)}
    assert events[first]["content"] == events[his]["content"] == {}
    assert events[hers]["content"]
    (await bob.put(path(room, his, "u"), {"with_rel_types": "*"})).refused(400, "M_BAD_JSON")


async def test_state_takes_nothing_away(alice: Client, bob: Client) -> None:
    """As state it would need the power for state alone, not that over others' messages."""
    room = await alice.create_room(
        preset="public_chat", power_level_content_override={"state_default": 0}
    )
    await bob.join(room)
    hers = await alice.send(room, "hers")
    where = f"/rooms/{room}/state/m.room.redaction/"
    for query in ({}, {"org.matrix.msc4140.delay": "1000"}):
        answer = await bob.put(where, {"redacts": hers}, query=query)
        answer.refused(403, "M_FORBIDDEN")
    events = {event["event_id"]: event for event in await timeline(alice, room)}
    assert events[hers]["content"]["body"] == "hers"
