"""The demo institution."""

from typing import Any

import pytest

from depesha.app.demo import PASSWORD, check_listen, fill
from depesha.app.ministry import DUTIES, POSTS, ROOMS
from depesha.base.config import Config, ConfigError
from tests.harness.client import Client


async def test_the_demo_has_people_rooms_and_history(start_server: Any) -> None:
    async with start_server(listen="127.0.0.1:0") as server:
        assert await fill(server.running.house) is True
        assert await fill(server.running.house) is False
        director = await server.anyone.login("director", PASSWORD)
        joined = (await director.sync())["rooms"]["join"]
        names = {
            event["content"]["name"]
            for part in joined.values()
            for event in part["state"]["events"] + part["timeline"]["events"]
            if event["type"] == "m.room.name"
        }
        assert names == {room.name for room in ROOMS if "director" in room.members}
        search = {"search_term": "архивариус"}
        found = (await director.post("/_matrix/client/v3/user_directory/search", search)).ok()
        assert [each["user_id"] for each in found["results"]] == ["@archive:depesha.test"]


async def test_the_demo_is_a_ministry_with_agencies(start_server: Any) -> None:
    async with start_server(demo=True) as server:
        assert await fill(server.running.house) is True
        people = (await server.anyone.get("/_depesha/v1/demo")).ok()["people"]
        assert people[0] == {
            "userId": "@minister:depesha.test",
            "name": "Министр",
            "post": "Секретариат",
        }
        assert len(people) == len(POSTS)
        seen = {}
        for name in ("minister", "stat.analyst"):
            client = await server.anyone.login(name, PASSWORD)
            units = (await client.get("/_depesha/v1/org/tree")).ok()["units"]
            seen[name] = [unit["name"] for unit in units]
        assert len(seen["minister"]) == 15
        agency = ["Министерство", "Агентство статистики", "Отдел обследований"]
        assert seen["stat.analyst"] == agency
        # Whom one works with in a group across the agencies one may write to.
        analyst = await server.anyone.login("stat.analyst", PASSWORD)
        # Everybody finds the duty officer, whom somebody holds today.
        posts = (await analyst.get("/_depesha/v1/posts")).ok()["posts"]
        assert [(each["name"], each["is_held"]) for each in posts] == [(DUTIES[0].name, True)]
        card = (await analyst.get("/_depesha/v1/org/people/@land.surveyor:depesha.test")).ok()
        assert card["may_write"] is True
        (await analyst.get("/_depesha/v1/org/people/@land.lead:depesha.test")).refused(
            404, "M_NOT_FOUND"
        )
        # Groups are of a kind, and one has a name for some of its people.
        found = await _states(analyst)
        assert found == {"Единый реестр участков": ({"kind": "project"}, ["Агентства"])}
        director = await server.anyone.login("director", PASSWORD)
        kinds = {name: group["kind"] for name, (group, _) in (await _states(director)).items()}
        assert kinds == {"Канцелярия": "basic"}
        # The channel of announcements is open to every employee, and to be written to by few.
        (await analyst.post("/join/%23announcements:depesha.test", {})).ok()


async def _states(client: Client) -> dict[str, tuple[dict[str, Any], list[str]]]:
    """Kind and named groups of each group of somebody, by its name."""
    found = {}
    for part in (await client.sync())["rooms"]["join"].values():
        events = part["state"]["events"] + part["timeline"]["events"]
        state = {event["type"]: event["content"] for event in events if "state_key" in event}
        if (group := state.get("org.depesha.group")) is not None:
            named = state.get("org.depesha.mention_groups", {"groups": {}})["groups"]
            found[state["m.room.name"]["name"]] = (group, list(named))
    return found


async def test_elsewhere_there_is_no_demo(start_server: Any) -> None:
    async with start_server() as server:
        (await server.anyone.get("/_depesha/v1/demo")).refused(404, "M_UNRECOGNIZED")


def test_the_demo_stays_on_this_machine() -> None:
    check_listen(Config(demo=True, listen="127.0.0.1:8008"))
    check_listen(Config(demo=False, listen="[::]:8008"))
    with pytest.raises(ConfigError, match="demo"):
        check_listen(Config(demo=True, listen="[::]:8008"))
