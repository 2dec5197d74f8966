"""The PostgreSQL engine: one connection that writes, a pool of those that read.

A commit whose answer is lost with the connection may have taken place or not: its callers get
`Unavailable`, and whoever keeps state in memory catches up in `Db.before_batch`. Whoever had
not been reached yet goes on with the next connection.
"""

import contextlib
import re
from collections.abc import AsyncIterator, Callable, Coroutine, Iterable, Iterator, Sequence
from functools import lru_cache
from typing import NamedTuple, Self, TypeAlias, TypeVar, TypeVarTuple

import asyncpg

from depesha.io.tx import Arg, Conflict, Engine, Hook, R, Tx, Unavailable, Unkeepable

T = TypeVar("T")
Ts = TypeVarTuple("Ts")

_TYPE = re.compile(r"\bAS (INTEGER|BLOB|REAL)\)")
_NATIVE = {"INTEGER": "BIGINT", "BLOB": "BYTEA", "REAL": "DOUBLE PRECISION"}
LOST = (
    asyncpg.PostgresConnectionError,
    asyncpg.InterfaceError,
    asyncpg.OperatorInterventionError,
    # Among them a full disk.
    asyncpg.InsufficientResourcesError,
    # What the driver says when it loses the connection just as it takes up a statement.
    asyncpg.InternalClientError,
    OSError,
    TimeoutError,
)
_READERS = 10
_SECONDS = 60.0
"""A statement that takes longer counts as a lost connection."""
_CONNECT_SECONDS = 10.0

Connection: TypeAlias = "asyncpg.Connection[asyncpg.Record]"
AnyConnection: TypeAlias = "Connection | asyncpg.pool.PoolConnectionProxy[asyncpg.Record]"
Pool: TypeAlias = "asyncpg.Pool[asyncpg.Record]"


class _Column(NamedTuple):
    name: str
    type: str


@lru_cache(4096)
def translate(sql: str) -> str:
    """PostgreSQL's text of a statement."""
    return _TYPE.sub(lambda found: f"AS {_NATIVE[found[1]]})", sql)


@contextlib.contextmanager
def _translated() -> Iterator[None]:
    """The errors of the driver, as the callers of `Db` know them."""
    try:
        yield
    except asyncpg.UniqueViolationError as error:
        raise Conflict(str(error)) from error
    except asyncpg.DataError as error:
        raise Unkeepable(f"the database cannot keep this: {error}") from error
    except LOST as error:
        raise Unavailable(str(error)) from error


class PostgresTx:
    """A `Tx` on one connection."""

    engine: Engine = "postgresql"

    def __init__(self, connection: AnyConnection, inserts: dict[tuple[str, ...], str]) -> None:
        self._connection = connection
        self._inserts = inserts
        self.scratch: dict[str, object] = {}
        self.failed = False

    @contextlib.contextmanager
    def _statement(self) -> Iterator[None]:
        self.check()
        self.failed = True
        with _translated():
            yield
        self.failed = False

    def check(self) -> None:
        if self.failed:
            raise RuntimeError("a statement of this transaction has failed before")

    async def execute(self, sql: str, *args: Arg) -> int:
        with self._statement():
            status = await self._connection.execute(translate(sql), *args)
        count = status.rpartition(" ")[2]
        return int(count) if count.isdecimal() else -1

    async def rows(self, kind: type[R], sql: str, *args: Arg) -> list[R]:
        with self._statement():
            return list(map(kind._make, await self._connection.fetch(translate(sql), *args)))

    async def row(self, kind: type[R], sql: str, *args: Arg) -> R | None:
        with self._statement():
            found = await self._connection.fetchrow(translate(sql), *args)
        return None if found is None else kind._make(found)

    async def value(self, kind: type[T], sql: str, *args: Arg) -> T | None:
        with self._statement():
            found: object = await self._connection.fetchval(translate(sql), *args)
        if found is None:
            return None
        if not isinstance(found, kind):
            raise TypeError(f"{found!r} is not of {kind}")
        return found

    async def insert_many(
        self, table: str, columns: Sequence[str], rows: Iterable[Sequence[Arg]], suffix: str = ""
    ) -> None:
        values = list(zip(*rows, strict=True))
        if not values:
            return
        key = (table, suffix, *columns)
        sql = self._inserts.get(key)
        if sql is None:
            sql = self._inserts[key] = await self._insert(table, columns, suffix)
        with self._statement():
            await self._connection.execute(sql, *values)

    async def _insert(self, table: str, columns: Sequence[str], suffix: str) -> str:
        found = await self.rows(
            _Column,
            "SELECT attname, format_type(atttypid, NULL) FROM pg_attribute"
            " WHERE attrelid = CAST($1 AS regclass)",
            table,
        )
        types = {column.name: column.type for column in found}
        arrays = ", ".join(f"${i}::{types[column]}[]" for i, column in enumerate(columns, 1))
        return (
            f"INSERT INTO {table} ({', '.join(columns)})"  # noqa: S608
            f" SELECT * FROM unnest({arrays}) {suffix}"
        )


