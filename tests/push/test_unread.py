"""Unread counts follow the push rules, and are the same after a restart."""

from typing import Any

from tests.conftest import StartServer
from tests.harness.client import Client
from tests.harness.server import Server

RULES = "/_matrix/client/v3/pushrules/global/"


async def _two(server: Server) -> tuple[Client, Client, str]:
    alice, bob = await server.register("alice"), await server.register("bob")
    room = await alice.create_room(invite=[bob.user_id])
    await bob.join(room)
    return alice, bob, room


async def _counts(client: Client, room: str) -> tuple[int, int]:
    part = (await client.sync())["rooms"]["join"][room]["unread_notifications"]
    return part["notification_count"], part["highlight_count"]


async def _say(client: Client, room: str, txn: str, **more: Any) -> str:
    type_ = more.pop("type_", "m.room.message")
    path = f"/_matrix/client/v3/rooms/{room}/send/{type_}/{txn}"
    body = {"msgtype": "m.text", "body": "hello", **more}
    event_id: str = (await client.put(path, body)).ok()["event_id"]
    return event_id


async def _read(client: Client, room: str, event_id: str, **body: Any) -> None:
    path = f"/_matrix/client/v3/rooms/{room}/receipt/m.read/{event_id}"
    (await client.post(path, body)).ok()


async def test_only_what_notifies_is_counted(server: Server) -> None:
    alice, bob, room = await _two(server)
    first = await _say(alice, room, "1")
    await _say(alice, room, "2", msgtype="m.notice")
    edit = {"rel_type": "m.replace", "event_id": first}
    await _say(alice, room, "3", **{"m.relates_to": edit, "m.new_content": {"body": "x"}})
    await _say(alice, room, "4", type_="org.example.other")
    await _say(bob, room, "5")
    assert await _counts(bob, room) == (1, 0)
    await _say(alice, room, "6", type_="m.room.encrypted")
    assert await _counts(bob, room) == (2, 0)


async def test_a_mention_of_the_room_needs_power(server: Server) -> None:
    alice, bob, room = await _two(server)
    await _say(bob, room, "1", **{"m.mentions": {"room": True}})
    assert await _counts(alice, room) == (1, 0)
    await _say(alice, room, "2", **{"m.mentions": {"room": True}})
    assert await _counts(bob, room) == (1, 1)


async def test_a_mention_counts_also_where_the_event_would_not(server: Server) -> None:
    alice, bob, room = await _two(server)
    mention = {"m.mentions": {"user_ids": [bob.user_id, alice.user_id, "@no:where", ""]}}
    await _say(alice, room, "1", type_="org.example.other", **mention)
    assert await _counts(bob, room) == (1, 1)
    assert await _counts(alice, room) == (0, 0)


async def test_a_muted_room_counts_nothing_or_mentions(server: Server) -> None:
    alice, bob, room = await _two(server)
    await _say(alice, room, "1")
    (await bob.put(f"{RULES}room/{room}", {"actions": []})).ok()
    await _say(alice, room, "2")
    assert await _counts(bob, room) == (0, 0)
    await _say(alice, room, "3", **{"m.mentions": {"user_ids": [bob.user_id]}})
    await _say(alice, room, "4", **{"m.mentions": {"room": True}})
    assert await _counts(bob, room) == (2, 2)
    condition = {"kind": "event_match", "key": "room_id", "pattern": room}
    (await bob.put(f"{RULES}override/{room}", {"actions": [], "conditions": [condition]})).ok()
    await _say(alice, room, "5", **{"m.mentions": {"user_ids": [bob.user_id]}})
    assert await _counts(bob, room) == (2, 2)
    other = await alice.create_room(invite=[bob.user_id])
    await bob.join(other)
    await _say(alice, other, "6")
    assert await _counts(bob, other) == (1, 0)


async def test_a_word_of_ones_own_highlights(server: Server) -> None:
    alice, bob, room = await _two(server)
    actions = ["notify", {"set_tweak": "highlight"}]
    (await bob.put(f"{RULES}content/pie", {"pattern": "pie", "actions": actions})).ok()
    await _say(alice, room, "1", body="A PIE!")
    await _say(alice, room, "2", body="magpies")
    assert await _counts(bob, room) == (2, 1)


async def test_a_redacted_message_counts_no_more(server: Server) -> None:
    alice, bob, room = await _two(server)
    await _say(alice, room, "1")
    wrong = await _say(alice, room, "2", **{"m.mentions": {"user_ids": [bob.user_id]}})
    assert await _counts(bob, room) == (2, 1)
    (await alice.put(f"/_matrix/client/v3/rooms/{room}/redact/{wrong}/3", {})).ok()
    assert await _counts(bob, room) == (1, 0)


async def test_whom_one_ignores_is_not_counted(server: Server) -> None:
    alice, bob, room = await _two(server)
    await _say(alice, room, "1")
    data = f"/_matrix/client/v3/user/{bob.user_id}/account_data/m.ignored_user_list"
    (await bob.put(data, {"ignored_users": {alice.user_id: {}}})).ok()
    await _say(alice, room, "2", **{"m.mentions": {"user_ids": [bob.user_id]}})
    assert await _counts(bob, room) == (0, 0)


