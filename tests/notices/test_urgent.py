"""Urgent messages: whom they reach, acknowledgement, and who stands in (M7, G7)."""

from typing import Any

from tests.conftest import StartServer
from tests.harness.client import Client, Response
from tests.harness.clock import START_MS, TestClock
from tests.harness.server import Server
from tests.org.institution import ADMIN, Institution, make_ministry

RULES = "/_matrix/client/v3/pushrules/global/"
URGENT: dict[str, Any] = {"org.depesha.urgent": {}}
MINUTE = 60_000


async def send(client: Client, room: str, txn: str, **more: Any) -> Response:
    type_ = more.pop("type_", "m.room.message")
    content = {"msgtype": "m.text", "body": "hello", **more}
    return await client.put(f"/rooms/{room}/send/{type_}/{txn}", content)


async def acknowledge(client: Client, room: str, event_id: str, txn: str = "a") -> Response:
    relation = {"rel_type": "org.depesha.ack", "event_id": event_id}
    return await client.put(f"/rooms/{room}/send/org.depesha.ack/{txn}", {"m.relates_to": relation})


async def reached(client: Client, room: str, event_id: str) -> Response:
    return await client.get(f"/_depesha/v1/rooms/{room}/urgent/{event_id}")


async def counts(client: Client, room: str) -> tuple[int, int]:
    part = (await client.sync())["rooms"]["join"][room]["unread_notifications"]
    return part["notification_count"], part["highlight_count"]


async def mute(client: Client, room: str) -> None:
    condition = {"kind": "event_match", "key": "room_id", "pattern": room}
    body = {"actions": [], "conditions": [condition]}
    (await client.put(f"{RULES}override/{room}", body)).ok()


async def test_an_urgent_message_counts_also_where_one_has_muted(
    server: Server, alice: Client, bob: Client
) -> None:
    room = await alice.create_room(invite=[bob.user_id])
    await bob.join(room)
    await mute(bob, room)
    (await send(alice, room, "1")).ok()
    assert await counts(bob, room) == (0, 0)
    event_id = (await send(alice, room, "2", **URGENT)).ok()["event_id"]
    (await send(alice, room, "3", type_="m.room.encrypted", **URGENT)).ok()
    assert await counts(bob, room) == (2, 2)
    (await bob.put(f"{RULES}override/.m.rule.master/enabled", {"enabled": True})).ok()
    (await send(alice, room, "4", **URGENT)).ok()
    assert await counts(bob, room) == (3, 3)
    notified = (await bob.get("/notifications", {"only": "highlight"})).ok()["notifications"]
    assert len(notified) == 3
    # Other types, other values and edits are not urgent; a redacted one is no more.
    (await send(alice, room, "5", type_="org.example.other", **URGENT)).ok()
    (await send(alice, room, "6", **{"org.depesha.urgent": True})).ok()
    edit = {"rel_type": "m.replace", "event_id": event_id}
    (await send(alice, room, "7", **URGENT, **{"m.relates_to": edit})).ok()
    assert await counts(bob, room) == (3, 3)
    (await alice.put(f"/rooms/{room}/redact/{event_id}/8", {})).ok()
    assert await counts(bob, room) == (2, 2)


async def test_muting_afterwards_takes_nothing_urgent_back(
    start_server: StartServer,
) -> None:
    async with start_server() as server:
        alice, bob = await server.register("alice"), await server.register("bob")
        room = await alice.create_room(invite=[bob.user_id])
        await bob.join(room)
        (await send(alice, room, "1")).ok()
        (await send(alice, room, "2", **URGENT)).ok()
        assert await counts(bob, room) == (2, 1)
        (await bob.put(f"{RULES}room/{room}", {"actions": []})).ok()
        assert await counts(bob, room) == (1, 1)
        (await bob.put(f"{RULES}override/.m.rule.master/enabled", {"enabled": True})).ok()
        assert await counts(bob, room) == (1, 1)
    async with start_server() as server:
        assert await counts(await server.anyone.login("bob"), room) == (1, 1)


