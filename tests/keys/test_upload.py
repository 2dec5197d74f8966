"""Uploading keys of a device, and claiming them."""

import asyncio
from typing import Any, NamedTuple

from depesha.io.tx import Tx
from tests.harness.client import Client
from tests.harness.server import Server
from tests.keys.signing import Device, Identity, device_keys, new_key, password_auth, query

COUNT = "device_one_time_keys_count"
UNUSED = "device_unused_fallback_key_types"
BACKUP = "m.megolm_backup.v1.curve25519-aes-sha2"
TABLES = (
    *("devices", "one_time", "fallback", "cross_signing", "signatures", "to_device"),
    *("sent", "dehydrated", "backups", "backup_sessions"),
)


async def test_an_upload_answers_how_many_keys_there_are(phone: Device) -> None:
    assert await phone.upload() == {"signed_curve25519": 0}
    assert await phone.upload(["one", "two"]) == {"signed_curve25519": 2}
    sync = await phone.client.sync()
    assert sync[COUNT] == {"signed_curve25519": 2}
    assert sync[UNUSED] == []


async def test_a_device_without_keys_is_told_no_counts(alice: Client) -> None:
    assert COUNT not in await alice.sync()
    assert UNUSED not in await alice.sync()


async def test_what_was_uploaded_is_found(phone: Device, laptop: Device) -> None:
    alice = phone.client
    await phone.upload()
    found = await query(laptop.client, alice.user_id)
    device = found["device_keys"][alice.user_id][alice.device_id]
    assert device == phone.keys


async def test_the_same_keys_may_be_uploaded_again(phone: Device) -> None:
    keys = phone.one_time_keys(["one"])
    for _ in range(2):
        body = {"device_keys": phone.keys or None, "one_time_keys": keys}
        counts = (await phone.client.post("/keys/upload", body)).ok()["one_time_key_counts"]
        assert counts == {"signed_curve25519": 1}


async def test_a_key_id_names_one_key(phone: Device) -> None:
    await phone.upload(["one"])
    other = {"one_time_keys": phone.one_time_keys(["two", "one"])}
    (await phone.client.post("/keys/upload", other)).refused(400, "M_INVALID_PARAM")
    # Nothing of a refused upload is kept.
    assert await phone.upload() == {"signed_curve25519": 1}


MALFORMED_DEVICE: list[dict[str, Any]] = [
    {"user_id": "@other:depesha.test"},
    {"device_id": "OTHER"},
    {"algorithms": "m.olm"},
    {"algorithms": [1]},
    {"keys": {"ed25519:X": 5}},
    {"keys": []},
    {"signatures": {"@a:b": "text"}},
    {"more": 0.5},
]


async def test_malformed_device_keys_are_refused(phone: Device) -> None:
    alice = phone.client
    keys = device_keys(alice.user_id, alice.device_id, phone.key)
    for change in MALFORMED_DEVICE:
        answer = await alice.post("/keys/upload", {"device_keys": keys | change})
        answer.refused(400, "M_INVALID_PARAM")
    (await alice.post("/keys/upload", {"device_keys": keys})).ok()


MALFORMED_KEYS: list[dict[str, Any]] = [
    {"no-colon": "key"},
    {":id": "key"},
    {"algorithm:": "key"},
    {"signed_curve25519:a": {"key": "text"}},
    {"signed_curve25519:a": {"key": 1, "signatures": {}}},
    {"signed_curve25519:a": 1},
    {"signed_curve25519:" + "x" * 250: "key"},
    {"signed_curve25519:a": {"key": "k", "signatures": {}, "n": 2**60}},
]


async def test_malformed_keys_are_refused(phone: Device) -> None:
    await phone.upload()
    for name in ("one_time_keys", "fallback_keys"):
        for keys in MALFORMED_KEYS:
            answer = await phone.client.post("/keys/upload", {name: keys})
            answer.refused(400, "M_BAD_JSON")


