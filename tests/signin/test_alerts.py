"""Telling somebody that their account was signed in to on a further device."""

from collections.abc import AsyncIterator

import pytest

from tests.conftest import StartServer
from tests.harness.client import Client
from tests.harness.server import Server


@pytest.fixture
async def server(start_server: StartServer) -> AsyncIterator[Server]:
    async with start_server(signin_alerts=True) as found:
        yield found


async def test_a_further_device_is_told_of(server: Server, alice: Client, bob: Client) -> None:
    assert await server.told(alice, "signin_alert") == []
    second = await server.anyone.login("alice", initial_device_display_name="Phone")
    (text,) = await server.told(alice, "signin_alert")
    assert f"Phone ({second.device_id})" in text
    assert "new device" in text
    assert "новом устройстве" in text
    # The same device signs in once more.
    await server.anyone.login("alice", device_id=second.device_id)
    assert len(await server.told(alice, "signin_alert")) == 1
    await server.anyone.login("alice")
    assert len(await server.told(alice, "signin_alert")) == 2
    assert await server.told(bob, "signin_alert") == []


async def test_it_can_be_switched_off(start_server: StartServer) -> None:
    async with start_server(signin_alerts=False) as server:
        alice = await server.register("alice")
        await server.anyone.login("alice")
        assert await server.told(alice, "signin_alert") == []
