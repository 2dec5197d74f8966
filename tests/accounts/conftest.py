"""Fixtures for tests of accounts."""

import pytest

from tests.accounts.steps import make_admin
from tests.harness.client import Client
from tests.harness.server import Server


@pytest.fixture
async def admin(server: Server) -> Client:
    """An administrator of the server."""
    return await make_admin(server, await server.register("root"))