async def test_keys_are_claimed_once_and_in_the_order_of_upload(
    phone: Device, laptop: Device
) -> None:
    await phone.upload(["z"])
    await phone.upload(["a"])
    assert list(await laptop.claim(phone)) == ["signed_curve25519:z"]
    assert list(await laptop.claim(phone)) == ["signed_curve25519:a"]
    assert await laptop.claim(phone) is None
    assert (await phone.client.sync())[COUNT] == {"signed_curve25519": 0}


async def test_many_claims_at_once_get_different_keys(phone: Device, laptop: Device) -> None:
    names = [f"k{number:02}" for number in range(12)]
    await phone.upload(names)
    claimed = await asyncio.gather(*(laptop.claim(phone) for _ in range(20)))
    found = [next(iter(keys)).removeprefix("signed_curve25519:") for keys in claimed if keys]
    assert sorted(found) == names


async def test_a_claimed_key_is_the_uploaded_one(phone: Device, laptop: Device) -> None:
    keys = phone.one_time_keys(["one"])
    await phone.upload()
    await phone.client.post("/keys/upload", {"one_time_keys": keys})
    assert await laptop.claim(phone) == keys


async def test_the_fallback_key_is_given_when_no_other_is_left(
    phone: Device, laptop: Device
) -> None:
    fallback = phone.one_time_keys(["fall"], fallback=True)
    await phone.upload(["one"], fallback_keys=fallback)
    assert (await phone.client.sync())[UNUSED] == ["signed_curve25519"]
    assert list(await laptop.claim(phone)) == ["signed_curve25519:one"]
    assert (await phone.client.sync())[UNUSED] == ["signed_curve25519"]
    assert await laptop.claim(phone) == fallback
    assert await laptop.claim(phone) == fallback
    assert (await phone.client.sync())[UNUSED] == []


async def test_a_used_fallback_key_is_replaced(phone: Device, laptop: Device) -> None:
    first = phone.one_time_keys(["first"], fallback=True)
    await phone.upload(fallback_keys=first)
    await laptop.claim(phone)
    # The same key again is as used as it was.
    await phone.upload(fallback_keys=first)
    assert (await phone.client.sync())[UNUSED] == []
    second = phone.one_time_keys(["second"], fallback=True)
    await phone.upload(fallback_keys=second)
    assert (await phone.client.sync())[UNUSED] == ["signed_curve25519"]
    assert await laptop.claim(phone) == second


async def test_there_is_one_fallback_key_for_an_algorithm(phone: Device) -> None:
    body = {"fallback_keys": phone.one_time_keys(["a", "b"], fallback=True)}
    (await phone.client.post("/keys/upload", body)).refused(400, "M_INVALID_PARAM")


async def test_a_parked_sync_ends_with_the_count_of_now(
    server: Server, phone: Device, laptop: Device
) -> None:
    await phone.upload(["one", "two"])
    since = (await phone.client.sync())["next_batch"]
    parked = asyncio.create_task(phone.client.sync(since, timeout=30_000))
    await server.clock.armed(30)
    await laptop.claim(phone)
    await server.clock.advance(31)
    assert (await parked)[COUNT] == {"signed_curve25519": 1}


async def test_strangers_to_the_server_are_failures(phone: Device) -> None:
    far = "@far:elsewhere.example"
    body = {"one_time_keys": {far: {"D": "signed_curve25519"}}}
    claimed = (await phone.client.post("/keys/claim", body)).ok()
    assert claimed["one_time_keys"] == {}
    assert set(claimed["failures"]) == {"elsewhere.example"}
    assert set((await query(phone.client, far))["failures"]) == {"elsewhere.example"}


