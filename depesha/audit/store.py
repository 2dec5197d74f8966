"""SQL on the log of acts. Lines are added, and never changed but to forget their details."""

from typing import NamedTuple

from depesha.audit.chain import Line
from depesha.base.canonical import decode, encode
from depesha.io.tx import Tx


class LastRow(NamedTuple):
    """Number and hash of the last line."""

    number: int
    hash: str


class LineRow(NamedTuple):
    """A line as it is stored; `details` is JSON."""

    number: int
    ts: int
    actor: str
    act: str
    target: str
    sealed: str
    before: str
    hash: str
    signature: str
    details: str | None
    details_key: bytes | None

    def line(self) -> Line:
        details = None if self.details is None else decode(self.details)
        return Line(*self[:9], details=details, details_key=self.details_key)


_COLUMNS = "number, ts, actor, act, target, sealed, before, hash, signature, details, details_key"


async def select_last(tx: Tx, institution_id: int) -> LastRow | None:
    return await tx.row(
        LastRow,
        "SELECT number, hash FROM audit_lines WHERE institution_id = $1"
        " ORDER BY number DESC LIMIT 1",
        institution_id,
    )


async def insert_line(tx: Tx, institution_id: int, line: Line) -> None:
    await tx.execute(
        f"INSERT INTO audit_lines (institution_id, {_COLUMNS})"
        " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)",
        institution_id,
        line.number,
        line.ts,
        line.actor,
        line.act,
        line.target,
        line.sealed,
        line.before,
        line.hash,
        line.signature,
        encode(line.details).decode(),
        line.details_key,
    )


_OF = " AND (CAST($4 AS TEXT) = '' OR actor = $4) AND (CAST($5 AS TEXT) = '' OR target = $5)"


async def select_lines_before(
    tx: Tx, institution_id: int, before: int, limit: int, actor: str = "", target: str = ""
) -> list[Line]:
    """Lines before a number, the latest first; as above of one actor or target."""
    rows = await tx.rows(
        LineRow,
        f"SELECT {_COLUMNS} FROM audit_lines WHERE institution_id = $1 AND number < $2"
        f"{_OF} ORDER BY number DESC LIMIT $3",
        institution_id,
        before,
        limit,
        actor,
        target,
    )
    return [row.line() for row in rows]


async def select_lines(
    tx: Tx, institution_id: int, after: int, limit: int, actor: str = "", target: str = ""
) -> list[Line]:
    """Lines in order, those after a number; of one actor or target where it is given."""
    rows = await tx.rows(
        LineRow,
        f"SELECT {_COLUMNS} FROM audit_lines WHERE institution_id = $1 AND number > $2"
        f"{_OF} ORDER BY number LIMIT $3",
        institution_id,
        after,
        limit,
        actor,
        target,
    )
    return [row.line() for row in rows]
