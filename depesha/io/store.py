"""The SQL of this floor's own tables."""

from typing import NamedTuple

from depesha.io.tx import Tx

MIGRATIONS = (
    "CREATE TABLE IF NOT EXISTS io_migrations (name TEXT PRIMARY KEY, sha256 TEXT NOT NULL)"
)


class Applied(NamedTuple):
    """A migration that has been applied, with the hash of its text at that time."""

    name: str
    sha256: str


async def create_migrations(tx: Tx) -> None:
    """Make the table of migrations when it is missing; keeps others out until the commit."""
    if tx.engine == "postgresql":
        await tx.execute("SELECT pg_advisory_xact_lock(7163384699)")
    await tx.execute(MIGRATIONS)


async def select_migrations(tx: Tx) -> list[Applied]:
    return await tx.rows(Applied, "SELECT name, sha256 FROM io_migrations ORDER BY name")


async def insert_migration(tx: Tx, applied: Applied) -> None:
    await tx.execute("INSERT INTO io_migrations (name, sha256) VALUES ($1, $2)", *applied)
