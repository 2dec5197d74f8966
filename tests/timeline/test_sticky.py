"""Messages that stick. Spec: MSC4354; MSC4480 in a sliding sync."""

from json import dumps
from typing import Any

import pytest

from depesha.timeline.sticky import MOST_STUCK
from tests.conftest import StartServer
from tests.harness.client import Client, Response
from tests.harness.server import Server

DURATION = "org.matrix.msc4354.sticky_duration_ms"
SECTION = "msc4354_sticky"
LEFT = "msc4354_sticky_duration_ttl_ms"
SLIDING = "/_matrix/client/unstable/org.matrix.simplified_msc3575/sync"
EXTENSION = "org.matrix.msc4354.sticky_events"
SHORT = {"room": {"timeline": {"limit": 1}}}


async def put(client: Client, room: str, key: str, ms: object = 60_000) -> Response:
    """Send a message that sticks."""
    path = f"/rooms/{room}/send/org.example.member/{client.next_txn()}"
    return await client.put(path, {"msc4354_sticky_key": key}, query={DURATION: ms})


async def stick(client: Client, room: str, key: str, ms: int = 60_000) -> str:
    event_id: str = (await put(client, room, key, ms)).ok()["event_id"]
    return event_id


def stuck(answer: dict[str, Any], room: str) -> dict[str, int]:
    """Event id → ms that it still sticks, of a sync's section."""
    section = answer["rooms"].get("join", {}).get(room, {}).get(SECTION, {"events": []})
    return {event["event_id"]: event["unsigned"][LEFT] for event in section["events"]}


async def short(client: Client, since: str | None = None, **query: Any) -> dict[str, Any]:
    """A sync with one event a room."""
    answer: dict[str, Any] = await client.sync(since, filter=dumps(SHORT), **query)
    return answer


@pytest.fixture
async def room(alice: Client, bob: Client) -> str:
    room = await alice.create_room(preset="public_chat")
    await bob.join(room)
    return room


async def test_it_says_how_long_it_sticks(server: Server, alice: Client, room: str) -> None:
    event_id = await stick(alice, room, "a", 30_000)
    await server.clock.advance(10)
    event = (await alice.get(f"/rooms/{room}/event/{event_id}")).ok()
    assert event[SECTION] == {"duration_ms": 30_000}
    assert event["unsigned"][LEFT] == 20_000
    await server.clock.advance(20)
    event = (await alice.get(f"/rooms/{room}/event/{event_id}")).ok()
    assert event[SECTION] == {"duration_ms": 30_000}
    assert LEFT not in event["unsigned"]
    flags = (await alice.get("/_matrix/client/versions")).ok()["unstable_features"]
    assert flags["org.matrix.msc4354"] is True


async def test_it_is_told_though_the_timeline_is_too_short(
    server: Server, alice: Client, bob: Client, room: str
) -> None:
    since = (await short(bob))["next_batch"]
    first, second = await stick(alice, room, "a"), await stick(alice, room, "b", 30_000)
    await server.clock.advance(1)
    answer = await short(bob, since)
    (seen,) = answer["rooms"]["join"][room]["timeline"]["events"]
    assert (seen["event_id"], seen["unsigned"][LEFT]) == (second, 29_000)
    assert stuck(answer, room) == {first: 59_000}
    last = await alice.send(room, "last")
    for begin, expected in ((None, {first: 59_000, second: 29_000}), (answer["next_batch"], {})):
        again = await short(bob, begin)
        (seen,) = again["rooms"]["join"][room]["timeline"]["events"]
        assert seen["event_id"] == last
        assert stuck(again, room) == expected
    await server.clock.advance(30)
    assert stuck(await short(bob), room) == {first: 29_000}
    await server.clock.advance(30)
    assert stuck(await short(bob), room) == {}


async def test_a_timeline_that_filters_it_away_does_not_hide_it(
    alice: Client, bob: Client, room: str
) -> None:
    since = (await bob.sync())["next_batch"]
    event_id = await stick(alice, room, "a")
    no_such = '{"room":{"timeline":{"not_types":["org.example.member"]}}}'
    answer = await bob.sync(since, filter=no_such)
    assert list(stuck(answer, room)) == [event_id]


