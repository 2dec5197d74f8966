"""Fixtures that every test may use."""

import os
from collections.abc import Iterator
from pathlib import Path

import hypothesis
import pytest

from tests.harness.clock import TestClock
from tests.harness.postgres import Cluster, Missing, start_cluster

pytest_plugins = ("tests.harness.plugin",)

hypothesis.settings.register_profile("house", deadline=None, print_blob=True)
hypothesis.settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "house"))


@pytest.fixture(scope="session")
def postgres() -> Iterator[Cluster]:
    """A PostgreSQL cluster for this session (for each worker of one); skips where none is."""
    try:
        cluster = start_cluster()
    except Missing as missing:
        pytest.skip(str(missing))
    yield cluster
    cluster.stop()


@pytest.fixture
def postgres_url(postgres: Cluster) -> Iterator[str]:
    """The URL of an empty PostgreSQL database."""
    url = postgres.create()
    yield url
    postgres.drop(url)


@pytest.fixture(params=["sqlite", "postgresql"])
def empty_db_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """What `io.db.open_db` takes, for an empty database of each engine in turn."""
    if request.param == "sqlite":
        return str(tmp_path / "depesha.sqlite")
    url: str = request.getfixturevalue("postgres_url")
    return url


@pytest.fixture
def clock() -> TestClock:
    return TestClock()
