"""An institution for tests: made through the endpoints of administrators."""

from dataclasses import dataclass, field
from typing import Any

from tests.accounts.steps import make_admin
from tests.harness.client import Client
from tests.harness.server import Server

ADMIN = "/_depesha/v1/admin/org"
OWN = "/_depesha/v1/org"


def user(name: str) -> str:
    return f"@{name}:depesha.test"


@dataclass
class Institution:
    """A tree that `root` keeps, and clients of its people by name."""

    server: Server
    root: Client
    units: dict[str, int] = field(default_factory=dict)
    people: dict[str, Client] = field(default_factory=dict)

    async def level(self, name: str, parent: str | None = None, **fields: Any) -> int:
        body = {"name": name, **({"parent": self.units[parent]} if parent else {}), **fields}
        answer = (await self.root.post(f"{ADMIN}/units", body)).ok()
        self.units[name] = answer["unit_id"]
        return self.units[name]

    async def person(self, name: str, *levels: str, manages: str | None = None) -> Client:
        if name not in self.people:
            self.people[name] = await self.server.register(name)
        for level in levels:
            path = f"{ADMIN}/people/{user(name)}/posts/{self.units[level]}"
            (await self.root.put(path, {"title": f"{level} post"})).ok()
        if manages is not None:
            path = f"{ADMIN}/units/{self.units[manages]}"
            (await self.root.put(path, {"manager": user(name)})).ok()
        return self.people[name]


async def make_ministry(server: Server) -> Institution:
    """Ministry (minister, clerk) > Law (lawhead, lawyer) > Courts (judge); IT (ithead, coder).

    The secretariat holds the clerk, so that being of the ministry itself is the minister's alone.
    """
    root = await make_admin(server, await server.register("root"))
    house = Institution(server, root)
    await house.level("Ministry")
    await house.level("Secretariat", "Ministry")
    await house.level("Law", "Ministry")
    await house.level("Courts", "Law")
    await house.level("IT", "Ministry")
    await house.person("minister", manages="Ministry")
    await house.person("clerk", "Secretariat")
    await house.person("lawhead", "Law", manages="Law")
    await house.person("lawyer", "Law")
    await house.person("judge", "Courts")
    await house.person("ithead", manages="IT")
    await house.person("coder", "IT")
    return house
