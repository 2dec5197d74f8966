"""Roles: granted and taken back, what each lets through, and for a level of the tree alone."""

import re

import pytest

from depesha.base.rights import RIGHTS, Role
from tests.audit.steps import acts_of
from tests.harness.client import Client
from tests.harness.endpoints import load_endpoints
from tests.harness.server import Server
from tests.org.institution import ADMIN as TREE
from tests.org.institution import Institution, make_ministry, user

OWN = "/_depesha/v1/admin"
ME = "/_depesha/v1/me"


def role_path(who: str, role: str) -> str:
    return f"{OWN}/users/{who}/roles/{role}"


async def test_everyone_is_told_their_own_rights(admin: Client, alice: Client) -> None:
    mine = (await admin.get(ME)).ok()
    assert mine["roles"] == [{"role": "owner"}]
    assert "audit.read" in mine["rights"]
    assert "auditor" in mine["may_grant"]
    nothing: dict[str, list[str]] = {"roles": [], "rights": [], "units": [], "may_grant": []}
    assert (await alice.get(ME)).ok() == {"user_id": alice.user_id, **nothing}


async def test_a_role_works_at_once_and_ends_at_once(admin: Client, alice: Client) -> None:
    audit = f"{OWN}/audit"
    told = (await alice.get(audit)).refused(403, "M_FORBIDDEN")
    assert told["right"] == "audit.read"
    (await admin.put(role_path(alice.user_id, "auditor"), {})).ok()
    (await admin.put(role_path(alice.user_id, "auditor"), {})).ok()
    (await alice.get(audit)).ok()
    (await alice.get(f"{OWN}/users")).refused(403, "M_FORBIDDEN")
    grants = (await alice.get(f"{OWN}/roles")).ok()["grants"]
    assert [(each["user_id"], each["role"]) for each in grants] == [
        (alice.user_id, "auditor"),
        (admin.user_id, "owner"),
    ]
    (await admin.delete(role_path(alice.user_id, "auditor"))).ok()
    (await admin.delete(role_path(alice.user_id, "auditor"))).refused(404, "M_NOT_FOUND")
    (await alice.get(audit)).refused(403, "M_FORBIDDEN")
    assert await acts_of(admin, alice.user_id) == ["role.grant", "role.revoke"]


async def test_nobody_gives_more_than_they_have(
    server: Server, admin: Client, alice: Client, bob: Client
) -> None:
    (await admin.put(role_path(alice.user_id, "administrator"), {})).ok()
    (await alice.put(role_path(bob.user_id, "operator"), {})).ok()
    for role in ("owner", "auditor", "security_officer"):
        (await alice.put(role_path(bob.user_id, role), {})).refused(403, "M_FORBIDDEN")
    made = {"username": "carol", "admin": True}
    (await alice.post(f"{OWN}/users", made)).refused(403, "M_FORBIDDEN")
    for role in ("member", "emperor", "unit_administrator"):
        (await admin.put(role_path(bob.user_id, role), {})).refused(400, "M_INVALID_PARAM")
    with_unit = {"unit_id": 7}
    (await admin.put(role_path(bob.user_id, "auditor"), with_unit)).refused(400, "M_INVALID_PARAM")
    (await admin.put(role_path(admin.user_id, "auditor"), {})).refused(403, "M_FORBIDDEN")
    (await admin.put(role_path("@nobody:depesha.test", "auditor"), {})).refused(404, "M_NOT_FOUND")


async def test_nobody_acts_on_whoever_has_rights_that_they_lack(
    admin: Client, alice: Client, bob: Client
) -> None:
    lock = "/_matrix/client/v1/admin/lock"
    (await admin.put(role_path(alice.user_id, "security_officer"), {})).ok()
    (await admin.put(role_path(bob.user_id, "administrator"), {})).ok()
    for actor, target in ((alice, bob), (bob, alice), (alice, admin), (bob, admin)):
        path = f"{lock}/{target.user_id}"
        (await actor.put(path, {"locked": True})).refused(403, "M_FORBIDDEN")
    (await admin.put(f"{lock}/{alice.user_id}", {"locked": True})).ok()


