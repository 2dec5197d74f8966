"""The SQLite engine: one writer, readers that never wait for it.

Statements run on the event loop's own thread: each takes microseconds, while a worker thread
would pay the interpreter's switch interval for every one of them. What does leave the loop is
COMMIT, since it waits for the disk.
"""

import asyncio
import fcntl
import os
import re
import sqlite3
import threading
from collections.abc import Callable, Coroutine, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache
from pathlib import Path
from typing import TypeVar, TypeVarTuple

from depesha.base.canonical import encode
from depesha.io.tx import Arg, Conflict, Engine, Hook, R, Tx, Unavailable, Unkeepable, drive

T = TypeVar("T")
Ts = TypeVarTuple("Ts")

_ANY = re.compile(r"= ANY\(\$(\d+)\)")
_ALL = re.compile(r"<> ALL\(\$(\d+)\)")
_PLACEHOLDER = re.compile(r"\$(\d+)")
_TAKEN = {sqlite3.SQLITE_CONSTRAINT_PRIMARYKEY, sqlite3.SQLITE_CONSTRAINT_UNIQUE}
_AWAY = {sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_CANTOPEN}
_BUSY_SECONDS = 10.0
_SCAN_THREADS = 2
_KIB_WRITE, _KIB_READ, _KIB_SCAN = 4096, 8192, 2048
_ALWAYS = ("foreign_keys = ON", "case_sensitive_like = ON", "temp_store = MEMORY")
_READING = ("query_only = ON",)
_WRITING = (
    "journal_mode = WAL",
    "synchronous = FULL",
    # A checkpoint writes each page once, however often it changed since the last one.
    "wal_autocheckpoint = 4000",
    "journal_size_limit = 67108864",
    # Whether somebody else holds the file is asked for without waiting on the event loop.
    "busy_timeout = 0",
)


@lru_cache(4096)
def translate(sql: str) -> tuple[str, bool]:
    """SQLite's text of a statement, and whether it takes lists."""
    text = _ANY.sub(r"IN (SELECT value FROM json_each($\1))", sql)
    text = _ALL.sub(r"NOT IN (SELECT value FROM json_each($\1))", text)
    return _PLACEHOLDER.sub(r"?\1", text), "json_each" in text


class SqliteTx:
    """A `Tx` on one connection. Its coroutines never suspend."""

    engine: Engine = "sqlite"

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self.scratch: dict[str, object] = {}
        self.failed = False

    def _run(self, sql: str, args: Sequence[Arg]) -> sqlite3.Cursor:
        _check_texts(args)
        text, takes_lists = translate(sql)
        if takes_lists:
            args = [_as_json(arg) if isinstance(arg, list) else arg for arg in args]
        return self._connection.execute(text, args)

    def _error(self, error: Exception) -> Exception:
        self.failed = True
        if isinstance(error, OverflowError | UnicodeEncodeError):
            return Unkeepable(f"the database cannot keep this: {error}")
        if isinstance(error, sqlite3.IntegrityError) and error.sqlite_errorcode in _TAKEN:
            return Conflict(str(error))
        return Unavailable(str(error)) if _is_away(error) else error

    def check(self) -> None:
        if self.failed:
            raise RuntimeError("a statement of this transaction has failed before")

    async def execute(self, sql: str, *args: Arg) -> int:
        self.check()
        try:
            return self._run(sql, args).rowcount
        except Exception as error:
            raise self._error(error) from error

    async def rows(self, kind: type[R], sql: str, *args: Arg) -> list[R]:
        self.check()
        try:
            return list(map(kind._make, self._run(sql, args).fetchall()))
        except Exception as error:
            raise self._error(error) from error

    async def row(self, kind: type[R], sql: str, *args: Arg) -> R | None:
        self.check()
        try:
            found = self._run(sql, args).fetchone()
        except Exception as error:
            raise self._error(error) from error
        return None if found is None else kind._make(found)

    async def value(self, kind: type[T], sql: str, *args: Arg) -> T | None:
        self.check()
        try:
            found = self._run(sql, args).fetchone()
        except Exception as error:
            raise self._error(error) from error
        if found is None or found[0] is None:
            return None
        if not isinstance(found[0], kind):
            raise TypeError(f"{found[0]!r} is not of {kind}")
        return found[0]

    async def insert_many(
        self, table: str, columns: Sequence[str], rows: Iterable[Sequence[Arg]], suffix: str = ""
    ) -> None:
        self.check()
        rows = list(rows)
        try:
            for row in rows:
                _check_texts(row)
            self._connection.executemany(_insert(table, tuple(columns), suffix), rows)
        except Exception as error:
            raise self._error(error) from error


@lru_cache(1024)
def _insert(table: str, columns: tuple[str, ...], suffix: str) -> str:
    marks = ", ".join("?" * len(columns))
    return f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({marks}) {suffix}"  # noqa: S608


def _check_texts(args: Sequence[Arg]) -> None:
    """SQLite would keep U+0000, PostgreSQL cannot; so neither does."""
    for arg in args:
        if arg.__class__ is str and "\x00" in arg:
            raise Unkeepable("the database cannot keep this: a text contains U+0000")


def _is_away(error: Exception) -> bool:
    """True when the disk is full, or does not do what it should."""
    return isinstance(error, sqlite3.Error) and error.sqlite_errorcode & 0xFF in _AWAY


def _as_json(arg: list[int] | list[str]) -> str:
    _check_texts(arg)
    try:
        return encode(arg).decode()
    except TypeError as error:
        raise Unkeepable(f"the database cannot keep this: {error}") from error