async def test_one_who_waits_is_told_at_once(
    server: Server, alice: Client, bob: Client, room: str
) -> None:
    since = (await bob.sync())["next_batch"]
    waiting = await server.park(bob, since)
    event_id = await stick(alice, room, "a")
    answer = await waiting
    (seen,) = answer["rooms"]["join"][room]["timeline"]["events"]
    assert (seen["event_id"], seen["unsigned"][LEFT]) == (event_id, 60_000)
    assert stuck(answer, room) == {}


async def test_who_joins_gets_what_sticks_whatever_the_history(
    server: Server, alice: Client
) -> None:
    room = await alice.create_room(preset="public_chat")
    await alice.set_state(room, "m.room.history_visibility", {"history_visibility": "joined"})
    carol = await server.register("carol")
    since = (await short(carol))["next_batch"]
    event_id, plain = await stick(alice, room, "a"), await alice.send(room, "before")
    (await carol.get(f"/rooms/{room}/event/{event_id}")).refused(404, "M_NOT_FOUND")
    await carol.join(room)
    assert list(stuck(await short(carol, since), room)) == [event_id]
    (await carol.get(f"/rooms/{room}/event/{event_id}")).ok()
    (await carol.get(f"/rooms/{room}/event/{plain}")).refused(404, "M_NOT_FOUND")
    await server.clock.advance(60)
    (await carol.get(f"/rooms/{room}/event/{event_id}")).refused(404, "M_NOT_FOUND")
    (await carol.post(f"/rooms/{room}/leave", {})).ok()
    assert room not in (await short(carol, since))["rooms"].get("join", {})


async def test_what_is_redacted_or_of_the_ignored_sticks_no_more(
    alice: Client, bob: Client, room: str
) -> None:
    event_id, other = await stick(alice, room, "a"), await stick(alice, room, "b")
    await bob.send(room, "last")
    path = f"/rooms/{room}/redact/{event_id}/{alice.next_txn()}"
    (await alice.put(path, {})).ok()
    assert list(stuck(await short(bob), room)) == [other]
    assert SECTION not in (await bob.get(f"/rooms/{room}/event/{event_id}")).ok()
    (redacted,) = [
        event
        for event in (await bob.sync())["rooms"]["join"][room]["timeline"]["events"]
        if event["event_id"] == event_id
    ]
    assert SECTION not in redacted
    ignored: dict[str, Any] = {"ignored_users": {alice.user_id: {}}}
    (await bob.put(f"/user/{bob.user_id}/account_data/m.ignored_user_list", ignored)).ok()
    assert stuck(await short(bob), room) == {}


async def test_what_a_duration_may_be(alice: Client, bob: Client, room: str) -> None:
    for bad in (-1, 3_600_001, "soon", "1.5"):
        (await put(alice, room, "a", bad)).refused(400, "M_INVALID_PARAM")
    event_id = await stick(alice, room, "a", 3_600_000)
    nothing = await stick(alice, room, "b", 0)
    await alice.send(room, "last")
    assert list(stuck(await short(bob), room)) == [event_id]
    event = (await bob.get(f"/rooms/{room}/event/{nothing}")).ok()
    assert event[SECTION] == {"duration_ms": 0}
    assert LEFT not in event["unsigned"]


async def test_nobody_makes_too_many_stick(
    server: Server, alice: Client, bob: Client, room: str
) -> None:
    for number in range(MOST_STUCK):
        await stick(alice, room, str(number), 10_000 + number)
    refusal = (await put(alice, room, "more")).refused(429, "M_LIMIT_EXCEEDED")
    assert refusal["retry_after_ms"] == 10_000
    await stick(bob, room, "another's")
    await server.clock.advance(10)
    await stick(alice, room, "later")