async def test_unknown_users_and_devices_are_left_out(phone: Device, laptop: Device) -> None:
    alice = phone.client
    await phone.upload()
    body = {
        "device_keys": {alice.user_id: ["NONE"], "@nobody:depesha.test": [], "@!": []},
    }
    found = (await laptop.client.post("/keys/query", body)).ok()
    assert found["device_keys"] == {alice.user_id: {}}
    assert found["failures"] == {}
    claims = {"one_time_keys": {"@nobody:depesha.test": {"D": "signed_curve25519"}}}
    assert (await alice.post("/keys/claim", claims)).ok()["one_time_keys"] == {}


async def test_a_user_without_keys_is_there(phone: Device, laptop: Device) -> None:
    found = await query(phone.client, laptop.client.user_id)
    assert found["device_keys"] == {laptop.client.user_id: {}}


async def test_the_name_of_a_device_is_told(phone: Device, laptop: Device) -> None:
    alice = phone.client
    await phone.upload()
    (await alice.put(f"/devices/{alice.device_id}", {"display_name": "Телефон"})).ok()
    found = await query(laptop.client, alice.user_id)
    device = found["device_keys"][alice.user_id][alice.device_id]
    assert device["unsigned"] == {"device_display_name": "Телефон"}


async def test_other_identity_keys_void_what_was_signed_by_the_old_ones(
    phone: Device, laptop: Device
) -> None:
    alice = phone.client
    await phone.upload(["one"])
    again = Device(alice, new_key())
    assert await again.upload() == {"signed_curve25519": 0}
    assert await laptop.claim(phone) is None
    found = await query(laptop.client, alice.user_id)
    assert found["device_keys"][alice.user_id][alice.device_id] == again.keys


async def test_a_removed_device_leaves_no_keys(server: Server, phone: Device) -> None:
    other = Device(await server.anyone.login("alice"))
    user_id, device_id = other.client.user_id, other.client.device_id
    await other.upload(["one"], fallback_keys=other.one_time_keys(["fall"], fallback=True))
    assert device_id in (await query(phone.client, user_id))["device_keys"][user_id]
    (await other.client.post("/logout", {})).ok()
    assert (await query(phone.client, user_id))["device_keys"] == {user_id: {}}
    assert await phone.claim(other) is None
    # A device made anew with the same id has nothing of the old one.
    again = Device(await server.anyone.login("alice", device_id=device_id))
    assert await phone.claim(again) is None
    assert COUNT not in await again.client.sync()


async def test_an_ended_account_leaves_no_keys(
    server: Server, db_url: str, phone: Device, bob: Client
) -> None:
    alice = phone.client
    await phone.upload(["one"])
    identity = Identity(alice.user_id)
    (await identity.upload(alice)).ok()
    body = {"algorithm": BACKUP, "auth_data": {"public_key": "x"}}
    (await alice.post("/room_keys/version", body)).ok()
    message = {"messages": {alice.user_id: {"*": {"n": 1}}}}
    (await bob.put("/sendToDevice/org.example.message/t", message)).ok()
    (await alice.post("/account/deactivate", {"auth": password_auth(alice.user_id)})).ok()
    found = await query(bob, alice.user_id)
    assert found["device_keys"] == found["master_keys"] == found["self_signing_keys"] == {}
    assert await Device(bob).claim(alice) is None
    db = server.running.house.spine.db
    assert await db.read(_rows_of, alice.user_id) == {}


class _Count(NamedTuple):
    number: int


async def _rows_of(tx: Tx, user_id: str) -> dict[str, int]:
    """How many rows of each table are about a user."""
    found = {}
    for table in TABLES:
        rows = await tx.rows(
            _Count, f"SELECT COUNT(*) FROM keys_{table} WHERE user_id = $1", user_id
        )
        if rows[0].number:
            found[table] = rows[0].number
    return found


async def test_guests_and_strangers_upload_nothing(server: Server) -> None:
    (await server.anyone.post("/keys/upload", {})).refused(401, "M_MISSING_TOKEN")
    (await server.anyone.post("/keys/claim", {"one_time_keys": {}})).refused(401, "M_MISSING_TOKEN")
