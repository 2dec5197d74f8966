"""Our own API describes itself."""

import re

from tests.harness.endpoints import load_endpoints
from tests.harness.server import Server


async def test_every_endpoint_of_our_own_is_in_the_description(server: Server) -> None:
    told = (await server.anyone.get("/_depesha/v1/openapi.json")).ok()
    listed = {
        (method.upper(), path) for path, methods in told["paths"].items() for method in methods
    }
    assert listed == {
        (row.method, path)
        for row in load_endpoints()
        for path in row.paths
        if path.startswith("/_depesha/v1/")
    }


async def test_it_says_what_a_request_needs(server: Server) -> None:
    told = (await server.anyone.get("/_depesha/v1/openapi.json")).ok()
    create = told["paths"]["/_depesha/v1/admin/users"]["post"]
    assert (create["x-right"], create["x-in-units"]) == ("people.keep", False)
    assert create["summary"].startswith("Make an account")
    name = create["requestBody"]["content"]["application/json"]["schema"]["$ref"].split("/")[-1]
    body = told["components"]["schemas"][name]
    assert body["required"] == ["username"]
    assert "password" in body["properties"]
    ids = [each["operationId"] for ways in told["paths"].values() for each in ways.values()]
    assert len(ids) == len(set(ids))
    assert all(re.fullmatch(r"[a-z0-9_]+", each) for each in ids)
    role = told["paths"]["/_depesha/v1/admin/users/{userId}/roles/{role}"]["put"]
    assert [each["name"] for each in role["parameters"]] == ["userId", "role"]
