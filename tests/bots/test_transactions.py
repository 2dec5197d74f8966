"""What services are told, and how it reaches them."""

from functools import partial
from pathlib import Path
from typing import Any

from tests.bots.service import HS_TOKEN, SENDER, Bridge, Service, settings
from tests.conftest import StartServer
from tests.harness.client import Client
from tests.harness.server import SERVER_NAME, Server
from tests.keys.signing import Device

MESSAGE = {"msgtype": "m.text", "body": "text"}


async def bridged_room(alice: Client, bridge: Bridge, **fields: Any) -> str:
    """A room of Alice that the service's user has joined."""
    room = await alice.create_room(invite=[SENDER], **fields)
    await bridge.join(room)
    return room


def same_device(server: Server, client: Client) -> Client:
    """The same device at a server that was started anew; its transactions go on."""
    found = Client(server.wire, client.user_id, client.token, client.device_id)
    last = client.next_txn()
    while found.next_txn() != last:
        pass
    return found


def types(service: Service) -> list[str]:
    return [event["type"] for event in service.events]


# --- what is told --------------------------------------------------------------------


async def test_a_service_hears_of_rooms_that_its_users_are_in(
    service: Service, bridge: Bridge, alice: Client
) -> None:
    before = await alice.create_room()
    await alice.send(before, "not for it")
    room = await bridged_room(alice, bridge)
    event_id = await alice.send(room, "for it")
    event = await service.until_event(event_id)
    assert event["room_id"] == room
    assert event["sender"] == alice.user_id
    assert event["content"] == MESSAGE | {"body": "for it"}
    assert {each["room_id"] for each in service.events} == {room}
    # It hears of the invitation, though its user was not inside yet, and from then on of all.
    memberships = [
        each["content"]["membership"] for each in service.events if each.get("state_key") == SENDER
    ]
    assert memberships == ["invite", "join"]


async def test_the_room_falls_silent_when_the_last_user_leaves(
    service: Service, bridge: Bridge, alice: Client
) -> None:
    room = await bridged_room(alice, bridge)
    irene = await bridge.make_user("_bridge_irene")
    await alice.invite(room, irene.user_id)
    await irene.join(room)
    await bridge.leave(room)
    heard = await alice.send(room, "Irene is still there")
    await irene.leave(room)
    unheard = await alice.send(room, "nobody is there")
    other = await bridged_room(alice, bridge)
    await service.until_event(await alice.send(other, "later"))
    event_ids = [event["event_id"] for event in service.events]
    assert heard in event_ids
    assert unheard not in event_ids
    assert len(event_ids) == len(set(event_ids))


async def test_a_service_hears_of_rooms_and_aliases_that_it_names(
    start_server: StartServer, service: Service, tmp_path: Path
) -> None:
    spaces = {
        "users": [],
        "aliases": [{"exclusive": False, "regex": "#news.*"}],
        "rooms": [],
    }
    async with start_server(**settings(tmp_path, service.url, namespaces=spaces)) as server:
        alice = await server.register("alice")
        plain = await alice.create_room()
        named = await alice.create_room(room_alias_name="news-of-today")
        unheard = await alice.send(plain, "unheard")
        await service.until_event(await alice.send(named, "heard"))
        assert unheard not in [event["event_id"] for event in service.events]
    spaces = {"users": [], "aliases": [], "rooms": [{"exclusive": False, "regex": plain}]}
    async with start_server(**settings(tmp_path, service.url, namespaces=spaces)) as server:
        alice = same_device(server, alice)
        unheard = await alice.send(named, "unheard")
        await service.until_event(await alice.send(plain, "heard"))
        assert unheard not in [event["event_id"] for event in service.events]


async def test_events_come_in_order_with_the_token(
    service: Service, bridge: Bridge, alice: Client
) -> None:
    room = await bridged_room(alice, bridge)
    sent = [await alice.send(room, str(number)) for number in range(120)]
    await service.until_event(sent[-1])
    got = [event["event_id"] for event in service.events if event["event_id"] in set(sent)]
    assert got == sent
    assert {each.token for each in service.transactions} == {HS_TOKEN}
    assert all(len(each.body["events"]) <= 100 for each in service.transactions)
    assert len({each.path for each in service.transactions}) == len(service.transactions)