class Postgres:
    """The engine behind `Db` for a server; see there for what each method promises."""

    name: Engine = "postgresql"
    batch_seconds = 0.02

    def __init__(self, url: str, pool: Pool) -> None:
        self._url = url
        self._pool = pool
        self._inserts: dict[tuple[str, ...], str] = {}
        self._writer: Connection | None = None
        self._tx: PostgresTx
        self._mark = ""

    @classmethod
    async def open(cls, url: str) -> Self:
        """Raises Unavailable when the server does not let us in."""
        with _translated():
            pool = await asyncpg.create_pool(
                url,
                min_size=1,
                max_size=_READERS,
                reset=_keep,
                timeout=_CONNECT_SECONDS,
                command_timeout=_SECONDS,
                statement_cache_size=500,
                max_cached_statement_lifetime=0,
            )
        return cls(url, pool)

    @contextlib.asynccontextmanager
    async def _snapshot(self) -> AsyncIterator[Tx]:
        with _translated():
            async with (
                self._pool.acquire() as connection,
                connection.transaction(isolation="repeatable_read", readonly=True),
            ):
                yield PostgresTx(connection, self._inserts)

    async def read(
        self, fn: Callable[[Tx, *Ts], Coroutine[object, None, T]], args: tuple[*Ts]
    ) -> T:
        async with self._snapshot() as tx:
            return await fn(tx, *args)

    scan = read

    async def begin(self) -> None:
        """A lost connection that has nothing to lose is replaced unnoticed."""
        try:
            await self._begin()
        except Unavailable:
            self._drop()
            await self._begin()

    async def _begin(self) -> None:
        with _translated():
            if self._writer is None:
                self._writer = await asyncpg.connect(
                    self._url,
                    timeout=_CONNECT_SECONDS,
                    command_timeout=_SECONDS,
                    statement_cache_size=1000,
                    max_cached_statement_lifetime=0,
                )
            await self._writer.execute("BEGIN")
        self._tx = PostgresTx(self._writer, self._inserts)
        self._mark = "SAVEPOINT plan"

    def _drop(self) -> None:
        if self._writer is not None:
            self._writer.terminate()
            self._writer = None

    async def _say(self, command: str) -> None:
        if self._writer is None:
            raise Unavailable("the connection is lost")
        with _translated():
            await self._writer.execute(command)

    async def prepare(self, hook: Hook) -> None:
        await hook(self._tx)

    async def run(self, plan: Callable[[Tx], Coroutine[object, None, None]]) -> None:
        await plan(self._tx)
        self._tx.check()

    async def run_apart(self, plan: Callable[[Tx], Coroutine[object, None, None]]) -> None:
        if self._mark:
            await self._say(self._mark)
        self._mark = ""
        try:
            await self.run(plan)
        except Exception:
            await self._say("ROLLBACK TO plan")
            self._tx.failed = False
            raise
        self._mark = "RELEASE plan; SAVEPOINT plan"

    async def commit(self) -> None:
        await self._say("COMMIT")

    async def rollback(self) -> None:
        try:
            await self._say("ROLLBACK")
        except Unavailable:
            self._drop()

    async def close(self) -> None:
        if self._writer is not None:
            await self._writer.close()
        await self._pool.close()


async def _keep(connection: Connection) -> None:
    """Reading leaves nothing behind that would have to be reset."""
