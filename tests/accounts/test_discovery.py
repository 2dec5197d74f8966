"""What the server says of itself. Spec: client-server API, "Server Discovery"."""

import pytest

from depesha.events.event import ROOM_VERSIONS
from tests.conftest import StartServer
from tests.harness.client import Client
from tests.harness.server import Server


async def test_versions_are_told_to_anyone(server: Server, alice: Client) -> None:
    found = (await server.anyone.get("/_matrix/client/versions")).ok()
    assert {"v1.1", "v1.19"} <= set(found["versions"])
    assert (await alice.get("/_matrix/client/versions")).ok() == found


async def test_capabilities_are_those_of_who_asks(
    server: Server, admin: Client, alice: Client
) -> None:
    found = (await alice.get("/capabilities")).ok()["capabilities"]
    assert found["m.change_password"] == {"enabled": True}
    assert found["m.3pid_changes"] == {"enabled": False}
    assert found["m.get_login_token"] == {"enabled": True}
    assert found["m.room_versions"]["default"] == "12"
    assert found["m.room_versions"]["available"].keys() == ROOM_VERSIONS.keys()
    assert "m.account_moderation" not in found
    theirs = (await admin.get("/capabilities")).ok()["capabilities"]
    assert theirs["m.account_moderation"] == {"suspend": True, "lock": True}
    (await server.anyone.get("/capabilities")).refused(401, "M_MISSING_TOKEN")


async def test_the_default_room_version_is_a_setting(start_server: StartServer) -> None:
    async with start_server(default_room_version="10") as server:
        alice = await server.register("alice")
        found = (await alice.get("/capabilities")).ok()["capabilities"]
        assert found["m.room_versions"]["default"] == "10"


async def test_clients_find_the_server(start_server: StartServer) -> None:
    async with start_server(public_url="https://depesha.test/") as server:
        found = (await server.anyone.get("/.well-known/matrix/client")).ok()
        assert found["m.homeserver"] == {"base_url": "https://depesha.test"}


@pytest.mark.parametrize(
    ("contact", "expected"),
    [
        ("@help:depesha.test", {"matrix_id": "@help:depesha.test"}),
        ("help@depesha.test", {"email_address": "help@depesha.test"}),
    ],
)
async def test_who_can_be_asked_is_told(
    start_server: StartServer, contact: str, expected: dict[str, str]
) -> None:
    async with start_server(admin_contact=contact) as server:
        found = (await server.anyone.get("/.well-known/matrix/support")).ok()
        assert found["contacts"] == [{**expected, "role": "m.role.admin"}]


async def test_without_a_contact_nobody_is_named(server: Server) -> None:
    (await server.anyone.get("/.well-known/matrix/support")).refused(404, "M_NOT_FOUND")
