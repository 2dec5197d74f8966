"""Events raw or in parts, as a filter may ask for them."""

import asyncio
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from depesha.sync.form import pick
from tests.harness.client import Client
from tests.harness.server import Server

names = st.sampled_from(["a", "b", "m.x", "\\"])
objects = st.recursive(
    st.integers(0, 9), lambda inner: st.dictionaries(names, inner, max_size=3), max_leaves=10
).filter(lambda value: isinstance(value, dict))
paths = st.lists(st.lists(names, min_size=1, max_size=4).map(tuple), max_size=4)


def at(value: Any, path: tuple[str, ...]) -> Any:
    """What a path leads to; None: nothing."""
    for name in path:
        if not isinstance(value, dict) or name not in value:
            return None
        value = value[name]
    return value


def leaves(value: Any, path: tuple[str, ...] = ()) -> set[tuple[str, ...]]:
    if not isinstance(value, dict) or not value:
        return {path}
    return {leaf for name, inner in value.items() for leaf in leaves(inner, (*path, name))}


@given(whole=objects, wanted=paths)
def test_what_is_picked_is_what_the_paths_name(whole: Any, wanted: list[tuple[str, ...]]) -> None:
    before = orjson.dumps(whole)
    found = pick(whole, wanted)
    assert orjson.dumps(whole) == before
    for path in wanted:
        assert at(found, path) == at(whole, path)
    for leaf in leaves(found) - {()}:
        assert at(whole, leaf) == at(found, leaf)
        assert any(leaf[: len(path)] == path for path in wanted)


async def raw_sync(client: Client, **query: Any) -> Any:
    """A sync that is not held to the schema of whole events in client form."""
    url = f"{client.wire.base_url}/_matrix/client/v3/sync"
    told = {key: v if isinstance(v, str) else orjson.dumps(v).decode() for key, v in query.items()}
    headers = {"Authorization": f"Bearer {client.token}"}
    async with client.wire.http.get(url, params=told, headers=headers) as answer:
        assert answer.status == 200, await answer.text()
        return orjson.loads(await answer.read())


async def test_only_the_fields_that_are_asked_for(alice: Client) -> None:
    room = await alice.create_room(name="One")
    fields = ["content.body", r"content.m\.mentions", "type"]
    asked = {"event_fields": fields}
    first = await raw_sync(alice, filter=asked)
    shown = first["rooms"]["join"][room]
    assert {"type": "m.room.create"} in shown["state"]["events"] + shown["timeline"]["events"]
    content = {"msgtype": "m.text", "body": "hello", "m.mentions": {"user_ids": []}}
    await alice.send(room, content)
    told = (await raw_sync(alice, filter=asked, since=first["next_batch"]))["rooms"]["join"][room]
    assert told["timeline"]["events"] == [
        {"type": "m.room.message", "content": {"body": "hello", "m.mentions": {"user_ids": []}}}
    ]
    # A kept filter is the same; and who asks for nothing special gets the whole event.
    kept = (await alice.post(f"/user/{alice.user_id}/filter", asked)).ok()["filter_id"]
    told = (await raw_sync(alice, filter=kept, since=first["next_batch"]))["rooms"]["join"][room]
    assert "sender" not in told["timeline"]["events"][0]
    told = (await alice.sync(first["next_batch"]))["rooms"]["join"][room]
    assert told["timeline"]["events"][0]["sender"] == alice.user_id


@pytest.mark.parametrize("version", ["10", "12"])
async def test_events_as_servers_exchange_them(alice: Client, version: str) -> None:
    room = await alice.create_room(name="One", room_version=version)
    event_id = await alice.send(room, "hello")
    asked = {"event_format": "federation", "room": {"timeline": {"limit": 1}}}
    shown = (await raw_sync(alice, filter=asked))["rooms"]["join"][room]
    (message,) = shown["timeline"]["events"]
    state = {event["type"]: event for event in shown["state"]["events"]}
    for event in (message, state["m.room.create"], state["m.room.name"]):
        assert event["hashes"]["sha256"]
        assert event["signatures"]["depesha.test"]
        assert event["room_id"] == room
        assert event["depth"] >= 1
    assert message["event_id"] == event_id
    assert message["content"]["body"] == "hello"
    assert message["unsigned"]["membership"] == "join"
    both = {**asked, "event_fields": ["depth"]}
    shown = (await raw_sync(alice, filter=both))["rooms"]["join"][room]
    assert shown["timeline"]["events"] == [{"depth": message["depth"]}]
    answer = await alice.get("/sync", {"filter": {"event_format": "telegraph"}})
    answer.refused(400, "M_BAD_JSON")


async def test_who_wants_parts_is_not_given_what_others_are_given_whole(server: Server) -> None:
    alice, bob = await server.register("alice"), await server.register("bob")
    room = await alice.create_room(invite=[bob.user_id])
    await bob.join(room)
    since = (await alice.sync())["next_batch"]
    await bob.send(room, "hello")
    whole, parts = await asyncio.gather(
        alice.sync(since), raw_sync(alice, since=since, filter={"event_fields": ["type"]})
    )
    (event,) = whole["rooms"]["join"][room]["timeline"]["events"]
    assert event["content"]["body"] == "hello"
    assert parts["rooms"]["join"][room]["timeline"]["events"] == [{"type": "m.room.message"}]
