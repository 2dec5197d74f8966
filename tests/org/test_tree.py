"""The tree: keeping it, reading it as one sees it, learning of its changes."""

from typing import Any

import pytest

from depesha.org import sync
from tests.accounts.steps import make_admin
from tests.conftest import StartServer
from tests.harness.client import Client
from tests.harness.server import Server
from tests.org.institution import ADMIN, OWN, Institution, make_ministry, user


async def names(client: Client, **query: str) -> list[str]:
    """The levels that the client sees."""
    return [unit["name"] for unit in (await client.get(f"{OWN}/tree", query)).ok()["units"]]


async def in_unit(client: Client, unit: int, **query: str) -> list[str]:
    found = (await client.get(f"{OWN}/units/{unit}/people", query)).ok()["people"]
    return [person["user_id"] for person in found]


async def told(client: Client, since: str | None, **query: Any) -> tuple[list[Any], str]:
    """What a sync says of the tree, and where it ends."""
    answer = await client.sync(since, **query)
    events = answer.get("account_data", {}).get("events", [])
    contents = [each["content"] for each in events if each["type"] == "org.depesha.org"]
    return contents, answer["next_batch"]


async def test_everyone_reads_the_tree_as_they_see_it(house: Institution) -> None:
    people, units = house.people, house.units
    assert await names(people["minister"]) == [
        *("Ministry", "IT", "Law", "Courts", "Secretariat"),
    ]
    assert await names(people["judge"]) == ["Ministry", "Law", "Courts"]
    assert await names(people["ithead"]) == ["Ministry", "IT", "Law", "Secretariat"]
    assert await names(house.root) == []
    assert await in_unit(people["lawyer"], units["Law"]) == [user("lawhead"), user("lawyer")]
    # The way up is shown, not who is there.
    assert await in_unit(people["judge"], units["Law"]) == [user("lawhead")]
    assert await in_unit(people["judge"], units["Ministry"]) == []
    hidden = await people["judge"].get(f"{OWN}/units/{units['IT']}/people")
    absent = await people["judge"].get(f"{OWN}/units/999999/people")
    assert (hidden.status, hidden.body) == (absent.status, absent.body)
    hidden.refused(404, "M_NOT_FOUND")


async def test_an_administrator_sees_as_anyone(house: Institution) -> None:
    query = {"as": "judge"}
    assert await names(house.root, **query) == await names(house.people["judge"])
    law = house.units["Law"]
    assert await in_unit(house.root, law, **query) == [user("lawhead")]
    path = f"{OWN}/people/{user('coder')}"
    (await house.root.get(path, query)).refused(404, "M_NOT_FOUND")
    (await house.people["judge"].get(f"{OWN}/tree", {"as": "minister"})).refused(403, "M_FORBIDDEN")


async def test_a_card_tells_who_somebody_is(house: Institution) -> None:
    card = {"room": " 214 ", "phone": "22-14", "number": "0042", "name": "Judge of the court"}
    (await house.root.put(f"{ADMIN}/people/{user('judge')}", card)).ok()
    (await house.root.put(f"{ADMIN}/people/{user('judge')}", {"photo": "http://x"})).refused(
        400, "M_INVALID_PARAM"
    )
    seen = (await house.people["lawhead"].get(f"{OWN}/people/{user('judge')}")).ok()
    assert seen == {
        "user_id": user("judge"),
        "name": "Judge of the court",
        "room": "214",
        "phone": "22-14",
        "posts": [
            {
                "unit_id": house.units["Courts"],
                "path": ["Ministry", "Law", "Courts"],
                "title": "Courts post",
            }
        ],
        "manages": [],
        "deputies": [],
        "accepts": "person",
        "manager": user("lawhead"),
        "may_write": True,
    }
    # The name of the institution becomes the display name.
    profile = (await house.people["lawhead"].get(f"/profile/{user('judge')}")).ok()
    assert profile["displayname"] == "Judge of the court"
    coder = house.people["coder"]
    hidden = await coder.get(f"{OWN}/people/{user('judge')}")
    absent = await coder.get(f"{OWN}/people/{user('nobody')}")
    assert (hidden.status, hidden.body) == (absent.status, absent.body)
    hidden.refused(404, "M_NOT_FOUND")


