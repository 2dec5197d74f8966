"""A list from the institution's own systems is resolved, as far as one sees (O2, O4)."""

from typing import Any

from tests.harness.client import Client
from tests.org.institution import ADMIN, OWN, Institution, user

FIND = f"{OWN}/find"


async def find(who: Client, *rows: list[str]) -> list[list[str]]:
    """Whom each row means."""
    found: Any = (await who.post(FIND, {"rows": list(rows)})).ok()
    assert set(found["people"]) <= {user_id for row in found["rows"] for user_id in row}
    rows_: list[list[str]] = found["rows"]
    return rows_


async def card(house: Institution, who: str, **fields: str) -> None:
    (await house.root.put(f"{ADMIN}/people/{user(who)}", fields)).ok()


async def test_rows_are_found_by_ids_numbers_and_names(house: Institution) -> None:
    await card(house, "judge", number="0042", name="Semyon Judge")
    await card(house, "lawyer", number="0043", name="Anna Lawyer")
    await card(house, "clerk", name="Anna Lawyer")
    minister = house.people["minister"]
    assert await find(
        minister,
        ["12", "Semyon  Judge", "Councillor"],
        [" 0042\t"],
        ["clerk"],
        [user("coder")],
        ["Anna Lawyer"],
        ["Anna Lawyer", "0043"],
        ["Nobody At All", "\0", "@", "@x:elsewhere.test"],
        [],
    ) == [
        [user("judge")],
        [user("judge")],
        [user("clerk")],
        [user("coder")],
        [user("clerk"), user("lawyer")],
        [user("lawyer")],
        [],
        [],
    ]
    told = (await minister.post(FIND, {"rows": [["0042"]]})).ok()["people"]
    assert told == {user("judge"): {"name": "Semyon Judge"}}


async def test_who_is_not_seen_is_found_as_little_as_nobody(house: Institution) -> None:
    await card(house, "coder", number="0042", name="Kira Coder")
    judge = house.people["judge"]
    assert await find(judge, ["0042"], ["Kira Coder"], ["coder"], ["lawhead"]) == [
        [],
        [],
        [],
        [user("lawhead")],
    ]
    (await house.root.post(f"/_depesha/v1/admin/users/{user('lawhead')}/deactivate", {})).ok()
    assert await find(judge, ["lawhead"]) == [[]]


async def test_lists_have_their_limits(house: Institution) -> None:
    judge = house.people["judge"]
    for rows in ([["x"]] * 501, [["x"] * 21], [["x" * 256]], ["x"]):
        (await judge.post(FIND, {"rows": rows})).refused(400, "M_BAD_JSON")
    (await house.server.anyone.post(FIND, {"rows": []})).refused(401, "M_MISSING_TOKEN")
