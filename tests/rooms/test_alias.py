"""Aliases of rooms."""

import pytest

from tests.accounts.steps import make_admin
from tests.harness.client import Client
from tests.harness.server import Server
from tests.rooms.steps import NOWHERE

CANONICAL = "m.room.canonical_alias"


def path(name: str = "plans", domain: str = "depesha.test") -> str:
    return f"/directory/room/%23{name}:{domain}"


async def test_an_alias_leads_to_a_room(server: Server, alice: Client) -> None:
    room = await alice.create_room()
    (await alice.put(path("планы"), {"room_id": room})).ok()
    found = (await server.anyone.get(path("планы"))).ok()
    assert found == {"room_id": room, "servers": ["depesha.test"]}
    aliases = (await alice.get(f"/rooms/{room}/aliases")).ok()
    assert aliases == {"aliases": ["#планы:depesha.test"]}
    (await alice.delete(path("планы"))).ok()
    (await alice.get(path("планы"))).refused(404, "M_NOT_FOUND")
    assert (await alice.get(f"/rooms/{room}/aliases")).ok() == {"aliases": []}


async def test_who_may_make_an_alias_of_what(alice: Client, bob: Client) -> None:
    room = await alice.create_room()
    refusals = [
        (await bob.put(path(), {"room_id": each})).refused(403, "M_FORBIDDEN")
        for each in (room, NOWHERE)
    ]
    assert refusals[0] == refusals[1]
    body = {"room_id": room}
    (await alice.put(path(domain="elsewhere.test"), body)).refused(400, "M_INVALID_PARAM")
    (await alice.put(path("x" * 250), body)).refused(400, "M_INVALID_PARAM")
    (await alice.put("/directory/room/plans", body)).refused(400, "M_INVALID_PARAM")
    (await alice.put(path(), {})).refused(400, "M_MISSING_PARAM")
    (await alice.put(path(), body)).ok()
    (await alice.put(path(), body)).refused(409, "M_UNKNOWN")
    (await alice.get("/directory/room/plans")).refused(400, "M_INVALID_PARAM")


async def test_who_may_remove_an_alias(server: Server) -> None:
    alice, bob, eve = [await server.register(name) for name in ("alice", "bob", "eve")]
    admin = await make_admin(server, await server.register("root"))
    room = await alice.create_room(preset="public_chat")
    for person in (bob, eve):
        await person.join(room)
    for name in ("a", "b", "c"):
        (await bob.put(path(name), {"room_id": room})).ok()
    (await eve.delete(path("a"))).refused(403, "M_FORBIDDEN")
    for person, name in ((bob, "a"), (alice, "b"), (admin, "c")):
        (await person.delete(path(name))).ok()
        (await person.delete(path(name))).refused(404, "M_NOT_FOUND")


async def test_a_removed_alias_is_no_longer_the_main_one(alice: Client, bob: Client) -> None:
    room = await alice.create_room(preset="public_chat")
    await bob.join(room)
    for name in ("a", "b"):
        (await bob.put(path(name), {"room_id": room})).ok()
    listed = {"alias": "#a:depesha.test", "alt_aliases": ["#b:depesha.test"]}
    await alice.set_state(room, CANONICAL, listed)
    # Its maker may remove it without the power to write the event.
    (await bob.delete(path("b"))).ok()
    assert await alice.state(room, CANONICAL) == listed
    (await alice.delete(path("a"))).ok()
    assert await alice.state(room, CANONICAL) == {"alt_aliases": ["#b:depesha.test"]}


@pytest.mark.parametrize("is_readable", [False, True])
async def test_who_may_read_the_aliases_of_a_room(
    alice: Client, bob: Client, is_readable: bool
) -> None:
    room = await alice.create_room(room_alias_name="plans")
    where = f"/rooms/{room}/aliases"
    if is_readable:
        content = {"history_visibility": "world_readable"}
        await alice.set_state(room, "m.room.history_visibility", content)
        assert (await bob.get(where)).ok() == {"aliases": ["#plans:depesha.test"]}
    else:
        refusals = [
            (await bob.get(f"/rooms/{each}/aliases")).refused(403, "M_FORBIDDEN")
            for each in (room, NOWHERE)
        ]
        assert refusals[0] == refusals[1]