async def test_an_ended_account_has_no_role(admin: Client, alice: Client) -> None:
    (await admin.put(role_path(alice.user_id, "auditor"), {})).ok()
    (await admin.post(f"{OWN}/users/{alice.user_id}/deactivate", {})).ok()
    grants = (await admin.get(f"{OWN}/roles")).ok()["grants"]
    assert [each["user_id"] for each in grants] == [admin.user_id]


async def test_devices_are_ended_one_by_one_and_all(admin: Client, alice: Client) -> None:
    path = f"{OWN}/users/{alice.user_id}/devices"
    devices = (await admin.get(path)).ok()["devices"]
    assert [each["device_id"] for each in devices] == [alice.device_id]
    (await admin.delete(f"{path}/UNKNOWN")).refused(404, "M_NOT_FOUND")
    (await alice.get(path)).refused(403, "M_FORBIDDEN")
    (await admin.delete(f"{path}/{alice.device_id}")).ok()
    (await alice.get(ME)).refused(401, "M_UNKNOWN_TOKEN")
    assert (await admin.delete(path)).ok() == {"ended": 0}


def test_what_is_for_keepers_alone_asks_for_a_right() -> None:
    table = load_endpoints()
    assert [row.paths for row in table if "/admin/" in row.paths[0] and row.right is None] == [
        ("/_matrix/client/v3/admin/whois/{userId}",),  # one's own, or by people.sessions
        ("/_synapse/admin/v1/register",),  # by the shared secret
        ("/_synapse/admin/v1/register",),
    ]


@pytest.fixture
async def ministry(server: Server) -> Institution:
    return await make_ministry(server)


async def test_a_unit_administrator_keeps_their_part_of_the_tree_alone(
    ministry: Institution,
) -> None:
    clerk, units = ministry.people["clerk"], ministry.units
    law = {"unit_id": units["Law"]}
    (await ministry.root.put(role_path(user("clerk"), "unit_administrator"), law)).ok()
    assert (await clerk.get(ME)).ok()["rights"] == []
    (told,) = (await clerk.get(ME)).ok()["units"]
    assert told["unit_id"] == units["Law"]
    assert "tree.keep" in told["rights"]

    seen = (await clerk.get(f"{TREE}/units")).ok()["units"]
    assert {unit["name"] for unit in seen} == {"Law", "Courts"}
    made = (await clerk.post(f"{TREE}/units", {"name": "Appeals", "parent": units["Law"]})).ok()
    appeals = f"{TREE}/units/{made['unit_id']}"
    (await clerk.put(appeals, {"name": "Appeal", "parent": units["Courts"]})).ok()
    post = f"{TREE}/people/{user('judge')}/posts/{made['unit_id']}"
    (await clerk.put(post, {"title": "judge", "instead_of": units["Courts"]})).ok()
    (await clerk.put(f"/_matrix/client/v1/admin/lock/{user('judge')}", {"locked": True})).ok()

    it, judge = units["IT"], ministry.people["judge"]
    (await judge.get(ME)).refused(401, "M_USER_LOCKED")
    for refused in (
        await clerk.post(f"{TREE}/units", {"name": "Games", "parent": it}),
        await clerk.post(f"{TREE}/units", {"name": "Realm"}),
        await clerk.put(appeals, {"parent": it}),
        await clerk.put(appeals, {"rights": ["send_urgent"]}),
        await clerk.put(f"{TREE}/units/{it}", {"name": "Games"}),
        await clerk.get(f"{appeals}/move", {"parent": it}),
        await clerk.put(f"{TREE}/people/{user('coder')}/posts/{made['unit_id']}", {}),
        await clerk.put(f"{TREE}/people/{user('judge')}/posts/{it}", {}),
        await clerk.put(f"/_matrix/client/v1/admin/lock/{user('coder')}", {"locked": True}),
        await clerk.put(f"/_matrix/client/v1/admin/lock/{user('nobody')}", {"locked": True}),
        await clerk.post(f"{OWN}/users", {"username": "dora"}),
        await clerk.get(f"{OWN}/audit"),
        await clerk.post(f"{TREE}/import", {"csv": ""}),
    ):
        refused.refused(403, "M_FORBIDDEN")


