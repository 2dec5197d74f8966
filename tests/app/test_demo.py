"""The demo institution."""

from typing import Any

import pytest

from depesha.app.demo import PASSWORD, PEOPLE, ROOMS, check_listen, fill
from depesha.base.config import Config, ConfigError


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
        assert len(PEOPLE) == 12


def test_the_demo_stays_on_this_machine() -> None:
    check_listen(Config(demo=True, listen="127.0.0.1:8008"))
    check_listen(Config(demo=False, listen="[::]:8008"))
    with pytest.raises(ConfigError, match="demo"):
        check_listen(Config(demo=True, listen="[::]:8008"))
