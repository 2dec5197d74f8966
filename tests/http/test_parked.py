"""Requests that wait: how many there may be, and what ends them."""

import asyncio
from typing import Any

import pytest

from tests.accounts.steps import login_body, make_admin, with_password
from tests.conftest import StartServer
from tests.harness.client import Client, Response
from tests.harness.server import Server

SLIDING = "/_matrix/client/unstable/org.matrix.simplified_msc3575/sync"


async def park(server: Server, client: Client, seconds: float = 29) -> "asyncio.Task[Response]":
    """A sync that waits in the server, whatever it will be answered with."""
    since = (await client.sync())["next_batch"]
    query = {"since": since, "timeout": round(seconds * 1000)}
    task = asyncio.ensure_future(client.get("/sync", query))
    await server.clock.armed(seconds)
    return task


async def end_by_logout(_server: Server, phone: Client) -> None:
    (await phone.post("/logout")).ok()


async def end_everything(_server: Server, phone: Client) -> None:
    (await phone.post("/logout/all")).ok()


async def deactivate(_server: Server, phone: Client) -> None:
    (await with_password(phone, "POST", "/account/deactivate", {})).ok()


async def delete_device(_server: Server, phone: Client) -> None:
    (await with_password(phone, "DELETE", f"/devices/{phone.device_id}", {})).ok()


async def lock(server: Server, phone: Client) -> None:
    root = await make_admin(server, await server.register("root"))
    path = f"/_matrix/client/v1/admin/lock/{phone.user_id}"
    (await root.put(path, {"locked": True})).ok()


@pytest.mark.parametrize(
    ("end", "errcode"),
    [
        (end_by_logout, "M_UNKNOWN_TOKEN"),
        (end_everything, "M_UNKNOWN_TOKEN"),
        (deactivate, "M_UNKNOWN_TOKEN"),
        (delete_device, "M_UNKNOWN_TOKEN"),
        (lock, "M_USER_LOCKED"),
    ],
)
async def test_who_is_signed_out_waits_no_longer(
    server: Server, alice: Client, end: Any, errcode: str
) -> None:
    """No time passes: the end itself is what ends the waiting."""
    waiting = await park(server, alice)
    await end(server, alice)
    (await waiting).refused(401, errcode)


async def test_other_devices_go_on_waiting(server: Server, alice: Client) -> None:
    phone = await server.anyone.login("alice")
    waiting = await park(server, alice)
    gone = await park(server, phone, 28)
    (await phone.post("/logout")).ok()
    (await gone).refused(401, "M_UNKNOWN_TOKEN")
    await server.anyone.login("alice")
    assert not waiting.done()
    room = await alice.create_room()
    assert room in (await waiting).ok()["rooms"]["join"]


async def test_a_new_token_of_the_device_does_not_break_off_what_waits(
    server: Server, alice: Client
) -> None:
    answer = (await server.anyone.post("/login", login_body("alice", refresh_token=True))).ok()
    phone = Client(server.wire, answer["user_id"], answer["access_token"], answer["device_id"])
    waiting = await park(server, phone)
    body = {"refresh_token": answer["refresh_token"]}
    renewed = (await server.anyone.post("/refresh", body)).ok()
    room = await alice.create_room()
    assert room in (await waiting).ok()["rooms"]["join"]
    # The first use of the new token ends the old one.
    waiting = await park(server, phone)
    newer = Client(server.wire, phone.user_id, renewed["access_token"], phone.device_id)
    (await newer.get("/account/whoami")).ok()
    (await waiting).refused(401, "M_UNKNOWN_TOKEN")


async def test_a_user_may_have_so_many_waiting(start_server: StartServer) -> None:
    async with start_server(max_parked_per_user=3) as server:
        alice, bob = await server.register("alice"), await server.register("bob")
        since = (await alice.sync())["next_batch"]
        for _ in range(3):
            await server.park(alice, since)
        refusal = await alice.get("/sync", {"since": since, "timeout": 10_000})
        body = refusal.refused(429, "M_LIMIT_EXCEEDED")
        assert body["retry_after_ms"] > 0
        assert int(refusal.headers["Retry-After"]) >= 1
        (await alice.post(SLIDING, {"lists": {}})).refused(429, "M_LIMIT_EXCEEDED")
        # What does not wait is no matter, nor are others.
        (await alice.get("/account/whoami")).ok()
        (await bob.get("/sync")).ok()
        room = await alice.create_room()
        for parked in server.parked:
            assert room in (await parked)["rooms"]["join"]
        (await alice.get("/sync", {"since": since})).ok()


async def test_who_waits_leaves_room_for_what_wakes_them(start_server: StartServer) -> None:
    async with start_server(max_requests=10) as server:
        alice, bob = await server.register("alice"), await server.register("bob")
        since = (await alice.sync())["next_batch"]
        for _ in range(9):
            await server.park(alice, since)
        refusal = await bob.get("/sync", {"since": since, "timeout": 10_000})
        body = refusal.refused(503, "M_LIMIT_EXCEEDED")
        assert body["retry_after_ms"] > 0
        assert int(refusal.headers["Retry-After"]) >= 1
        room = await alice.create_room()
        for parked in server.parked:
            assert room in (await parked)["rooms"]["join"]
        (await bob.get("/sync", {"since": since})).ok()
