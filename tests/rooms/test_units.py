"""Inviting a unit by its manager (O6), and groups that follow their people (O9)."""

from typing import Any

from depesha.rooms.invite_unit import MOST_SENT
from tests.harness.client import Client, Response
from tests.harness.clock import START_MS, TestClock
from tests.harness.server import Server
from tests.org.institution import ADMIN, Institution, make_ministry, user

REQUESTS = "/_depesha/v1/unit_invites"
KIND = "org.depesha.group"


async def ask(client: Client, room: str, unit: int, **more: Any) -> Response:
    return await client.post(f"/_depesha/v1/rooms/{room}/invite_unit", {"unit": unit, **more})


async def waiting(client: Client) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    found = (await client.get(REQUESTS)).ok()
    return found["incoming"], found["outgoing"]


async def members(client: Client, room: str) -> dict[str, str]:
    chunk = (await client.get(f"/rooms/{room}/members")).ok()["chunk"]
    return {e["state_key"][1:].partition(":")[0]: e["content"]["membership"] for e in chunk}


async def make(client: Client, content: dict[str, Any], **fields: Any) -> str:
    state = [{"type": KIND, "state_key": "", "content": content}]
    return await client.create_room(initial_state=state, **fields)


async def test_the_manager_of_a_unit_has_its_people_invited(server: Server) -> None:
    house = await make_ministry(server)
    people, units = house.people, house.units
    await house.person("tester", "IT")
    lawhead, ithead, coder = people["lawhead"], people["ithead"], people["coder"]
    room = await make(lawhead, {"kind": "project"}, name="Portal")
    # A level beside one's own is seen; its people cannot be written to, and are not seen.
    (await lawhead.post(f"/rooms/{room}/invite", {"user_id": user("coder")})).refused(
        404, "M_NOT_FOUND"
    )
    since = (await ithead.sync())["next_batch"]
    request = (await ask(lawhead, room, units["IT"], message="We need you")).ok()["request_id"]
    assert (await ask(lawhead, room, units["IT"])).ok() == {"request_id": request}
    data = (await ithead.sync(since))["account_data"]["events"]
    (told,) = [e["content"] for e in data if e["type"] == "org.depesha.unit_invites"]
    (incoming,) = told["incoming"]
    assert incoming["sender"]["user_id"] == lawhead.user_id
    assert (incoming["room_name"], incoming["message"]) == ("Portal", "We need you")
    assert (await waiting(lawhead))[1][0]["request_id"] == request
    path = f"{REQUESTS}/{request}/approve"
    (await coder.post(path, {"all": True})).refused(404, "M_NOT_FOUND")
    (await lawhead.post(path, {"all": True})).refused(404, "M_NOT_FOUND")
    (await ithead.post(path, {"users": [user("judge")]})).refused(400, "M_INVALID_PARAM")
    for neither in ({}, {"all": True, "users": [user("coder")]}):
        (await ithead.post(path, neither)).refused(400, "M_INVALID_PARAM")
    done = (await ithead.post(path, {"all": True})).ok()
    assert done == {"invited": [user("coder"), user("ithead"), user("tester")], "skipped": []}
    # It is in the list of invitations, not in the request box of strangers.
    assert room in (await coder.sync())["rooms"]["invite"]
    assert (await coder.get("/_depesha/v1/contacts")).ok()["held"] == []
    await coder.join(room)
    assert await waiting(ithead) == ([], [])
    # Who asked sees what became of it, not who was left out, and puts it away.
    ((), (told,)) = map(tuple, await waiting(lawhead))
    assert (told["state"], told["invited"]) == ("approved", 3)
    assert "skipped" not in told
    (await ithead.delete(f"{REQUESTS}/{request}")).refused(404, "M_NOT_FOUND")
    (await lawhead.delete(f"{REQUESTS}/{request}")).ok()
    assert await waiting(lawhead) == ([], [])
    (await ithead.post(path, {"all": True})).refused(404, "M_NOT_FOUND")
    # Nobody has become an acquaintance of the others beyond the room.
    (await lawhead.post(f"/rooms/{room}/kick", {"user_id": user("tester")})).ok()
    other = await lawhead.create_room()
    (await lawhead.post(f"/rooms/{other}/invite", {"user_id": user("tester")})).refused(
        404, "M_NOT_FOUND"
    )


