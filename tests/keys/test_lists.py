"""Whose keys have changed, as syncs and `/keys/changes` tell it."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from tests.conftest import StartServer
from tests.harness.client import Client
from tests.harness.server import Server
from tests.keys.signing import Device, Identity, public, sign

Told = tuple[list[str], list[str]]


async def told(client: Client, since: str) -> Told:
    """Users changed and left since a token; both ways of asking agree."""
    sync = await client.sync(since)
    lists = sync.get("device_lists", {})
    found = (lists.get("changed", []), lists.get("left", []))
    query = {"from": since, "to": sync["next_batch"]}
    asked = (await client.get("/keys/changes", query)).ok()
    assert (asked["changed"], asked["left"]) == found
    return found


async def token(client: Client) -> str:
    found: str = (await client.sync())["next_batch"]
    return found


async def shared_room(*clients: Client) -> str:
    """A room that all have joined."""
    first, *others = clients
    room = await first.create_room(invite=[other.user_id for other in others])
    for other in others:
        await other.join(room)
    return room


async def test_uploading_keys_is_told_to_those_who_share_a_room(
    server: Server, phone: Device, bob: Client
) -> None:
    alice, carol = phone.client, await server.register("carol")
    await shared_room(alice, bob)
    before = {client.user_id: await token(client) for client in (alice, bob, carol)}
    await phone.upload(["one"])
    assert await told(bob, before[bob.user_id]) == ([alice.user_id], [])
    # A user's other devices have to learn of it, too.
    assert await told(alice, before[alice.user_id]) == ([alice.user_id], [])
    assert await told(carol, before[carol.user_id]) == ([], [])
    since = await token(bob)
    # The same keys again, or more one-time keys, are no change.
    await phone.upload(["two"])
    assert await told(bob, since) == ([], [])


async def test_a_change_wakes_those_who_share_a_room(
    server: Server, phone: Device, bob: Client
) -> None:
    alice = phone.client
    await shared_room(alice, bob)
    # What the first sync itself brought about (somebody is online) comes first.
    since = (await bob.sync(await token(bob)))["next_batch"]
    parked = asyncio.create_task(bob.sync(since, timeout=30_000))
    await server.clock.armed(30)
    await phone.upload()
    assert (await parked)["device_lists"] == {"changed": [alice.user_id], "left": []}


async def test_removing_and_naming_a_device_with_keys_is_a_change(
    server: Server, phone: Device, bob: Client
) -> None:
    alice = phone.client
    await shared_room(alice, bob)
    await phone.upload()
    plain = await server.anyone.login("alice")
    since = await token(bob)
    (await plain.post("/logout", {})).ok()
    assert await told(bob, since) == ([], [])
    (await alice.put(f"/devices/{alice.device_id}", {"display_name": "Phone"})).ok()
    assert await told(bob, since) == ([alice.user_id], [])
    since = await token(bob)
    (await alice.post("/logout", {})).ok()
    assert await told(bob, since) == ([alice.user_id], [])


async def test_cross_signing_is_a_change(phone: Device, bob: Client) -> None:
    alice = phone.client
    await shared_room(alice, bob)
    await phone.upload()
    since = await token(bob)
    identity = Identity(alice.user_id)
    (await identity.upload(alice)).ok()
    assert await told(bob, since) == ([alice.user_id], [])
    since = await token(bob)
    (await identity.upload(alice)).ok()
    assert await told(bob, since) == ([], [])
    name = public(identity.self_signing)
    signed = sign(phone.keys, alice.user_id, name, identity.self_signing)
    body = {alice.user_id: {alice.device_id: signed}}
    (await alice.post("/keys/signatures/upload", body)).ok()
    assert await told(bob, since) == ([alice.user_id], [])


async def test_verifying_somebody_is_told_to_oneself_alone(
    server: Server, alice: Client, bob: Client
) -> None:
    await shared_room(alice, bob)
    mine, bobs = Identity(alice.user_id), Identity(bob.user_id)
    (await mine.upload(alice)).ok()
    (await bobs.upload(bob)).ok()
    before = await token(alice), await token(bob)
    name = public(mine.user_signing)
    signed = sign(bobs.key("master"), alice.user_id, name, mine.user_signing)
    body = {bob.user_id: {public(bobs.master): signed}}
    (await alice.post("/keys/signatures/upload", body)).ok()
    assert await told(alice, before[0]) == ([bob.user_id], [])
    assert await told(bob, before[1]) == ([], [])


# Rooms. Each case: what happens, and what Alice is told of Bob and Carol.

Scene = Callable[[Client, Client, Client], Awaitable[tuple[str, Told]]]


async def joins(alice: Client, bob: Client, carol: Client) -> tuple[str, Told]:
    room = await shared_room(alice, carol)
    since = await token(alice)
    await alice.invite(room, bob)
    await bob.join(room)
    return since, ([bob.user_id], [])


async def is_invited(alice: Client, bob: Client, carol: Client) -> tuple[str, Told]:
    room = await shared_room(alice, carol)
    since = await token(alice)
    await alice.invite(room, bob)
    return since, ([], [])


async def one_joins_oneself(alice: Client, bob: Client, carol: Client) -> tuple[str, Told]:
    room = await shared_room(bob, carol)
    since = await token(alice)
    await bob.invite(room, alice)
    await alice.join(room)
    return since, ([bob.user_id, carol.user_id], [])


async def leaves_the_last_room(alice: Client, bob: Client, carol: Client) -> tuple[str, Told]:
    room = await shared_room(alice, bob, carol)
    since = await token(alice)
    await bob.leave(room)
    return since, ([], [bob.user_id])


async def leaves_one_of_two(alice: Client, bob: Client, carol: Client) -> tuple[str, Told]:
    room = await shared_room(alice, bob, carol)
    await shared_room(alice, bob)
    since = await token(alice)
    await bob.leave(room)
    return since, ([], [])


async def one_leaves_oneself(alice: Client, bob: Client, carol: Client) -> tuple[str, Told]:
    room = await shared_room(alice, bob, carol)
    await shared_room(alice, carol)
    since = await token(alice)
    await alice.leave(room)
    return since, ([], [bob.user_id])


async def is_banned(alice: Client, bob: Client, carol: Client) -> tuple[str, Told]:
    room = await shared_room(carol, alice, bob)
    since = await token(alice)
    (await carol.post(f"/rooms/{room}/ban", {"user_id": bob.user_id})).ok()
    return since, ([], [bob.user_id])


async def refuses_an_invitation(alice: Client, bob: Client, carol: Client) -> tuple[str, Told]:
    room = await shared_room(alice, carol)
    await alice.invite(room, bob)
    since = await token(alice)
    await bob.leave(room)
    return since, ([], [])


async def one_refuses_an_invitation(alice: Client, bob: Client, carol: Client) -> tuple[str, Told]:
    room = await shared_room(bob, carol)
    await bob.invite(room, alice)
    since = await token(alice)
    await alice.leave(room)
    # Who else is in a room that one was never in is nothing to be learnt.
    return since, ([], [])


async def comes_after_one_has_left(alice: Client, bob: Client, carol: Client) -> tuple[str, Told]:
    room = await shared_room(carol, alice)
    await shared_room(carol, alice)
    since = await token(alice)
    await alice.leave(room)
    await carol.invite(room, bob)
    await bob.join(room)
    return since, ([], [])


async def comes_and_goes(alice: Client, bob: Client, carol: Client) -> tuple[str, Told]:
    room = await shared_room(alice, carol)
    since = await token(alice)
    await alice.invite(room, bob)
    await bob.join(room)
    await bob.leave(room)
    return since, ([], [])


async def renames_oneself(alice: Client, bob: Client, carol: Client) -> tuple[str, Told]:
    await shared_room(alice, bob, carol)
    since = await token(alice)
    (await bob.put(f"/profile/{bob.user_id}/displayname", {"displayname": "Боб"})).ok()
    return since, ([], [])


async def leaves_and_changes_keys(alice: Client, bob: Client, carol: Client) -> tuple[str, Told]:
    room = await shared_room(alice, bob, carol)
    since = await token(alice)
    await bob.leave(room)
    await Device(bob).upload()
    return since, ([], [bob.user_id])


SCENES: list[Scene] = [
    joins,
    is_invited,
    one_joins_oneself,
    leaves_the_last_room,
    leaves_one_of_two,
    one_leaves_oneself,
    is_banned,
    refuses_an_invitation,
    one_refuses_an_invitation,
    comes_after_one_has_left,
    comes_and_goes,
    renames_oneself,
    leaves_and_changes_keys,
]


@pytest.mark.parametrize("tail", [32 * 2**20, 1], ids=["tail", "no-tail"])
async def test_rooms_tell_whom_one_shares_them_with(start_server: StartServer, tail: int) -> None:
    """The same from the hot tail as from the database, which is all an old token has."""
    async with start_server(hot_tail_bytes=tail) as server:
        for number, scene in enumerate(SCENES):
            people = [
                await server.register(f"{name}{number:02}") for name in ("alice", "bob", "carol")
            ]
            since, expected = await scene(*people)
            # Others who are busy must not matter.
            await people[2].create_room()
            assert (scene.__name__, await told(people[0], since)) == (scene.__name__, expected)


async def test_changes_are_found_without_the_tail(start_server: StartServer) -> None:
    async with start_server(hot_tail_bytes=1) as server:
        alice, bob = await server.register("alice"), await server.register("bob")
        carol = await server.register("carol")
        await shared_room(alice, bob)
        mine, bobs = Identity(alice.user_id), Identity(bob.user_id)
        (await mine.upload(alice)).ok()
        since, bobs_since = await token(alice), await token(bob)
        (await bobs.upload(bob)).ok()
        (await Identity(carol.user_id).upload(carol)).ok()
        assert await told(alice, since) == ([bob.user_id], [])
        assert await told(bob, bobs_since) == ([bob.user_id], [])
        since = await token(alice)
        name = public(mine.user_signing)
        signed = sign(bobs.key("master"), alice.user_id, name, mine.user_signing)
        body = {bob.user_id: {public(bobs.master): signed}}
        (await alice.post("/keys/signatures/upload", body)).ok()
        assert await told(alice, since) == ([bob.user_id], [])


async def test_a_first_sync_has_no_lists(alice: Client, bob: Client) -> None:
    await shared_room(alice, bob)
    assert "device_lists" not in await alice.sync()


async def test_a_void_token_means_that_everyone_may_have_changed(
    alice: Client, bob: Client
) -> None:
    await shared_room(alice, bob)
    query = {"from": "dunknown1.5.w.0", "to": await token(alice)}
    asked: Any = (await alice.get("/keys/changes", query)).ok()
    assert asked == {"changed": [alice.user_id, bob.user_id], "left": []}


async def test_what_is_no_token_is_refused(alice: Client) -> None:
    now = await token(alice)
    for query in ({"from": "x", "to": now}, {"from": now, "to": "s1"}):
        (await alice.get("/keys/changes", query)).refused(400, "M_INVALID_PARAM")
    (await alice.get("/keys/changes", {"from": now})).refused(400, "M_MISSING_PARAM")
    (await alice.get("/keys/changes", {"from": now, "to": now})).ok()