async def test_the_rule_is_first_and_nobody_can_change_it(server: Server, alice: Client) -> None:
    await mute(alice, "!some:room")
    rules = (await alice.get(RULES)).ok()["override"]
    assert [rule["rule_id"] for rule in rules[:3]] == [
        ".org.depesha.rule.urgent",
        ".m.rule.master",
        "!some:room",
    ]
    rule = f"{RULES}override/.org.depesha.rule.urgent"
    (await alice.put(f"{rule}/enabled", {"enabled": False})).refused(403, "M_FORBIDDEN")
    (await alice.put(f"{rule}/actions", {"actions": []})).refused(403, "M_FORBIDDEN")
    (await alice.delete(rule)).refused(404, "M_NOT_FOUND")
    assert (await alice.get(rule)).ok() == rules[0]


async def test_without_a_tree_whoever_may_notify_the_room_sends_urgently(
    server: Server, alice: Client, bob: Client
) -> None:
    room = await alice.create_room(invite=[bob.user_id])
    await bob.join(room)
    (await send(bob, room, "1", **URGENT)).refused(403, "M_FORBIDDEN")
    (await send(bob, room, "1")).ok()
    (await send(alice, room, "1", **URGENT)).ok()
    levels = await alice.state(room, "m.room.power_levels")
    await alice.set_state(room, "m.room.power_levels", {**levels, "notifications": {"room": 0}})
    (await send(bob, room, "2", **URGENT)).ok()


async def test_in_a_tree_the_level_needs_the_right(server: Server) -> None:
    house = await make_ministry(server)
    lawyer, lawhead = house.people["lawyer"], house.people["lawhead"]
    room = await lawyer.create_room(invite=[lawhead.user_id])
    await lawhead.join(room)
    error = (await send(lawyer, room, "1", **URGENT)).refused(403, "M_FORBIDDEN")
    assert (error["org.depesha.rule"], error["org.depesha.ask"]) == ("send_urgent", lawhead.user_id)
    # A delayed one does not get past the gate either.
    query = {"org.matrix.msc4140.delay": 1000}
    content = {"msgtype": "m.text", "body": "later", **URGENT}
    path = f"/rooms/{room}/send/m.room.message/2"
    delayed = (await lawyer.put(path, content, query=query)).ok()["delay_id"]
    gone = f"/_matrix/client/unstable/org.matrix.msc4140/delayed_events/{delayed}/send"
    (await lawyer.post(gone, {})).refused(403, "M_FORBIDDEN")
    (await send(lawhead, room, "1", **URGENT)).ok()
    law = f"{ADMIN}/units/{house.units['Law']}"
    (await house.root.put(law, {"rights": ["send_urgent"]})).ok()
    (await send(lawyer, room, "1", **URGENT)).ok()


async def test_the_sender_sees_who_has_acknowledged(
    server: Server, clock: TestClock, alice: Client, bob: Client
) -> None:
    carol, dave, eve = [await server.register(name) for name in ("carol", "dave", "eve")]
    room = await alice.create_room(invite=[c.user_id for c in (bob, carol, dave)])
    for client in (bob, carol, dave):
        await client.join(room)
    plain = (await send(alice, room, "1")).ok()["event_id"]
    event_id = (await send(alice, room, "2", **URGENT)).ok()["event_id"]
    await alice.invite(room, eve)
    await eve.join(room)
    (await carol.post(f"/rooms/{room}/receipt/m.read/{plain}", {})).ok()
    told = (await reached(alice, room, event_id)).ok()
    assert told["not_reached"] == [bob.user_id, carol.user_id, dave.user_id]
    await clock.advance(60)
    (await carol.post(f"/rooms/{room}/receipt/m.read/{event_id}", {})).ok()
    (await dave.post(f"/rooms/{room}/receipt/m.read.private/{event_id}", {})).ok()
    (await acknowledge(bob, room, event_id)).ok()
    assert (await reached(alice, room, event_id)).ok() == {
        "event_id": event_id,
        "sender": alice.user_id,
        "addressed": 3,
        "acknowledged": [{"user_id": bob.user_id, "ts": START_MS + MINUTE}],
        "seen": [{"user_id": carol.user_id, "ts": START_MS + MINUTE}],
        "not_reached": [dave.user_id],
        "substituted": [],
    }
    await dave.leave(room)
    assert (await reached(alice, room, event_id)).ok()["addressed"] == 2


