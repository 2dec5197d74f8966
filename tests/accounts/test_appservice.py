"""Users of application services, with a service that is known to this server alone.

Spec: application service API, "Identity assertion", "Server admin style permissions", "Device
management".
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import pytest

from depesha.accounts import Appservice, api, api_account, api_devices, caller_of
from depesha.base.canonical import decode, encode
from depesha.http.endpoint import Reply, bind
from depesha.http.request import Request
from depesha.http.server import Server as Application
from tests.accounts.steps import operate
from tests.harness.client import PASSWORD
from tests.harness.server import Server

PREFIX = "/_matrix/client/v3"
SERVICE = "m.login.application_service"
Ask = Callable[..., Awaitable[tuple[int, Any]]]


@dataclass(frozen=True)
class Bridge:
    """A service whose users begin with `_bridge_`, exclusively."""

    id: str = "bridge"
    user_id: str = "@_bridge_bot:depesha.test"
    token: str = "as_token"
    is_limited: bool = True

    def may_be(self, user_id: str) -> bool:
        return user_id.startswith("@_bridge_")

    def find(self, token: str) -> Appservice | None:
        return self if token == self.token else None

    def find_owner(self, user_id: str) -> Appservice | None:
        return self if self.may_be(user_id) else None

    def may_use_alias(self, alias: str, service_id: str | None) -> bool:
        return True

    async def provide_user(self, user_id: str) -> bool:
        return False

    async def provide_alias(self, alias: str) -> bool:
        return False


@pytest.fixture
def ask(server: Server) -> Ask:
    """Asks an application that knows the bridge, on the accounts of a running server."""
    spine = server.running.house.spine
    accounts = replace(server.running.house.accounts, appservices=Bridge())
    rows = (*api.ENDPOINTS, *api_account.ENDPOINTS, *api_devices.ENDPOINTS)
    application = Application(
        bind(accounts, rows), partial(caller_of, accounts), spine.limits, spine.clock, 100
    )

    async def ask(
        method: str, path: str, body: Any = None, token: str = "as_token"
    ) -> tuple[int, Any]:
        content = encode({} if body is None else body)

        async def piece() -> tuple[bytes, bool]:
            return content, False

        path, _, query = path.partition("?")
        headers = {"authorization": f"Bearer {token}", "content-length": str(len(content))}
        request = Request(method, PREFIX + path, query.encode(), headers, "127.0.0.1", piece)
        reply = await application.answer(request)
        assert isinstance(reply, Reply)
        found = decode(reply.body)
        return reply.status, found.get("errcode", found)

    return ask


async def register(ask: Ask, name: str, **fields: Any) -> Any:
    """The answer to the registration of a user of the bridge."""
    status, found = await ask("POST", "/register", {"type": SERVICE, "username": name, **fields})
    assert status == 200
    return found


async def test_it_makes_users_in_its_namespace(server: Server, ask: Ask) -> None:
    assert await register(ask, "_bridge_anna", inhibit_login=True) == {
        "user_id": "@_bridge_anna:depesha.test",
        "home_server": "depesha.test",
    }
    body = {"type": SERVICE, "username": "boris"}
    assert await ask("POST", "/register", body) == (400, "M_EXCLUSIVE")
    assert await ask("POST", "/register", {"type": SERVICE}) == (400, "M_MISSING_PARAM")
    again = {"type": SERVICE, "username": "_bridge_anna"}
    assert await ask("POST", "/register", again) == (400, "M_USER_IN_USE")
    assert await ask("POST", "/register", again, token="guess") == (401, "M_UNKNOWN_TOKEN")


async def test_its_namespace_is_closed_to_others(ask: Ask) -> None:
    body = {"username": "_bridge_anna", "password": PASSWORD, "auth": {"type": "m.login.dummy"}}
    assert await ask("POST", "/register", body) == (400, "M_EXCLUSIVE")
    available = "/register/available?username="
    assert await ask("GET", available + "_bridge_anna") == (400, "M_EXCLUSIVE")
    assert await ask("GET", available + "anna") == (200, {"available": True})


async def test_it_signs_its_users_in(server: Server, ask: Ask) -> None:
    made = await register(ask, "_bridge_anna")
    whoami = await ask("GET", "/account/whoami", token=made["access_token"])
    assert whoami[1]["user_id"] == "@_bridge_anna:depesha.test"
    body = {"type": SERVICE, "identifier": {"type": "m.id.user", "user": "_bridge_anna"}}
    status, found = await ask("POST", "/login", body)
    assert (status, found["user_id"]) == (200, "@_bridge_anna:depesha.test")
    unknown = {**body, "identifier": {"type": "m.id.user", "user": "_bridge_boris"}}
    assert await ask("POST", "/login", unknown) == (403, "M_FORBIDDEN")
    await server.register("clara")
    other = {**body, "identifier": {"type": "m.id.user", "user": "clara"}}
    assert await ask("POST", "/login", other) == (403, "M_EXCLUSIVE")
    assert await ask("POST", "/login", body, token="guess") == (401, "M_UNKNOWN_TOKEN")
    assert await ask("POST", "/login", body, token=made["access_token"]) == (
        401,
        "M_UNKNOWN_TOKEN",
    )


async def test_it_acts_as_its_users(server: Server, ask: Ask) -> None:
    await register(ask, "_bridge_anna", inhibit_login=True)
    whoami = "/account/whoami"
    as_anna = f"{whoami}?user_id=@_bridge_anna:depesha.test"
    assert (await ask("GET", whoami))[1]["user_id"] == "@_bridge_bot:depesha.test"
    assert await ask("GET", as_anna) == (
        200,
        {"user_id": "@_bridge_anna:depesha.test", "is_guest": False},
    )
    boris = f"{whoami}?user_id=@_bridge_boris:depesha.test"
    assert await ask("GET", boris) == (403, "M_FORBIDDEN")
    clara = await server.register("clara")
    assert await ask("GET", f"{whoami}?user_id={clara.user_id}") == (403, "M_FORBIDDEN")
    assert (await ask("GET", as_anna, token=clara.token))[1]["user_id"] == clara.user_id
    assert await ask("POST", "/logout") == (403, "M_FORBIDDEN")
    lock = "/_matrix/client/v1/admin/lock/@_bridge_anna:depesha.test"
    assert await operate(server, "PUT", lock, {"locked": True}) == 200
    assert await ask("GET", as_anna) == (401, "M_USER_LOCKED")


async def test_it_manages_devices_without_passwords(ask: Ask) -> None:
    await register(ask, "_bridge_anna", inhibit_login=True)
    user = "user_id=@_bridge_anna:depesha.test"
    as_device = f"/account/whoami?{user}&device_id=PHONE"
    assert await ask("GET", as_device) == (400, "M_UNKNOWN_DEVICE")
    device = f"/devices/PHONE?{user}"
    assert await ask("PUT", device, {"display_name": "Phone"}) == (201, {})
    assert await ask("PUT", device, {"display_name": "Telephone"}) == (200, {})
    assert await ask("GET", device) == (
        200,
        {"device_id": "PHONE", "display_name": "Telephone"},
    )
    assert (await ask("GET", as_device))[1]["device_id"] == "PHONE"
    assert await ask("DELETE", device) == (200, {})
    assert await ask("GET", device) == (404, "M_NOT_FOUND")
    assert await ask("PUT", device, {}) == (201, {})
    assert await ask("POST", f"/delete_devices?{user}", {"devices": ["PHONE"]}) == (200, {})
    assert await ask("GET", device) == (404, "M_NOT_FOUND")


async def test_it_ends_the_accounts_of_its_users(ask: Ask) -> None:
    await register(ask, "_bridge_anna", inhibit_login=True)
    user = "user_id=@_bridge_anna:depesha.test"
    assert (await ask("POST", f"/account/deactivate?{user}"))[0] == 200
    assert await ask("GET", f"/account/whoami?{user}") == (403, "M_FORBIDDEN")
