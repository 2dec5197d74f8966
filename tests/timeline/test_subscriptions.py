"""Following threads. Spec: MSC4306, MSC4308."""

from typing import Any

import pytest

from tests.accounts.steps import with_password
from tests.harness.client import Client
from tests.harness.server import Server

UNSTABLE = "/_matrix/client/unstable"
LIST = f"{UNSTABLE}/io.element.msc4308/thread_subscriptions"
SLIDING = f"{UNSTABLE}/org.matrix.simplified_msc3575/sync"
EXTENSION = "io.element.msc4308.thread_subscriptions"
UNSUBSCRIBED = ".io.element.msc4306.rule.unsubscribed_thread"
SUBSCRIBED = ".io.element.msc4306.rule.subscribed_thread"


def path(room: str, root: str) -> str:
    return f"{UNSTABLE}/io.element.msc4306/rooms/{room}/thread/{root}/subscription"


async def reply(client: Client, room: str, root: str, body: str = "reply", **more: Any) -> str:
    relation = {"rel_type": "m.thread", "event_id": root}
    content = {"msgtype": "m.text", "body": body, "m.relates_to": relation, **more}
    return await client.send(room, content)


@pytest.fixture
async def room(alice: Client, bob: Client) -> str:
    room = await alice.create_room(preset="public_chat")
    await bob.join(room)
    return room


async def follows(client: Client, room: str, root: str) -> bool | None:
    """Whether it was automatic; None: the thread is not followed."""
    answer = await client.get(path(room, root))
    if answer.status == 200:
        return bool(answer.json["automatic"])
    answer.refused(404, "M_NOT_FOUND")
    return None


async def test_a_thread_is_followed_and_followed_no_longer(
    alice: Client, bob: Client, room: str
) -> None:
    root = await alice.send(room, "root")
    assert await follows(bob, room, root) is None
    (await bob.put(path(room, root), {})).ok()
    assert await follows(bob, room, root) is False
    assert await follows(alice, room, root) is None
    for _ in range(2):
        (await bob.delete(path(room, root))).ok()
        assert await follows(bob, room, root) is None


async def test_what_a_person_chose_is_not_made_automatic(
    alice: Client, bob: Client, room: str
) -> None:
    root = await alice.send(room, "root")
    first = await reply(alice, room, root)
    (await bob.put(path(room, root), {"automatic": first})).ok()
    assert await follows(bob, room, root) is True
    (await bob.put(path(room, root), {})).ok()
    assert await follows(bob, room, root) is False
    (await bob.put(path(room, root), {"automatic": first})).ok()
    assert await follows(bob, room, root) is False


async def test_who_stopped_to_follow_is_not_made_to_by_what_was_before(
    alice: Client, bob: Client, room: str
) -> None:
    root = await alice.send(room, "root")
    before = await reply(alice, room, root)
    (await bob.put(path(room, root), {"automatic": before})).ok()
    (await bob.delete(path(room, root))).ok()
    answer = await bob.put(path(room, root), {"automatic": before})
    answer.refused(409, "IO.ELEMENT.MSC4306.M_CONFLICTING_UNSUBSCRIPTION")
    assert await follows(bob, room, root) is None
    after = await reply(alice, room, root)
    (await bob.put(path(room, root), {"automatic": after})).ok()
    assert await follows(bob, room, root) is True


async def test_what_is_no_thread_cannot_be_followed(
    server: Server, alice: Client, bob: Client, room: str
) -> None:
    root = await alice.send(room, "root")
    answer, other = await reply(alice, room, root), await alice.send(room, "other")
    vera = await server.register("vera")
    secret = await alice.create_room()
    hidden = await alice.send(secret, "hidden")
    (await bob.put(path(room, root), {})).ok()
    for method in ("GET", "PUT", "DELETE"):
        body: dict[str, Any] | None = {} if method == "PUT" else None
        for client, place, event in (
            (bob, room, "$nothing"),
            (bob, room, hidden),
            (bob, secret, hidden),
            (bob, "!nowhere:depesha.test", root),
            (bob, room, answer),
        ):
            refusal = await client.request(method, path(place, event), json=body)
            refusal.refused(404, "M_NOT_FOUND")
    (await vera.put(path(secret, hidden), {})).refused(404, "M_NOT_FOUND")
    for cause in (other, root, "$nothing", hidden):
        refusal = await bob.put(path(room, root), {"automatic": cause})
        refusal.refused(400, "IO.ELEMENT.MSC4306.M_NOT_IN_THREAD")
    (await bob.put(path(room, root), {"automatic": True})).refused(400, "M_BAD_JSON")


async def test_changes_are_listed_latest_first(alice: Client, bob: Client, room: str) -> None:
    roots = [await alice.send(room, str(number)) for number in range(5)]
    for root in roots:
        (await bob.put(path(room, root), {})).ok()
    (await bob.delete(path(room, roots[1]))).ok()
    seen: list[str] = []
    query: dict[str, Any] = {"dir": "b", "limit": 2}
    while True:
        page = (await bob.get(LIST, query)).ok()
        assert "unsubscribed" not in page
        entries = page["subscribed"][room]
        stamps = sorted(((e["bump_stamp"], root) for root, e in entries.items()), reverse=True)
        seen += [root for _, root in stamps]
        assert all(entry["automatic"] is False for entry in entries.values())
        if "end" not in page:
            break
        query["from"] = page["end"]
    assert seen == [roots[4], roots[3], roots[2], roots[0]]
    assert (await alice.get(LIST, {"dir": "b"})).ok() == {}
    (await bob.get(LIST, {"dir": "f"})).refused(400, "M_INVALID_PARAM")
    (await bob.get(LIST)).refused(400, "M_MISSING_PARAM")
    (await bob.get(LIST, {"dir": "b", "from": "x"})).refused(400, "M_INVALID_PARAM")
    (await bob.get(LIST, {"dir": "b", "limit": "0"})).refused(400, "M_INVALID_PARAM")