async def test_a_unit_administrator_brings_nobody_of_elsewhere_into_their_part(
    ministry: Institution,
) -> None:
    """By a manager or a deputy of one's own choice, people would see whom they may not."""
    clerk, units = ministry.people["clerk"], ministry.units
    law = {"unit_id": units["Law"]}
    (await ministry.root.put(role_path(user("clerk"), "unit_administrator"), law)).ok()
    courts = f"{TREE}/units/{units['Courts']}"
    deputies = f"{TREE}/people/{user('judge')}/deputies"
    term = {"since_ts": 0, "until_ts": 2**50}

    refusals = []
    for who in ("coder", "nobody"):
        refusals += [
            await clerk.put(courts, {"manager": user(who)}),
            await clerk.post(
                f"{TREE}/units",
                {"name": "Appeals", "parent": units["Law"], "manager": user(who)},
            ),
            await clerk.put(deputies, {"deputies": [{"user_id": user(who), **term}]}),
        ]
    for refusal in refusals:
        refusal.refused(403, "M_FORBIDDEN")
    # Whether there is somebody elsewhere is not told either.
    assert [r.json for r in refusals[:3]] == [r.json for r in refusals[3:]]
    judge = ministry.people["judge"]
    (await judge.get(f"/_depesha/v1/org/people/{user('coder')}")).refused(404, "M_NOT_FOUND")

    (await clerk.put(courts, {"manager": user("judge")})).ok()
    (await clerk.put(courts, {"manager": ""})).ok()
    (await clerk.put(deputies, {"deputies": [{"user_id": user("lawyer"), **term}]})).ok()
    (await ministry.root.put(courts, {"manager": user("coder")})).ok()
    # One who was made a manager by others stays one, whatever else is changed.
    (await clerk.put(courts, {"name": "Courts of law", "manager": user("coder")})).ok()


@pytest.mark.parametrize("role", ["operator", "auditor"])
async def test_a_role_opens_what_its_rights_name_and_no_other_door(
    admin: Client, alice: Client, role: str
) -> None:
    (await admin.put(role_path(alice.user_id, role), {})).ok()
    mine = set((await alice.get(ME)).ok()["rights"])
    assert mine == {right.value for right in RIGHTS[Role(role)]} != set()
    for method, path, right in kept_doors():
        if right not in mine:
            answer = await alice.request(method, path, json={} if method != "GET" else None)
            assert answer.refused(403, "M_FORBIDDEN")["right"] == right, path
    door = {"operator": f"{OWN}/health", "auditor": f"{OWN}/audit"}[role]
    (await alice.get(door)).ok()


async def test_a_guest_has_no_right_and_nobody_gives_one(server: Server, admin: Client) -> None:
    found = (await server.anyone.post("/register", {}, query={"kind": "guest"})).ok()
    guest = Client(server.wire, found["user_id"], found["access_token"])
    for method, path, _ in kept_doors():
        answer = await guest.request(method, path, json={} if method != "GET" else None)
        assert answer.status == 403, path
    (await admin.put(role_path(guest.user_id, "guest"), {})).refused(400, "M_INVALID_PARAM")


def kept_doors() -> list[tuple[str, str, str]]:
    """Every endpoint that asks for a right, with the right's name."""
    return sorted(
        (row.method, re.sub(r"\{\w+\}", "x", path), right.value)
        for row in load_endpoints()
        for path in row.paths
        if (right := row.right) is not None
    )
