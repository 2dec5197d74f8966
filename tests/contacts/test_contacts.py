"""Requests for contact, blocks, and strangers who do not ring."""

from typing import Any

import pytest

from tests.conftest import StartServer
from tests.harness.client import Client
from tests.harness.server import Server
from tests.org.institution import ADMIN, OWN, Institution, make_ministry, user
from tests.push.test_push import gateway, pusher

CONTACTS = "/_depesha/v1/contacts"
NOBODY = user("nobody.at.all")


@pytest.fixture
async def house(server: Server) -> Institution:
    """A small ministry."""
    return await make_ministry(server)


async def contacts(client: Client) -> Any:
    return (await client.get(CONTACTS)).ok()


async def told(client: Client, since: str | None = None) -> Any:
    """What a sync says of contacts, or None."""
    events = (await client.sync(since)).get("account_data", {}).get("events", [])
    return next((e["content"] for e in events if e["type"] == "org.depesha.contacts"), None)


async def may_invite(client: Client, other: str) -> bool:
    return (await client.post("/createRoom", {"is_direct": True, "invite": [other]})).status == 200


async def ask(client: Client, who: str, message: str = "") -> Any:
    return await client.post(f"{CONTACTS}/requests", {"user_id": who, "message": message})


async def test_a_request_is_accepted_and_both_know_each_other(house: Institution) -> None:
    lawyer, coder = house.people["lawyer"], house.people["coder"]
    since = (await coder.sync())["next_batch"]
    parked = await house.server.park(coder, since)
    assert not await may_invite(lawyer, coder.user_id)
    (await ask(lawyer, coder.user_id, "About the new courts")).ok()
    (await ask(lawyer, coder.user_id, "Again")).ok()
    answer = await parked
    (event,) = answer["account_data"]["events"]
    assert event["type"] == "org.depesha.contacts"
    (request,) = event["content"]["incoming"]
    assert request["message"] == "About the new courts"
    assert request["sender"]["user_id"] == lawyer.user_id
    assert request["sender"]["posts"][0]["path"] == ["Ministry", "Law"]
    # Who asks is seen in the box only.
    (await coder.get(f"/profile/{lawyer.user_id}")).refused(404, "M_NOT_FOUND")
    assert [r["user_id"] for r in (await contacts(lawyer))["outgoing"]] == [coder.user_id]
    path = f"{CONTACTS}/requests/{lawyer.user_id}/accept"
    (await house.people["judge"].post(path, {})).refused(404, "M_NOT_FOUND")
    (await coder.post(path, {})).ok()
    (await coder.post(path, {})).refused(404, "M_NOT_FOUND")
    for one, other in ((lawyer, coder), (coder, lawyer)):
        (await one.get(f"/profile/{other.user_id}")).ok()
        assert await may_invite(one, other.user_id)
        found = await contacts(one)
        assert (found["known"], found["incoming"], found["outgoing"]) == ([other.user_id], [], [])
    assert (await told(lawyer))["known"] == [coder.user_id]


async def test_one_answer_whether_or_not_there_is_somebody(house: Institution) -> None:
    judge = house.people["judge"]
    answers = [await ask(judge, who, "Hello") for who in (user("coder"), NOBODY)]
    assert [(each.status, each.body) for each in answers] == [(200, b"{}")] * 2
    outgoing = (await contacts(judge))["outgoing"]
    assert [each["user_id"] for each in outgoing] == [user("coder"), NOBODY]
    # A refusal is not told either.
    path = f"{CONTACTS}/requests/{judge.user_id}/refuse"
    (await house.people["coder"].post(path, {})).ok()
    assert (await contacts(judge))["outgoing"] == outgoing
    assert (await contacts(house.people["coder"]))["incoming"] == []
    (await ask(judge, user("coder"), "Once more")).ok()
    assert (await contacts(house.people["coder"]))["incoming"] == []
    assert not await may_invite(judge, user("coder"))
    (await ask(judge, "coder")).refused(400, "M_INVALID_PARAM")
    (await ask(judge, judge.user_id)).refused(400, "M_INVALID_PARAM")
    (await ask(judge, user("ithead"), "x" * 1001)).refused(400, "M_INVALID_PARAM")