async def slide(client: Client, pos: str | None = None, **fields: Any) -> Any:
    body = {"extensions": {EXTENSION: {"enabled": True, **fields}}}
    return (await client.post(SLIDING, body, query={"pos": pos} if pos else {})).ok()


async def test_a_sliding_sync_tells_changes_once_they_are_acknowledged(
    alice: Client, bob: Client, room: str
) -> None:
    roots = [await alice.send(room, str(number)) for number in range(4)]
    for root in roots[:3]:
        (await bob.put(path(room, root), {})).ok()
    (await bob.delete(path(room, roots[2]))).ok()
    first = await slide(bob)
    told = first["extensions"][EXTENSION]
    assert told["subscribed"].keys() == {room}
    assert told["subscribed"][room].keys() == {roots[0], roots[1]}
    assert "unsubscribed" not in told  # a new client has nothing to take away
    second = await slide(bob, first["pos"])
    assert EXTENSION not in second["extensions"]
    (await bob.put(path(room, roots[3]), {})).ok()
    (await bob.delete(path(room, roots[0]))).ok()
    third = await slide(bob, second["pos"], limit=1)
    told = third["extensions"][EXTENSION]
    assert told["unsubscribed"][room].keys() == {roots[0]}
    assert "subscribed" not in told
    query = {"dir": "b", "from": told["prev_batch"], "to": second["pos"]}
    rest = (await bob.get(LIST, query)).ok()
    assert rest["subscribed"][room].keys() == {roots[3]}
    assert "end" not in rest
    # The answer was lost: it comes again.
    again = await slide(bob, second["pos"], limit=1)
    assert again["extensions"][EXTENSION] == told
    assert EXTENSION not in (await slide(bob, again["pos"]))["extensions"]


async def test_the_flags_are_told(server: Server) -> None:
    found = (await server.anyone.get("/_matrix/client/versions")).ok()["unstable_features"]
    assert found["org.matrix.msc4306"] is found["org.matrix.msc4308"] is True


# --- notifications -------------------------------------------------------------------


async def counts(client: Client, room: str) -> tuple[int, int]:
    part = (await client.sync(filter={"room": {"rooms": [room]}}))["rooms"]["join"][room]
    found = part["unread_notifications"]
    return found["notification_count"], found["highlight_count"]


async def turn_on(client: Client) -> None:
    for rule in (UNSUBSCRIBED, SUBSCRIBED):
        path = f"/pushrules/global/postcontent/{rule}/enabled"
        assert (await client.get(path)).ok() == {"enabled": False}
        (await client.put(path, {"enabled": True})).ok()


async def test_threads_notify_everybody_until_a_person_says_otherwise(
    server: Server, alice: Client, bob: Client, room: str
) -> None:
    vera = await server.register("vera")
    await vera.join(room)
    root, other = await alice.send(room, "root"), await alice.send(room, "other root")
    (await bob.put(path(room, root), {})).ok()
    (await vera.put(path(room, root), {})).ok()
    await turn_on(bob)
    before = await counts(bob, room)
    await reply(alice, room, root, "in the thread that both follow")
    await reply(alice, room, other, "in one that nobody follows")
    assert await counts(bob, room) == (before[0] + 1, 0)
    assert await counts(vera, room) == (4, 0)
    notified = (await bob.get("/notifications", {"limit": 10})).ok()["notifications"]
    assert notified[0]["event"]["content"]["body"] == "in the thread that both follow"
    # A mention reaches also who does not follow.
    mention = {"m.mentions": {"user_ids": [bob.user_id]}}
    await reply(alice, room, other, "Bob?", **mention)
    assert await counts(bob, room) == (before[0] + 2, 1)
    await alice.send(room, "in no thread")
    assert await counts(bob, room) == (before[0] + 3, 1)


async def test_a_followed_thread_notifies_from_a_muted_room(
    alice: Client, bob: Client, room: str
) -> None:
    root = await alice.send(room, "root")
    (await bob.put(f"/pushrules/global/room/{room}", {"actions": []})).ok()
    await turn_on(bob)
    await alice.send(room, "not heard")
    assert await counts(bob, room) == (0, 0)
    (await bob.put(path(room, root), {})).ok()
    await reply(alice, room, root)
    assert await counts(bob, room) == (1, 0)
    (await bob.delete(path(room, root))).ok()
    await reply(alice, room, root)
    assert await counts(bob, room) == (1, 0)


async def test_nobody_adds_rules_of_this_kind(bob: Client) -> None:
    body: dict[str, Any] = {"actions": ["notify"], "conditions": []}
    answer = await bob.put("/pushrules/global/postcontent/mine", body)
    answer.refused(400, "M_INVALID_PARAM")
    rules = (await bob.get("/pushrules/")).ok()["global"]
    assert [rule["rule_id"] for rule in rules["postcontent"]] == [UNSUBSCRIBED, SUBSCRIBED]
    assert list(rules) == ["override", "content", "postcontent", "room", "sender", "underride"]


async def test_an_ended_account_follows_nothing(
    server: Server, alice: Client, bob: Client, room: str
) -> None:
    root = await alice.send(room, "root")
    (await bob.put(path(room, root), {})).ok()
    (await with_password(bob, "POST", "/account/deactivate", {})).ok()
    spine = server.running.house.spine

    async def count(tx: Any) -> int:
        return int(await tx.value(int, "SELECT COUNT(*) FROM timeline_subscriptions"))

    assert await spine.db.read(count) == 0
