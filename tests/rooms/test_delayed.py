"""Delayed events (MSC4140)."""

from typing import Any

import pytest

from depesha.io.tx import Tx
from depesha.rooms.delayed import KEPT_MS, MAX_DELAY_MS, MOST_SCHEDULED
from tests.accounts.steps import make_admin, with_password
from tests.conftest import StartServer
from tests.harness.client import Client, Response
from tests.harness.clock import START_MS, TestClock
from tests.harness.server import Server
from tests.rooms.steps import NOWHERE, timeline

UNSTABLE = "/_matrix/client/unstable/org.matrix.msc4140"
EVENTS = UNSTABLE + "/delayed_events"
DELAY = "org.matrix.msc4140.delay"
TEXT = {"msgtype": "m.text", "body": "later"}


async def delay(
    client: Client, room: str, ms: int = 10_000, txn: str = "t", state_key: str | None = None
) -> Response:
    """Delay a message, or with a state key a state event."""
    tail = f"send/m.room.message/{txn}" if state_key is None else f"state/org.e.call/{state_key}"
    return await client.put(f"/rooms/{room}/{tail}", TEXT, query={DELAY: ms})


async def told(client: Client, delay_id: str) -> dict[str, Any]:
    found: dict[str, Any] = (await client.get(f"{EVENTS}/{delay_id}")).ok()
    return found


async def finalised(client: Client, delay_id: str) -> dict[str, Any]:
    """What became of a delayed event, once something has: the database takes its own time."""
    for _ in range(1_000):
        event = await told(client, delay_id)
        if "finalised" in event:
            found: dict[str, Any] = event["finalised"]
            return found
    raise AssertionError("nothing became of the delayed event")


async def bodies(client: Client, room: str) -> list[str]:
    return [
        event["content"]["body"]
        for event in await timeline(client, room)
        if event["type"] == "m.room.message"
    ]


async def test_it_is_sent_when_its_time_has_come(server: Server, alice: Client) -> None:
    room = await alice.create_room()
    delay_id = (await delay(alice, room)).ok()["delay_id"]
    await server.clock.advance(9.9)
    assert await bodies(alice, room) == []
    assert await told(alice, delay_id) == {
        "delay_id": delay_id,
        "room_id": room,
        "type": "m.room.message",
        "content": TEXT,
        "delay": 10_000,
        "delay_ms": 10_000,
        "running_since": START_MS,
        "delayed_since_ts": START_MS,
    }
    listed = (await alice.get(EVENTS)).ok()["delayed_events"]
    assert listed == [await told(alice, delay_id)]
    await server.clock.advance(0.1)
    end = await finalised(alice, delay_id)
    (event,) = [e for e in await timeline(alice, room) if e["event_id"] == end["event_id"]]
    assert event["content"] == TEXT
    assert event["origin_server_ts"] == end["finalised_ts"] == START_MS + 10_000
    assert event["unsigned"]["transaction_id"] == "t"
    assert (await alice.get(EVENTS)).ok() == {"delayed_events": []}


async def test_state_by_its_own_endpoint(server: Server, alice: Client) -> None:
    room = await alice.create_room()
    body = {"delay_ms": 5_000, "state_key": "k", "content": {"left": True}}
    path = f"{UNSTABLE}/rooms/{room}/delayed_event/org.e.call/t"
    first = (await alice.put(path, body)).ok()["delay_id"]
    assert (await alice.put(path, body)).ok()["delay_id"] == first
    second = (await delay(alice, room, 6_000, state_key="k")).ok()["delay_id"]
    assert [e["state_key"] for e in (await alice.get(EVENTS)).ok()["delayed_events"]] == ["k", "k"]
    await server.clock.advance(5)
    await finalised(alice, first)
    assert await alice.state(room, "org.e.call", "k") == {"left": True}
    await server.clock.advance(1)
    await finalised(alice, second)
    assert await alice.state(room, "org.e.call", "k") == TEXT


async def test_it_outlives_a_restart(start_server: StartServer) -> None:
    async with start_server() as server:
        alice = await server.register("alice")
        room = await alice.create_room()
        delay_id = (await delay(alice, room)).ok()["delay_id"]
    async with start_server() as server:
        alice = Client(server.wire, alice.user_id, alice.token, alice.device_id)
        assert (await delay(alice, room)).ok()["delay_id"] == delay_id
        await server.clock.advance(10)
        await finalised(alice, delay_id)
        assert await bodies(alice, room) == ["later"]