async def test_a_chosen_part_is_invited_and_who_refuses_is_left_out(server: Server) -> None:
    house = await make_ministry(server)
    people, units = house.people, house.units
    minister, lawhead = people["minister"], people["lawhead"]
    room = await people["ithead"].create_room()
    request = (await ask(people["ithead"], room, units["Law"])).ok()["request_id"]
    block = {"default_action": "block"}
    data = f"/user/{user('lawyer')}/account_data/m.invite_permission_config"
    (await people["lawyer"].put(data, block)).ok()
    path = f"{REQUESTS}/{request}/approve"
    done = (await lawhead.post(path, {"users": [user("judge"), user("lawyer")]})).ok()
    assert done == {"invited": [user("judge")], "skipped": [user("lawyer")]}
    assert await members(people["ithead"], room) == {"ithead": "join", "judge": "invite"}
    # A level without a manager is its nearest manager's to decide on.
    request = (await ask(minister, await minister.create_room(), units["Courts"])).ok()
    path = f"{REQUESTS}/{request['request_id']}"
    assert [row["request_id"] for row in (await waiting(lawhead))[0]] == [request["request_id"]]
    reason = {"reason": "Not before the hearing"}
    (await minister.post(f"{path}/refuse", reason)).refused(404, "M_NOT_FOUND")
    (await lawhead.post(f"{path}/refuse", {"reason": "x" * 1001})).refused(400, "M_INVALID_PARAM")
    since = (await minister.sync())["next_batch"]
    (await lawhead.post(f"{path}/refuse", reason)).ok()
    (await lawhead.post(f"{path}/refuse", reason)).refused(404, "M_NOT_FOUND")
    assert (await waiting(lawhead))[0] == []
    data = (await minister.sync(since))["account_data"]["events"]
    (told,) = [e["content"] for e in data if e["type"] == "org.depesha.unit_invites"]
    (answered,) = told["outgoing"]
    assert (answered["state"], answered["reason"]) == ("refused", reason["reason"])
    # It may be asked again, in place of what was refused.
    again = (await ask(minister, answered["room_id"], units["Courts"])).ok()["request_id"]
    ((waits,), (new,)) = (await waiting(lawhead))[0], (await waiting(minister))[1]
    assert waits["request_id"] == new["request_id"] == again != request["request_id"]
    assert new["state"] == "waiting"


async def test_a_deputy_decides_while_the_manager_is_away(server: Server, clock: TestClock) -> None:
    house = await make_ministry(server)
    lawhead, coder = house.people["lawhead"], house.people["coder"]
    room = await lawhead.create_room()
    request = (await ask(lawhead, room, house.units["IT"])).ok()["request_id"]
    path = f"{REQUESTS}/{request}/approve"
    (await coder.post(path, {"all": True})).refused(404, "M_NOT_FOUND")
    since = (await coder.sync())["next_batch"]
    span = {"since_ts": START_MS - 1, "until_ts": START_MS + 60_000}
    body = {"deputies": [{"user_id": coder.user_id, **span}]}
    (await house.root.put(f"{ADMIN}/people/{user('ithead')}/deputies", body)).ok()
    data = (await coder.sync(since))["account_data"]["events"]
    (told,) = [e["content"] for e in data if e["type"] == "org.depesha.unit_invites"]
    assert told["incoming"][0]["in_place_of"] == user("ithead")
    assert (await waiting(coder))[0] == told["incoming"]
    assert "in_place_of" not in (await waiting(house.people["ithead"]))[0][0]
    await clock.advance(61)
    (await coder.post(path, {"all": True})).refused(404, "M_NOT_FOUND")
    (await house.people["ithead"].post(path, {"all": True})).ok()


