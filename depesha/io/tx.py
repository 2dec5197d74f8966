"""What a function that works on the database is given, and the errors it may be told.

There is one SQL text for both engines: `$1` placeholders, `= ANY($1)` and `<> ALL($1)` with
a list, INTEGER, TEXT, BLOB and REAL. Two things that PostgreSQL asks for and SQLite does not:
a parameter whose type nothing tells (`$1 IS NULL`, `$1 + 1`) needs `CAST($1 AS INTEGER)`, and
so does a sum (`CAST(SUM(x) AS INTEGER)`), which is else a decimal.
"""

from collections.abc import Awaitable, Callable, Coroutine, Iterable, Sequence
from typing import Literal, NamedTuple, Protocol, TypeVar

Arg = int | str | bytes | float | list[int] | list[str] | None
Engine = Literal["sqlite", "postgresql"]

R = TypeVar("R", bound=NamedTuple)
T = TypeVar("T")


class Conflict(Exception):
    """A row with this unique key is there already."""


class Unkeepable(ValueError):
    """A value that not every engine can keep, such as a text with U+0000."""


class Unavailable(Exception):
    """The database cannot be reached, or its disk is full.

    Whether the last commit took place is not known.
    """


class Tx(Protocol):
    """A transaction. After an error of a statement, every later statement of it fails too."""

    @property
    def engine(self) -> Engine:
        """Which engine this is, for the rare text that cannot be the same on both."""

    @property
    def scratch(self) -> dict[str, object]:
        """A place to keep things for as long as the transaction lives."""

    async def execute(self, sql: str, *args: Arg) -> int:
        """The number of rows that the statement inserted, changed or deleted."""

    async def rows(self, kind: type[R], sql: str, *args: Arg) -> list[R]:
        """All rows, as `kind`, whose fields are filled by position."""

    async def row(self, kind: type[R], sql: str, *args: Arg) -> R | None:
        """The first row, or None."""

    async def value(self, kind: type[T], sql: str, *args: Arg) -> T | None:
        """The first column of the first row; None when there is no row, or it is NULL."""

    async def insert_many(
        self, table: str, columns: Sequence[str], rows: Iterable[Sequence[Arg]], suffix: str = ""
    ) -> None:
        """Insert all rows; `suffix` may be an `ON CONFLICT` clause.

        The one call whose SQL differs by engine; no value may be a list.
        """


Hook = Callable[[Tx], Awaitable[None]]


def drive(coroutine: Coroutine[object, None, T]) -> T:
    """The result of a coroutine that never suspends; one that does is a bug."""
    try:
        coroutine.send(None)
    except StopIteration as stop:
        result: T = stop.value
        return result
    coroutine.close()
    raise RuntimeError("a function on the database awaited something besides its transaction")