async def test_keeping_the_tree_is_for_administrators(house: Institution) -> None:
    unit, person = house.units["IT"], user("coder")
    for method, path in (
        ("GET", "/units"),
        ("POST", "/units"),
        ("PUT", f"/units/{unit}"),
        ("DELETE", f"/units/{unit}"),
        ("GET", f"/units/{unit}/people"),
        ("PUT", f"/people/{person}/posts/{unit}"),
        ("DELETE", f"/people/{person}/posts/{unit}"),
        ("GET", f"/people/{person}"),
        ("PUT", f"/people/{person}"),
        ("PUT", f"/people/{person}/deputies"),
        ("POST", f"/people/{person}/leave"),
        ("POST", "/import"),
    ):
        answer = await house.people["minister"].request(method, ADMIN + path, json={})
        answer.refused(403, "M_FORBIDDEN")
    assert len((await house.root.get(f"{ADMIN}/units")).ok()["units"]) == 5


async def test_what_a_level_cannot_be(house: Institution) -> None:
    root, units = house.root, house.units
    for body in (
        {"name": ""},
        {"name": "x" * 256},
        {"name": "A", "kind": "gang"},
        {"name": "A", "rights": ["fly"]},
        {"name": "A", "accepts": "dog"},
    ):
        (await root.post(f"{ADMIN}/units", body)).refused(400, "M_INVALID_PARAM")
    (await root.post(f"{ADMIN}/units", {"name": "A", "parent": 999})).refused(404, "M_NOT_FOUND")
    (await root.post(f"{ADMIN}/units", {"name": "A", "manager": "nobody"})).refused(
        404, "M_NOT_FOUND"
    )
    law = f"{ADMIN}/units/{units['Law']}"
    (await root.put(law, {"parent": units["Courts"]})).refused(400, "M_INVALID_PARAM")
    (await root.put(law, {"parent": units["Law"]})).refused(400, "M_INVALID_PARAM")
    (await root.put(f"{ADMIN}/units/999", {"name": "A"})).refused(404, "M_NOT_FOUND")
    (await root.put(f"{ADMIN}/units/x", {"name": "A"})).refused(404, "M_NOT_FOUND")
    (await root.delete(law)).refused(400, "M_INVALID_PARAM")
    (await root.delete(f"{ADMIN}/units/{units['Courts']}")).refused(400, "M_INVALID_PARAM")
    assert len((await root.get(f"{ADMIN}/units")).ok()["units"]) == 5


async def test_moving_renaming_removing(house: Institution) -> None:
    root, units = house.root, house.units
    courts = f"{ADMIN}/units/{units['Courts']}"
    (await root.put(courts, {"parent": units["IT"], "name": "Court systems"})).ok()
    assert await names(house.people["coder"]) == ["Ministry", "IT", "Court systems"]
    assert await in_unit(house.people["ithead"], units["Courts"]) == [user("judge")]
    # A move of a person leaves the old level in the same step.
    path = f"{ADMIN}/people/{user('judge')}/posts/{units['Law']}"
    (await root.put(path, {"title": "Judge", "instead_of": units["IT"]})).refused(
        404, "M_NOT_FOUND"
    )
    (await root.put(path, {"title": "Judge", "instead_of": units["Courts"]})).ok()
    (await root.delete(courts)).ok()
    assert await names(house.people["coder"]) == ["Ministry", "IT"]
    card = (await root.get(f"{ADMIN}/people/{user('judge')}")).ok()
    assert [post["path"] for post in card["posts"]] == [["Ministry", "Law"]]
    (await root.delete(path)).ok()
    (await root.delete(path)).refused(404, "M_NOT_FOUND")
    assert await names(house.people["judge"]) == []