async def test_counts_are_exact_after_a_restart_and_beyond_memory(
    start_server: StartServer,
) -> None:
    async with start_server() as server:
        alice, bob, room = await _two(server)
        carol = await server.register("carol")
        root = await _say(alice, room, "root")
        for n in range(130):
            await _say(alice if n % 10 else bob, room, f"m{n}")
        thread = {"m.relates_to": {"rel_type": "m.thread", "event_id": root}}
        await _say(alice, room, "t", **thread)
        await _say(alice, room, "n", msgtype="m.notice")
        mention = {"m.mentions": {"user_ids": [bob.user_id]}}
        await _say(alice, room, "@", **mention)
        expected = (1 + 117 + 1 + 1, 1)
        assert await _counts(bob, room) == expected
        await alice.invite(room, carol.user_id)
        await carol.join(room)
        assert await _counts(carol, room) == (0, 0)
    async with start_server() as server:
        again = await server.anyone.login("bob")
        assert await _counts(again, room) == expected
        assert await _counts(await server.anyone.login("carol"), room) == (0, 0)
        await _say(await server.anyone.login("alice"), room, "last")
        assert await _counts(again, room) == (expected[0] + 1, 1)
        await _read(again, room, root)
        assert await _counts(again, room) == (expected[0], 1)
        assert await _counts(await server.anyone.login("carol"), room) == (1, 0)


async def test_notifications_are_paged_newest_first(server: Server) -> None:
    alice, bob, room = await _two(server)
    sent: list[str] = []
    for n in range(5):
        sent.append(await _say(alice, room, f"m{n}"))
        await _say(alice, room, f"n{n}", msgtype="m.notice")
        await _say(bob, room, f"b{n}")
    mention = {"m.mentions": {"user_ids": [bob.user_id]}}
    sent.append(await _say(alice, room, "@", type_="org.example.other", **mention))
    await _read(bob, room, sent[2])
    path, got, read = "/_matrix/client/v3/notifications", list[str](), list[bool]()
    query: dict[str, Any] = {"limit": 2}
    while True:
        page = (await bob.get(path, query)).ok()
        got += [told["event"]["event_id"] for told in page["notifications"]]
        read += [told["read"] for told in page["notifications"]]
        if "next_token" not in page:
            break
        query["from"] = page["next_token"]
    assert got == sent[::-1]
    assert read == [False, False, False, True, True, True]
    (await bob.get(path, {"from": "x"})).refused(400, "M_INVALID_PARAM")
    assert (await alice.get(path, {"only": "highlight"})).ok() == {"notifications": []}
    await bob.leave(room)
    assert (await bob.get(path)).ok() == {"notifications": []}


async def test_encrypted_events_are_pushed_to_who_looks_into_them(server: Server) -> None:
    alice, bob, room = await _two(server)
    rule = RULES + "override/.org.matrix.msc4028.encrypted_event/enabled"
    (await bob.put(f"{RULES}underride/.m.rule.encrypted/actions", {"actions": []})).ok()
    (await bob.put(f"{RULES}underride/.m.rule.message/actions", {"actions": []})).ok()
    other = f"{RULES}underride/.m.rule.encrypted_room_one_to_one/enabled"
    (await bob.put(other, {"enabled": False})).ok()
    (await bob.put(f"{RULES}underride/.m.rule.room_one_to_one/enabled", {"enabled": False})).ok()
    await _say(alice, room, "1", type_="m.room.encrypted")
    assert await _counts(bob, room) == (0, 0)
    assert (await bob.get(rule)).ok() == {"enabled": False}
    (await bob.put(rule, {"enabled": True})).ok()
    await _say(alice, room, "2", type_="m.room.encrypted")
    await _say(alice, room, "3")
    assert await _counts(bob, room) == (1, 0)


async def test_a_sealed_place_that_moves_calls_nobody(server: Server) -> None:
    alice, bob, room = await _two(server)
    info = "org.matrix.msc3672.beacon_info"
    path = f"/_matrix/client/v3/rooms/{room}/state/{info}/"
    begun = (await alice.put(path + alice.user_id, {"live": True, "timeout": 60_000})).ok()
    to_place = {"rel_type": "m.reference", "event_id": begun["event_id"]}
    last = await _say(alice, room, "1", type_="m.room.encrypted", **{"m.relates_to": to_place})
    await _say(alice, room, "2", type_="m.room.encrypted", **{"m.relates_to": to_place})
    assert await _counts(bob, room) == (0, 0)
    assert (await bob.get("/_matrix/client/v3/notifications")).ok() == {"notifications": []}
    # Anything else that is sealed may be a word to somebody.
    to_message = {"rel_type": "m.reference", "event_id": last}
    await _say(alice, room, "3", type_="m.room.encrypted", **{"m.relates_to": to_message})
    to_nothing = {"rel_type": "m.reference", "event_id": "$none"}
    await _say(alice, room, "4", type_="m.room.encrypted", **{"m.relates_to": to_nothing})
    thread = {"rel_type": "m.thread", "event_id": begun["event_id"]}
    await _say(alice, room, "5", type_="m.room.encrypted", **{"m.relates_to": thread})
    count, _ = await _counts(bob, room)
    assert count >= 2
    told = (await bob.get("/_matrix/client/v3/notifications")).ok()["notifications"]
    assert len(told) == 3
    # A place is told by who shares it alone, and a mention is heard.
    await _say(bob, room, "6", type_="m.room.encrypted", **{"m.relates_to": to_place})
    assert await _counts(alice, room) == (1, 0)
    named = {"m.relates_to": to_place, "m.mentions": {"user_ids": [bob.user_id]}}
    await _say(alice, room, "7", type_="m.room.encrypted", **named)
    assert (await _counts(bob, room))[1] == 1
