"""Ending sessions. Spec: client-server API, "Logout"."""

import pytest

from tests.accounts.steps import is_signed_in, operate
from tests.harness.client import Client
from tests.harness.server import Server


async def test_logging_out_ends_one_device(server: Server, alice: Client) -> None:
    phone = await server.anyone.login("alice")
    (await phone.post("/logout")).ok()
    assert not await is_signed_in(phone)
    assert await is_signed_in(alice)
    devices = (await alice.get("/devices")).ok()["devices"]
    assert [device["device_id"] for device in devices] == [alice.device_id]
    (await phone.post("/logout")).refused(401, "M_UNKNOWN_TOKEN")


async def test_logging_out_everywhere_ends_all_devices(
    server: Server, alice: Client, bob: Client
) -> None:
    phone = await server.anyone.login("alice")
    (await phone.post("/logout/all")).ok()
    assert not await is_signed_in(phone)
    assert not await is_signed_in(alice)
    assert await is_signed_in(bob)
    again = await server.anyone.login("alice")
    devices = (await again.get("/devices")).ok()["devices"]
    assert [device["device_id"] for device in devices] == [again.device_id]


async def test_a_locked_user_may_log_out_and_nothing_else(server: Server, alice: Client) -> None:
    phone = await server.anyone.login("alice")
    path = f"/_matrix/client/v1/admin/lock/{alice.user_id}"
    assert await operate(server, "PUT", path, {"locked": True}) == 200
    refusal = (await alice.get("/account/whoami")).refused(401, "M_USER_LOCKED")
    assert refusal["soft_logout"] is True
    (await phone.post("/logout")).ok()
    (await phone.get("/account/whoami")).refused(401, "M_UNKNOWN_TOKEN")
    assert await operate(server, "PUT", path, {"locked": False}) == 200
    assert await is_signed_in(alice)
    assert await operate(server, "PUT", path, {"locked": True}) == 200
    (await alice.post("/logout/all")).ok()
    (await alice.get("/account/whoami")).refused(401, "M_UNKNOWN_TOKEN")


async def test_who_waits_for_news_is_shut_out_too(server: Server, alice: Client) -> None:
    phone = await server.anyone.login("alice")
    waiting = await server.park(phone, (await phone.sync())["next_batch"], 10)
    (await alice.post("/logout/all")).ok()
    await server.clock.advance(11)
    with pytest.raises(AssertionError, match=r"401.*M_UNKNOWN_TOKEN"):
        await waiting