async def test_one_acknowledges_once_and_only_what_is_urgent(
    server: Server, alice: Client, bob: Client
) -> None:
    room = await alice.create_room(invite=[bob.user_id])
    other = await alice.create_room(invite=[bob.user_id])
    for each in (room, other):
        await bob.join(each)
    plain = (await send(alice, room, "1")).ok()["event_id"]
    event_id = (await send(alice, room, "2", **URGENT)).ok()["event_id"]
    (await acknowledge(bob, room, plain)).refused(404, "M_NOT_FOUND")
    (await acknowledge(bob, other, event_id)).refused(404, "M_NOT_FOUND")
    (await acknowledge(bob, room, "$none")).refused(404, "M_NOT_FOUND")
    (await acknowledge(alice, room, event_id)).refused(403, "M_FORBIDDEN")
    path = f"/rooms/{room}/send/org.depesha.ack/x"
    for content in ({}, {"m.relates_to": {"rel_type": "m.reference", "event_id": event_id}}):
        (await bob.put(path, content)).refused(400, "M_BAD_JSON")
    first = (await acknowledge(bob, room, event_id)).ok()
    assert (await acknowledge(bob, room, event_id)).ok() == first
    again = await acknowledge(bob, room, event_id, "b")
    again.refused(400, "M_DUPLICATE_ANNOTATION")


async def test_nobody_else_sees_whom_it_has_reached(
    server: Server, alice: Client, bob: Client
) -> None:
    carol = await server.register("carol")
    room = await alice.create_room(invite=[bob.user_id])
    await bob.join(room)
    plain = (await send(alice, room, "1")).ok()["event_id"]
    event_id = (await send(alice, room, "2", **URGENT)).ok()["event_id"]
    (await reached(alice, room, plain)).refused(404, "M_NOT_FOUND")
    (await reached(bob, room, event_id)).refused(403, "M_FORBIDDEN")
    hidden = await reached(carol, room, event_id)
    hidden.refused(404, "M_NOT_FOUND")
    assert hidden.body == (await reached(carol, "!none:depesha.test", "$none")).body
    levels = await alice.state(room, "m.room.power_levels")
    users = {**levels["users"], bob.user_id: 50}
    await alice.set_state(room, "m.room.power_levels", {**levels, "users": users})
    assert (await reached(bob, room, event_id)).ok()["not_reached"] == [bob.user_id]


# --- substitution --------------------------------------------------------------------


async def set_absence(
    house: Institution, who: Client, deputy: Client, since: int, until: int
) -> None:
    body = {
        "deputies": [
            {
                "user_id": deputy.user_id,
                "since_ts": START_MS + since * MINUTE,
                "until_ts": START_MS + until * MINUTE,
            }
        ]
    }
    (await house.root.put(f"{ADMIN}/people/{who.user_id}/deputies", body)).ok()


async def told(client: Client) -> list[dict[str, Any]]:
    """What the server has told somebody, who takes up its invitation."""
    for room in (await client.sync())["rooms"].get("invite", {}):
        await client.join(room)
    found: list[dict[str, Any]] = []
    for room in (await client.get("/joined_rooms")).ok()["joined_rooms"]:
        page = await client.messages(room, dir="f", limit=100)
        found += [e for e in page["chunk"] if "org.depesha.substitution" in e["content"]]
    return found


