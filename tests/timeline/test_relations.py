"""Relations, threads, and what is bundled with events."""

from typing import Any

from tests.harness.client import Client
from tests.harness.server import Server


async def say(client: Client, room: str, relates: dict[str, Any], **content: Any) -> str:
    body = {"msgtype": "m.text", "body": "x", **content, "m.relates_to": relates}
    path = f"/_matrix/client/v3/rooms/{room}/send/m.room.message/{client.next_txn()}"
    return str((await client.put(path, body)).ok()["event_id"])


async def one(client: Client, room: str, event_id: str) -> Any:
    return (await client.get(f"/_matrix/client/v3/rooms/{room}/event/{event_id}")).ok()


async def test_an_edit_is_bundled_and_its_redaction_unbundles(server: Server) -> None:
    alice, bob = await server.register("alice"), await server.register("bob")
    room = await alice.create_room(invite=[bob.user_id])
    await bob.join(room)
    root = await alice.send(room, "helo")
    relates = {"rel_type": "m.replace", "event_id": root}
    new = {"m.new_content": {"msgtype": "m.text", "body": "hello"}}
    edit = await say(alice, room, relates, **new)
    await say(bob, room, relates, **new)
    bundle = (await one(bob, room, root))["unsigned"]["m.relations"]["m.replace"]
    assert bundle["event_id"] == edit
    redact = f"/_matrix/client/v3/rooms/{room}/redact/{edit}/1"
    (await alice.put(redact, {})).ok()
    assert "m.relations" not in (await one(bob, room, root))["unsigned"]


async def test_a_thread_is_summed_up_and_listed(server: Server) -> None:
    alice, bob = await server.register("alice"), await server.register("bob")
    room = await alice.create_room(invite=[bob.user_id])
    await bob.join(room)
    first, second = await alice.send(room, "one"), await alice.send(room, "two")
    await say(bob, room, {"rel_type": "m.thread", "event_id": second})
    reply = await say(bob, room, {"rel_type": "m.thread", "event_id": first})
    bundle = (await one(alice, room, first))["unsigned"]["m.relations"]["m.thread"]
    assert bundle["latest_event"]["event_id"] == reply
    assert (bundle["count"], bundle["current_user_participated"]) == (1, True)
    path = f"/_matrix/client/v1/rooms/{room}/threads"
    listed = (await alice.get(path, {"limit": 1})).ok()
    assert [e["event_id"] for e in listed["chunk"]] == [first]
    more = (await alice.get(path, {"limit": 1, "from": listed["next_batch"]})).ok()
    assert [e["event_id"] for e in more["chunk"]] == [second]
    carol = await server.register("carol")
    (await carol.get(path)).refused(403, "M_FORBIDDEN")
    await alice.invite(room, carol)
    await carol.join(room)
    assert (await carol.get(path, {"include": "participated"})).ok()["chunk"] == []
    nested = {"rel_type": "m.thread", "event_id": reply}
    body = {"msgtype": "m.text", "body": "x", "m.relates_to": nested}
    send = f"/_matrix/client/v3/rooms/{room}/send/m.room.message/nested"
    (await alice.put(send, body)).refused(400, "M_UNKNOWN")


async def test_children_come_by_kind_type_and_depth(server: Server) -> None:
    alice = await server.register("alice")
    room = await alice.create_room()
    root = await alice.send(room, "root")
    reply = await say(alice, room, {"rel_type": "m.thread", "event_id": root})
    reaction = {"m.relates_to": {"rel_type": "m.annotation", "event_id": reply, "key": "+"}}
    react = f"/_matrix/client/v3/rooms/{room}/send/m.reaction/"
    liked = (await alice.put(react + "1", reaction)).ok()["event_id"]
    (await alice.put(react + "2", reaction)).refused(400, "M_DUPLICATE_ANNOTATION")
    base = f"/_matrix/client/v1/rooms/{room}/relations/{root}"

    async def ids(path: str, **query: Any) -> list[str]:
        found = (await alice.get(path, query)).ok()
        return [event["event_id"] for event in found["chunk"]]

    assert await ids(base) == [reply]
    assert await ids(base, recurse="true") == [liked, reply]
    assert await ids(base, recurse="true", dir="f") == [reply, liked]
    assert await ids(f"{base}/m.thread") == [reply]
    assert await ids(f"{base}/m.thread/m.room.message") == [reply]
    assert await ids(f"{base}/m.annotation") == []
    page = (await alice.get(base, {"recurse": "true", "limit": 1})).ok()
    assert page["recursion_depth"] == 3
    assert await ids(base, recurse="true", **{"from": page["next_batch"]}) == [reply]


async def test_who_has_left_is_told_of_no_later_children(server: Server) -> None:
    alice, bob = await server.register("alice"), await server.register("bob")
    room = await alice.create_room(preset="public_chat")
    await bob.join(room)
    root = await alice.send(room, "root")
    thread = {"rel_type": "m.thread", "event_id": root}
    reply = await say(alice, room, thread)
    await bob.leave(room)
    new = {"m.new_content": {"msgtype": "m.text", "body": "secret"}}
    await say(alice, room, {"rel_type": "m.replace", "event_id": reply}, **new)
    assert "secret" not in str(await one(bob, room, root))
    await say(alice, room, thread, body="secret")
    found = await one(bob, room, root)
    summary = found["unsigned"]["m.relations"]["m.thread"]
    assert (summary["latest_event"]["event_id"], summary["count"]) == (reply, 1)
    assert "secret" not in str(found)


async def test_the_last_reply_is_taken_back(server: Server) -> None:
    alice, bob = await server.register("alice"), await server.register("bob")
    room = await alice.create_room(preset="public_chat")
    await bob.join(room)
    roots = [await alice.send(room, name) for name in ("one", "two")]
    first, _, last = [
        await say(bob, room, {"rel_type": "m.thread", "event_id": root})
        for root in (roots[0], roots[1], roots[0])
    ]
    path = f"/_matrix/client/v1/rooms/{room}/threads"

    async def listed() -> list[str]:
        told = (await bob.get(path, {"include": "participated"})).ok()["chunk"]
        return [event["event_id"] for event in told]

    assert await listed() == roots
    for reply, left in ((last, roots[::-1]), (first, [roots[1]])):
        redact = f"/_matrix/client/v3/rooms/{room}/redact/{reply}/{bob.next_txn()}"
        (await bob.put(redact, {})).ok()
        assert await listed() == left


async def test_children_come_page_by_page_without_those_of_the_ignored(server: Server) -> None:
    alice, bob = await server.register("alice"), await server.register("bob")
    room = await alice.create_room(preset="public_chat")
    await bob.join(room)
    root = await alice.send(room, "root")
    thread = {"rel_type": "m.thread", "event_id": root}
    sent: list[str] = []
    for _ in range(4):
        await say(bob, room, thread)
        sent.append(await say(alice, room, thread))
    ignored: dict[str, Any] = {"ignored_users": {bob.user_id: {}}}
    path = f"/_matrix/client/v3/user/{alice.user_id}/account_data/m.ignored_user_list"
    (await alice.put(path, ignored)).ok()
    base = f"/_matrix/client/v1/rooms/{room}/relations/{root}"
    for direction, expected in (("b", sent[::-1]), ("f", sent)):
        query, found = {"dir": direction, "limit": 1}, list[str]()
        while query:
            page = (await alice.get(base, query)).ok()
            found += [event["event_id"] for event in page["chunk"]]
            ahead = page.get("next_batch")
            query = {**query, "from": ahead} if ahead else {}
        assert found == expected
