"""Upgrading rooms."""

import pytest

from tests.harness.server import Server


@pytest.mark.parametrize(("old", "new"), [("10", "11"), ("11", "12"), ("12", "12")])
async def test_an_upgrade_carries_the_room_over(server: Server, old: str, new: str) -> None:
    alice, bob = await server.register("alice"), await server.register("bob")
    room = await alice.create_room(
        room_version=old, name="Plans", room_alias_name="plans", preset="public_chat"
    )
    await bob.join(room)
    path = f"/_matrix/client/v3/rooms/{room}/upgrade"
    (await bob.post(path, {"new_version": new})).refused(403, "M_FORBIDDEN")
    (await alice.post(path, {"new_version": "none"})).refused(400, "M_UNSUPPORTED_ROOM_VERSION")
    replacement = (await alice.post(path, {"new_version": new})).ok()["replacement_room"]
    assert (await alice.state(room, "m.room.tombstone"))["replacement_room"] == replacement
    assert (await alice.state(replacement, "m.room.name")) == {"name": "Plans"}
    created = await alice.state(replacement, "m.room.create")
    assert created["room_version"] == new
    assert created["predecessor"]["room_id"] == room
    found = (await bob.get("/_matrix/client/v3/directory/room/%23plans:depesha.test")).ok()
    assert found["room_id"] == replacement
    await bob.join(replacement)
    (
        await bob.put(f"/_matrix/client/v3/rooms/{room}/send/m.room.message/1", {"body": "x"})
    ).refused(403, "M_FORBIDDEN")
