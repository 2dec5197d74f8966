"""Receipts, typing, presence, and unread counts."""

from typing import Any

from tests.harness.client import Client
from tests.harness.server import Server


async def pair(server: Server) -> tuple[Client, Client, str]:
    alice, bob = await server.register("alice"), await server.register("bob")
    room = await alice.create_room(invite=[bob.user_id])
    await bob.join(room)
    return alice, bob, room


async def counts(client: Client, room: str, **query: Any) -> Any:
    part = (await client.sync(**query))["rooms"]["join"][room]
    return part["unread_notifications"], part.get("unread_thread_notifications", {})


def receipt(room: str, kind: str, event_id: str) -> str:
    return f"/_matrix/client/v3/rooms/{room}/receipt/{kind}/{event_id}"


async def test_reading_clears_and_tells_others(server: Server) -> None:
    alice, bob, room = await pair(server)
    first = await alice.send(room, "one")
    last = await alice.send(room, "two")
    assert (await counts(bob, room))[0]["notification_count"] == 2
    assert (await counts(alice, room))[0]["notification_count"] == 0
    since = (await alice.sync())["next_batch"]
    (await bob.post(receipt(room, "m.read", last), {})).ok()
    assert (await counts(bob, room))[0]["notification_count"] == 0
    told = (await alice.sync(since))["rooms"]["join"][room]["ephemeral"]["events"]
    (found,) = [event for event in told if event["type"] == "m.receipt"]
    assert bob.user_id in found["content"][last]["m.read"]
    # A receipt does not go back.
    (await bob.post(receipt(room, "m.read", first), {})).ok()
    assert (await counts(bob, room))[0]["notification_count"] == 0
    (await bob.post(receipt(room, "m.read", "$no"), {})).refused(404, "M_NOT_FOUND")
    (await bob.post(receipt(room, "m.other", last), {})).refused(400, "M_INVALID_PARAM")


async def test_a_private_receipt_is_for_oneself(server: Server) -> None:
    alice, bob, room = await pair(server)
    last = await alice.send(room, "one")
    since = (await alice.sync())["next_batch"]
    (await bob.post(receipt(room, "m.read.private", last), {})).ok()
    assert (await counts(bob, room))[0]["notification_count"] == 0
    assert room not in (await alice.sync(since)).get("rooms", {}).get("join", {})
    markers = f"/_matrix/client/v3/rooms/{room}/read_markers"
    (await bob.post(markers, {"m.fully_read": last, "m.read": last})).ok()
    data = (await bob.sync())["rooms"]["join"][room]["account_data"]["events"]
    assert {"type": "m.fully_read", "content": {"event_id": last}} in data


async def test_the_read_marker_does_not_go_back(server: Server) -> None:
    alice, bob, room = await pair(server)
    first, last = await alice.send(room, "one"), await alice.send(room, "two")
    markers = f"/_matrix/client/v3/rooms/{room}/read_markers"
    path = f"/user/{bob.user_id}/rooms/{room}/account_data/m.fully_read"
    (await bob.post(markers, {"m.fully_read": first})).ok()
    (await bob.post(markers, {"m.fully_read": last})).ok()
    since = (await bob.sync())["next_batch"]
    for event_id in (first, last):
        (await bob.post(markers, {"m.fully_read": event_id})).ok()
        assert (await bob.get(path)).ok() == {"event_id": last}
    (await bob.post(receipt(room, "m.fully_read", first), {})).ok()
    assert (await bob.get(path)).ok() == {"event_id": last}
    # Nothing was changed, so nothing is told.
    assert "rooms" not in await bob.sync(since)
    hers = path.replace(bob.user_id, alice.user_id)
    (await alice.get(hers)).refused(404, "M_NOT_FOUND")


async def test_threads_are_counted_by_themselves(server: Server) -> None:
    alice, bob, room = await pair(server)
    root = await alice.send(room, "root")
    relates = {"rel_type": "m.thread", "event_id": root}
    body = {"msgtype": "m.text", "body": "reply", "m.relates_to": relates}
    path = f"/_matrix/client/v3/rooms/{room}/send/m.room.message/reply"
    reply = (await alice.put(path, body)).ok()["event_id"]
    threaded = '{"room":{"timeline":{"unread_thread_notifications":true}}}'
    main, threads = await counts(bob, room, filter=threaded)
    assert main["notification_count"] == 1
    assert threads[root]["notification_count"] == 1
    assert (await counts(bob, room))[0]["notification_count"] == 2
    (await bob.post(receipt(room, "m.read", reply), {"thread_id": root})).ok()
    main, threads = await counts(bob, room, filter=threaded)
    assert (main["notification_count"], threads) == (1, {})
    (await bob.post(receipt(room, "m.read", root), {"thread_id": "main"})).ok()
    assert (await counts(bob, room))[0]["notification_count"] == 0


async def test_typing_comes_and_goes(server: Server) -> None:
    alice, bob, room = await pair(server)
    since = (await alice.sync())["next_batch"]
    path = f"/_matrix/client/v3/rooms/{room}/typing/{bob.user_id}"
    (await bob.put(path, {"typing": True, "timeout": 5_000})).ok()
    told = await alice.sync(since)
    events = told["rooms"]["join"][room]["ephemeral"]["events"]
    assert {"type": "m.typing", "content": {"user_ids": [bob.user_id]}} in events
    await server.clock.advance(6)
    told = await alice.sync(told["next_batch"])
    events = told["rooms"]["join"][room]["ephemeral"]["events"]
    assert {"type": "m.typing", "content": {"user_ids": []}} in events
    (await alice.put(path, {"typing": True})).refused(403, "M_FORBIDDEN")


async def test_presence_is_for_those_who_share_a_room(server: Server) -> None:
    alice, bob, _ = await pair(server)
    carol = await server.register("carol")
    path = f"/_matrix/client/v3/presence/{bob.user_id}/status"
    (await bob.put(path, {"presence": "unavailable", "status_msg": "lunch"})).ok()
    found = (await alice.get(path)).ok()
    assert (found["presence"], found["status_msg"]) == ("unavailable", "lunch")
    (await carol.get(path)).refused(403, "M_FORBIDDEN")
    (await alice.put(path, {"presence": "online"})).refused(403, "M_FORBIDDEN")
    (await bob.put(path, {"presence": "asleep"})).refused(400, "M_INVALID_PARAM")