@pytest.mark.parametrize("is_path", [True, False])
async def test_cancelling_putting_off_and_sending(
    server: Server, alice: Client, is_path: bool
) -> None:
    room = await alice.create_room()
    ids = [(await delay(alice, room, txn=txn)).ok()["delay_id"] for txn in "abc"]

    async def act(delay_id: str, action: str) -> Response:
        # Whoever knows the id may act, such as the service that watches a call.
        if is_path:
            return await server.anyone.post(f"{EVENTS}/{delay_id}/{action}", {})
        return await server.anyone.post(f"{EVENTS}/{delay_id}", {"action": action})

    await server.clock.advance(9)
    for delay_id, action in zip(ids, ("cancel", "restart", "send"), strict=True):
        (await act(delay_id, action)).ok()
    assert await bodies(alice, room) == ["later"]
    assert set(await finalised(alice, ids[0])) == {"finalised_ts"}
    assert "event_id" in await finalised(alice, ids[2])
    await server.clock.advance(9.9)
    assert len(await bodies(alice, room)) == 1
    await server.clock.advance(0.1)
    await finalised(alice, ids[1])
    assert len(await bodies(alice, room)) == 2

    (await act(ids[0], "cancel")).ok()
    (await act(ids[2], "send")).ok()
    (await act(ids[0], "send")).refused(409, "M_UNKNOWN")
    (await act(ids[2], "cancel")).refused(409, "M_UNKNOWN")
    for delay_id in (ids[0], ids[2]):
        (await act(delay_id, "restart")).refused(404, "M_NOT_FOUND")
    for action in ("cancel", "restart", "send"):
        (await act("none", action)).refused(404, "M_NOT_FOUND")
    (await act(ids[0], "postpone")).refused(400, "M_INVALID_PARAM")
    assert len(await bodies(alice, room)) == 2


async def test_others_know_nothing_of_it(alice: Client, bob: Client) -> None:
    room = await alice.create_room(invite=[bob.user_id])
    await bob.join(room)
    delay_id = (await delay(alice, room)).ok()["delay_id"]
    assert (await bob.get(EVENTS)).ok() == {"delayed_events": []}
    refusals = [
        (await bob.get(f"{EVENTS}/{each}")).refused(404, "M_NOT_FOUND")
        for each in (delay_id, "none")
    ]
    assert refusals[0] == refusals[1]


async def test_a_change_of_the_state_by_somebody_else_cancels_it(
    server: Server, alice: Client, bob: Client
) -> None:
    levels = {"state_default": 0}
    room = await alice.create_room(preset="public_chat", power_level_content_override=levels)
    await bob.join(room)
    kept = (await delay(alice, room, state_key="kept")).ok()["delay_id"]
    lost = (await delay(alice, room, state_key="lost")).ok()["delay_id"]
    await alice.set_state(room, "org.e.call", {"n": 1}, "kept")
    await bob.set_state(room, "org.e.call", {"n": 2}, "lost")
    error = (await finalised(alice, lost))["error"]
    assert error["org.matrix.msc4140.errcode"] == "M_CANCELLED_BY_STATE_UPDATE"
    await server.clock.advance(10)
    assert "event_id" in await finalised(alice, kept)
    assert await alice.state(room, "org.e.call", "lost") == {"n": 2}


async def test_what_is_no_longer_allowed_is_told(
    server: Server, alice: Client, bob: Client
) -> None:
    room = await alice.create_room(preset="public_chat")
    await bob.join(room)
    delay_id = (await delay(bob, room)).ok()["delay_id"]
    (await alice.post(f"/rooms/{room}/kick", {"user_id": bob.user_id})).ok()
    (await server.anyone.post(f"{EVENTS}/{delay_id}/send", {})).refused(403, "M_FORBIDDEN")
    error = (await finalised(bob, delay_id))["error"]
    assert error["errcode"] == "M_FORBIDDEN"
    await bob.join(room)
    await server.clock.advance(10)
    assert await bodies(alice, room) == []


