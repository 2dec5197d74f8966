"""The real server, in this process, on a free port, with the given clock."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from depesha.base.config import Config
from depesha.io.tx import Tx
from tests.harness.client import Client, Wire
from tests.harness.clock import TestClock

SERVER_NAME = "depesha.test"


@dataclass(frozen=True)
class Server:
    """A running server and the way to it."""

    config: Config
    clock: TestClock
    wire: Wire
    running: Any
    """What `app.serve.running` gave: for the few tests that must look inside."""
    parked: list[asyncio.Task[Any]] = field(default_factory=list)

    @property
    def base_url(self) -> str:
        return self.wire.base_url

    @property
    def anyone(self) -> Client:
        """A client that is not signed in."""
        return Client(self.wire)

    async def register(self, name: str, **fields: Any) -> Client:
        return await self.anyone.register(name, **fields)

    async def park(
        self, client: Client, since: str, seconds: float = 29, **query: Any
    ) -> asyncio.Task[Any]:
        """A sync that waits in the server when this returns; its result is the response."""
        seconds += len(self.parked) / 1000  # tells its timer from those of the others
        task = asyncio.ensure_future(client.sync(since, timeout=round(seconds * 1000), **query))
        self.parked.append(task)
        waiting = asyncio.ensure_future(self.clock.armed(seconds))
        await asyncio.wait([task, waiting], return_when=asyncio.FIRST_COMPLETED)
        waiting.cancel()
        return task

    async def jobs_done(self, kind: str) -> None:
        """Return once no job of this kind waits, however slow the machine."""

        async def select_waiting(tx: Tx) -> int | None:
            sql = "SELECT COUNT(*) FROM io_jobs WHERE kind = $1 AND due_ts IS NOT NULL"
            return await tx.value(int, sql, kind)

        while await self.running.house.spine.db.read(select_waiting):
            await self.clock.advance(0.01)

    async def told(self, client: Client, kind: str) -> list[str]:
        """What the server has told somebody, once its jobs of this kind are done."""
        await self.jobs_done(kind)
        for room_id in (await client.sync())["rooms"].get("invite", {}):
            await client.join(room_id)
        return [
            event["content"]["body"]
            for room_id in (await client.sync())["rooms"].get("join", {})
            for event in (await client.messages(room_id, limit=50))["chunk"]
            if event["content"].get("msgtype") == "m.server_notice"
        ]


def config_for(folder: Path, db_url: str, **settings: Any) -> Config:
    """Settings for tests: anyone may register, nobody is limited; `settings` change that."""
    return replace(
        Config(
            server_name=SERVER_NAME,
            data=str(folder),
            listen="127.0.0.1:0",
            database=db_url if db_url.startswith("postgresql:") else "",
            open_registration=True,
            guests=True,
            rate_limits=False,
            signin_alerts=False,
            log_level="warning",
        ),
        **settings,
    )


@asynccontextmanager
async def start(config: Config, clock: TestClock) -> AsyncIterator[Server]:
    """The only place of the tests that knows how the server is started."""
    from depesha.app import serve  # noqa: PLC0415  # most tests start no server

    async with serve.running(config, clock) as running:
        wire = Wire(running.base_url)
        server = Server(config, clock, wire, running)
        db = running.house.spine.db
        clock.busy.append(lambda: db.in_flight > 0)
        try:
            yield server
        finally:
            for task in server.parked:
                task.cancel()
            await asyncio.gather(*server.parked, return_exceptions=True)
            clock.busy.clear()
            await wire.close()
