"""Fixtures that every test may use."""

import os
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path
from typing import Protocol

import hypothesis
import pytest

from tests.harness.client import Client
from tests.harness.clock import TestClock
from tests.harness.databases import Templates
from tests.harness.postgres import Cluster, Missing, start_cluster
from tests.harness.server import Server, config_for, start
from tests.harness.slapd import Missing as MissingSlapd
from tests.harness.slapd import Slapd, end_slapd, start_slapd

pytest_plugins = ("tests.harness.plugin", "tests.harness.coverage", "tests.interop.baseline")

hypothesis.settings.register_profile("house", deadline=None, print_blob=True)
hypothesis.settings.register_profile(
    "fuzz",
    deadline=None,
    print_blob=True,
    max_examples=5_000,
    suppress_health_check=list(hypothesis.HealthCheck),
)
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


@pytest.fixture(scope="session")
def templates(tmp_path_factory: pytest.TempPathFactory) -> Templates:
    return Templates(tmp_path_factory.mktemp("templates"))


@pytest.fixture(params=["sqlite", "postgresql"])
def db_url(request: pytest.FixtureRequest, tmp_path: Path, templates: Templates) -> Iterator[str]:
    """What `io.db.open_db` takes, for a migrated database of each engine in turn."""
    if request.param == "sqlite":
        yield templates.copy_sqlite(tmp_path / "depesha.sqlite")
        return
    cluster: Cluster = request.getfixturevalue("postgres")
    url = templates.copy_postgres(cluster)
    yield url
    cluster.drop(url)


@pytest.fixture
def clock() -> TestClock:
    return TestClock()


class StartServer(Protocol):
    """`async with start_server(rate_limits=True) as server`: the same database each time."""

    def __call__(self, **settings: object) -> AbstractAsyncContextManager[Server]: ...


@pytest.fixture
def start_server(
    db_url: str, tmp_path: Path, clock: TestClock, record_operations: Callable[[set[str]], None]
) -> StartServer:
    """Starts servers on this test's database and folder, one after the other."""

    @asynccontextmanager
    async def started(**settings: object) -> AsyncIterator[Server]:
        async with start(config_for(tmp_path, db_url, **settings), clock) as server:
            yield server
            record_operations(server.wire.judge.done)

    return started


@pytest.fixture
async def server(start_server: StartServer) -> AsyncIterator[Server]:
    """A server with an empty database, anyone may register."""
    async with start_server() as running:
        yield running


@pytest.fixture
async def alice(server: Server) -> Client:
    return await server.register("alice")


@pytest.fixture
async def bob(server: Server) -> Client:
    return await server.register("bob")


@pytest.fixture(scope="session")
def running_slapd() -> Iterator[Slapd]:
    """A directory for this session; skips where none is."""
    try:
        slapd = start_slapd()
    except MissingSlapd as missing:
        pytest.skip(str(missing))
    yield slapd
    end_slapd(slapd)


@pytest.fixture
def slapd(running_slapd: Slapd) -> Slapd:
    """A directory without people."""
    running_slapd.clear()
    return running_slapd
