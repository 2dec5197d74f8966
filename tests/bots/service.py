"""A small application service: a real server that takes what it is sent."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import orjson
import yaml
from aiohttp import web

from tests.harness.client import Client, Response, Wire
from tests.harness.server import SERVER_NAME

AS_TOKEN, HS_TOKEN = "as-token-of-the-bridge", "hs-token-of-the-bridge"
SENDER = f"@_bridge_bot:{SERVER_NAME}"

REGISTRATION: dict[str, Any] = {
    "id": "bridge",
    "as_token": AS_TOKEN,
    "hs_token": HS_TOKEN,
    "sender_localpart": "_bridge_bot",
    "namespaces": {
        "users": [{"exclusive": True, "regex": "@_bridge_.*"}],
        "aliases": [{"exclusive": True, "regex": "#_bridge_.*"}],
        "rooms": [],
    },
    "protocols": ["irc"],
}


@dataclass(frozen=True)
class Request:
    """A request as the service got it."""

    method: str
    path: str
    token: str
    query: dict[str, str]
    body: Any


Answer = Callable[[Request], Awaitable[web.Response]]


@dataclass
class Service:
    """Answers 200 with `{}` to everything, unless `answer` or `refuse` says otherwise."""

    url: str = ""
    requests: list[Request] = field(default_factory=list)
    refuse: list[int] = field(default_factory=list)
    """Statuses to be answered to the next transactions."""
    answers: dict[str, Any] = field(default_factory=dict)
    """Path → JSON, or a function of the request."""
    arrived: asyncio.Condition = field(default_factory=asyncio.Condition)

    @property
    def transactions(self) -> list[Request]:
        return [each for each in self.requests if "/transactions/" in each.path]

    @property
    def events(self) -> list[Any]:
        """All events of transactions that were acknowledged or not, in order."""
        return [event for each in self.transactions for event in each.body["events"]]

    async def _handle(self, request: web.Request) -> web.Response:
        raw = await request.read()
        got = Request(
            request.method,
            request.raw_path.partition("?")[0],
            request.headers.get("Authorization", "").removeprefix("Bearer "),
            dict(request.query),
            orjson.loads(raw) if raw else None,
        )
        async with self.arrived:
            self.requests.append(got)
            self.arrived.notify_all()
        if got.token != HS_TOKEN:
            return web.json_response({"errcode": "M_FORBIDDEN"}, status=403)
        if "/transactions/" in got.path and self.refuse:
            return web.json_response({}, status=self.refuse.pop(0))
        found = self.answers.get(got.path, {})
        if isinstance(found, dict | list):
            return web.json_response(found)
        answer: web.Response = await found(got)
        return answer

    async def until(self, enough: Callable[[], Any]) -> None:
        """Return once what has arrived is enough."""
        async with self.arrived, asyncio.timeout(20):
            await self.arrived.wait_for(lambda: bool(enough()))

    async def until_event(self, event_id: str) -> Any:
        """The event, once it has arrived."""

        def found() -> list[Any]:
            return [event for event in self.events if event["event_id"] == event_id]

        await self.until(found)
        return found()[0]


@asynccontextmanager
async def running_service() -> AsyncIterator[Service]:
    service = Service()
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", service._handle)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    host, port = runner.addresses[0][:2]
    service.url = f"http://{host}:{port}"
    try:
        yield service
    finally:
        await runner.cleanup()


def settings(folder: Path, url: str | None, **fields: Any) -> dict[str, Any]:
    """Settings of a server with this service registered."""
    path = folder / "bridge.yaml"
    path.write_text(yaml.safe_dump(REGISTRATION | {"url": url} | fields))
    return {"application_services": (str(path),), "allowed_networks": ("127.0.0.0/8",)}


class Bridge(Client):
    """The service as a client: as itself, or as one of its users."""

    def __init__(self, wire: Wire, acts_as: str = "", device_id: str = "") -> None:
        super().__init__(wire, acts_as or SENDER, AS_TOKEN, device_id)
        self._acts_as = acts_as

    async def request(self, method: str, path: str, **options: Any) -> Response:
        query = dict(options.pop("query", None) or {})
        if self._acts_as:
            query.setdefault("user_id", self._acts_as)
        if self.device_id:
            query.setdefault("device_id", self.device_id)
        return await super().request(method, path, query=query, **options)

    def acting_as(self, user_id: str, device_id: str = "") -> "Bridge":
        return Bridge(self.wire, user_id, device_id)

    async def make_user(self, localpart: str) -> "Bridge":
        """A user in the namespace, acted as from here on."""
        body = {"type": "m.login.application_service", "username": localpart}
        query = {"access_token": AS_TOKEN}
        made = await self.wire.request(
            "POST", "/register", json=body | {"inhibit_login": True}, query=query
        )
        return self.acting_as(made.ok()["user_id"])
