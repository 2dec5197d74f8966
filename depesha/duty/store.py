"""SQL on complaints."""

from typing import NamedTuple

from depesha.io.tx import Tx


class ReportRow(NamedTuple):
    """A complaint about an event, a room or a person; `ts` in milliseconds."""

    position: int
    reporter: str
    room_id: str | None
    event_id: str | None
    user_id: str | None
    reason: str
    score: int | None
    ts: int


class DecidedRow(NamedTuple):
    """A complaint and what became of it; `decision` is None while it is open."""

    position: int
    reporter: str
    room_id: str | None
    event_id: str | None
    user_id: str | None
    reason: str
    score: int | None
    ts: int
    decision: str | None
    answer: str | None
    decided_by: str | None
    decided_ts: int | None


async def insert_report(tx: Tx, institution_id: int, row: ReportRow) -> None:
    await tx.execute(
        "INSERT INTO duty_reports (institution_id, position, reporter, room_id, event_id,"
        " user_id, reason, score, ts) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        institution_id,
        *row,
    )


_DECIDED = (
    "SELECT position, reporter, room_id, event_id, user_id, reason, score, ts, decision, answer,"
    " decided_by, decided_ts FROM duty_reports WHERE institution_id = $1"
)


async def select_reports(
    tx: Tx, institution_id: int, before: int, limit: int, only_open: int
) -> list[DecidedRow]:
    """Complaints with a smaller number than `before`, the latest first."""
    return await tx.rows(
        DecidedRow,
        _DECIDED + " AND position < $2 AND ($4 = 0 OR decision IS NULL)"
        " ORDER BY position DESC LIMIT $3",
        institution_id,
        before,
        limit,
        only_open,
    )


async def select_report(tx: Tx, institution_id: int, position: int) -> DecidedRow | None:
    return await tx.row(DecidedRow, _DECIDED + " AND position = $2", institution_id, position)


async def update_decision(
    tx: Tx, institution_id: int, position: int, decision: str, answer: str, by: str, ts: int
) -> None:
    await tx.execute(
        "UPDATE duty_reports SET decision = $3, answer = $4, decided_by = $5, decided_ts = $6"
        " WHERE institution_id = $1 AND position = $2",
        institution_id,
        position,
        decision,
        answer,
        by,
        ts,
    )
