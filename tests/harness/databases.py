"""Migrated databases, copied for each test from a template that is made once."""

import asyncio
import shutil
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from depesha.io.db import open_db
from depesha.io.migrate import migrate
from tests.harness.postgres import Cluster

_TEMPLATE = "migrated"


class Templates:
    """One migrated database of each engine, made when it is first asked for."""

    def __init__(self, folder: Path) -> None:
        self._file = folder / "migrated.sqlite"
        self._clusters: set[Cluster] = set()

    def copy_sqlite(self, target: Path) -> str:
        if not self._file.exists():
            _migrate(str(self._file))
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(self._file, target)
        return str(target)

    def copy_postgres(self, cluster: Cluster) -> str:
        if cluster not in self._clusters:
            cluster.run(f"CREATE DATABASE {_TEMPLATE} TEMPLATE template0")
            _migrate(cluster.url(_TEMPLATE))
            self._clusters.add(cluster)
        return cluster.create(_TEMPLATE)


def _migrate(url: str) -> None:
    """Runs in a thread of its own: the loop of the test must not learn of another."""

    async def run() -> None:
        db = await open_db(url)
        try:
            await migrate(db)
        finally:
            await db.close()

    with ThreadPoolExecutor(1) as thread:
        thread.submit(asyncio.run, run()).result()