async def test_who_may_ask_for_what(server: Server) -> None:
    house = await make_ministry(server)
    people, units = house.people, house.units
    lawhead, lawyer, coder = people["lawhead"], people["lawyer"], people["coder"]
    room = await make(lawhead, {"kind": "basic", "unit": units["Law"]}, invite=[lawyer.user_id])
    await lawyer.join(room)
    hidden = await ask(coder, room, units["Law"])
    hidden.refused(404, "M_NOT_FOUND")
    assert hidden.body == (await ask(coder, room, 99)).body
    (await ask(people["minister"], room, units["Law"])).refused(403, "M_FORBIDDEN")
    error = (await ask(lawhead, room, units["IT"])).refused(403, "M_FORBIDDEN")
    assert error["org.depesha.rule"] == "basic_group"
    (await ask(lawhead, room, units["Law"], message="x" * 1001)).refused(400, "M_INVALID_PARAM")
    levels = await lawhead.state(room, "m.room.power_levels")
    await lawhead.set_state(room, "m.room.power_levels", {**levels, "invite": 50})
    error = (await ask(lawyer, room, units["Law"])).refused(403, "M_FORBIDDEN")
    assert (error["org.depesha.rule"], error["org.depesha.ask"]) == ("invite", lawhead.user_id)
    error = (await lawyer.post(f"/rooms/{room}/invite", {"user_id": user("judge")})).refused(
        403, "M_FORBIDDEN"
    )
    assert (error["org.depesha.rule"], error["org.depesha.ask"]) == ("invite", lawhead.user_id)
    request = (await ask(lawhead, room, units["Courts"])).ok()["request_id"]
    (await lawyer.delete(f"{REQUESTS}/{request}")).refused(404, "M_NOT_FOUND")
    (await lawhead.delete(f"{REQUESTS}/{request}")).ok()
    assert await waiting(lawhead) == ([], [])
    # Whoever has left the room in the meantime invites nobody.
    request = (await ask(lawhead, room, units["Courts"])).ok()["request_id"]
    await lawhead.leave(room)
    path = f"{REQUESTS}/{request}/approve"
    (await lawhead.post(path, {"all": True})).refused(403, "M_FORBIDDEN")
    assert "judge" not in await members(lawyer, room)


async def test_decided_requests_give_way_to_new_ones(server: Server, clock: TestClock) -> None:
    house = await make_ministry(server)
    lawhead, ithead = house.people["lawhead"], house.people["ithead"]
    ids = list[str]()
    for _ in range(MOST_SENT + 1):
        await clock.advance(1)
        room = await lawhead.create_room()
        ids.append((await ask(lawhead, room, house.units["IT"])).ok()["request_id"])
        (await ithead.post(f"{REQUESTS}/{ids[-1]}/refuse", {})).ok()
    assert [row["request_id"] for row in (await waiting(lawhead))[1]] == ids[1:]


async def test_how_many_a_mention_of_each_unit_reaches(server: Server) -> None:
    house = await make_ministry(server)
    people, units = house.people, house.units
    lawhead, judge, coder = people["lawhead"], people["judge"], people["coder"]
    room = await people["minister"].create_room(
        invite=[user(name) for name in ("lawhead", "judge", "lawyer", "coder")]
    )
    for client in (lawhead, judge, coder):
        await client.join(room)

    async def counts(client: Client) -> dict[int, int]:
        answer = (await client.get(f"/_depesha/v1/rooms/{room}/mentions")).ok()
        return {row["unit_id"]: row["count"] for row in answer["units"]}

    # Who is only invited is not reached; units without members, or not seen, are not named.
    assert await counts(people["minister"]) == {
        units["Ministry"]: 4,
        units["Law"]: 2,
        units["Courts"]: 1,
        units["IT"]: 1,
    }
    assert await counts(coder) == {units["Ministry"]: 4, units["IT"]: 1}
    (await people["lawyer"].get(f"/_depesha/v1/rooms/{room}/mentions")).refused(403, "M_FORBIDDEN")
    (await coder.get("/_depesha/v1/rooms/!none/mentions")).refused(403, "M_FORBIDDEN")


