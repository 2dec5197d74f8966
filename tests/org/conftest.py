"""Fixtures for tests of the institution."""

import pytest

from tests.harness.server import Server
from tests.org.institution import Institution, make_ministry


@pytest.fixture
async def house(server: Server) -> Institution:
    """A small ministry."""
    return await make_ministry(server)
