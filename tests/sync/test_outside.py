"""What those learn of a room who are not in it: who left, were put out, or never came in."""

from typing import Any

import orjson
import pytest

from tests.conftest import StartServer
from tests.harness.client import Client
from tests.harness.server import Server

tails = pytest.mark.parametrize("tail", [2**20, 1], ids=["from memory", "from the tables"])
"""Bytes of latest changes that the server keeps in memory."""


def has(answer: Any, text: str) -> bool:
    return text in orjson.dumps(answer).decode()


@tails
async def test_account_data_of_a_room_opens_it_to_nobody(
    start_server: StartServer, tail: int
) -> None:
    async with start_server(hot_tail_bytes=tail) as server:
        alice, bob = await server.register("alice"), await server.register("bob")
        room = await alice.create_room()
        since = (await bob.sync())["next_batch"]
        await bob.put(f"/user/{bob.user_id}/rooms/{room}/account_data/org.example", {"a": 1})
        await alice.send(room, "among us")
        answer = await bob.sync(since)
        assert not has(answer, room)
        assert not has(answer, "among us")


@tails
async def test_who_is_not_in_the_room_gets_its_account_data_with_coming_in(
    start_server: StartServer, tail: int
) -> None:
    async with start_server(hot_tail_bytes=tail) as server:
        alice, bob = await server.register("alice"), await server.register("bob")
        room = await alice.create_room(preset="public_chat")
        await bob.put(f"/user/{bob.user_id}/rooms/{room}/account_data/org.example", {"a": 1})
        since = (await bob.sync())["next_batch"]
        await bob.join(room)
        part = (await bob.sync(since))["rooms"]["join"][room]
        assert part["account_data"]["events"] == [{"type": "org.example", "content": {"a": 1}}]
