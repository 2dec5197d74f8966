"""A server with an application service that runs."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.bots.service import Bridge, Service, running_service, settings
from tests.conftest import StartServer
from tests.harness.server import Server


@pytest.fixture
async def service() -> AsyncIterator[Service]:
    async with running_service() as service:
        yield service


@pytest.fixture
async def server(
    start_server: StartServer, service: Service, tmp_path: Path
) -> AsyncIterator[Server]:
    async with start_server(**settings(tmp_path, service.url)) as server:
        yield server


@pytest.fixture
def bridge(server: Server) -> Bridge:
    return Bridge(server.wire)