# --- groups that follow --------------------------------------------------------------


async def move(house: Institution, name: str, source: str, target: str) -> None:
    posts = f"{ADMIN}/people/{user(name)}/posts"
    (await house.root.put(f"{posts}/{house.units[target]}", {"title": ""})).ok()
    (await house.root.delete(f"{posts}/{house.units[source]}")).ok()


async def test_who_moves_leaves_the_basic_groups_of_the_old_unit_alone(
    server: Server, clock: TestClock
) -> None:
    house = await make_ministry(server)
    people, units = house.people, house.units
    minister, judge = people["minister"], people["judge"]
    law = await make(minister, {"kind": "basic", "unit": units["Law"]}, invite=[judge.user_id])
    whole = await make(minister, {"kind": "basic"}, invite=[judge.user_id])
    project = await make(minister, {"kind": "project"}, invite=[judge.user_id])
    for room in (law, whole, project):
        await judge.join(room)
    # Within the unit nothing changes.
    await move(house, "judge", "Courts", "Law")
    await clock.advance(1)
    assert (await members(minister, law))["judge"] == "join"
    await move(house, "judge", "Law", "IT")
    await clock.advance(1)
    assert (await members(minister, law))["judge"] == "leave"
    for room in (whole, project):
        assert (await members(minister, room))["judge"] == "join"
    (await judge.post(f"/join/{law}", {})).refused(403, "M_FORBIDDEN")


async def test_who_comes_into_a_unit_is_invited_into_its_whole_groups(
    server: Server, clock: TestClock
) -> None:
    house = await make_ministry(server)
    people, units = house.people, house.units
    lawhead = people["lawhead"]
    unit = units["Law"]
    law = await make(lawhead, {"kind": "basic", "unit": unit, "is_whole": True})
    some = await make(lawhead, {"kind": "basic", "unit": unit})
    await move(house, "coder", "IT", "Courts")
    await clock.advance(1)
    assert (await members(lawhead, law))["coder"] == "invite"
    assert "coder" not in await members(lawhead, some)
    await people["coder"].join(law)
    # It begins to follow, or ends, when an administrator of the group says so.
    same = {"kind": "basic", "unit": unit}
    path = f"/rooms/{some}/state/{KIND}/"
    (await people["coder"].put(path, {**same, "is_whole": True})).refused(403, "M_FORBIDDEN")
    (await lawhead.put(path, {**same, "unit": units["IT"], "is_whole": True})).refused(
        403, "M_FORBIDDEN"
    )
    (await lawhead.put(path, {**same, "is_whole": True})).ok()
    # Who leaves by themselves is not fetched back by what happens to others.
    await people["coder"].leave(law)
    await move(house, "clerk", "Secretariat", "Law")
    await clock.advance(1)
    found = await members(lawhead, law)
    assert (found["coder"], found["clerk"]) == ("leave", "invite")
    assert (await members(lawhead, some))["clerk"] == "invite"
    assert "coder" not in await members(lawhead, some)
    (await lawhead.put(path, same)).ok()
    await house.person("newcomer", "Courts")
    await clock.advance(1)
    assert (await members(lawhead, law))["newcomer"] == "invite"
    assert "newcomer" not in await members(lawhead, some)


async def test_a_group_follows_when_the_tree_changes(server: Server, clock: TestClock) -> None:
    house = await make_ministry(server)
    people, units = house.people, house.units
    lawhead, judge, minister = people["lawhead"], people["judge"], people["minister"]
    room = await make(
        minister, {"kind": "basic", "unit": units["Law"]}, invite=[judge.user_id, lawhead.user_id]
    )
    for client in (judge, lawhead):
        await client.join(room)
    courts = f"{ADMIN}/units/{units['Courts']}"
    (await house.root.put(courts, {"parent": units["IT"]})).ok()
    await clock.advance(1)
    assert await members(minister, room) == {
        "minister": "join",
        "lawhead": "join",
        "judge": "leave",
    }
