"""The SQL of this floor's own tables."""

from typing import NamedTuple

from depesha.io.tx import Tx

MIGRATIONS = (
    "CREATE TABLE IF NOT EXISTS io_migrations (name TEXT PRIMARY KEY, sha256 TEXT NOT NULL)"
)


ROWS, FEW = 1_000_000, 10

INDEXES = """
    SELECT t.name, t.wr, i.name, i.origin = 'pk', i."unique",
           (SELECT count(*) FROM pragma_index_info(i.name)),
           (SELECT name FROM pragma_index_info(i.name) WHERE seqno = 0)
    FROM sqlite_schema s, pragma_table_list(s.name) t, pragma_index_list(s.name) i
    WHERE s.type = 'table' AND t.schema = 'main'
"""


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


class Index(NamedTuple):
    """An index of SQLite, or the primary key of a table."""

    table: str
    without_rowid: int
    name: str
    is_primary: int
    is_unique: int
    columns: int
    first: str | None

    def statistics(self) -> str:
        """What SQLite shall expect: all rows, those that share one column, two columns, …."""
        shared = [ROWS if self.first == "institution_id" else FEW]
        while len(shared) < self.columns:
            shared.append(max(FEW, shared[-1] // 100))
        if self.is_unique:
            shared[-1] = 1
        return " ".join(map(str, (ROWS, *shared)))


async def replace_statistics(tx: Tx) -> None:
    """Tell SQLite that all rows may be of one institution, so that the next columns choose.

    Without statistics SQLite expects ten rows for `institution_id = …`, so it walks through a whole
    table rather than take an index on two columns. PostgreSQL gathers its own.
    """
    await tx.execute("ANALYZE sqlite_schema")
    await tx.execute("DELETE FROM sqlite_stat1")
    for index in await tx.rows(Index, INDEXES):
        name = index.table if index.is_primary and index.without_rowid else index.name
        await tx.execute(
            "INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES ($1, $2, $3)",
            index.table,
            name,
            index.statistics(),
        )
    await tx.execute("ANALYZE sqlite_schema")
