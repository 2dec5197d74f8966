"""The SQLite engine: one writer, readers that never wait for it.

Statements run on the event loop's own thread: each takes microseconds, while a worker thread
would pay the interpreter's switch interval for every one of them. What does leave the loop is
COMMIT, since it waits for the disk.
"""

import asyncio
import re
import sqlite3
import threading
from collections.abc import Callable, Coroutine, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache
from pathlib import Path
from typing import TypeVar, TypeVarTuple

from depesha.base.canonical import encode
from depesha.io.tx import Arg, Conflict, Engine, Hook, R, Tx, Unavailable, drive

T = TypeVar("T")
Ts = TypeVarTuple("Ts")

_ANY = re.compile(r"= ANY\(\$(\d+)\)")
_ALL = re.compile(r"<> ALL\(\$(\d+)\)")
_PLACEHOLDER = re.compile(r"\$(\d+)")
_TAKEN = {sqlite3.SQLITE_CONSTRAINT_PRIMARYKEY, sqlite3.SQLITE_CONSTRAINT_UNIQUE}
_BUSY_SECONDS = 10.0
_SCAN_THREADS = 2
_KIB_WRITE, _KIB_READ, _KIB_SCAN = 4096, 8192, 2048


@lru_cache(4096)
def translate(sql: str) -> tuple[str, tuple[int, ...]]:
    """SQLite's text of a statement, and the indexes of the arguments that are lists."""
    found = {int(n) - 1 for pattern in (_ANY, _ALL) for n in pattern.findall(sql)}
    sql = _ANY.sub(r"IN (SELECT value FROM json_each($\1))", sql)
    sql = _ALL.sub(r"NOT IN (SELECT value FROM json_each($\1))", sql)
    return _PLACEHOLDER.sub(r"?\1", sql), tuple(sorted(found))


class SqliteTx:
    """A `Tx` on one connection. Its coroutines never suspend."""

    engine: Engine = "sqlite"

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self.scratch: dict[str, object] = {}
        self.failed = False

    def _run(self, sql: str, args: Sequence[Arg]) -> sqlite3.Cursor:
        text, lists = translate(sql)
        if lists:
            args = [_as_json(arg) if i in lists else arg for i, arg in enumerate(args)]
        return self._connection.execute(text, args)

    def _error(self, error: Exception) -> Exception:
        self.failed = True
        if isinstance(error, OverflowError):
            return ValueError(str(error))
        if isinstance(error, sqlite3.IntegrityError) and error.sqlite_errorcode in _TAKEN:
            return Conflict(str(error))
        return error

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
        try:
            self._connection.executemany(_insert(table, tuple(columns), suffix), rows)
        except Exception as error:
            raise self._error(error) from error


@lru_cache(1024)
def _insert(table: str, columns: tuple[str, ...], suffix: str) -> str:
    marks = ", ".join("?" * len(columns))
    return f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({marks}) {suffix}"  # noqa: S608


def _as_json(arg: Arg) -> str:
    try:
        return encode(arg).decode()
    except TypeError as error:
        raise ValueError(str(error)) from error


class Sqlite:
    """The engine behind `Db` for a file; see there for what each method promises."""

    name: Engine = "sqlite"

    def __init__(self, path: Path) -> None:
        self._path = path
        self._writer = self._connect(_KIB_WRITE, write=True)
        self._tx = SqliteTx(self._writer)
        self._reader = self._connect(_KIB_READ)
        self._commits = ThreadPoolExecutor(1, "commit")
        self._scans = ThreadPoolExecutor(_SCAN_THREADS, "scan")
        self._scanner = threading.local()
        self._scanners: list[sqlite3.Connection] = []
        self._changes = 0

    def _connect(self, cache_kib: int, *, write: bool = False) -> sqlite3.Connection:
        connection = sqlite3.connect(
            self._path,
            timeout=_BUSY_SECONDS,
            isolation_level=None,
            check_same_thread=False,
            cached_statements=1024,
        )
        if write:
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute("PRAGMA synchronous = FULL")
            connection.execute("PRAGMA foreign_keys = ON")
        else:
            connection.execute("PRAGMA query_only = ON")
        connection.execute("PRAGMA case_sensitive_like = ON")
        connection.execute(f"PRAGMA cache_size = -{cache_kib}")
        return connection

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
            connection = self._scanner.connection = self._connect(_KIB_SCAN)
            self._scanners.append(connection)
        return _read(connection, fn, args)

    async def begin(self) -> Tx:
        self._writer.execute("BEGIN IMMEDIATE")
        self._changes = self._writer.total_changes
        self._tx.scratch.clear()
        self._tx.failed = False
        return self._tx

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
        except Exception:
            if not self._writer.in_transaction:
                raise Unavailable("the whole transaction was rolled back") from None
            execute("ROLLBACK TO plan")
            raise
        finally:
            self._tx.failed = False
            if self._writer.in_transaction:
                execute("RELEASE plan")

    async def commit(self) -> None:
        if self._writer.total_changes == self._changes:
            self._writer.execute("COMMIT")
        else:
            loop = asyncio.get_running_loop()
            await loop.run_in_executor(self._commits, self._writer.execute, "COMMIT")

    async def rollback(self) -> None:
        if self._writer.in_transaction:
            self._writer.execute("ROLLBACK")

    async def backup(self, path: Path) -> None:
        await asyncio.to_thread(self._backup, path)

    def _backup(self, path: Path) -> None:
        source = self._connect(_KIB_SCAN)
        target = sqlite3.connect(path)
        try:
            source.backup(target)
        finally:
            target.close()
            source.close()

    async def close(self) -> None:
        await asyncio.to_thread(self._scans.shutdown)
        self._commits.shutdown()
        for connection in (*self._scanners, self._reader, self._writer):
            connection.close()


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
        connection.execute("COMMIT")