async def test_the_manager_decides_where_the_level_says_so(house: Institution) -> None:
    judge, coder, ithead = (house.people[name] for name in ("judge", "coder", "ithead"))
    it = f"{ADMIN}/units/{house.units['IT']}"
    (await house.root.put(it, {"accepts": "manager"})).ok()
    (await ask(judge, coder.user_id, "Please")).ok()
    assert (await contacts(coder))["incoming"] == []
    (request,) = (await contacts(ithead))["incoming"]
    assert request["target"] == coder.user_id
    path = f"{CONTACTS}/requests/{judge.user_id}/accept"
    (await coder.post(path, {})).refused(404, "M_NOT_FOUND")
    (await ithead.post(path, {})).refused(404, "M_NOT_FOUND")
    # Whoever stands in for the manager decides as well.
    now = house.server.clock.now_ms()
    deputy = {"user_id": user("clerk"), "since_ts": now, "until_ts": now + 1000}
    deputies = f"{ADMIN}/people/{user('ithead')}/deputies"
    since = (await house.people["clerk"].sync())["next_batch"]
    (await house.root.put(deputies, {"deputies": [deputy]})).ok()
    data = (await house.people["clerk"].sync(since))["account_data"]["events"]
    (told,) = [e["content"] for e in data if e["type"] == "org.depesha.contacts"]
    assert len(told["incoming"]) == 1
    (await house.people["clerk"].post(path, {"target": coder.user_id})).ok()
    assert await may_invite(judge, coder.user_id)
    assert (await contacts(ithead))["incoming"] == []


async def test_a_request_is_taken_back(house: Institution) -> None:
    judge, coder = house.people["judge"], house.people["coder"]
    (await ask(judge, coder.user_id)).ok()
    path = f"{CONTACTS}/requests/{coder.user_id}"
    (await judge.delete(path)).ok()
    (await judge.delete(path)).ok()
    assert (await contacts(coder))["incoming"] == []
    assert (await contacts(judge))["outgoing"] == []


async def test_taking_back_does_not_tell_that_it_was_refused(house: Institution) -> None:
    """Nor that there is somebody who refuses all: the judge sees neither of them."""
    judge, coder = house.people["judge"], house.people["coder"]
    (await coder.put(f"{CONTACTS}/strangers", {"strangers": "closed"})).ok()
    (await ask(judge, user("ithead"))).ok()
    path = f"{CONTACTS}/requests/{judge.user_id}/refuse"
    (await house.people["ithead"].post(path, {})).ok()
    for _ in range(2):
        for who in (coder.user_id, user("ithead"), NOBODY):
            (await ask(judge, who)).ok()
            since = (await judge.sync())["next_batch"]
            (await judge.delete(f"{CONTACTS}/requests/{who}")).ok()
            outgoing = (await told(judge, since))["outgoing"]
            assert who not in [each["user_id"] for each in outgoing]
        assert (await contacts(judge))["outgoing"] == []
    # They are asked once all the same.
    assert (await contacts(house.people["ithead"]))["incoming"] == []
    assert (await contacts(coder))["incoming"] == []