async def test_nothing_is_sent_for_the_suspended_and_the_gone(server: Server) -> None:
    alice, bob, eve = [await server.register(name) for name in ("alice", "bob", "eve")]
    admin = await make_admin(server, await server.register("root"))
    room = await alice.create_room(preset="public_chat")
    for person in (bob, eve):
        await person.join(room)
    hers, his = [(await delay(each, room)).ok()["delay_id"] for each in (eve, bob)]
    suspension = f"/_matrix/client/v1/admin/suspend/{bob.user_id}"
    (await admin.put(suspension, {"suspended": True})).ok()
    (await delay(bob, room, txn="u")).refused(403, "M_USER_SUSPENDED")
    (await with_password(eve, "POST", "/account/deactivate", {})).ok()
    (await server.anyone.post(f"{EVENTS}/{hers}/send", {})).refused(404, "M_NOT_FOUND")
    await server.clock.advance(10)
    assert (await finalised(bob, his))["error"]["errcode"] == "M_USER_SUSPENDED"
    assert await bodies(alice, room) == []


async def test_what_cannot_be_delayed(alice: Client, bob: Client) -> None:
    room = await alice.create_room()
    refusals = [(await delay(bob, each)).refused(403, "M_FORBIDDEN") for each in (room, NOWHERE)]
    assert refusals[0] == refusals[1]
    error = (await delay(alice, room, MAX_DELAY_MS + 1)).refused(400, "M_UNKNOWN")
    assert error["org.matrix.msc4140.errcode"] == "M_MAX_DELAY_EXCEEDED"
    assert error["org.matrix.msc4140.max_delay"] == MAX_DELAY_MS
    (await delay(alice, room, 0)).refused(400, "M_INVALID_PARAM")
    path = f"{UNSTABLE}/rooms/{room}/delayed_event/"
    wrong = {"delay_ms": 0, "content": {}}
    (await alice.put(path + "org.e.a/t", wrong)).refused(400, "M_INVALID_PARAM")
    member = {"delay_ms": 1, "content": {}}
    (await alice.put(path + "m.room.member/t", member)).refused(403, "M_FORBIDDEN")
    create = {"delay_ms": 1, "content": {}, "state_key": ""}
    (await alice.put(path + "m.room.create/t", create)).refused(403, "M_FORBIDDEN")
    assert (await alice.get(EVENTS)).ok() == {"delayed_events": []}


async def test_only_so_many_wait(alice: Client) -> None:
    room = await alice.create_room()
    for number in range(MOST_SCHEDULED):
        (await delay(alice, room, txn=f"n{number}")).ok()
    error = (await delay(alice, room, txn="more")).refused(400, "M_UNKNOWN")
    assert error["org.matrix.msc4140.errcode"] == "M_MAX_DELAYED_EVENTS_EXCEEDED"


async def test_what_became_of_it_is_forgotten_in_time(
    start_server: StartServer, clock: TestClock
) -> None:
    async with start_server() as server:
        alice = await server.register("alice")
        room = await alice.create_room()
        first = (await delay(alice, room)).ok()["delay_id"]
        await clock.advance(10)
        await finalised(alice, first)
    await clock.advance(KEPT_MS / 1000)
    async with start_server() as server:
        alice = Client(server.wire, alice.user_id, alice.token, alice.device_id)
        second = (await delay(alice, room, txn="u")).ok()["delay_id"]
        await clock.advance(10)
        await finalised(alice, second)
        (await alice.get(f"{EVENTS}/{first}")).refused(404, "M_NOT_FOUND")


async def test_a_delayed_redaction(server: Server, alice: Client) -> None:
    room = await alice.create_room()
    sent = await alice.send(room, "self-destructing")
    answer = await alice.put(f"/rooms/{room}/redact/{sent}/t", {}, query={DELAY: 1_000})
    await server.clock.advance(1)
    await finalised(alice, answer.ok()["delay_id"])
    (event,) = [e for e in await timeline(alice, room) if e["event_id"] == sent]
    assert event["content"] == {}


async def test_clients_learn_that_it_is_offered(server: Server) -> None:
    told = (await server.anyone.get("/_matrix/client/versions")).ok()
    assert told["unstable_features"]["org.matrix.msc4140"] is True


async def test_one_that_cannot_be_sent_holds_up_no_other(server: Server, alice: Client) -> None:
    room = await alice.create_room()
    broken, sound = [
        (await delay(alice, room, txn=txn)).ok()["delay_id"] for txn in ("broken", "sound")
    ]

    async def spoil(tx: Tx) -> None:
        await tx.execute("UPDATE rooms_delayed SET content = '{' WHERE delay_id = $1", broken)

    await server.running.house.spine.db.write(spoil)
    await server.clock.advance(10)
    assert "event_id" in await finalised(alice, sound)
