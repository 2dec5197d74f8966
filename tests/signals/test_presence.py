"""Presence: who is there, and what is told of it."""

from typing import Any

from tests.conftest import StartServer
from tests.harness.client import Client
from tests.harness.server import Server


def status(client: Client) -> str:
    return f"/_matrix/client/v3/presence/{client.user_id}/status"


async def _two(server: Server) -> tuple[Client, Client, str]:
    alice, bob = await server.register("alice"), await server.register("bob")
    room = await alice.create_room(invite=[bob.user_id])
    await bob.join(room)
    return alice, bob, room


def _told(answer: Any, of: Client) -> list[str]:
    events = answer.get("presence", {}).get("events", [])
    return [e["content"]["presence"] for e in events if e["sender"] == of.user_id]


async def test_who_syncs_is_online_and_goes_idle_and_away(server: Server) -> None:
    alice, bob, room = await _two(server)
    assert (await alice.get(status(bob))).ok()["presence"] == "offline"
    since = (await alice.sync())["next_batch"]
    await bob.sync()
    told = await alice.sync(since)
    assert _told(told, bob) == ["online"]
    assert (await alice.get(status(bob))).ok()["currently_active"] is True
    # Syncing on without doing anything, one falls idle; an act brings one back.
    for _ in range(7):
        await server.clock.advance(50)
        await bob.sync()
    told = await alice.sync(told["next_batch"])
    assert _told(told, bob) == ["unavailable"]
    await bob.send(room, "here")
    told = await alice.sync(told["next_batch"])
    assert _told(told, bob) == ["online"]
    await server.clock.advance(90)
    told = await alice.sync(told["next_batch"])
    assert _told(told, bob) == ["offline"]
    assert _told(await alice.sync(), bob) == []


async def test_sliding_sync_tells_presence_to_who_asks_for_it(server: Server) -> None:
    alice, bob, _ = await _two(server)
    path = "/_matrix/client/unstable/org.matrix.simplified_msc3575/sync"

    async def slide(pos: str | None, *names: str) -> tuple[Any, str]:
        body = {"extensions": {name: {"enabled": True} for name in names}}
        answer = (await alice.post(path, body, query={"pos": pos} if pos else {})).ok()
        return answer["extensions"].get("org.depesha.presence", {}), answer["pos"]

    _, pos = await slide(None, "org.depesha.presence")
    await bob.sync()
    told, later = await slide(pos, "org.depesha.presence")
    assert _told({"presence": told}, bob) == ["online"]
    assert (await slide(later, "org.depesha.presence"))[0] == {}
    assert (await slide(None))[0] == {}


async def test_a_sync_may_leave_one_unseen(server: Server) -> None:
    alice, bob, _ = await _two(server)
    since = (await alice.sync())["next_batch"]
    await bob.sync(set_presence="offline")
    assert _told(await alice.sync(since), bob) == []
    (await bob.get("/_matrix/client/v3/sync", {"set_presence": "asleep"})).refused(
        400, "M_INVALID_PARAM"
    )


async def test_a_status_wakes_those_who_share_a_room(start_server: StartServer) -> None:
    async with start_server() as server:
        alice, bob, _ = await _two(server)
        carol = await server.register("carol")
        await bob.sync()
        since = (await alice.sync())["next_batch"]
        others = (await carol.sync())["next_batch"]
        waiting = await server.park(alice, since)
        body = {"presence": "online", "status_msg": "lunch"}
        (await bob.put(status(bob), body)).ok()
        assert "online" in _told(await waiting, bob)
        assert _told(await carol.sync(others), bob) == []
    async with start_server() as server:
        alice = await server.anyone.login("alice")
        told = (await alice.get(status(bob))).ok()
        assert (told["presence"], told["status_msg"]) == ("offline", "lunch")


async def test_presence_can_be_switched_off(start_server: StartServer) -> None:
    async with start_server(presence=False) as server:
        alice, bob, _ = await _two(server)
        since = (await alice.sync())["next_batch"]
        await bob.sync()
        (await bob.put(status(bob), {"presence": "online"})).ok()
        assert _told(await alice.sync(since), bob) == []
        assert (await alice.get(status(bob))).ok()["presence"] == "offline"


async def test_who_leaves_types_no_more(server: Server) -> None:
    alice, bob, room = await _two(server)
    since = (await alice.sync())["next_batch"]
    path = f"/_matrix/client/v3/rooms/{room}/typing/{bob.user_id}"
    (await bob.put(path, {"typing": True})).ok()
    await bob.leave(room)
    events = (await alice.sync(since))["rooms"]["join"][room]["ephemeral"]["events"]
    assert {"type": "m.typing", "content": {"user_ids": []}} in events
    (await bob.put(path, {"typing": True})).refused(403, "M_FORBIDDEN")