async def test_the_blocked_do_not_reach(house: Institution) -> None:
    judge, lawhead = house.people["judge"], house.people["lawhead"]
    path = f"{CONTACTS}/blocked/{lawhead.user_id}"
    (await judge.put(path)).ok()
    (await judge.put(f"{CONTACTS}/blocked/{NOBODY}")).ok()
    assert (await contacts(judge))["blocked"] == [lawhead.user_id, NOBODY]
    error = (await lawhead.post("/createRoom", {"invite": [judge.user_id]})).refused(
        403, "M_FORBIDDEN"
    )
    assert error["org.depesha.rule"] == "not_wanted"
    since = (await judge.sync())["next_batch"]
    body: Any = {"messages": {judge.user_id: {"*": {}}}}
    (await lawhead.put("/sendToDevice/m.x/1", body)).ok()
    assert "events" not in (await judge.sync(since)).get("to_device", {})
    (await judge.delete(path)).ok()
    (await lawhead.put("/sendToDevice/m.x/2", body)).ok()
    assert len((await judge.sync(since))["to_device"]["events"]) == 1
    assert await may_invite(lawhead, judge.user_id)
    (await judge.put(f"{CONTACTS}/blocked/{judge.user_id}")).refused(400, "M_INVALID_PARAM")
    (await judge.put(f"{CONTACTS}/blocked/nobody")).refused(400, "M_INVALID_PARAM")


async def test_refusing_and_blocking_in_one_step(house: Institution) -> None:
    judge, coder = house.people["judge"], house.people["coder"]
    (await ask(judge, coder.user_id)).ok()
    path = f"{CONTACTS}/requests/{judge.user_id}/refuse"
    (await coder.post(path, {"block": True})).ok()
    assert (await contacts(coder))["blocked"] == [judge.user_id]


async def test_strangers_are_refused_by_who_is_closed(alice: Client, bob: Client) -> None:
    assert (await contacts(bob))["strangers"] == "open"
    (await bob.put(f"{CONTACTS}/strangers", {"strangers": "closed"})).ok()
    error = (await alice.post("/createRoom", {"invite": [bob.user_id]})).refused(403, "M_FORBIDDEN")
    assert error["org.depesha.rule"] == "no_strangers"
    (await bob.put(f"{CONTACTS}/strangers", {"strangers": "maybe"})).refused(400, "M_INVALID_PARAM")
    # Whom one has invited oneself is no stranger.
    room = await bob.create_room(invite=[alice.user_id])
    await alice.join(room)
    assert await may_invite(alice, bob.user_id)


async def test_a_stranger_s_invitation_waits_in_the_box(alice: Client, bob: Client) -> None:
    (await bob.put(f"{CONTACTS}/strangers", {"strangers": "ask"})).ok()
    since = (await bob.sync())["next_batch"]
    room = await alice.create_room(is_direct=True, invite=[bob.user_id])
    (held,) = (await told(bob, since))["held"]
    assert (held["room_id"], held["sender"]["user_id"]) == (room, alice.user_id)
    assert room in (await bob.sync())["rooms"]["invite"]
    await bob.join(room)
    found = await contacts(bob)
    assert (found["held"], found["known"]) == ([], [alice.user_id])
    # From then on they are known, and nothing waits.
    second = await alice.create_room(is_direct=True, invite=[bob.user_id])
    assert (await contacts(bob))["held"] == []
    await bob.leave(second)
    (await bob.get(f"{OWN}/tree")).ok()


async def test_in_a_tree_strangers_are_asked_of_unless_one_says_so(house: Institution) -> None:
    judge = house.people["judge"]
    assert (await contacts(judge))["strangers"] == "ask"
    # Superiors are none: what they send rings.
    await house.people["minister"].create_room(invite=[judge.user_id])
    assert (await contacts(judge))["held"] == []


async def test_a_stranger_does_not_ring(start_server: StartServer) -> None:
    async with start_server(allowed_networks=("127.0.0.0/8",)) as server, gateway() as phone:
        alice, bob = await server.register("alice"), await server.register("bob")
        carol = await server.register("carol")
        (await bob.put(f"{CONTACTS}/strangers", {"strangers": "ask"})).ok()
        known = await bob.create_room(invite=[carol.user_id])
        await carol.join(known)
        (await bob.post("/pushers/set", pusher(phone.url, format="event_id_only"))).ok()
        await alice.create_room(invite=[bob.user_id])
        # Pushes come in order: had the stranger's rung, it would be the first.
        room = await carol.create_room(invite=[bob.user_id])
        push = await phone.got.get()
        assert (push["room_id"], push["counts"]["unread"]) == (room, 1)