async def test_a_delayed_message_sticks_once_it_is_sent(
    server: Server, alice: Client, bob: Client, room: str
) -> None:
    path = "/_matrix/client/unstable/org.matrix.msc4140"
    query = {DURATION: 60_000}
    body: dict[str, Any] = {"delay_ms": 1_000, "content": {}}
    place = f"{path}/rooms/{room}/delayed_event/org.example.member"
    delay_id = (await alice.put(f"{place}/t1", body, query=query)).ok()["delay_id"]
    state = {**body, "state_key": ""}
    (await alice.put(f"{place}/t2", state, query=query)).refused(400, "M_INVALID_PARAM")
    (await alice.post(f"{path}/delayed_events/{delay_id}", {"action": "send"})).ok()
    await alice.send(room, "last")
    assert list(stuck(await short(bob), room).values()) == [60_000]


async def test_it_sticks_over_a_restart(start_server: StartServer) -> None:
    async with start_server() as server:
        alice = await server.register("alice")
        room = await alice.create_room()
        event_id = await stick(alice, room, "a")
        await alice.send(room, "last")
    async with start_server() as server:
        again = Client(server.wire, alice.user_id, alice.token, alice.device_id)
        assert list(stuck(await short(again), room)) == [event_id]


# --- sliding sync --------------------------------------------------------------------


async def slide(
    client: Client, pos: str | None = None, last: int = 10, **extension: Any
) -> dict[str, Any]:
    body = {
        "lists": {
            "all": {"ranges": [[0, last]], "timeline_limit": 1, "required_state": []},
        },
        "extensions": {EXTENSION: {"enabled": True, **extension}},
    }
    query = {"timeout": 0} if pos is None else {"timeout": 0, "pos": pos}
    answer: dict[str, Any] = (await client.post(SLIDING, body, query=query)).ok()
    return answer


def slid(answer: dict[str, Any]) -> dict[str, list[str]]:
    """Event ids by room."""
    rooms = answer["extensions"].get(EXTENSION, {"rooms": {}})["rooms"]
    return {room: [e["event_id"] for e in part["events"]] for room, part in rooms.items()}


async def test_sliding_tells_of_rooms_beyond_the_window(
    alice: Client, bob: Client, room: str
) -> None:
    events = [await stick(alice, room, str(number)) for number in range(5)]
    newer = await bob.create_room()
    first = await slide(bob, last=0, limit=2)
    assert list(first["rooms"]) == [newer]
    assert slid(first) == {room: events[:2]}
    token = first["extensions"][EXTENSION]["next_batch"]
    second = await slide(bob, first["pos"], last=0, limit=2, since=token)
    assert slid(second) == {room: events[2:4]}
    token = second["extensions"][EXTENSION]["next_batch"]
    third = await slide(bob, second["pos"], last=0, limit=2, since=token)
    assert slid(third) == {room: events[4:]}
    token = third["extensions"][EXTENSION]["next_batch"]
    assert slid(await slide(bob, third["pos"], last=0, limit=2, since=token)) == {}


async def test_sliding_does_not_tell_what_its_timeline_has(
    alice: Client, bob: Client, room: str
) -> None:
    first, second = await stick(alice, room, "a"), await stick(alice, room, "b")
    answer = await slide(bob)
    assert [e["event_id"] for e in answer["rooms"][room]["timeline"]] == [second]
    assert slid(answer) == {room: [first]}
    event = answer["extensions"][EXTENSION]["rooms"][room]["events"][0]
    assert event["unsigned"][LEFT] == 60_000


async def test_sliding_tells_who_joins_of_what_sticks_already(
    server: Server, alice: Client, room: str
) -> None:
    carol = await server.register("carol")
    await carol.create_room()
    event_id = await stick(alice, room, "a")
    await alice.send(room, "last")
    start = await slide(carol)
    assert slid(start) == {}
    mine = await carol.create_room(preset="public_chat")
    await stick(carol, mine, "m")
    await carol.send(mine, "last")
    answer = await slide(carol, start["pos"])
    token = answer["extensions"][EXTENSION]["next_batch"]
    await carol.join(room)
    joined = await slide(carol, answer["pos"], since=token)
    assert slid(joined) == {room: [event_id]}
