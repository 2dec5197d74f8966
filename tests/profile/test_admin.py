"""The people of the institution, for those who keep accounts."""

from tests.harness.client import Client
from tests.harness.server import Server
from tests.org.institution import make_ministry, user

PEOPLE = "/_depesha/v1/admin/people"


async def ids(keeper: Client, **query: str | int) -> list[str]:
    people = (await keeper.get(PEOPLE, query)).ok()["people"]
    return [each["user_id"].partition(":")[0][1:] for each in people]


async def test_people_are_listed_with_names_and_searched(server: Server) -> None:
    house = await make_ministry(server)
    judge = house.people["judge"]
    name = f"/_matrix/client/v3/profile/{judge.user_id}/displayname"
    (await judge.put(name, {"displayname": "Vera Pravova"})).ok()
    assert await ids(house.root, limit=3) == ["clerk", "coder", "ithead"]
    assert await ids(house.root, limit=2, after=user("ithead")) == ["judge", "lawhead"]
    assert await ids(house.root, search="prav") == ["judge"]
    (found,) = (await house.root.get(PEOPLE, {"search": "vera"})).ok()["people"]
    assert (found["display_name"], found["locked"], found["roles"]) == ("Vera Pravova", False, [])
    (await judge.get(PEOPLE)).refused(403, "M_FORBIDDEN")


async def test_a_unit_administrator_is_told_of_their_people_alone(server: Server) -> None:
    house = await make_ministry(server)
    role = f"/_depesha/v1/admin/users/{user('clerk')}/roles/unit_administrator"
    (await house.root.put(role, {"unit_id": house.units["Law"]})).ok()
    clerk = house.people["clerk"]
    assert await ids(clerk) == ["judge", "lawhead", "lawyer"]
    assert await ids(clerk, search="law") == ["lawhead", "lawyer"]
    assert await ids(clerk, search="coder") == []
