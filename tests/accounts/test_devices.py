"""The devices of a user. Spec: client-server API, "Device Management"."""

from tests.accounts.steps import is_signed_in, with_password
from tests.harness.client import Client
from tests.harness.clock import START_MS, TestClock
from tests.harness.server import Server


async def test_devices_are_listed_with_their_last_use(server: Server, clock: TestClock) -> None:
    alice = await server.register("alice", device_id="A", initial_device_display_name="Laptop")
    await clock.advance(1)
    phone = await server.anyone.login("alice", device_id="B")
    found = (await alice.get("/devices")).ok()["devices"]
    laptop = {
        "device_id": "A",
        "display_name": "Laptop",
        "last_seen_ip": "127.0.0.1",
        "last_seen_ts": START_MS + 1000,
    }
    assert found == [laptop, {"device_id": "B"}]
    assert (await phone.get("/devices/A")).ok() == laptop
    assert (await alice.get("/devices/B")).ok()["last_seen_ts"] == START_MS + 1000


async def test_the_last_use_is_written_down_now_and_then(alice: Client, clock: TestClock) -> None:
    path = f"/devices/{alice.device_id}"
    for minutes in (0, 5, 10):
        assert (await alice.get(path)).ok()["last_seen_ts"] == START_MS + minutes * 60_000
        await clock.advance(299)
        assert (await alice.get(path)).ok()["last_seen_ts"] == START_MS + minutes * 60_000
        await clock.advance(1)


async def test_a_device_is_named(server: Server, alice: Client) -> None:
    path = f"/devices/{alice.device_id}"
    assert (await alice.put(path, {"display_name": "Laptop"})).ok() == {}
    assert (await alice.put(path, {})).ok() == {}
    assert (await alice.get(path)).ok()["display_name"] == "Laptop"
    long = {"display_name": "x" * 256}
    (await alice.put(path, long)).refused(400, "M_INVALID_PARAM")
    assert (await alice.get(path)).ok()["display_name"] == "Laptop"


async def test_an_unknown_device_is_not_found(alice: Client, bob: Client) -> None:
    for device_id in ("UNKNOWN", bob.device_id):
        path = f"/devices/{device_id}"
        (await alice.get(path)).refused(404, "M_NOT_FOUND")
        (await alice.put(path, {"display_name": "Mine"})).refused(404, "M_NOT_FOUND")
    assert "display_name" not in (await bob.get(f"/devices/{bob.device_id}")).ok()


async def test_a_device_is_ended(server: Server, alice: Client) -> None:
    phone = await server.anyone.login("alice")
    path = f"/devices/{phone.device_id}"
    (await with_password(alice, "DELETE", path, {}, "wrong horse")).refused(401, "M_FORBIDDEN")
    assert await is_signed_in(phone)
    (await with_password(alice, "DELETE", path, {})).ok()
    assert not await is_signed_in(phone)
    (await alice.get(path)).refused(404, "M_NOT_FOUND")
    (await with_password(alice, "DELETE", path, {})).ok()


async def test_the_devices_of_others_stay(alice: Client, bob: Client) -> None:
    (await with_password(alice, "DELETE", f"/devices/{bob.device_id}", {})).ok()
    several = {"devices": [bob.device_id, "a\x00"]}
    (await with_password(alice, "POST", "/delete_devices", several)).ok()
    assert await is_signed_in(bob)


async def test_several_devices_are_ended(server: Server, alice: Client) -> None:
    others = [await server.anyone.login("alice") for _ in range(3)]
    body = {"devices": [client.device_id for client in others[:2]]}
    answer = await with_password(alice, "POST", "/delete_devices", body, "wrong horse")
    answer.refused(401, "M_FORBIDDEN")
    assert await is_signed_in(others[0])
    (await with_password(alice, "POST", "/delete_devices", body)).ok()
    assert [await is_signed_in(client) for client in others] == [False, False, True]
    nothing = {"auth": {"type": "m.login.password", "password": "correct horse battery staple"}}
    (await alice.post("/delete_devices", nothing)).refused(400, "M_MISSING_PARAM")


async def test_a_device_may_end_itself(alice: Client) -> None:
    (await with_password(alice, "DELETE", f"/devices/{alice.device_id}", {})).ok()
    assert not await is_signed_in(alice)
