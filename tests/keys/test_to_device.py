"""Messages between devices: each once, in order, until the device has them."""

import asyncio
from typing import Any

import pytest

from depesha.io.db import open_db
from depesha.keys import reset_all_unclaimed
from depesha.keys.messages.send import MOST_BYTES
from tests.conftest import StartServer
from tests.harness.client import Client
from tests.harness.server import Server
from tests.keys.signing import Device

KIND = "org.example.message"


async def send(
    client: Client, to: Client | str, content: dict[str, Any], device: str = "", txn: str = ""
) -> None:
    """Send one message to a device of a user, by default to the client's own."""
    user_id = to if isinstance(to, str) else to.user_id
    device = device or (to.device_id if isinstance(to, Client) else "*")
    body = {"messages": {user_id: {device: content}}}
    path = f"/sendToDevice/{KIND}/{txn or client.next_txn()}"
    assert (await client.put(path, body)).ok() == {}


def received(sync: Any) -> list[Any]:
    """The contents of the messages in a sync."""
    return [event["content"] for event in sync.get("to_device", {}).get("events", [])]


async def test_a_message_arrives_as_it_was_sent(alice: Client, bob: Client) -> None:
    content = {"opaque": [1, 2.5, "текст", None, 2**60], "org.matrix.msgid": "x"}
    since = (await bob.sync())["next_batch"]
    await send(alice, bob, content)
    sync = await bob.sync(since)
    assert sync["to_device"]["events"] == [
        {"type": KIND, "sender": alice.user_id, "content": content}
    ]


async def test_a_message_wakes_its_device(server: Server, alice: Client, bob: Client) -> None:
    since = (await bob.sync())["next_batch"]
    parked = asyncio.create_task(bob.sync(since, timeout=30_000))
    await server.clock.armed(30)
    await send(alice, bob, {"n": 1})
    assert received(await parked) == [{"n": 1}]


async def test_another_device_of_the_user_sleeps_on(
    server: Server, alice: Client, bob: Client
) -> None:
    other = await server.anyone.login("bob")
    since = (await other.sync())["next_batch"]
    parked = asyncio.create_task(other.sync(since, timeout=30_000))
    await server.clock.armed(30)
    await send(alice, bob, {"n": 1})
    assert not parked.done()
    await server.clock.advance(31)
    assert received(await parked) == []


async def test_a_message_is_given_again_until_its_token_comes_back(
    alice: Client, bob: Client
) -> None:
    since = (await bob.sync())["next_batch"]
    await send(alice, bob, {"n": 1})
    first = await bob.sync(since)
    assert received(await bob.sync(since)) == received(first) == [{"n": 1}]
    assert received(await bob.sync()) == [{"n": 1}]
    assert received(await bob.sync(first["next_batch"])) == []
    # It is gone for good now: an older token or none does not bring it back.
    assert received(await bob.sync(since)) == []
    assert received(await bob.sync()) == []


async def test_what_came_meanwhile_is_not_acknowledged(alice: Client, bob: Client) -> None:
    since = (await bob.sync())["next_batch"]
    await send(alice, bob, {"n": 1})
    first = await bob.sync(since)
    await send(alice, bob, {"n": 2})
    assert received(await bob.sync(first["next_batch"])) == [{"n": 2}]


async def test_a_hundred_at_once_in_the_order_of_arrival(alice: Client, bob: Client) -> None:
    since = (await bob.sync())["next_batch"]
    for number in range(230):
        await send(alice, bob, {"n": number})
    await alice.create_room(invite=[bob.user_id])
    parts, seen = [], []
    for _ in range(4):
        sync = await bob.sync(since)
        parts.append(len(received(sync)))
        seen += [content["n"] for content in received(sync)]
        # A response that was lost is asked for again.
        assert received(await bob.sync(since)) == received(sync)
        since = sync["next_batch"]
    assert parts == [100, 100, 30, 0]
    assert seen == list(range(230))
    assert received(await bob.sync()) == []


async def test_a_first_sync_goes_on_where_it_stopped(alice: Client, bob: Client) -> None:
    for number in range(120):
        await send(alice, bob, {"n": number})
    first = await bob.sync()
    second = await bob.sync(first["next_batch"], timeout=30_000)
    numbers = [content["n"] for content in received(first) + received(second)]
    assert numbers == list(range(120))


async def test_a_transaction_is_carried_out_once(
    server: Server, alice: Client, bob: Client
) -> None:
    for _ in range(2):
        await send(alice, bob, {"n": 1}, txn="same")
    # A transaction is of its device, its path and itself.
    other = await server.anyone.login("alice")
    await send(other, bob, {"n": 2}, txn="same")
    body = {"messages": {bob.user_id: {bob.device_id: {"n": 3}}}}
    (await alice.put("/sendToDevice/m.other/same", body)).ok()
    assert received(await bob.sync()) == [{"n": 1}, {"n": 2}, {"n": 3}]


async def test_a_star_is_every_device(server: Server, alice: Client, bob: Client) -> None:
    other = await server.anyone.login("bob")
    body = {
        "messages": {
            bob.user_id: {"*": {"to": "all"}, other.device_id: {"to": "this"}},
            alice.user_id: {"*": {"to": "me"}},
        }
    }
    (await alice.put(f"/sendToDevice/{KIND}/t", body)).ok()
    assert received(await bob.sync()) == [{"to": "all"}]
    assert received(await other.sync()) == [{"to": "this"}]
    assert received(await alice.sync()) == [{"to": "me"}]


