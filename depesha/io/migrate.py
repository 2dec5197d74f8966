"""Brings the tables of a database up to date.

A migration is a file `depesha/<slice>/schema/20261124T2030_what.sql`, named by the minute (UTC)
of its making, so that two people's files never collide. Its statements end with `;` at the end
of a line. One text serves both engines; where it cannot, there are two files of the same name,
ending in `.sqlite.sql` and `.postgresql.sql`.
"""

import hashlib
import re
from dataclasses import dataclass
from pathlib import Path

import depesha
from depesha.io.db import Db, Tx
from depesha.io.store import (
    Applied,
    create_migrations,
    insert_migration,
    replace_statistics,
    select_migrations,
)
from depesha.io.tx import Engine

_NAME = re.compile(r"(\d{8}T\d{4}_[a-z0-9_]+)(\.sqlite|\.postgresql)?\.sql")
_END = re.compile(r";[ \t]*(?:--[^\n]*)?(?:\n|\Z)")
_POSTGRES = (
    (re.compile(r"\)\s*(?:(?:WITHOUT ROWID|STRICT)[ ,]*)+\Z"), ")"),
    (re.compile(r"\bINTEGER\b"), "BIGINT"),
    (re.compile(r"\bBLOB\b"), "BYTEA"),
    (re.compile(r"\bREAL\b"), "DOUBLE PRECISION"),
    # SQLite compares texts by their bytes, and so do we everywhere.
    (re.compile(r"(?<!AS )\bTEXT\b"), 'TEXT COLLATE "C"'),
)


class MigrationError(Exception):
    """The migrations of the program and those of the database contradict each other."""


@dataclass(frozen=True, slots=True)
class Migration:
    """One file: its name is `slice/minute_what`."""

    name: str
    text: str

    @property
    def order(self) -> tuple[str, str]:
        """By minute, then by slice."""
        folder, _, file = self.name.partition("/")
        return file, folder

    @property
    def sha256(self) -> str:
        """The hash of its text, in hexadecimal."""
        return hashlib.sha256(self.text.encode()).hexdigest()

    def statements(self, engine: Engine) -> list[str]:
        """Its statements in the words of an engine."""
        found = [part.strip() for part in _END.split(self.text) if part.strip()]
        if engine == "sqlite":
            return found
        return [_in_postgres(statement) for statement in found]


def _in_postgres(statement: str) -> str:
    for pattern, text in _POSTGRES:
        statement = pattern.sub(text, statement)
    return statement


def find_migrations(engine: Engine, root: Path | None = None) -> list[Migration]:
    """All migrations of the program, in the order in which they are to be applied."""
    root = root or Path(depesha.__file__).parent
    found = []
    for path in root.glob("*/schema/*.sql"):
        name = _NAME.fullmatch(path.name)
        if name is None:
            raise MigrationError(f"{path.name} is not named like 20261124T2030_what.sql")
        if name[2] in (None, f".{engine}"):
            slice_name = path.parent.parent.name
            found.append(Migration(f"{slice_name}/{name[1]}", path.read_text("utf-8")))
    return sorted(found, key=lambda migration: migration.order)


async def migrate(db: Db, root: Path | None = None) -> list[str]:
    """The names of the migrations that were applied just now, in order.

    All of them in one transaction. Raises MigrationError when one that was applied before has
    changed or is gone: a newer program has used this database, or somebody edited history.
    """
    return await db.write(_apply, find_migrations(db.engine, root))


async def _apply(tx: Tx, migrations: list[Migration]) -> list[str]:
    await create_migrations(tx)
    applied = {row.name: row.sha256 for row in await select_migrations(tx)}
    _check(applied, migrations)
    fresh = [migration for migration in migrations if migration.name not in applied]
    for migration in fresh:
        for statement in migration.statements(tx.engine):
            await tx.execute(statement)
        await insert_migration(tx, Applied(migration.name, migration.sha256))
    if fresh and tx.engine == "sqlite":
        await replace_statistics(tx)
    return [migration.name for migration in fresh]


def _check(applied: dict[str, str], migrations: list[Migration]) -> None:
    ours = {migration.name: migration.sha256 for migration in migrations}
    if gone := sorted(applied.keys() - ours.keys()):
        raise MigrationError(f"the database has migrations that are unknown here: {gone}")
    if changed := sorted(name for name in applied if applied[name] != ours[name]):
        raise MigrationError(f"migrations have changed since they were applied: {changed}")
