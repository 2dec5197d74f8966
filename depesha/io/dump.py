"""A database as a file, taken while it is in use, and put back.

SQLite is copied by its own backup interface; PostgreSQL by `pg_dump` and `pg_restore`, which
must be installed. What is not a coroutine blocks: it is for the command line.
"""

import os
import shutil
import sqlite3
import subprocess
from pathlib import Path
from urllib.parse import unquote, urlsplit

import asyncpg

from depesha.io.postgres import LOST
from depesha.io.sqlite import copy_database, lock_database
from depesha.io.store import COUNT_LINES, COUNT_TABLES, LISTENS_AS, MOVE_TABLES
from depesha.io.tx import Unavailable

ASIDE = "replaced_"
"""How the schema begins that a restore moves tables to: it belongs to no backup."""
_NO_ASIDE = f"--exclude-schema={ASIDE}*"
_PROGRAMS = Path("/usr/lib/postgresql")


class DumpError(Exception):
    """The database could not be copied; the text says why."""


def dump_database(place: str, target: Path) -> None:
    """Write the database, as it is at one moment, to a file that is not there yet."""
    if not is_postgres(place):
        if not Path(place).exists():
            raise DumpError(f"{place} is not there")
        try:
            copy_database(Path(place), target)
        except sqlite3.Error as error:
            raise DumpError(f"{place}: {error}") from error
        return
    _run(
        place,
        "pg_dump",
        "--format=custom",
        "--no-owner",
        "--no-privileges",
        _NO_ASIDE,
        f"--file={target}",
    )


def load_database(place: str, source: Path) -> None:
    """Fill an empty PostgreSQL database from such a file: all of it, or nothing."""
    options = ("--no-owner", "--no-privileges", "--single-transaction", "--exit-on-error")
    _run(place, "pg_restore", *options, "--dbname", _without_password(place), str(source))


async def is_empty(place: str) -> bool:
    """Whether there is no database of ours yet. Raises Unavailable when one is in use."""
    if not is_postgres(place):
        if not Path(place).exists():  # noqa: ASYNC240 (a command waits for nothing else)
            return True
        os.close(lock_database(Path(place)))
        return False
    connection = await _connect(place)
    try:
        if await connection.fetchval(COUNT_LINES, LISTENS_AS):
            raise Unavailable("a server works with this database")
        return not await connection.fetchval(COUNT_TABLES)
    finally:
        await connection.close()


async def move_tables(place: str, aside: str) -> None:
    """Empty a PostgreSQL database: its tables, if there are any, go into a schema of that name."""
    connection = await _connect(place)
    try:
        if await connection.fetchval(COUNT_TABLES):
            await connection.execute(MOVE_TABLES.format(aside))
    finally:
        await connection.close()


async def _connect(place: str) -> "asyncpg.Connection[asyncpg.Record]":
    try:
        return await asyncpg.connect(place)
    except LOST as error:
        raise Unavailable(str(error)) from error


def is_postgres(place: str) -> bool:
    """Whether this is the address of a PostgreSQL database."""
    return place.startswith(("postgresql://", "postgres://"))


def _run(place: str, program: str, *options: str) -> None:
    """The password travels in the environment: everybody can see a command line."""
    parts = urlsplit(place)
    env = dict(os.environ)
    if parts.password is not None:
        env["PGPASSWORD"] = unquote(parts.password)
    command = [_find(program), *options]
    if "--dbname" not in options:
        command += ["--dbname", _without_password(place)]
    # No shell reads the command; its words are ours and the operator's.
    done = subprocess.run(command, env=env, capture_output=True, text=True, check=False)  # noqa: S603
    if done.returncode:
        raise DumpError(f"{program}: {done.stderr.strip() or done.returncode}")


def _find(program: str) -> str:
    """The newest that is installed: an older one refuses a newer server."""
    found = sorted(
        (path for path in _PROGRAMS.glob(f"*/bin/{program}") if path.parts[-3].isdecimal()),
        key=lambda path: int(path.parts[-3]),
    )
    path = str(found[-1]) if found else shutil.which(program)
    if path is None:
        raise DumpError(f"{program} is not installed: it is needed for PostgreSQL")
    return path


def _without_password(place: str) -> str:
    parts = urlsplit(place)
    return place.replace(f":{parts.password}@", "@", 1) if parts.password else place
