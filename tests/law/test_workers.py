"""What one worker has done holds at the other: at once when a wake-up arrives, else soon."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from depesha.eventlog.erase import Aged
from tests.harness.client import PASSWORD
from tests.harness.clock import TestClock
from tests.harness.server import Server
from tests.law.workers import at, two_workers
from tests.org.institution import ADMIN, make_ministry

FRESH_SECONDS = 2.0
"""After so long every worker has looked at the log again."""

Workers = tuple[Server, Server]


@pytest.fixture(params=["postgresql"])
def db_url(request: pytest.FixtureRequest, postgres: Any, templates: Any) -> Any:
    """Only PostgreSQL can be shared."""
    url = templates.copy_postgres(postgres)
    yield url
    postgres.drop(url)


@pytest.fixture
async def workers(db_url: str, tmp_path: Path, clock: TestClock) -> AsyncIterator[Workers]:
    async with two_workers(tmp_path, db_url, clock) as both:
        yield both


async def test_a_message_wakes_a_sync_that_is_parked_at_the_other(
    workers: Workers, clock: TestClock
) -> None:
    one, two = workers
    alice, bob = await one.register("alice"), await one.register("bob")
    room = await alice.create_room(preset="public_chat")
    await bob.join(room)
    await clock.advance(FRESH_SECONDS)
    bob_at_two = at(two, bob)
    since = (await bob_at_two.sync())["next_batch"]
    parked = await two.park(bob_at_two, since)
    assert not parked.done()
    event_id = await alice.send(room, "over there")
    await clock.advance(FRESH_SECONDS)
    timeline = (await parked)["rooms"]["join"][room]["timeline"]
    assert [event["event_id"] for event in timeline["events"]] == [event_id]


async def test_a_wake_up_comes_before_the_poll(workers: Workers) -> None:
    """No time passes, so nothing is polled."""
    one, two = workers
    alice = await one.register("alice")
    bob = at(two, alice)
    since = (await bob.sync())["next_batch"]
    parked = await two.park(bob, since)
    while not parked.done():
        # What is said before both listen is lost.
        await alice.create_room()
    assert (await parked)["rooms"]["join"]


async def test_a_kicked_person_is_refused_by_both(workers: Workers, clock: TestClock) -> None:
    one, two = workers
    alice, bob = await one.register("alice"), await one.register("bob")
    room = await alice.create_room(preset="private_chat", invite=[bob.user_id])
    await bob.join(room)
    await clock.advance(FRESH_SECONDS)
    await at(two, bob).send(room, "still here")
    (await alice.post(f"/rooms/{room}/kick", {"user_id": bob.user_id})).ok()
    # A write looks at the head by itself: no time has passed.
    for client in (bob, at(two, bob)):
        path = f"/rooms/{room}/send/m.room.message/{client.next_txn()}-late"
        message = {"msgtype": "m.text", "body": "late"}
        (await client.put(path, message)).refused(403, "M_FORBIDDEN")
    await clock.advance(FRESH_SECONDS)
    after = await at(two, bob).sync()
    assert room not in after.get("rooms", {}).get("join", {})


async def test_a_deactivated_person_is_refused_by_both(workers: Workers, clock: TestClock) -> None:
    one, two = workers
    bob = await one.register("bob")
    await clock.advance(FRESH_SECONDS)
    elsewhere = at(two, bob)
    (await elsewhere.get("/account/whoami")).ok()
    auth = {
        "type": "m.login.password",
        "identifier": {"type": "m.id.user", "user": "bob"},
        "password": PASSWORD,
    }
    (await bob.post("/account/deactivate", {"auth": auth})).ok()
    (await bob.get("/account/whoami")).refused(401, "M_UNKNOWN_TOKEN")
    await clock.advance(FRESH_SECONDS)
    (await elsewhere.get("/account/whoami")).refused(401, "M_UNKNOWN_TOKEN")


async def test_what_was_over_at_one_is_not_told_at_the_other(
    workers: Workers, clock: TestClock
) -> None:
    one, two = workers
    alice = await one.register("alice")
    room = await alice.create_room()
    since = (await alice.sync())["next_batch"]
    await alice.send(room, "over")
    await clock.advance(FRESH_SECONDS)
    reader = at(two, alice)
    told = (await reader.sync(since))["rooms"]["join"][room]
    assert [event["content"]["body"] for event in told["timeline"]["events"]] == ["over"]
    log = one.running.house.spine.log
    nid = (await log.find_room(room)).nid
    aged = Aged(room, nid, 0, clock.now_ms(), frozenset(), 10)
    swept = await log.commit(lambda w: w.erase(aged))
    assert len(swept.erased) == 1
    await clock.advance(FRESH_SECONDS)
    for answer in (await reader.sync(since), await reader.sync()):
        events = answer["rooms"]["join"].get(room, {}).get("timeline", {}).get("events", [])
        assert "over" not in str(events)
    assert "over" not in str(await reader.messages(room))


async def test_what_was_redacted_at_one_is_not_told_at_the_other(
    workers: Workers, clock: TestClock
) -> None:
    one, two = workers
    alice = await one.register("alice")
    room = await alice.create_room()
    await clock.advance(FRESH_SECONDS)
    elsewhere = at(two, alice)
    since = (await elsewhere.sync())["next_batch"]
    event_id = await alice.send(room, "a secret")
    await clock.advance(FRESH_SECONDS)
    (await elsewhere.get(f"/rooms/{room}/event/{event_id}")).ok()
    (await alice.put(f"/rooms/{room}/redact/{event_id}/r1", {})).ok()
    await clock.advance(FRESH_SECONDS)
    events = (await elsewhere.sync(since))["rooms"]["join"][room]["timeline"]["events"]
    assert [e["content"] for e in events if e["event_id"] == event_id] == [{}]


async def test_both_write_into_one_room(workers: Workers, clock: TestClock) -> None:
    one, two = workers
    alice = await one.register("alice")
    room = await alice.create_room()
    elsewhere = at(two, alice)
    sent = []
    for number in range(6):
        client = elsewhere if number % 2 else alice
        path = f"/rooms/{room}/send/m.room.message/n{number}"
        answer = (await client.put(path, {"msgtype": "m.text", "body": str(number)})).ok()
        sent.append(answer["event_id"])
        await clock.advance(FRESH_SECONDS)
    for client in (alice, elsewhere):
        page = await client.messages(room, limit=6)
        assert [event["event_id"] for event in page["chunk"]] == sent[::-1]


async def test_the_tree_is_one_at_both(workers: Workers, clock: TestClock) -> None:
    one, two = workers
    house = await make_ministry(one)
    await clock.advance(FRESH_SECONDS)
    coder, judge = (house.people[name] for name in ("coder", "judge"))
    path = f"/profile/{judge.user_id}"
    (await at(two, coder).get(path)).refused(404, "M_NOT_FOUND")
    (await at(two, house.people["lawhead"]).get(path)).ok()
    body = {"parent": house.units["IT"]}
    (await house.root.put(f"{ADMIN}/units/{house.units['Courts']}", body)).ok()
    await clock.advance(FRESH_SECONDS)
    (await at(two, coder).get(path)).ok()
    (await at(two, house.people["lawhead"]).get(path)).refused(404, "M_NOT_FOUND")
