"""Provisioning by SCIM 2.0, as Entra ID and Okta do it."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from depesha.signin.scim_rules import (
    ENTERPRISE,
    GROUP,
    PATCH,
    USER,
    Invalid,
    apply_patch,
    read_user,
)
from tests.accounts.steps import is_signed_in, login_body, make_admin
from tests.conftest import StartServer
from tests.harness.client import PASSWORD, Client
from tests.harness.server import Server
from tests.org.institution import ADMIN, user

ROOT = "/_depesha/scim/v2"
TOKEN = "a token of more than twenty characters"


class Idp:
    """A client of SCIM."""

    def __init__(self, server: Server, token: str = TOKEN) -> None:
        self.server = server
        self.headers = {"Authorization": f"Bearer {token}"} if token else {}

    async def ask(
        self, method: str, path: str, body: Any = None, status: int = 200, **query: Any
    ) -> Any:
        """The decoded answer, which must have the status; of errors their form is checked."""
        headers = {**self.headers, "Content-Type": "application/scim+json"}
        headers |= query.pop("headers", {})
        answer = await self.server.wire.request(
            method, ROOT + path, json=body, query=query, headers=headers
        )
        assert answer.status == status, answer.body
        if status == 204:
            return None
        assert answer.headers["Content-Type"] == "application/scim+json"
        found = orjson.loads(answer.body)
        if status >= 400:
            assert found["schemas"] == ["urn:ietf:params:scim:api:messages:2.0:Error"]
            assert found["status"] == str(status)
            assert found["detail"]
        return found

    async def patch(self, path: str, *operations: Any, status: int = 200) -> Any:
        body = {"schemas": [PATCH], "Operations": list(operations)}
        return await self.ask("PATCH", path, body, status)

    async def make(self, login: str, **fields: Any) -> str:
        found = await self.ask("POST", "/Users", person(login, **fields), 201)
        scim_id: str = found["id"]
        return scim_id


def person(login: str, **fields: Any) -> dict[str, Any]:
    """Somebody as Okta sends them."""
    company = {
        name: fields.pop(name)
        for name in ("department", "organization", "manager", "employeeNumber")
        if name in fields
    }
    return {
        "schemas": [USER, ENTERPRISE],
        "userName": f"{login}@city.test",
        "name": {"givenName": login.title(), "familyName": "Records"},
        "emails": [{"primary": True, "value": f"{login}@city.test", "type": "work"}],
        "active": True,
        **({ENTERPRISE: company} if company else {}),
        **fields,
    }


@pytest.fixture
async def running(start_server: StartServer, tmp_path: Path) -> AsyncIterator[Server]:
    path = tmp_path / "token"
    path.write_text(TOKEN + "\n")
    async with start_server(scim_token_file=str(path)) as server:
        yield server


@pytest.fixture
async def root(running: Server) -> Client:
    return await make_admin(running, await running.register("root"))


@pytest.fixture
def idp(running: Server) -> Idp:
    return Idp(running)


async def signed_in(root: Client, server: Server, name: str) -> Client:
    """Somebody whom an administrator gave a password."""
    path = f"/_depesha/v1/admin/users/{user(name)}/password"
    (await root.put(path, {"password": PASSWORD})).ok()
    return await server.anyone.login(name)


async def acts(root: Client) -> list[tuple[str, str, Any]]:
    lines = (await root.get("/_depesha/v1/admin/audit", {"limit": 1000})).ok()["lines"]
    found = [line for line in lines if line["act"].startswith("scim.")]
    assert {line["actor"] for line in found} <= {"scim"}
    return [(line["act"], line["target"], line["details"]) for line in found]


async def test_only_the_token_opens(running: Server) -> None:
    for path in ("/Users", "/Groups", "/ServiceProviderConfig", "/Schemas", "/Users/x"):
        await Idp(running, "").ask("GET", path, status=401)
        await Idp(running, "another token of that length").ask("GET", path, status=401)
    alice = await running.register("alice")
    await Idp(running, alice.token).ask("POST", "/Users", person("eve"), 401)


async def test_where_it_is_off_there_is_nothing(server: Server) -> None:
    await Idp(server).ask("GET", "/Users", status=404)


async def test_what_is_understood_is_told(idp: Idp) -> None:
    config = await idp.ask("GET", "/ServiceProviderConfig")
    assert (config["patch"]["supported"], config["bulk"]["supported"]) == (True, False)
    types = await idp.ask("GET", "/ResourceTypes")
    assert [each["id"] for each in types["Resources"]] == ["User", "Group"]
    schemas = await idp.ask("GET", "/Schemas")
    assert [each["id"] for each in schemas["Resources"]] == [USER, ENTERPRISE, GROUP]


async def test_somebody_is_made_found_and_replaced(idp: Idp, root: Client) -> None:
    made = await idp.ask(
        "POST",
        "/Users",
        person(
            "anna",
            externalId="00u1",
            title="Judge",
            organization="City",
            department="Law",
            employeeNumber="7",
            phoneNumbers=[{"value": "11-01", "type": "work"}],
        ),
        201,
    )
    assert made["meta"]["location"].endswith(f"{ROOT}/Users/{made['id']}")
    card = (await root.get(f"{ADMIN}/people/{user('anna')}")).ok()
    assert (card["name"], card["phone"]) == ("Anna Records", "11-01")
    assert made[ENTERPRISE]["employeeNumber"] == "7"
    assert [post["title"] for post in card["posts"]] == ["Judge"]
    units = (await root.get(f"{ADMIN}/units")).ok()["units"]
    assert [each["name"] for each in units] == ["City", "Law"]
    await idp.ask("POST", "/Users", person("Anna"), 409)
    await idp.ask("POST", "/Users", person("root"), 409)
    await idp.ask("POST", "/Users", person("notices"), 409)
    for wanted in ('userName eq "Anna@city.test"', 'externalId eq "00u1"', f'id eq "{made["id"]}"'):
        found = await idp.ask("GET", "/Users", filter=wanted)
        assert [each["id"] for each in found["Resources"]] == [made["id"]]
    nobody = await idp.ask("GET", "/Users", filter='userName eq "b\\"x"')
    assert (nobody["totalResults"], nobody["Resources"]) == (0, [])
    error = await idp.ask("GET", "/Users", filter='title co "x"', status=400)
    assert error["scimType"] == "invalidFilter"

    path = f"/Users/{made['id']}"
    moved = person("anna", organization="City", department="IT", title="Engineer")
    await idp.ask("PUT", path, moved)
    card = (await root.get(f"{ADMIN}/people/{user('anna')}")).ok()
    assert [post["title"] for post in card["posts"]] == ["Engineer"]
    assert (await idp.ask("GET", path))["title"] == "Engineer"
    await idp.ask("PUT", path, person("anna"), 412, headers={"If-Match": 'W/"1"'})
    await idp.ask("PUT", path, person("anna"), headers={"If-Match": 'W/"2"'})
    await idp.ask("PUT", "/Users/nobody", person("anna"), 404)
    await idp.ask("GET", "/Users/nobody", status=404)


async def test_active_false_ends_everything_at_once(
    idp: Idp, root: Client, running: Server
) -> None:
    scim_id = await idp.make("anna", department="Law")
    anna = await signed_in(root, running, "anna")
    waiting = await running.park(anna, (await anna.sync())["next_batch"])
    # COMPAT(Entra ID): a path and a boolean as a text; the others have none, or a true boolean.
    await idp.patch(f"/Users/{scim_id}", {"op": "Replace", "path": "active", "value": "False"})
    assert not await is_signed_in(anna)
    with pytest.raises(AssertionError, match="401"):
        await waiting
    (await running.anyone.post("/login", login_body("anna"))).refused(401, "M_USER_LOCKED")
    assert (await root.get(f"{ADMIN}/people/{user('anna')}")).ok()["posts"]
    assert (await acts(root))[-1] == ("scim.disable", user("anna"), {"sessions_ended": 1})
    await idp.patch(f"/Users/{scim_id}", {"op": "replace", "value": {"active": True}})
    anna = await running.anyone.login("anna")
    assert (await acts(root))[-1][0] == "scim.enable"
    await idp.patch(f"/Users/{scim_id}", {"op": "replace", "value": {"active": False}})
    assert not await is_signed_in(anna)


async def test_whoever_is_deleted_leaves_and_may_come_back(
    idp: Idp, root: Client, running: Server
) -> None:
    scim_id = await idp.make("anna", department="Law")
    await idp.ask("DELETE", f"/Users/{scim_id}", status=204)
    await idp.ask("GET", f"/Users/{scim_id}", status=404)
    await idp.ask("DELETE", f"/Users/{scim_id}", status=404)
    assert (await acts(root))[-1] == ("scim.leave", user("anna"), {"sessions_ended": 0})
    again = await idp.make("anna", department="IT")
    assert again != scim_id
    await signed_in(root, running, "anna")
    boris = await idp.make("boris")
    await make_admin(running, await signed_in(root, running, "boris"))
    await idp.ask("DELETE", f"/Users/{boris}", status=403)
    await idp.patch(f"/Users/{boris}", {"op": "replace", "value": {"active": False}}, status=403)
    # An administrator's lock is not undone by what only repeats itself.
    lock = f"/_matrix/client/v1/admin/lock/{user('anna')}"
    (await root.put(lock, {"locked": True})).ok()
    await idp.ask("PUT", f"/Users/{again}", person("anna", department="IT", title="x"))
    (await running.anyone.post("/login", login_body("anna"))).refused(401, "M_USER_LOCKED")


async def test_patches_of_entra_and_okta(idp: Idp, root: Client) -> None:
    chief, anna = await idp.make("chief", department="Law"), await idp.make("anna")
    path = f"/Users/{anna}"
    await idp.patch(
        path,
        {"op": "Add", "path": "title", "value": "Lawyer"},
        {"op": "Add", "path": f"{ENTERPRISE}:department", "value": "Law"},
        {"op": "Add", "path": f"{ENTERPRISE}:manager", "value": chief},
        {"op": "Add", "path": 'phoneNumbers[type eq "work"].value', "value": "22-02"},
        {"op": "Replace", "path": 'emails[type eq "work"].value', "value": "a@city.test"},
        {"op": "Replace", "path": "name.givenName", "value": "Anne"},
    )
    card = (await root.get(f"{ADMIN}/people/{user('anna')}")).ok()
    assert (card["name"], card["phone"]) == ("Anne Records", "22-02")
    units = (await root.get(f"{ADMIN}/units")).ok()["units"]
    assert [(each["name"], each.get("manager")) for each in units] == [("Law", user("chief"))]
    found = await idp.patch(
        path,
        {
            "op": "replace",
            "value": {
                "displayName": "Anne R.",
                "name.familyName": "Archive",
                f"{ENTERPRISE}:department": "IT",
                ENTERPRISE: {"employeeNumber": "9"},
                "unknown": {"x": 1},
            },
        },
    )
    assert (found["displayName"], found["name"]["familyName"]) == ("Anne R.", "Archive")
    assert found[ENTERPRISE] == {
        "department": "IT",
        "employeeNumber": "9",
        "manager": {"value": chief},
    }
    found = await idp.patch(path, {"op": "remove", "path": "title"})
    assert "title" not in found
    for bad in (
        {"op": "move", "path": "title"},
        {"op": "replace", "value": "x"},
        {"op": "remove"},
        {"op": "replace", "path": "emails[", "value": "x"},
        {"op": "replace", "path": "active", "value": "perhaps"},
        {"op": "replace", "path": "userName", "value": ""},
        {"op": "add", "path": "emails", "value": "x"},
        {"op": "add", "path": "name", "value": "x"},
    ):
        await idp.patch(path, bad, status=400)
    await idp.ask("PATCH", path, {"Operations": []}, 400)
    await idp.ask("PATCH", path, [1], 400)


async def test_people_are_told_in_pages(idp: Idp) -> None:
    made = [await idp.make(f"worker{n}") for n in range(7)]
    found: list[str] = []
    for start in (1, 4, 7, 10):
        page = await idp.ask("GET", "/Users", startIndex=start, count=3)
        assert (page["totalResults"], page["startIndex"]) == (7, start)
        found += [each["id"] for each in page["Resources"]]
    assert sorted(found) == sorted(made)
    assert (await idp.ask("GET", "/Users", count=0))["Resources"] == []
    for wrong in ("x", "--1", "-"):
        await idp.ask("GET", "/Users", startIndex=wrong, status=400)


async def test_groups_are_levels(idp: Idp, root: Client) -> None:
    anna, boris = await idp.make("anna", title="Judge"), await idp.make("boris")
    made = await idp.ask(
        "POST",
        "/Groups",
        {
            "schemas": [GROUP],
            "displayName": "City/Law",
            "externalId": "g1",
            "members": [{"value": anna}],
        },
        201,
    )
    units = (await root.get(f"{ADMIN}/units")).ok()["units"]
    assert [(each["name"], each["people"]) for each in units] == [("City", 0), ("Law", 1)]
    await idp.ask("POST", "/Groups", {"displayName": "City/Law"}, 409)
    await idp.ask("POST", "/Groups", {"displayName": " / "}, 400)
    path = f"/Groups/{made['id']}"
    # COMPAT(Entra ID): added by a list, removed by a list; Okta removes by a filter.
    await idp.patch(path, {"op": "Add", "path": "members", "value": [{"value": boris}]})
    found = await idp.ask("GET", path)
    assert sorted(each["value"] for each in found["members"]) == sorted([anna, boris])
    await idp.patch(path, {"op": "Remove", "path": "members", "value": [{"value": anna}]})
    found = await idp.patch(path, {"op": "remove", "path": f'members[value eq "{boris}"]'})
    assert found["members"] == []
    await idp.patch(path, {"op": "add", "path": "members", "value": [{"value": "x"}]}, status=400)
    found = await idp.ask("GET", "/Groups", filter='displayName eq "city/law"')
    assert [each["id"] for each in found["Resources"]] == [made["id"]]
    found = await idp.ask("GET", "/Groups", excludedAttributes="members")
    assert all("members" not in each for each in found["Resources"])
    found = await idp.patch(path, {"op": "replace", "value": {"displayName": "City/Justice"}})
    assert (found["displayName"], found["externalId"]) == ("City/Justice", "g1")
    found = await idp.ask("PUT", path, {"displayName": "City/Justice", "members": []})
    top = (await idp.ask("GET", "/Groups", filter='displayName eq "City"'))["Resources"][0]
    await idp.ask("DELETE", f"/Groups/{top['id']}", status=409)
    await idp.patch(
        f"/Groups/{top['id']}",
        {"op": "replace", "path": "displayName", "value": "City/Justice/Below"},
        status=400,
    )
    await idp.ask("DELETE", path, status=204)
    await idp.ask("GET", path, status=404)
    await idp.ask("DELETE", "/Groups/none", status=404)


async def test_bad_people_are_refused_in_its_own_form(idp: Idp, running: Server) -> None:
    for bad in (
        {},
        {"userName": 7},
        {"userName": "Не латиница"},
        {"userName": "x" * 256},
        person("a", active="perhaps"),
        person("a", name="x"),
        person("a", emails="x"),
        person("a", department=7),
    ):
        assert (await idp.ask("POST", "/Users", bad, 400))["scimType"] == "invalidValue"
    answer = await running.wire.request("POST", f"{ROOT}/Users", data=b"{", headers=idp.headers)
    assert answer.status == 400
    assert (await idp.ask("GET", "/Users"))["totalResults"] == 0


json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner),
    max_leaves=8,
)
paths = st.sampled_from(
    [
        *("active", "name", "name.givenName", "emails", "members", "title.x", "manager"),
        *('emails[type eq "work"]', 'emails[type eq "work"].value', ENTERPRISE),
        *(f"{ENTERPRISE}:manager", f"{ENTERPRISE}:manager.value", f"{USER}:title"),
    ]
)
operations = st.fixed_dictionaries(
    {"op": st.sampled_from(["add", "replace", "remove"])},
    optional={"path": paths | st.text(max_size=12), "value": json},
)


@given(st.lists(operations, max_size=4))
def test_no_patch_breaks_what_is_kept(found: list[Any]) -> None:
    content = read_user(person("anna", department="Law"))
    try:
        after = read_user(apply_patch(content, {"Operations": found}))
    except Invalid as invalid:
        assert invalid.status == 400  # noqa: PT017 (it may also be good)
        return
    assert read_user(after) == after