async def test_whoever_stands_in_is_told_at_once(
    start_server: StartServer, clock: TestClock
) -> None:
    async with start_server() as server:
        house = await make_ministry(server)
        lawhead, judge, lawyer = (house.people[n] for n in ("lawhead", "judge", "lawyer"))
        coder = house.people["coder"]
        room = await lawhead.create_room(name="Courts", invite=[judge.user_id, lawyer.user_id])
        for client in (judge, lawyer):
            await client.join(room)
        await set_absence(house, judge, coder, -10, 60)
        (await send(lawhead, room, "1")).ok()
        event_id = (await send(lawhead, room, "2", **URGENT)).ok()["event_id"]
        await clock.advance(1)
        (event,) = await told(coder)
        assert event["content"]["org.depesha.substitution"] == {
            "user_id": judge.user_id,
            "sender": lawhead.user_id,
            "room_id": room,
            "event_id": event_id,
            "room_name": "Courts",
        }
        assert all(text in event["content"]["body"] for text in ("Courts", "@judge", "@lawhead"))
        assert event["content"]["org.depesha.urgent"] == {}
        (await acknowledge(coder, event["room_id"], event["event_id"])).ok()
        (substituted,) = (await reached(lawhead, room, event_id)).ok()["substituted"]
        assert (substituted["user_id"], substituted["deputy"]) == (judge.user_id, coder.user_id)
        assert "acknowledged_ts" in substituted
        # Nobody is told twice, and it ends with the absence.
        await clock.leap(61 * 60)
        (await send(lawhead, room, "3", **URGENT)).ok()
        await clock.advance(1)
        assert len(await told(coder)) == 1
        assert await told(lawyer) == []


async def test_without_acknowledgement_whoever_stands_in_next_is_told_in_time(
    start_server: StartServer, clock: TestClock
) -> None:
    async with start_server(urgent_escalation_minutes=30) as server:
        house = await make_ministry(server)
        lawhead, judge, lawyer = (house.people[n] for n in ("lawhead", "judge", "lawyer"))
        coder, clerk = house.people["coder"], house.people["clerk"]
        room = await lawhead.create_room(invite=[judge.user_id, lawyer.user_id])
        for client in (judge, lawyer):
            await client.join(room)
        await set_absence(house, judge, coder, 1000, 2000)
        await set_absence(house, lawyer, clerk, 1000, 2000)
        event_id = (await send(lawhead, room, "1", **URGENT)).ok()["event_id"]
        await clock.advance(60)
        (await acknowledge(lawyer, room, event_id)).ok()
        await clock.leap(27 * 60)
        await clock.advance(60)
        assert await told(coder) == []
        await clock.advance(2 * 60)
        assert len(await told(coder)) == 1
        # For who has acknowledged, nobody needs to be asked.
        assert await told(clerk) == []


async def test_no_time_no_escalation(start_server: StartServer, clock: TestClock) -> None:
    async with start_server(urgent_escalation_minutes=0) as server:
        house = await make_ministry(server)
        lawhead, judge, coder = (house.people[n] for n in ("lawhead", "judge", "coder"))
        room = await lawhead.create_room(invite=[judge.user_id])
        await judge.join(room)
        await set_absence(house, judge, coder, 1000, 2000)
        (await send(lawhead, room, "1", **URGENT)).ok()
        await clock.leap(120 * 60)
        await clock.advance(60)
        assert await told(coder) == []


async def test_a_mention_reaches_whoever_stands_in(
    start_server: StartServer, clock: TestClock
) -> None:
    async with start_server() as server:
        house = await make_ministry(server)
        lawhead, judge, lawyer = (house.people[n] for n in ("lawhead", "judge", "lawyer"))
        coder = house.people["coder"]
        room = await lawhead.create_room(name="Courts", invite=[judge.user_id, lawyer.user_id])
        for client in (judge, lawyer):
            await client.join(room)
        await set_absence(house, judge, coder, -10, 2)
        await send_naming(lawhead, room, "1", lawyer.user_id)
        await send_naming(lawhead, room, "2", judge.user_id, judge.user_id, "nobody", 7)
        await clock.advance(1)
        (event,) = await told(coder)
        mark = event["content"]["org.depesha.substitution"]
        assert (mark["user_id"], mark["why"], mark["room_name"]) == (
            judge.user_id,
            "mention",
            "Courts",
        )
        assert "org.depesha.urgent" not in event["content"]
        # Who is not in the room is named in vain, and so is everybody once they are back.
        await set_absence(house, house.people["ithead"], coder, -10, 60)
        await send_naming(lawhead, room, "3", house.people["ithead"].user_id)
        await clock.advance(120)
        await send_naming(lawhead, room, "4", judge.user_id)
        await clock.advance(1)
        assert [e["event_id"] for e in await told(coder)] == [event["event_id"]]


async def send_naming(client: Client, room: str, txn: str, *named: Any) -> None:
    (await send(client, room, txn, **{"m.mentions": {"user_ids": list(named)}})).ok()
