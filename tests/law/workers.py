"""Two servers on one PostgreSQL, each with a client for the same device."""

import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from tests.harness.client import Client
from tests.harness.clock import TestClock
from tests.harness.server import Server, config_for, start


@asynccontextmanager
async def two_workers(
    folder: Path, db_url: str, clock: TestClock, **settings: object
) -> AsyncIterator[tuple[Server, Server]]:
    """Both running; the second has the signing key of the first."""
    folders = [folder / "one", folder / "two"]
    for path in folders:
        path.mkdir()
    async with start(config_for(folders[0], db_url, **settings), clock) as one:
        shutil.copy2(folders[0] / "signing.key", folders[1] / "signing.key")
        async with start(config_for(folders[1], db_url, **settings), clock) as two:
            yield one, two


def at(server: Server, client: Client) -> Client:
    """The same device, at another server; transactions of its own."""
    return Client(server.wire, client.user_id, client.token, client.device_id)