async def test_a_move_is_seen_before_it_is_done(house: Institution) -> None:
    root, units = house.root, house.units
    path = f"{ADMIN}/units/{units['Courts']}/move"
    told = (await root.get(path, {"parent": units["IT"]})).ok()
    assert told == {
        "people": 1,
        "seen_by": {
            "gained": [{"unit_id": units["IT"], "path": ["Ministry", "IT"], "viewers": 2}],
            "lost": [{"unit_id": units["Law"], "path": ["Ministry", "Law"], "viewers": 2}],
        },
        "manager_sees": {"gained": [], "lost": []},
        "chief": {"before": user("lawhead"), "after": user("ithead")},
    }
    law = f"{ADMIN}/units/{units['Law']}/move"
    told = (await root.get(law, {"parent": 0})).ok()
    assert told["manager_sees"] == {"gained": [], "lost": [user("ithead")]}
    assert [each["path"] for each in told["seen_by"]["lost"]] == [["Ministry"]]
    (await root.get(law, {"parent": units["Courts"]})).refused(400, "M_INVALID_PARAM")
    (await root.get(law, {"parent": 999})).refused(404, "M_NOT_FOUND")
    (await house.people["minister"].get(law, {"parent": 0})).refused(403, "M_FORBIDDEN")
    # What was told comes true.
    (await root.put(f"{ADMIN}/units/{units['Courts']}", {"parent": units["IT"]})).ok()
    card = f"{OWN}/people/{user('judge')}"
    (await house.people["coder"].get(card)).ok()
    (await house.people["lawyer"].get(card)).refused(404, "M_NOT_FOUND")


async def test_clients_learn_of_changes_within_a_second(house: Institution) -> None:
    server, root, units = house.server, house.root, house.units
    lawyer, coder = house.people["lawyer"], house.people["coder"]
    first, since = await told(lawyer, None)
    assert [content["all"] for content in first] == [True]
    parked = await server.park(lawyer, since)
    (await root.put(f"{ADMIN}/people/{user('judge')}", {"room": "7"})).ok()
    assert not parked.done()
    await server.clock.advance(1)
    answer = await parked
    (event,) = answer["account_data"]["events"]
    assert event["type"] == "org.depesha.org"
    assert event["content"]["people"] == [user("judge")]
    assert (await told(coder, since))[0] == []
    # Another place of one's own changes everything.
    _, since = await told(lawyer, since)
    body = {"title": "Coder", "instead_of": units["Law"]}
    path = f"{ADMIN}/people/{user('lawyer')}/posts/{units['IT']}"
    (await root.put(path, body)).ok()
    contents, _ = await told(lawyer, since)
    assert [content.get("all") for content in contents] == [True]
    contents, _ = await told(coder, since)
    assert contents[0]["units"] == [units["IT"]]
    assert contents[0]["people"] == [user("lawyer")]
    # Whoever saw only where somebody was learns that this level has changed, and of nobody.
    contents, _ = await told(house.people["judge"], since)
    assert contents[0]["units"] == [units["Law"]]
    assert contents[0]["people"] == []


async def test_of_very_many_changes_none_is_told_by_itself(
    house: Institution, monkeypatch: pytest.MonkeyPatch
) -> None:
    coder = house.people["coder"]
    _, since = await told(coder, None)
    (await house.root.put(f"{ADMIN}/people/{user('coder')}", {"room": "7"})).ok()
    assert "all" not in (await told(coder, since))[0][0]
    monkeypatch.setattr(sync, "MOST_CHANGES", 0)
    assert (await told(coder, since))[0][0]["all"] is True


async def test_an_installation_without_a_tree_tells_of_none(alice: Client, bob: Client) -> None:
    contents, since = await told(alice, None)
    assert contents == []
    assert await names(alice) == []
    assert (await told(alice, since))[0] == []
    (await alice.get(f"/profile/{bob.user_id}")).ok()


async def test_the_tree_outlives_the_server(start_server: StartServer) -> None:
    async with start_server() as server:
        house = await make_ministry(server)
        await house.level("Archive", "Ministry", rights=["call"], accepts="manager")
        deputy = {"user_id": "clerk", "since_ts": 0, "until_ts": 2**50}
        path = f"{ADMIN}/people/{user('ithead')}/deputies"
        (await house.root.put(path, {"deputies": [deputy]})).ok()
        before = (await house.root.get(f"{ADMIN}/units")).ok()
        seen = [await names(client) for client in house.people.values()]
    async with start_server() as server:
        for client in (house.root, *house.people.values()):
            client.wire = server.wire
        assert (await house.root.get(f"{ADMIN}/units")).ok() == before
        assert [await names(client) for client in house.people.values()] == seen


