"""An institution for browsers to look at."""

from pathlib import Path
from typing import Any

from depesha.app.operate import ask
from depesha.base.clock import Clock
from tests.harness.client import Client, Wire
from tests.harness.server import config_for

ADMIN = "/_depesha/v1/admin/org"

PEOPLE = {
    "minister": "Мария Министрова",
    "lawhead": "Пётр Правдин",
    "lawyer": "Анна Юристова",
    "judge": "Семён Судейкин",
    "ithead": "Игорь Техников",
    "coder": "Кира Кодова",
}


class House:
    """A ministry with two departments, kept by its operator; people by their short names."""

    def __init__(self, folder: Path, wire: Wire) -> None:
        self._config = config_for(folder, "")
        self._wire = wire
        self.units: dict[str, int] = {}
        self.people: dict[str, Client] = {}

    async def keep(self, method: str, path: str, body: dict[str, Any]) -> Any:
        return await ask(self._config, method, f"{ADMIN}/{path}", body)

    async def level(self, name: str, parent: str | None, manager: str | None) -> None:
        body: dict[str, Any] = {"name": name}
        if parent is not None:
            body["parent"] = self.units[parent]
        if manager is not None:
            body["manager"] = (await self.person(manager)).user_id
        self.units[name] = (await self.keep("POST", "units", body))["unit_id"]

    async def person(self, name: str) -> Client:
        if name not in self.people:
            client = await Client(self._wire).register(name)
            self.people[name] = client
            card = {"name": PEOPLE[name], "room": "301", "phone": "+7 495 000-00-01"}
            await self.keep("PUT", f"people/{client.user_id}", card)
        return self.people[name]

    async def post(self, name: str, unit: str, title: str) -> None:
        client = await self.person(name)
        path = f"people/{client.user_id}/posts/{self.units[unit]}"
        await self.keep("PUT", path, {"title": title})

    async def move(self, name: str, source: str, target: str) -> None:
        posts = f"people/{self.people[name].user_id}/posts"
        body = {"title": "", "instead_of": self.units[source]}
        await self.keep("PUT", f"{posts}/{self.units[target]}", body)

    async def stand_in(self, name: str, deputy: str) -> None:
        """Somebody is away from now on, and a deputy decides in their place."""
        now = Clock().now_ms()
        span = {"since_ts": now - 3_600_000, "until_ts": now + 48 * 3_600_000}
        row = {"user_id": self.people[deputy].user_id, **span}
        path = f"people/{self.people[name].user_id}/deputies"
        await self.keep("PUT", path, {"deputies": [row]})

    async def grant(self, name: str, role: str) -> None:
        path = f"/_depesha/v1/admin/users/{self.people[name].user_id}/roles/{role}"
        await ask(self._config, "PUT", path, {})


async def make_house(folder: Path, wire: Wire) -> House:
    """Ministry (minister) > Law (lawhead, lawyer) > Courts (judge); IT (ithead, coder)."""
    house = House(folder, wire)
    await house.level("Министерство", None, "minister")
    await house.level("Правовой департамент", "Министерство", "lawhead")
    await house.level("Отдел судебной работы", "Правовой департамент", None)
    await house.level("Департамент информатизации", "Министерство", "ithead")
    await house.post("lawhead", "Правовой департамент", "Директор департамента")
    await house.post("lawyer", "Правовой департамент", "Юрист")
    await house.post("judge", "Отдел судебной работы", "Советник")
    await house.post("ithead", "Департамент информатизации", "Директор департамента")
    await house.post("coder", "Департамент информатизации", "Разработчик")
    return house
