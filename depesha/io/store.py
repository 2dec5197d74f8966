"""The SQL of this floor's own tables."""

from typing import NamedTuple

from depesha.io.tx import Tx

MIGRATIONS = (
    "CREATE TABLE IF NOT EXISTS io_migrations (name TEXT PRIMARY KEY, sha256 TEXT NOT NULL)"
)

LISTENS_AS = "depesha line"
"""How the connections of `io/line.py` are named in PostgreSQL's list of activity."""
NOTIFY = "SELECT pg_notify($1, $2)"
TAKE_LEASE = "SELECT pg_try_advisory_lock($1)"
TOUCH = "SELECT 1"
COUNT_LINES = (
    "SELECT count(*) FROM pg_stat_activity"
    " WHERE application_name = $1 AND datname = current_database()"
)
COUNT_TABLES = "SELECT count(*) FROM pg_tables WHERE schemaname = 'public'"
MOVE_TABLES = "ALTER SCHEMA public RENAME TO {}; CREATE SCHEMA public"

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


class Job(NamedTuple):
    """Work that somebody has asked for; `attempts` counts the one that is being made."""

    institution_id: int
    kind: str
    key: str
    payload: bytes
    serial: int
    attempts: int


async def upsert_job(
    tx: Tx, institution_id: int, kind: str, key: str, payload: bytes, due_ts: int
) -> None:
    """Also while it is being done: then it is done once more."""
    await tx.execute(
        "INSERT INTO io_jobs (institution_id, kind, key, payload, serial, due_ts, attempts,"
        " leased_until) VALUES ($1, $2, $3, $4, 1, $5, 0, 0)"
        " ON CONFLICT (institution_id, kind, key) DO UPDATE SET payload = excluded.payload,"
        " serial = io_jobs.serial + 1, due_ts = excluded.due_ts, attempts = 0, error = NULL",
        institution_id,
        kind,
        key,
        payload,
        due_ts,
    )


async def insert_job_if_new(
    tx: Tx, institution_id: int, kind: str, key: str, payload: bytes, due_ts: int
) -> None:
    await tx.execute(
        "INSERT INTO io_jobs (institution_id, kind, key, payload, serial, due_ts, attempts,"
        " leased_until) VALUES ($1, $2, $3, $4, 1, $5, 0, 0)"
        " ON CONFLICT (institution_id, kind, key) DO NOTHING",
        institution_id,
        kind,
        key,
        payload,
        due_ts,
    )


async def delete_job(tx: Tx, institution_id: int, kind: str, key: str) -> None:
    await tx.execute(
        "DELETE FROM io_jobs WHERE institution_id = $1 AND kind = $2 AND key = $3",
        institution_id,
        kind,
        key,
    )


async def select_next_due(tx: Tx, institution_id: int, kinds: list[str]) -> int | None:
    """When the next job may begin, in ms since the epoch."""
    return await tx.value(
        int,
        "SELECT MIN(CASE WHEN leased_until > due_ts THEN leased_until ELSE due_ts END)"
        " FROM io_jobs WHERE institution_id = $1 AND kind = ANY($2) AND due_ts IS NOT NULL",
        institution_id,
        kinds,
    )


async def lease_jobs(
    tx: Tx, institution_id: int, kinds: list[str], now: int, until: int, most: int
) -> list[Job]:
    """Take up to so many jobs that are due and nobody else's."""
    return await tx.rows(
        Job,
        "UPDATE io_jobs SET leased_until = $4, attempts = attempts + 1"
        " WHERE institution_id = $1 AND leased_until <= $3 AND due_ts <= $3 AND (kind, key) IN"
        " (SELECT kind, key FROM io_jobs WHERE institution_id = $1 AND kind = ANY($2)"
        " AND due_ts <= $3 AND leased_until <= $3 ORDER BY due_ts LIMIT $5)"
        " RETURNING institution_id, kind, key, payload, serial, attempts",
        institution_id,
        kinds,
        now,
        until,
        most,
    )


async def update_leases(tx: Tx, jobs: list[Job], until: int) -> None:
    for job in jobs:
        await tx.execute(
            "UPDATE io_jobs SET leased_until = $4"
            " WHERE institution_id = $1 AND kind = $2 AND key = $3",
            job.institution_id,
            job.kind,
            job.key,
            until,
        )


async def finish_job(tx: Tx, job: Job, due_ts: int | None, error: str | None) -> None:
    """Give the job back: to be done again at `due_ts`, or, with None, given up.

    What has been asked for meanwhile stands.
    """
    await tx.execute(
        "UPDATE io_jobs SET leased_until = 0,"
        " due_ts = CASE WHEN serial = $4 THEN $5 ELSE due_ts END,"
        " attempts = CASE WHEN serial = $4 AND CAST($6 AS TEXT) IS NOT NULL THEN attempts"
        " ELSE 0 END, error = $6"
        " WHERE institution_id = $1 AND kind = $2 AND key = $3",
        job.institution_id,
        job.kind,
        job.key,
        job.serial,
        due_ts,
        error,
    )


async def delete_finished_job(tx: Tx, job: Job) -> int:
    """Whether it is gone: 0 when it has been asked for again meanwhile."""
    return await tx.execute(
        "DELETE FROM io_jobs WHERE institution_id = $1 AND kind = $2 AND key = $3 AND serial = $4",
        job.institution_id,
        job.kind,
        job.key,
        job.serial,
    )


# --- what is kept of a person --------------------------------------------------------


class Table(NamedTuple):
    """The name of a table."""

    name: str


async def select_tables_of_people(tx: Tx) -> list[str]:
    """All tables whose rows belong to somebody: those with a column `user_id`."""
    if tx.engine == "sqlite":
        sql = (
            "SELECT m.name FROM sqlite_master m JOIN pragma_table_info(m.name) c"
            " ON c.name = 'user_id' WHERE m.type = 'table' ORDER BY m.name"
        )
    else:
        sql = (
            "SELECT CAST(table_name AS TEXT) FROM information_schema.columns"
            " WHERE table_schema = current_schema() AND column_name = 'user_id'"
            " ORDER BY table_name"
        )
    return [row.name for row in await tx.rows(Table, sql)]


async def count_rows_of(tx: Tx, institution_id: int, user_id: str) -> dict[str, int]:
    """How many rows of each table belong to somebody; no table is forgotten."""
    found: dict[str, int] = {}
    for table in await select_tables_of_people(tx):
        sql = f"SELECT COUNT(*) FROM {table} WHERE institution_id = $1 AND user_id = $2"
        found[table] = await tx.value(int, sql, institution_id, user_id) or 0
    return found
