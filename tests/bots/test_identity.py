"""Application services as clients: their users, devices and namespaces."""

from pathlib import Path
from typing import Any

import pytest

from tests.bots.service import SENDER, Bridge, Service, settings
from tests.conftest import StartServer
from tests.harness.client import Client
from tests.harness.server import SERVER_NAME, Server
from tests.keys.signing import Identity, device_keys, new_key, one_time_keys

IRENE = f"@_bridge_irene:{SERVER_NAME}"


async def test_a_service_is_its_own_user(bridge: Bridge) -> None:
    found = (await bridge.get("/account/whoami")).ok()
    assert found == {"user_id": SENDER, "is_guest": False}
    await bridge.create_room(name="Of the service")


async def test_a_service_makes_users_and_acts_as_them(bridge: Bridge, alice: Client) -> None:
    irene = await bridge.make_user("_bridge_irene")
    assert (await irene.get("/account/whoami")).ok()["user_id"] == IRENE
    room = await alice.create_room(invite=[IRENE])
    await irene.join(room)
    event_id = await irene.send(room, "hello")
    event = (await alice.get(f"/rooms/{room}/event/{event_id}")).ok()
    assert event["sender"] == IRENE


async def test_a_service_acts_as_nobody_else(bridge: Bridge, alice: Client) -> None:
    for user_id in (alice.user_id, IRENE, "@_bridge_far:elsewhere.example", "nonsense"):
        (await bridge.acting_as(user_id).get("/account/whoami")).refused(403, "M_FORBIDDEN")


async def test_people_act_as_nobody_else(alice: Client, bob: Client) -> None:
    found = (await alice.get("/account/whoami", {"user_id": bob.user_id})).ok()
    assert found["user_id"] == alice.user_id


async def test_a_name_outside_the_namespace_is_not_the_services(bridge: Bridge) -> None:
    body = {"type": "m.login.application_service", "username": "somebody", "inhibit_login": True}
    (await bridge.post("/register", body)).refused(400, "M_EXCLUSIVE")
    (await bridge.post("/register", body | {"username": "_bridge_one"})).ok()


async def test_a_name_inside_the_namespace_is_nobody_elses(server: Server) -> None:
    for name in ("_bridge_irene", "_bridge_bot"):
        body = {
            "username": name,
            "password": "correct horse battery staple",
            "auth": {"type": "m.login.dummy"},
        }
        (await server.anyone.post("/register", body)).refused(400, "M_EXCLUSIVE")
        available = await server.anyone.get("/register/available", {"username": name})
        available.refused(400, "M_EXCLUSIVE")


async def test_only_a_service_registers_without_a_password(server: Server) -> None:
    body = {"type": "m.login.application_service", "username": "_bridge_one"}
    (await server.anyone.post("/register", body)).refused(401, "M_MISSING_TOKEN")
    wrong = {"Authorization": "Bearer wrong"}
    (await server.anyone.post("/register", body, headers=wrong)).refused(401, "M_UNKNOWN_TOKEN")


async def test_a_service_signs_its_users_in(bridge: Bridge, alice: Client) -> None:
    await bridge.make_user("_bridge_irene")
    body: dict[str, Any] = {
        "type": "m.login.application_service",
        "identifier": {"type": "m.id.user", "user": "_bridge_irene"},
    }
    answer = (await bridge.post("/login", body)).ok()
    irene = Client(bridge.wire, IRENE, answer["access_token"], answer["device_id"])
    assert (await irene.get("/account/whoami")).ok()["device_id"] == answer["device_id"]
    body["identifier"] = {"type": "m.id.user", "user": alice.user_id}
    (await bridge.post("/login", body)).refused(403, "M_EXCLUSIVE")


async def test_a_service_makes_devices_and_uses_them(bridge: Bridge, alice: Client) -> None:
    irene = await bridge.make_user("_bridge_irene")
    device = irene.acting_as(IRENE, "PUPPET")
    (await device.get("/account/whoami")).refused(400, "M_UNKNOWN_DEVICE")
    (await irene.put("/devices/PUPPET", {"display_name": "Puppet"})).ok(201)
    assert (await device.get("/account/whoami")).ok()["device_id"] == "PUPPET"
    key = new_key()
    body = {
        "device_keys": device_keys(IRENE, "PUPPET", key),
        "one_time_keys": one_time_keys(IRENE, "PUPPET", key, ["one"]),
    }
    # What is a device's needs a device.
    (await irene.post("/keys/upload", body)).refused(400, "M_MISSING_PARAM")
    assert (await device.post("/keys/upload", body)).ok()["one_time_key_counts"] == {
        "signed_curve25519": 1
    }
    claim = {"one_time_keys": {IRENE: {"PUPPET": "signed_curve25519"}}}
    claimed = (await alice.post("/keys/claim", claim)).ok()["one_time_keys"]
    assert claimed[IRENE]["PUPPET"] == body["one_time_keys"]
    (await irene.delete("/devices/PUPPET", {})).ok()
    (await device.get("/account/whoami")).refused(400, "M_UNKNOWN_DEVICE")


