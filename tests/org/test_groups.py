"""Basic and project groups: who may be in them (O5)."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from depesha.events.group import Group
from depesha.org.groups import belongs, may_be_in
from depesha.org.tree import Tree
from tests.harness.client import Client
from tests.harness.server import Server
from tests.org.institution import ADMIN, Institution, user
from tests.org.test_rules import Plan, names, plans

KIND = "org.depesha.group"


@given(plans(), st.integers(1, 9), names)
def test_of_a_unit_are_its_people_those_below_and_who_manages_it(
    plan: Plan, unit: int, person: str
) -> None:
    is_known = unit in plan.parents
    is_inside = any(unit in plan.line(other) for other in plan.of(person))
    is_chief = is_known and any(at in plan.managed(person) for at in plan.line(unit))
    assert belongs(plan.build(), unit, person) == (is_known and (is_inside or is_chief))


@given(plans(), names)
def test_of_the_institution_is_who_has_a_place(plan: Plan, person: str) -> None:
    assert belongs(plan.build(), 0, person) == bool(plan.of(person))
    assert belongs(Tree(), 0, person)


@given(plans(), st.integers(0, 9), names)
def test_a_project_and_a_room_of_no_kind_are_for_all(plan: Plan, unit: int, person: str) -> None:
    assert may_be_in(plan.build(), None, person)
    assert may_be_in(plan.build(), Group("project"), person)
    tree = plan.build()
    assert may_be_in(tree, Group("basic", unit), person) == belongs(tree, unit, person)


def kind(content: dict[str, Any]) -> list[dict[str, Any]]:
    return [{"type": KIND, "state_key": "", "content": content}]


async def make(client: Client, content: dict[str, Any], **fields: Any) -> str:
    return await client.create_room(initial_state=kind(content), **fields)


async def test_into_a_basic_group_come_only_people_of_its_unit(house: Institution) -> None:
    people, law = house.people, house.units["Law"]
    lawhead, minister = people["lawhead"], people["minister"]
    room = await make(lawhead, {"kind": "basic", "unit": law}, invite=[user("judge")])
    await people["judge"].join(room)
    # Whoever manages a level above may be in it, too.
    (await lawhead.post(f"/rooms/{room}/invite", {"user_id": user("lawyer")})).ok()
    (await lawhead.post(f"/rooms/{room}/invite", {"user_id": user("minister")})).ok()
    await minister.join(room)
    error = await minister.post(f"/rooms/{room}/invite", {"user_id": user("coder")})
    error = error.refused(403, "M_FORBIDDEN")
    assert (error["org.depesha.rule"], error["org.depesha.ask"]) == ("basic_group", lawhead.user_id)
    state = f"/rooms/{room}/state/m.room.member/{user('coder')}"
    (await minister.put(state, {"membership": "invite"})).refused(403, "M_FORBIDDEN")
    body = {"initial_state": kind({"kind": "basic", "unit": law}), "invite": [user("coder")]}
    (await minister.post("/createRoom", body)).refused(400, "M_INVALID_ROOM_STATE")
    # Open doors do not let others in either, or their knocks.
    for rule in ("public", "knock"):
        await lawhead.set_state(room, "m.room.join_rules", {"join_rule": rule})
        (await people["coder"].post(f"/join/{room}", {})).refused(403, "M_FORBIDDEN")
    (await people["coder"].post(f"/knock/{room}", {})).refused(403, "M_FORBIDDEN")
    # Whoever is in may change their name there, whatever becomes of their place.
    (await people["judge"].put(f"/profile/{user('judge')}/displayname", {"displayname": "J"})).ok()


async def test_a_project_group_is_across_units(house: Institution) -> None:
    minister = house.people["minister"]
    room = await make(minister, {"kind": "project"}, invite=[user("judge"), user("coder")])
    for name in ("judge", "coder"):
        await house.people[name].join(room)
    assert await minister.state(room, KIND) == {"kind": "project"}


async def test_every_member_invites_until_the_group_narrows_it(house: Institution) -> None:
    lawhead, lawyer = house.people["lawhead"], house.people["lawyer"]
    room = await make(lawhead, {"kind": "basic", "unit": house.units["Law"]})
    await lawhead.invite(room, lawyer)
    await lawyer.join(room)
    (await lawyer.post(f"/rooms/{room}/invite", {"user_id": user("judge")})).ok()
    levels = await lawhead.state(room, "m.room.power_levels")
    await lawhead.set_state(room, "m.room.power_levels", {**levels, "invite": 50})
    await house.people["judge"].leave(room)
    error = await lawyer.post(f"/rooms/{room}/invite", {"user_id": user("judge")})
    error.refused(403, "M_FORBIDDEN")
    (await lawhead.post(f"/rooms/{room}/invite", {"user_id": user("judge")})).ok()


async def test_the_kind_is_set_at_the_beginning_and_stays(house: Institution) -> None:
    lawhead, law = house.people["lawhead"], house.units["Law"]
    room = await make(lawhead, {"kind": "basic", "unit": law})
    path = f"/rooms/{room}/state/{KIND}/"
    same = (await lawhead.put(path, {"kind": "basic", "unit": law})).ok()["event_id"]
    (await lawhead.put(path, {"kind": "project"})).refused(403, "M_FORBIDDEN")
    (await lawhead.put(f"/rooms/{room}/redact/{same}/1", {})).refused(403, "M_FORBIDDEN")
    later = await lawhead.create_room(invite=[user("judge")])
    path = f"/rooms/{later}/state/{KIND}/"
    (await lawhead.put(path, {"kind": "project"})).refused(403, "M_FORBIDDEN")
    for wrong in ({}, {"kind": "club"}, {"kind": "basic", "unit": "Law"}, {"kind": ["basic"]}):
        body = {"initial_state": kind(wrong)}
        (await lawhead.post("/createRoom", body)).refused(400, "M_BAD_JSON")
    bodies = [kind({"kind": "basic", "unit": unit}) for unit in (99, house.units["IT"])]
    answers = [await lawhead.post("/createRoom", {"initial_state": body}) for body in bodies]
    for answer in answers:
        answer.refused(400, "M_INVALID_ROOM_STATE")
    assert answers[0].body == answers[1].body
    # What replaces it is of the same kind.
    upgraded = (await lawhead.post(f"/rooms/{room}/upgrade", {"new_version": "11"})).ok()
    replacement = upgraded["replacement_room"]
    assert await lawhead.state(replacement, KIND) == {"kind": "basic", "unit": law}


async def test_without_a_tree_a_basic_group_is_for_all_of_the_server(
    server: Server, alice: Client, bob: Client
) -> None:
    room = await make(alice, {"kind": "basic"}, invite=[bob.user_id])
    await bob.join(room)
    body = {"initial_state": kind({"kind": "basic", "unit": 1})}
    (await alice.post("/createRoom", body)).refused(400, "M_INVALID_ROOM_STATE")


async def test_in_a_group_of_the_institution_is_who_has_a_place(house: Institution) -> None:
    minister, clerk = house.people["minister"], house.people["clerk"]
    room = await make(minister, {"kind": "basic"}, invite=[clerk.user_id])
    await clerk.join(room)
    outsider = await house.server.register("outsider")
    await minister.set_state(room, "m.room.join_rules", {"join_rule": "public"})
    (await outsider.post(f"/join/{room}", {})).refused(403, "M_FORBIDDEN")
    path = f"{ADMIN}/people/{outsider.user_id}/posts/{house.units['IT']}"
    (await house.root.put(path, {"title": "Coder"})).ok()
    await outsider.join(room)