async def test_unknown_receivers_are_passed_over(alice: Client, bob: Client) -> None:
    body = {
        "messages": {
            bob.user_id: {"NONE": {"n": 0}, bob.device_id: {"n": 1}},
            "@nobody:depesha.test": {"*": {"n": 2}},
            "@far:elsewhere.example": {"*": {"n": 3}},
            "nobody at all": {"D": {"n": 4}},
        }
    }
    (await alice.put(f"/sendToDevice/{KIND}/t", body)).ok()
    assert received(await bob.sync()) == [{"n": 1}]


async def test_what_cannot_be_sent_is_refused(alice: Client, bob: Client) -> None:
    deep: Any = {}
    for _ in range(110):
        deep = {"a": deep}
    many: Any = {f"D{number}": {} for number in range(10_001)}
    path = f"/sendToDevice/{KIND}/t"
    for body, errcode in (
        ({}, "M_MISSING_PARAM"),
        ({"messages": {bob.user_id: {bob.device_id: "text"}}}, "M_BAD_JSON"),
        ({"messages": {bob.user_id: {bob.device_id: deep}}}, "M_BAD_JSON"),
        ({"messages": {bob.user_id: {bob.device_id: {"a": "\0"}}}}, "M_BAD_JSON"),
        ({"messages": {bob.user_id: many}}, "M_INVALID_PARAM"),
    ):
        (await alice.put(path, body)).refused(400, errcode)
    body = {"messages": {bob.user_id: {bob.device_id: {"n": 1}}}}
    long = "x" * 256
    (await alice.put(f"/sendToDevice/{long}/t", body)).refused(400, "M_INVALID_PARAM")
    (await alice.put(f"/sendToDevice/{KIND}/{long}", body)).refused(400, "M_INVALID_PARAM")
    # Refused transactions were not carried out: the same one may be.
    (await alice.put(path, body)).ok()
    assert received(await bob.sync()) == [{"n": 1}]


async def test_a_removed_device_leaves_no_messages(server: Server, alice: Client) -> None:
    old = await server.anyone.login("alice", device_id="SAME")
    await send(alice, old, {"n": 1})
    (await old.post("/logout", {})).ok()
    await send(alice, old, {"n": 2})
    new = await server.anyone.login("alice", device_id="SAME")
    assert received(await new.sync()) == []
    await send(alice, new, {"n": 3})
    assert received(await new.sync()) == [{"n": 3}]


async def test_messages_outlive_the_server(start_server: StartServer) -> None:
    async with start_server() as server:
        alice = await server.register("alice")
        since = (await alice.sync())["next_batch"]
        for number in range(3):
            await send(alice, alice, {"n": number})
    async with start_server() as server:
        alice = Client(server.wire, alice.user_id, alice.token, alice.device_id)
        sync = await alice.sync(since)
        assert [content["n"] for content in received(sync)] == [0, 1, 2]
        assert received(await alice.sync(sync["next_batch"])) == []


# --- tokens of a log that is no more -------------------------------------------------


@pytest.mark.parametrize("token", ["dunknown1.5.w.0", "d{run}.99999999.w.0"])
async def test_a_token_from_beyond_a_restored_backup_drops_unclaimed_keys(
    phone: Device, laptop: Device, token: str
) -> None:
    fallback = phone.one_time_keys(["fall"], fallback=True)
    await phone.upload(["one", "two"], fallback_keys=fallback)
    sync = await phone.client.sync()
    assert sync["device_one_time_keys_count"] == {"signed_curve25519": 2}
    run = sync["next_batch"].partition(".")[0][1:]
    fresh = await phone.client.sync(token.format(run=run))
    assert fresh["device_one_time_keys_count"] == {"signed_curve25519": 0}
    assert fresh["device_unused_fallback_key_types"] == []
    assert await laptop.claim(phone) == fallback


async def test_an_ordinary_old_token_drops_nothing(phone: Device) -> None:
    since = (await phone.client.sync())["next_batch"]
    await phone.upload(["one"])
    sync = await phone.client.sync(since)
    assert sync["device_one_time_keys_count"] == {"signed_curve25519": 1}


async def test_restoring_a_backup_resets_unclaimed_keys_of_all(
    start_server: StartServer, db_url: str
) -> None:
    async with start_server() as server:
        phone = Device(await server.register("alice"))
        fallback = phone.one_time_keys(["fall"], fallback=True)
        await phone.upload(["one", "two"], fallback_keys=fallback)
        institution_id = server.running.house.spine.institution.id
    db = await open_db(db_url)
    try:
        assert await db.write(reset_all_unclaimed, institution_id) == 2
    finally:
        await db.close()
    async with start_server() as server:
        alice = phone.client
        sync = await Client(server.wire, alice.user_id, alice.token, alice.device_id).sync()
        assert sync["device_one_time_keys_count"] == {"signed_curve25519": 0}
        assert sync["device_unused_fallback_key_types"] == []


async def test_a_message_has_a_limit(alice: Client, bob: Client) -> None:
    """For `*` multiplies it by the devices of a user."""
    body = {"messages": {bob.user_id: {"*": {"large": "x" * MOST_BYTES}}}}
    (await alice.put(f"/sendToDevice/{KIND}/1", body)).refused(413, "M_TOO_LARGE")
    since = (await bob.sync())["next_batch"]
    await send(alice, bob, {"large": "x" * (MOST_BYTES - 20)})
    assert len(received(await bob.sync(since))) == 1