async def test_a_redacted_event_is_told_redacted(
    service: Service, bridge: Bridge, alice: Client
) -> None:
    room = await bridged_room(alice, bridge)
    event_id = await alice.send(room, "by mistake")
    await service.until_event(event_id)
    path = f"/rooms/{room}/redact/{event_id}/t"
    redaction = (await alice.put(path, {"reason": "mistake"})).ok()["event_id"]
    event = await service.until_event(redaction)
    assert event["redacts"] == event_id


def _has_sent(service: Service, count: int) -> bool:
    return len(service.transactions) >= count


# --- until it is acknowledged --------------------------------------------------------


async def test_a_transaction_is_repeated_unchanged_until_it_is_taken(
    server: Server, service: Service, bridge: Bridge, alice: Client
) -> None:
    room = await bridged_room(alice, bridge)
    await service.until(lambda: "m.room.member" in types(service))
    await service.until_event(await alice.send(room, "first"))
    service.refuse = [500, 502, 429]
    count = len(service.transactions)
    event_id = last = await alice.send(room, "second")
    for number, seconds in enumerate((1, 2, 4), start=1):
        await service.until(partial(_has_sent, service, count + number))
        await server.clock.armed(seconds)
        # More that happens meanwhile does not get into the same transaction.
        last = await alice.send(room, f"after {seconds}")
        await server.clock.advance(seconds)
    await service.until_event(last)
    first, *repeated = service.transactions[count : count + 4]
    assert [event["event_id"] for event in first.body["events"]] == [event_id]
    assert all((each.path, each.body) == (first.path, first.body) for each in repeated)
    after = service.transactions[count + 4 :]
    assert first.path not in {each.path for each in after}
    told = [event["content"]["body"] for each in after for event in each.body["events"]]
    assert told == ["after 1", "after 2", "after 4"]


async def test_a_service_that_was_away_gets_everything_later(
    start_server: StartServer, service: Service, tmp_path: Path
) -> None:
    fields = settings(tmp_path, service.url)
    service.refuse = [500] * 1000
    async with start_server(**fields) as server:
        alice, bridge = await server.register("alice"), Bridge(server.wire)
        room = await bridged_room(alice, bridge)
        sent = [await alice.send(room, "one")]
        await service.until(lambda: service.transactions)
        first = service.transactions[0]
        sent.append(await alice.send(room, "two"))
    # While it is away its user leaves: what was said before is told all the same.
    async with start_server(**fields) as server:
        alice = same_device(server, alice)
        bridge = Bridge(server.wire)
        sent.append(await alice.send(room, "three"))
        await bridge.leave(room)
        await alice.send(room, "not told")
    service.refuse = []
    service.requests.clear()
    async with start_server(**fields) as server:
        await service.until_event(sent[-1])
        again = service.transactions[0]
        assert (again.path, again.body) == (first.path, first.body)
        told = [event for event in service.events if event["type"] == "m.room.message"]
        assert [event["event_id"] for event in told] == sent
        event_ids = [event["event_id"] for event in service.events]
        assert len(event_ids) == len(set(event_ids))


async def test_a_service_without_a_url_is_told_nothing(
    start_server: StartServer, service: Service, tmp_path: Path
) -> None:
    async with start_server(**settings(tmp_path, None)) as server:
        alice, bridge = await server.register("alice"), Bridge(server.wire)
        room = await bridged_room(alice, bridge)
        await alice.send(room, "hello")
        ping = await bridge.post("/_matrix/client/v1/appservice/bridge/ping", {})
        ping.refused(400, "M_URL_NOT_SET")
    assert service.requests == []


async def test_older_services_are_spoken_to_by_older_paths(
    service: Service, bridge: Bridge, alice: Client
) -> None:
    service.refuse = [404]
    room = await bridged_room(alice, bridge)
    await service.until_event(await alice.send(room, "hello"))
    await service.until(lambda: len(service.transactions) >= 2)
    new, old = service.transactions[:2]
    assert new.path.startswith("/_matrix/app/v1/transactions/")
    assert old.path == new.path.removeprefix("/_matrix/app/v1")
    assert old.query["access_token"] == HS_TOKEN
    assert old.body == new.body


# --- signals -------------------------------------------------------------------------


def ephemeral(service: Service, kind: str, name: str = "ephemeral") -> list[Any]:
    return [
        event
        for each in service.transactions
        for event in each.body.get(name, [])
        if event["type"] == kind
    ]