async def test_a_service_replaces_cross_signing_keys_unasked(bridge: Bridge) -> None:
    irene = await bridge.make_user("_bridge_irene")
    for _ in range(2):
        (await Identity(IRENE).upload(irene)).ok()


async def test_aliases_in_the_namespace_are_the_services(bridge: Bridge, alice: Client) -> None:
    room = await bridge.create_room()
    mine, theirs = f"#_bridge_one:{SERVER_NAME}", f"#other:{SERVER_NAME}"
    hers = await alice.create_room()
    path = "/directory/room/"
    (await alice.put(path + mine.replace("#", "%23"), {"room_id": hers})).refused(
        400, "M_EXCLUSIVE"
    )
    (await alice.post("/createRoom", {"room_alias_name": "_bridge_two"})).refused(
        400, "M_EXCLUSIVE"
    )
    (await bridge.put(path + theirs.replace("#", "%23"), {"room_id": room})).refused(
        400, "M_EXCLUSIVE"
    )
    (await bridge.put(path + mine.replace("#", "%23"), {"room_id": room})).ok()
    (await alice.delete(path + mine.replace("#", "%23"))).refused(400, "M_EXCLUSIVE")
    (await alice.put(path + theirs.replace("#", "%23"), {"room_id": hers})).ok()
    assert (await alice.get(path + mine.replace("#", "%23"))).ok()["room_id"] == room


async def test_a_service_says_when_it_was(bridge: Bridge, alice: Client) -> None:
    room = await bridge.create_room()
    path = f"/rooms/{room}/send/m.room.message/t1"
    content = {"msgtype": "m.text", "body": "old"}
    sent = (await bridge.put(path, content, query={"ts": 1_234_567})).ok()["event_id"]
    event = (await bridge.get(f"/rooms/{room}/event/{sent}")).ok()
    assert event["origin_server_ts"] == 1_234_567
    topic = f"/rooms/{room}/state/m.room.topic/"
    for ts in (7, 0):
        sent = (await bridge.put(topic, {"topic": str(ts)}, query={"ts": ts})).ok()["event_id"]
        assert (await bridge.get(f"/rooms/{room}/event/{sent}")).ok()["origin_server_ts"] == ts
    (await bridge.put(topic, {"topic": "x"}, query={"ts": "yesterday"})).refused(
        400, "M_INVALID_PARAM"
    )
    # Of people it is not believed.
    hers = await alice.create_room()
    path = f"/rooms/{hers}/send/m.room.message/t1"
    sent = (await alice.put(path, content, query={"ts": 5})).ok()["event_id"]
    assert (await alice.get(f"/rooms/{hers}/event/{sent}")).ok()["origin_server_ts"] > 1_234_567


async def test_a_room_is_published_in_a_network(bridge: Bridge, alice: Client) -> None:
    room = await bridge.create_room(name="Net", preset="public_chat")
    path = f"/directory/list/appservice/irc-net/{room}"
    (await alice.put(path, {"visibility": "public"})).refused(403, "M_FORBIDDEN")
    (await bridge.put(path, {"visibility": "public"})).ok()
    query = {"third_party_instance_id": "irc-net"}
    found = (await alice.post("/publicRooms", query)).ok()["chunk"]
    assert [each["room_id"] for each in found] == [room]
    assert (await alice.get("/publicRooms")).ok()["chunk"] == []
    replaced = (await bridge.post(f"/rooms/{room}/upgrade", {"new_version": "12"})).ok()
    found = (await alice.post("/publicRooms", query)).ok()["chunk"]
    assert [each["room_id"] for each in found] == [replaced["replacement_room"]]


@pytest.mark.parametrize("is_limited", [True, False])
async def test_rate_limits_are_for_users_of_the_namespace_if_so_registered(
    start_server: StartServer, service: Service, tmp_path: Path, *, is_limited: bool
) -> None:
    fields = settings(tmp_path, service.url, rate_limited=is_limited)
    async with start_server(rate_limits=True, **fields) as server:
        bridge = Bridge(server.wire)
        irene = await bridge.make_user("_bridge_irene")
        statuses = {(await irene.post("/createRoom", {})).status for _ in range(40)}
        assert statuses == ({200, 429} if is_limited else {200})
        own = {(await bridge.post("/createRoom", {})).status for _ in range(40)}
        assert own == {200}
