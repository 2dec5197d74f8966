"""Dehydrated devices (MSC3814)."""

from typing import Any

from tests.harness.client import Client
from tests.harness.server import Server
from tests.keys.signing import (
    Device,
    Identity,
    device_keys,
    new_key,
    one_time_keys,
    public,
    query,
)

PATH = "/_matrix/client/unstable/org.matrix.msc3814.v1/dehydrated_device"
DATA = {"algorithm": "org.matrix.msc3814.v2", "device_pickle": "secret", "nonce": "n"}


def asleep(client: Client, device_id: str) -> dict[str, Any]:
    """A device with its keys, as a client uploads it."""
    key = new_key()
    return {
        "device_id": device_id,
        "device_data": DATA,
        "initial_device_display_name": "Asleep",
        "device_keys": device_keys(client.user_id, device_id, key),
        "one_time_keys": one_time_keys(client.user_id, device_id, key, ["one"]),
        "fallback_keys": one_time_keys(client.user_id, device_id, key, ["fall"], fallback=True),
    }


async def test_a_device_is_kept_and_given_back(alice: Client, laptop: Device) -> None:
    (await alice.get(PATH)).refused(404, "M_NOT_FOUND")
    body = asleep(alice, "SLEEPER")
    assert (await alice.put(PATH, body)).ok() == {"device_id": "SLEEPER"}
    assert (await alice.get(PATH)).ok() == {"device_id": "SLEEPER", "device_data": DATA}
    (await laptop.client.get(PATH)).refused(404, "M_NOT_FOUND")
    devices = (await query(laptop.client, alice.user_id))["device_keys"][alice.user_id]
    unsigned = {"unsigned": {"device_display_name": "Asleep"}}
    assert devices == {"SLEEPER": body["device_keys"] | unsigned}
    sleeper = Client(alice.wire, alice.user_id, "", "SLEEPER")
    assert await laptop.claim(sleeper) == body["one_time_keys"]
    assert await laptop.claim(sleeper) == body["fallback_keys"]


async def test_a_new_device_takes_the_place_of_the_old(alice: Client, laptop: Device) -> None:
    for name in ("FIRST", "SECOND", "SECOND"):
        (await alice.put(PATH, asleep(alice, name))).ok()
        assert (await alice.get(PATH)).ok()["device_id"] == name
        devices = (await query(laptop.client, alice.user_id))["device_keys"][alice.user_id]
        assert set(devices) == {name}


async def test_a_device_is_deleted(alice: Client, laptop: Device) -> None:
    (await alice.put(PATH, asleep(alice, "SLEEPER"))).ok()
    assert (await alice.delete(PATH)).ok() == {"device_id": "SLEEPER"}
    (await alice.delete(PATH)).refused(404, "M_NOT_FOUND")
    (await alice.get(PATH)).refused(404, "M_NOT_FOUND")
    assert (await query(laptop.client, alice.user_id))["device_keys"] == {alice.user_id: {}}
    (await alice.get("/devices/SLEEPER")).refused(404, "M_NOT_FOUND")


async def _send(client: Client, to: Client, numbers: range) -> None:
    for number in numbers:
        body = {"messages": {to.user_id: {"SLEEPER": {"n": number}}}}
        path = f"/sendToDevice/org.example.message/{client.next_txn()}"
        (await client.put(path, body)).ok()


def _numbers(body: Any) -> list[int]:
    return [event["content"]["n"] for event in body["events"]]


async def test_its_messages_are_read_in_pieces_and_stay(alice: Client, bob: Client) -> None:
    (await alice.put(PATH, asleep(alice, "SLEEPER"))).ok()
    await _send(bob, alice, range(5))
    path = f"{PATH}/SLEEPER/events"
    for _ in range(2):
        first = (await alice.get(path, {"limit": 3})).ok()
        assert _numbers(first) == [0, 1, 2]
        second = (await alice.get(path, {"from": first["next_batch"]})).ok()
        assert _numbers(second) == [3, 4]
        assert "next_batch" not in second


async def test_its_messages_are_read_in_the_earlier_form(alice: Client, bob: Client) -> None:
    (await alice.put(PATH, asleep(alice, "SLEEPER"))).ok()
    await _send(bob, alice, range(102))
    path = f"{PATH}/SLEEPER/events"
    seen: list[list[int]] = []
    body: dict[str, Any] = {}
    while not seen or seen[-1]:
        answer = (await alice.post(path, body)).ok()
        seen.append(_numbers(answer))
        body = {"next_batch": answer["next_batch"]}
    assert seen == [list(range(100)), [100, 101], []]


async def test_no_other_device_is_read_like_that(alice: Client, bob: Client) -> None:
    (await alice.put(PATH, asleep(alice, "SLEEPER"))).ok()
    for client, device_id in ((alice, alice.device_id), (alice, "NONE"), (bob, "SLEEPER")):
        path = f"{PATH}/{device_id}/events"
        (await client.get(path)).refused(403, "M_FORBIDDEN")
        (await client.post(path, {})).refused(403, "M_FORBIDDEN")
    path = f"{PATH}/SLEEPER/events"
    (await alice.get(path, {"from": "x"})).refused(400, "M_INVALID_PARAM")
    (await alice.post(path, {"next_batch": "x"})).refused(400, "M_INVALID_PARAM")


async def test_what_cannot_be_kept_is_refused(server: Server, alice: Client) -> None:
    body = asleep(alice, "SLEEPER")
    identity = Identity(alice.user_id)
    (await identity.upload(alice)).ok()
    taken = asleep(alice, alice.device_id)
    named = asleep(alice, public(identity.master))
    long = "x" * 256
    for wrong, status, errcode in (
        (taken, 400, "M_INVALID_PARAM"),
        (named, 403, "M_FORBIDDEN"),
        (body | {"device_id": "OTHER"}, 400, "M_INVALID_PARAM"),
        (body | {"device_id": ""}, 400, "M_INVALID_PARAM"),
        (asleep(alice, long), 400, "M_INVALID_PARAM"),
        (body | {"device_data": {}}, 400, "M_BAD_JSON"),
        (body | {"device_data": DATA | {"n": 0.5}}, 400, "M_BAD_JSON"),
        ({k: v for k, v in body.items() if k != "device_keys"}, 400, "M_MISSING_PARAM"),
        (body | {"one_time_keys": {"x": "y"}}, 400, "M_BAD_JSON"),
    ):
        (await alice.put(PATH, wrong)).refused(status, errcode)
    (await alice.get(PATH)).refused(404, "M_NOT_FOUND")
    devices = (await alice.get("/devices")).ok()["devices"]
    assert [device["device_id"] for device in devices] == [alice.device_id]
    (await alice.put(PATH, body)).ok()


async def test_a_refused_device_leaves_the_old_one(alice: Client) -> None:
    (await alice.put(PATH, asleep(alice, "SLEEPER"))).ok()
    (await alice.put(PATH, asleep(alice, alice.device_id))).refused(400, "M_INVALID_PARAM")
    assert (await alice.get(PATH)).ok()["device_id"] == "SLEEPER"