async def test_signals_are_told_to_who_asks_for_them(
    start_server: StartServer, service: Service, tmp_path: Path
) -> None:
    fields = settings(tmp_path, service.url, receive_ephemeral=True)
    async with start_server(**fields) as server:
        alice, bridge = await server.register("alice"), Bridge(server.wire)
        bob = await server.register("bob")
        room, other = await bridged_room(alice, bridge), await bob.create_room()
        event_id = await bridge.send(room, "hello")
        await service.until_event(event_id)
        for client, place in ((alice, room), (bob, other)):
            path = f"/rooms/{place}/typing/{client.user_id}"
            (await client.put(path, {"typing": True, "timeout": 30_000})).ok()
        (await alice.put(f"/presence/{alice.user_id}/status", {"presence": "unavailable"})).ok()
        (await bob.put(f"/presence/{bob.user_id}/status", {"presence": "unavailable"})).ok()
        (await alice.post(f"/rooms/{room}/receipt/m.read/{event_id}", {})).ok()
        await service.until(lambda: ephemeral(service, "m.receipt"))
        await server.clock.advance(2)
        await service.until(lambda: ephemeral(service, "m.presence"))
        receipt = ephemeral(service, "m.receipt")[0]
        assert receipt["room_id"] == room
        assert alice.user_id in receipt["content"][event_id]["m.read"]
        assert ephemeral(service, "m.typing") == [
            {"type": "m.typing", "room_id": room, "content": {"user_ids": [alice.user_id]}}
        ]
        assert {each["sender"] for each in ephemeral(service, "m.presence")} == {alice.user_id}


async def test_private_receipts_are_told_of_ones_own_users_alone(
    start_server: StartServer, service: Service, tmp_path: Path
) -> None:
    fields = settings(tmp_path, service.url, receive_ephemeral=True)
    async with start_server(**fields) as server:
        alice, bridge = await server.register("alice"), Bridge(server.wire)
        room = await bridged_room(alice, bridge)
        event_id = await alice.send(room, "hello")
        for client in (alice, bridge):
            (await client.post(f"/rooms/{room}/receipt/m.read.private/{event_id}", {})).ok()
        (await alice.post(f"/rooms/{room}/receipt/m.read/{event_id}", {})).ok()
        await service.until(
            lambda: any(
                "m.read" in each["content"][event_id] for each in ephemeral(service, "m.receipt")
            )
        )
        contents = [each["content"][event_id] for each in ephemeral(service, "m.receipt")]
        private = {user for each in contents for user in each.get("m.read.private", ())}
        assert private == {SENDER}


async def test_who_does_not_ask_for_signals_is_told_none(
    server: Server, service: Service, bridge: Bridge, alice: Client
) -> None:
    room = await bridged_room(alice, bridge)
    event_id = await bridge.send(room, "hello")
    path = f"/rooms/{room}/typing/{alice.user_id}"
    (await alice.put(path, {"typing": True, "timeout": 30_000})).ok()
    (await alice.post(f"/rooms/{room}/receipt/m.read/{event_id}", {})).ok()
    await server.clock.advance(5)
    await service.until_event(await alice.send(room, "after"))
    assert all(set(each.body) == {"events"} for each in service.transactions)


async def test_signals_have_their_old_name_for_who_registers_by_it(
    start_server: StartServer, service: Service, tmp_path: Path
) -> None:
    name = "de.sorunome.msc2409.push_ephemeral"
    async with start_server(**settings(tmp_path, service.url, **{name: True})) as server:
        alice, bridge = await server.register("alice"), Bridge(server.wire)
        room = await bridged_room(alice, bridge)
        event_id = await bridge.send(room, "hello")
        (await alice.post(f"/rooms/{room}/receipt/m.read/{event_id}", {})).ok()
        old = "de.sorunome.msc2409.ephemeral"
        await service.until(lambda: ephemeral(service, "m.receipt", old))
        assert ephemeral(service, "m.receipt") == []


# --- encryption ----------------------------------------------------------------------