class Sqlite:
    """The engine behind `Db` for a file; see there for what each method promises.

    Raises Unavailable when another process has the file open as its database.
    """

    name: Engine = "sqlite"
    batch_seconds = 0.004

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = lock_database(path)
        self._writer = _connect(path, _KIB_WRITE, _WRITING)
        self._tx = SqliteTx(self._writer)
        self._changes = 0
        self._reader = _connect(path, _KIB_READ, _READING)
        self._commits = ThreadPoolExecutor(1, "commit")
        self._scans = ThreadPoolExecutor(_SCAN_THREADS, "scan")
        self._scanner = threading.local()
        self._scanners: list[sqlite3.Connection] = []

    async def read(
        self, fn: Callable[[Tx, *Ts], Coroutine[object, None, T]], args: tuple[*Ts]
    ) -> T:
        return _read(self._reader, fn, args)

    async def scan(
        self, fn: Callable[[Tx, *Ts], Coroutine[object, None, T]], args: tuple[*Ts]
    ) -> T:
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._scans, self._scan, fn, args)

    def _scan(self, fn: Callable[[Tx, *Ts], Coroutine[object, None, T]], args: tuple[*Ts]) -> T:
        connection: sqlite3.Connection | None = getattr(self._scanner, "connection", None)
        if connection is None:
            connection = self._scanner.connection = _connect(self._path, _KIB_SCAN, _READING)
            self._scanners.append(connection)
        return _read(connection, fn, args)

    async def begin(self) -> None:
        try:
            self._writer.execute("BEGIN IMMEDIATE")
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode != sqlite3.SQLITE_BUSY:
                raise
            await asyncio.get_running_loop().run_in_executor(self._commits, self._begin_late)
        self._changes = self._writer.total_changes
        self._tx.scratch.clear()
        self._tx.failed = False

    def _begin_late(self) -> None:
        """Somebody is at work on the file with a tool: give them time."""
        self._writer.execute(f"PRAGMA busy_timeout = {_BUSY_SECONDS * 1000:.0f}")
        try:
            self._writer.execute("BEGIN IMMEDIATE")
        except sqlite3.OperationalError as error:
            raise Unavailable(str(error)) from error
        finally:
            self._writer.execute("PRAGMA busy_timeout = 0")

    async def prepare(self, hook: Hook) -> None:
        drive(_call(hook, self._tx))

    async def run(self, plan: Callable[[Tx], Coroutine[object, None, None]]) -> None:
        drive(plan(self._tx))
        self._tx.check()

    async def run_apart(self, plan: Callable[[Tx], Coroutine[object, None, None]]) -> None:
        execute = self._writer.execute
        execute("SAVEPOINT plan")
        try:
            drive(plan(self._tx))
            self._tx.check()
        except Exception as error:
            if not self._writer.in_transaction:
                raise Unavailable("the whole transaction was rolled back") from error
            execute("ROLLBACK TO plan")
            self._tx.failed = False
            raise
        finally:
            if self._writer.in_transaction:
                execute("RELEASE plan")

    async def commit(self) -> None:
        """A transaction that changed nothing has nothing to wait for."""
        if self._writer.total_changes == self._changes:
            self._writer.execute("COMMIT")
        else:
            loop = asyncio.get_running_loop()
            await loop.run_in_executor(self._commits, self._commit)

    def _commit(self) -> None:
        try:
            self._writer.execute("COMMIT")
        except sqlite3.OperationalError as error:
            raise (Unavailable(str(error)) if _is_away(error) else error) from error

    async def rollback(self) -> None:
        if self._writer.in_transaction:
            self._writer.execute("ROLLBACK")

    async def close(self) -> None:
        await asyncio.to_thread(self._scans.shutdown)
        await asyncio.to_thread(self._commits.shutdown)
        for connection in (*self._scanners, self._reader, self._writer):
            connection.close()
        os.close(self._lock)


def lock_database(path: Path) -> int:
    """The file descriptor that keeps other servers away for as long as it is open.

    Raises Unavailable when another process has it.
    """
    descriptor = os.open(f"{path}-lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        os.close(descriptor)
        raise Unavailable(f"{path} is in use by another process") from error
    return descriptor


def _connect(path: Path, cache_kib: int, pragmas: Sequence[str]) -> sqlite3.Connection:
    connection = sqlite3.connect(
        path,
        timeout=_BUSY_SECONDS,
        isolation_level=None,
        check_same_thread=False,
        cached_statements=1024,
    )
    for pragma in (f"cache_size = -{cache_kib}", *_ALWAYS, *pragmas):
        connection.execute(f"PRAGMA {pragma}")
    return connection


def copy_database(path: Path, target: Path) -> None:
    """Write the database, as it is at one moment, to another file, also while it is in use.

    Raises sqlite3.Error, also when the copy turns out to be damaged.
    """
    source = _connect(path, _KIB_SCAN, _READING)
    copy = sqlite3.connect(target)
    try:
        source.backup(copy)
        if (found := copy.execute("PRAGMA quick_check(1)").fetchone()) != ("ok",):
            raise sqlite3.DatabaseError(f"{path}: {found[0]}")
    finally:
        copy.close()
        source.close()


async def _call(hook: Hook, tx: Tx) -> None:
    await hook(tx)


def _read(
    connection: sqlite3.Connection,
    fn: Callable[[Tx, *Ts], Coroutine[object, None, T]],
    args: tuple[*Ts],
) -> T:
    connection.execute("BEGIN")
    try:
        return drive(fn(SqliteTx(connection), *args))
    finally:
        if connection.in_transaction:
            connection.execute("COMMIT")
