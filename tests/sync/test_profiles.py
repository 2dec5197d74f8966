"""Profiles of others in a sync. Spec: MSC4429, MSC4262."""

from typing import Any

from tests.harness.client import Client
from tests.harness.server import Server

SLIDING = "/_matrix/client/unstable/org.matrix.simplified_msc3575/sync"
USERS = "org.matrix.msc4429.users"
EXTENSION = "org.matrix.msc4262.profiles"
FILTER = {"org.matrix.msc4429.profile_fields": {"ids": ["m.status", "displayname"]}}


async def say(client: Client, name: str, value: Any) -> None:
    path = f"/profile/{client.user_id}/{name}"
    answer = await (client.delete(path) if value is None else client.put(path, {name: value}))
    answer.ok()


async def test_a_sync_tells_fields_to_who_asks_for_them(server: Server) -> None:
    alice, bob, vera = [await server.register(name) for name in ("alice", "bob", "vera")]
    room = await alice.create_room(invite=[bob.user_id])
    await bob.join(room)
    await say(bob, "m.status", {"text": "here"})
    await say(vera, "m.status", {"text": "unseen"})
    first = await alice.sync(filter=FILTER)
    assert first[USERS][bob.user_id]["profile_updates"]["m.status"] == {"text": "here"}
    assert vera.user_id not in first[USERS]
    assert USERS not in await alice.sync()

    async def next_users(since: str) -> tuple[Any, str]:
        told = await alice.sync(since, filter=FILTER)
        return told.get(USERS), told["next_batch"]

    since = first["next_batch"]
    assert (await next_users(since))[0] is None
    await say(bob, "m.status", {"text": "away"})
    await say(bob, "m.tz", "Europe/Moscow")
    await say(vera, "m.status", {"text": "still unseen"})
    users, since = await next_users(since)
    assert users == {bob.user_id: {"profile_updates": {"m.status": {"text": "away"}}}}
    await say(bob, "m.status", None)
    users, since = await next_users(since)
    assert users == {bob.user_id: {"profile_updates": {"m.status": None}}}
    # One's other devices learn of it, too.
    await say(alice, "m.status", {"text": "mine"})
    users, since = await next_users(since)
    assert users == {alice.user_id: {"profile_updates": {"m.status": {"text": "mine"}}}}
    # Whoever is met is told whole, and whoever is met no more may be forgotten.
    await alice.invite(room, vera)
    await vera.join(room)
    users, since = await next_users(since)
    assert users[vera.user_id]["profile_updates"]["m.status"] == {"text": "still unseen"}
    await bob.leave(room)
    users, since = await next_users(since)
    assert users == {bob.user_id: {"profile_updates": None}}


async def test_a_parked_sync_wakes_for_a_status(server: Server) -> None:
    alice, bob = await server.register("alice"), await server.register("bob")
    room = await alice.create_room(invite=[bob.user_id])
    await bob.join(room)
    since = (await alice.sync())["next_batch"]
    waiting = await server.park(alice, since, filter=FILTER)
    await say(bob, "m.status", {"text": "here"})
    assert (await waiting)[USERS][bob.user_id]["profile_updates"]["m.status"] == {"text": "here"}


async def slide(client: Client, pos: str, lazy: bool = False, **fields: Any) -> tuple[Any, str]:
    state = [["m.room.member", "$LAZY"]] if lazy else [["m.room.name", ""]]
    body = {
        "lists": {"all": {"ranges": [[0, 9]], "timeline_limit": 1, "required_state": state}},
        "extensions": {EXTENSION: {"enabled": True, **fields}},
    }
    answer = (await client.post(SLIDING, body, query={"pos": pos} if pos else {})).ok()
    return answer["extensions"].get(EXTENSION, {}).get("users"), answer["pos"]


async def test_a_sliding_sync_tells_profiles_of_shown_rooms(server: Server) -> None:
    alice, bob, vera = [await server.register(name) for name in ("alice", "bob", "vera")]
    room = await alice.create_room(invite=[bob.user_id])
    await bob.join(room)
    await say(bob, "m.status", {"text": "here"})
    users, pos = await slide(alice, "", fields=["m.status"])
    assert users == {bob.user_id: {"updated": {"m.status": {"text": "here"}}}}
    assert (await slide(alice, pos, fields=["m.status"]))[0] is None
    await say(bob, "m.status", None)
    await say(bob, "m.tz", "Europe/Moscow")
    before = pos
    users, pos = await slide(alice, before, fields=["m.status", "m.tz"])
    assert users == {bob.user_id: {"updated": {"m.tz": "Europe/Moscow"}, "removed": ["m.status"]}}
    # An answer that is lost comes again.
    again, pos = await slide(alice, before, fields=["m.status", "m.tz"])
    assert again == users
    await say(vera, "m.status", {"text": "unseen"})
    assert (await slide(alice, pos))[0] is None
    await bob.leave(room)
    users, pos = await slide(alice, pos)
    assert users == {bob.user_id: None}


async def test_lazily_loaded_people_are_told_when_they_are_shown(server: Server) -> None:
    alice, bob, vera = [await server.register(name) for name in ("alice", "bob", "vera")]
    room = await alice.create_room(preset="public_chat")
    for client in (vera, bob):
        await client.join(room)
        await say(client, "m.status", {"text": client.user_id})
    await bob.send(room, "the last word")
    users, pos = await slide(alice, "", lazy=True, fields=["m.status"])
    assert users.keys() == {bob.user_id}
    await vera.send(room, "mine is later")
    users, pos = await slide(alice, pos, lazy=True, fields=["m.status"])
    assert users == {vera.user_id: {"updated": {"m.status": {"text": vera.user_id}}}}
    await vera.send(room, "again")
    assert (await slide(alice, pos, lazy=True, fields=["m.status"]))[0] is None