async def test_a_service_that_encrypts_is_told_of_keys_and_messages(
    start_server: StartServer, service: Service, tmp_path: Path
) -> None:
    fields = {"receive_ephemeral": True, "org.matrix.msc3202": True}
    async with start_server(**settings(tmp_path, service.url, **fields)) as server:
        phone = Device(await server.register("alice"))
        alice, bridge = phone.client, Bridge(server.wire)
        (await bridge.put("/devices/BOT", {})).ok(201)
        bot = Device(bridge.acting_as(SENDER, "BOT"))
        await bot.upload(["one", "two"])
        room = await bridged_room(alice, bridge)
        await service.until_event(await alice.send(room, "hello"))
        await phone.upload()
        await phone.claim(bot)
        body = {"messages": {SENDER: {"BOT": {"n": 1}, "NONE": {"n": 2}}}}
        (await alice.put("/sendToDevice/m.dummy/t", body)).ok()
        await service.until(lambda: _all(service, "de.sorunome.msc2409.to_device"))
        assert _all(service, "de.sorunome.msc2409.to_device") == [
            [
                {
                    "type": "m.dummy",
                    "sender": alice.user_id,
                    "content": {"n": 1},
                    "to_user_id": SENDER,
                    "to_device_id": "BOT",
                }
            ]
        ]
        counts = _all(service, "org.matrix.msc3202.device_one_time_keys_count")
        assert counts[-1] == {SENDER: {"BOT": {"signed_curve25519": 1}}}
        unused = _all(service, "org.matrix.msc3202.device_unused_fallback_key_types")
        assert unused[-1] == {SENDER: {"BOT": []}}
        changed = {
            user
            for lists in _all(service, "org.matrix.msc3202.device_lists")
            for user in lists["changed"]
        }
        assert changed == {SENDER, alice.user_id}
        # A message that was told is not waiting any more.
        assert "to_device" not in await bot.client.sync()


async def test_a_service_that_encrypts_hears_whom_it_need_not_follow_any_more(
    start_server: StartServer, service: Service, tmp_path: Path
) -> None:
    fields = {"receive_ephemeral": True, "org.matrix.msc3202": True}
    async with start_server(**settings(tmp_path, service.url, **fields)) as server:
        alice, bob = await server.register("alice"), await server.register("bob")
        bridge = Bridge(server.wire)
        room = await bridged_room(alice, bridge)
        other = await bridged_room(alice, bridge)

        def told(name: str) -> list[str]:
            lists = _all(service, "org.matrix.msc3202.device_lists")
            return [user for each in lists for user in each[name]]

        await alice.invite(room, bob)
        await bob.join(room)
        await service.until_event(await bob.send(room, "here"))
        assert {SENDER, alice.user_id, bob.user_id} == set(told("changed"))
        assert told("left") == []
        await bob.leave(room)
        await service.until_event(await alice.send(room, "gone"))
        assert told("left") == [bob.user_id]
        # Alice is still met in the other room; then in none, since the service's user leaves.
        await alice.leave(room)
        await service.until_event(await alice.send(other, "left the one"))
        assert told("left") == [bob.user_id]
        await bridge.leave(other)
        await service.until(lambda: alice.user_id in told("left"))
        assert told("left") == [bob.user_id, alice.user_id]
        # Whoever is met again is to be asked for anew.
        before = told("changed").count(alice.user_id)
        await alice.invite(other, SENDER)
        await bridge.join(other)
        await service.until(lambda: told("changed").count(alice.user_id) > before)


def _all(service: Service, name: str) -> list[Any]:
    return [each.body[name] for each in service.transactions if name in each.body]


async def test_a_service_that_does_not_ask_is_told_of_no_keys(
    service: Service, bridge: Bridge, alice: Client
) -> None:
    (await bridge.put("/devices/BOT", {})).ok(201)
    bot = Device(bridge.acting_as(SENDER, "BOT"))
    await bot.upload(["one"])
    body = {"messages": {SENDER: {"BOT": {"n": 1}}}}
    (await alice.put("/sendToDevice/m.dummy/t", body)).ok()
    room = await bridged_room(alice, bridge)
    await service.until_event(await alice.send(room, "hello"))
    assert all(set(each.body) == {"events"} for each in service.transactions)
    # It stays for the device to fetch by a sync.
    sync = await bot.client.sync()
    assert [event["content"] for event in sync["to_device"]["events"]] == [{"n": 1}]


async def test_a_second_server_start_makes_the_user_once(
    start_server: StartServer, service: Service, tmp_path: Path
) -> None:
    for _ in range(2):
        async with start_server(**settings(tmp_path, service.url)) as server:
            bridge = Bridge(server.wire)
            assert (await bridge.get("/account/whoami")).ok()["user_id"] == SENDER
            profile = f"/profile/{SENDER}/displayname"
            (await bridge.put(profile, {"displayname": "Bridge"})).ok()


def test_the_sender_is_of_this_server() -> None:
    assert SENDER.endswith(f":{SERVER_NAME}")
