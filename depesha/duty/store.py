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


async def insert_report(tx: Tx, institution_id: int, row: ReportRow) -> None:
    await tx.execute(
        "INSERT INTO duty_reports (institution_id, position, reporter, room_id, event_id,"
        " user_id, reason, score, ts) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        institution_id,
        *row,
    )
