"""The log across restarts, and redaction in what is remembered."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest

from depesha.base.canonical import Content
from depesha.eventlog.append import Writing
from depesha.eventlog.changes import Entry, Logged
from depesha.eventlog.consume import RETRY_SECONDS, consume
from depesha.events.event import Draft
from depesha.io.db import Db
from tests.harness.server import Server


async def test_a_token_holds_over_a_restart(start_server: Any) -> None:
    async with start_server() as server:
        alice = await server.register("alice")
        room = await alice.create_room(name="Kept")
        since = (await alice.sync())["next_batch"]
        sent = await alice.send(room, "before the restart")
        token, user_id = alice.token, alice.user_id
    async with start_server() as server:
        again = server.anyone
        again.token, again.user_id = token, user_id
        part = (await again.sync(since))["rooms"]["join"][room]
        assert [e["event_id"] for e in part["timeline"]["events"]] == [sent]
        assert (await again.state(room, "m.room.name")) == {"name": "Kept"}


async def test_redacted_state_is_stripped_where_it_is_in_force(server: Server) -> None:
    alice = await server.register("alice")
    room = await alice.create_room()
    event_id = await alice.set_state(room, "m.room.topic", {"topic": "secret"})
    (await alice.put(f"/_matrix/client/v3/rooms/{room}/redact/{event_id}/1", {})).ok()
    assert await alice.state(room, "m.room.topic") == {}
    part = (await alice.sync())["rooms"]["join"][room]
    assert "secret" not in str(part)


async def test_a_new_consumer_misses_nothing_since_the_start(server: Server) -> None:
    alice = await server.register("alice")
    room = await alice.create_room()
    sent = await alice.send(room, "before the consumer began")
    arrived = asyncio.Event()

    async def handle(entries: Sequence[Entry]) -> None:
        if any(isinstance(each, Logged) and each.event.event_id == sent for each in entries):
            arrived.set()

    consumer = asyncio.create_task(consume(server.running.house.spine.log, "late", handle))
    try:
        await arrived.wait()
    finally:
        consumer.cancel()


async def test_redacted_state_is_stripped_where_it_was_replaced(server: Server) -> None:
    alice = await server.register("alice")
    room = await alice.create_room()
    event_id = await alice.set_state(room, "m.room.topic", {"topic": "secret"})
    await alice.set_state(room, "m.room.topic", {"topic": "plain"})
    assert "secret" in str(await alice.sync())
    (await alice.put(f"/_matrix/client/v3/rooms/{room}/redact/{event_id}/1", {})).ok()
    part = (await alice.sync())["rooms"]["join"][room]
    assert "plain" in str(part)
    assert "secret" not in str(part)


class _Far:
    """A database from which what was read takes its time to arrive."""

    def __init__(self, db: Db) -> None:
        self._db = db
        self.are_read = asyncio.Barrier(3)
        self.may_arrive = asyncio.Event()

    async def read(self, *args: Any) -> Any:
        found = await self._db.read(*args)
        await self.are_read.wait()
        await self.may_arrive.wait()
        return found

    scan = read


async def test_what_changes_while_it_is_read_is_not_lost(server: Server) -> None:
    alice, bob = await server.register("alice"), await server.register("bob")
    room = await alice.create_room(preset="public_chat")
    await bob.join(room)
    topic = await alice.set_state(room, "m.room.topic", {"topic": "secret"})
    log = server.running.house.spine.log
    near, far = log.db, _Far(log.db)
    log.memberships.clear()
    log.rooms.clear()
    log.db = far
    reading = asyncio.gather(log.rooms_of(bob.user_id), log.find_room(room))
    await far.are_read.wait()
    log.db = near
    (await alice.post(f"/rooms/{room}/kick", {"user_id": bob.user_id})).ok()
    (await alice.put(f"/rooms/{room}/redact/{topic}/1", {})).ok()
    log.memberships.clear()
    log.rooms.clear()
    far.may_arrive.set()
    places, found = await reading
    assert places[room].membership == found.membership(bob.user_id) == "leave"
    assert found.content("m.room.topic") == {}
    assert room not in (await bob.sync())["rooms"].get("join", {})


async def test_an_entry_that_a_consumer_cannot_bear_is_passed_over(server: Server) -> None:
    alice = await server.register("alice")
    room = await alice.create_room()
    poison, after = await alice.send(room, "poison"), await alice.send(room, "after")
    taken, arrived = list[str](), asyncio.Event()

    async def handle(entries: Sequence[Entry]) -> None:
        ids = [each.event.event_id for each in entries if isinstance(each, Logged)]
        if poison in ids:
            raise ValueError("poison")
        taken.extend(ids)
        if after in ids:
            arrived.set()

    consumer = asyncio.create_task(consume(server.running.house.spine.log, "weak", handle))
    try:
        while not arrived.is_set():
            await server.clock.advance(RETRY_SECONDS)
    finally:
        consumer.cancel()
    assert len(taken) == len(set(taken))
    assert taken[-1] == after


async def test_a_view_that_fails_keeps_memory_from_nothing(
    server: Server, caplog: pytest.LogCaptureFixture
) -> None:
    alice = await server.register("alice")
    room = await alice.create_room()
    log = server.running.house.spine.log

    def refuse(_: Entry) -> None:
        raise ValueError("a fault")

    log.hooks = replace(log.hooks, views=(refuse, *log.hooks.views))
    await alice.set_state(room, "m.room.topic", {"topic": "so"})
    assert await alice.state(room, "m.room.topic") == {"topic": "so"}
    assert "a view has failed" in caplog.text


async def test_what_is_redacted_is_gone_for_the_rest_of_the_commit(server: Server) -> None:
    alice = await server.register("alice")
    room = await alice.create_room()
    topic = await alice.set_state(room, "m.room.topic", {"topic": "secret"})

    async def plan(w: Writing) -> tuple[Content, Content | None]:
        await w.event(Draft("m.room.redaction", {}, alice.user_id, room, redacts=topic))
        found = (await w.tip(room)).content("m.room.topic")
        after = await w.event(Draft("m.room.topic", {"topic": "x"}, alice.user_id, room, ""))
        return found, after.prev_content

    assert await server.running.house.spine.log.commit(plan) == ({}, {})