async def test_deputies_end_by_themselves(house: Institution) -> None:
    server, coder, clerk = house.server, house.people["coder"], house.people["clerk"]
    now = server.clock.now_ms()
    deputies = [{"user_id": user("clerk"), "since_ts": now + 1000, "until_ts": now + 3000}]
    path = f"{ADMIN}/people/{user('ithead')}/deputies"
    (await house.root.put(path, {"deputies": deputies})).ok()
    card = f"{OWN}/people/{user('clerk')}"
    (await coder.get(card)).refused(404, "M_NOT_FOUND")
    await server.clock.advance(1)
    assert (await coder.get(card)).ok()["may_write"] is True
    assert await in_unit(clerk, house.units["IT"]) == [user("coder"), user("ithead")]
    told_of = (await coder.get(f"{OWN}/people/{user('ithead')}")).ok()["deputies"]
    assert [each["user_id"] for each in told_of] == [user("clerk")]
    await server.clock.advance(2)
    (await coder.get(card)).refused(404, "M_NOT_FOUND")
    for wrong in (
        [{"user_id": user("ithead"), "since_ts": 0, "until_ts": 1}],
        [{"user_id": user("clerk"), "since_ts": 2, "until_ts": 2}],
        [{"user_id": user("clerk"), "since_ts": 0, "until_ts": 2}] * 2,
    ):
        (await house.root.put(path, {"deputies": wrong})).refused(400, "M_INVALID_PARAM")
    unknown = [{"user_id": user("nobody"), "since_ts": 0, "until_ts": 2}]
    (await house.root.put(path, {"deputies": unknown})).refused(404, "M_NOT_FOUND")


async def test_a_leaver_is_out_at_once(house: Institution) -> None:
    server, root = house.server, house.root
    ithead, coder = house.people["ithead"], house.people["coder"]
    await server.anyone.login("ithead")
    room = await ithead.create_room(invite=[coder.user_id])
    await coder.join(room)
    parked = await server.park(ithead, (await ithead.sync())["next_batch"])
    receipt = (await root.post(f"{ADMIN}/people/{user('ithead')}/leave", {})).ok()
    assert receipt["sessions_ended"] == 2
    assert receipt["ts"] == server.clock.now_ms()
    (await ithead.get("/account/whoami")).refused(401, "M_UNKNOWN_TOKEN")
    await server.clock.advance(30)
    assert (await _outcome(parked)) == "refused"
    body = {"type": "m.login.password", "user": "ithead", "password": PASSWORD}
    (await server.anyone.post("/login", body)).refused(401, "M_USER_LOCKED")
    assert user("ithead") not in await in_unit(coder, house.units["IT"])
    members = (await coder.get(f"/rooms/{room}/joined_members")).ok()["joined"]
    assert list(members) == [coder.user_id]
    (await root.post(f"{ADMIN}/people/{user('root')}/leave", {})).refused(403, "M_FORBIDDEN")
    await make_admin(server, coder)
    (await root.post(f"{ADMIN}/people/{user('coder')}/leave", {})).refused(403, "M_FORBIDDEN")
    (await root.post(f"{ADMIN}/people/{user('nobody')}/leave", {})).refused(404, "M_NOT_FOUND")


async def test_an_ended_account_leaves_the_tree(house: Institution) -> None:
    path = f"/_depesha/v1/admin/users/{user('lawhead')}/deactivate"
    (await house.root.post(path, {})).ok()
    assert await in_unit(house.people["lawyer"], house.units["Law"]) == [user("lawyer")]
    units = (await house.root.get(f"{ADMIN}/units")).ok()["units"]
    assert "manager" not in next(unit for unit in units if unit["name"] == "Law")
    # The nearest manager above is theirs now.
    (await house.people["lawyer"].get(f"{OWN}/people/{user('minister')}")).ok()


PASSWORD = "correct horse battery staple"


async def _outcome(parked: Any) -> str:
    try:
        await parked
    except AssertionError as error:
        return "refused" if "M_UNKNOWN_TOKEN" in str(error) else str(error)
    return "answered"


async def test_a_tree_makes_strangers_of_whom_it_has_no_place_for(
    server: Server, alice: Client, bob: Client
) -> None:
    (await alice.get(f"/profile/{bob.user_id}")).ok()
    house = await make_ministry(server)
    (await alice.get(f"/profile/{bob.user_id}")).refused(404, "M_NOT_FOUND")
    (await alice.get(f"/profile/{user('judge')}")).refused(404, "M_NOT_FOUND")
    (await house.people["minister"].get(f"/profile/{alice.user_id}")).refused(404, "M_NOT_FOUND")
    (await alice.get(f"/profile/{alice.user_id}")).ok()
