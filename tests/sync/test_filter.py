"""Filters of `/sync`: each kind of thing by its own part of the filter."""

from typing import Any

import orjson

from tests.harness.server import Server


def text(value: Any) -> str:
    return orjson.dumps(value).decode()


async def test_ones_own_filter_takes_nothing_from_others(server: Server) -> None:
    alice, bob = await server.register("alice"), await server.register("bob")
    carol = await server.register("carol")
    room = await alice.create_room(preset="public_chat")
    await bob.join(room)
    await carol.join(room)
    for client in (bob, carol):
        await client.sync()
    since = (await carol.sync())["next_batch"]
    event_id = await alice.send(room, "for all who want it")
    deaf = {"room": {"timeline": {"not_rooms": [room]}}}
    assert event_id not in text(await bob.sync(since, filter=deaf))
    assert event_id in text(await carol.sync(since))
    assert event_id not in text(await bob.sync(since, filter=deaf))
