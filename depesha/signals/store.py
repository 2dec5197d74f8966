"""SQL on receipts, and the counting of events."""

from collections.abc import Iterable
from typing import NamedTuple

from depesha.io.tx import Tx


class ReceiptRow(NamedTuple):
    """A receipt; `ts` in milliseconds."""

    user_id: str
    type: str
    thread_id: str
    event_id: str
    read_order: int
    ts: int
    position: int


URGENTLY = 2
"""In place of 1 for what highlights also to those who have muted the room."""


class ExceptionRow(NamedTuple):
    """An event that counts otherwise than its type says."""

    event_order: int
    sender: str
    thread: str
    typed: int
    counted: int
    highlighted: int


class SingleRow(NamedTuple):
    """What an event is to one user."""

    event_order: int
    user_id: str
    sender: str
    thread: str
    typed: int
    notified: int
    highlighted: int


class HearingRow(NamedTuple):
    """How much reaches a user in a room; an empty `room_id` is everywhere else."""

    room_id: str
    hears: int


class PresenceRow(NamedTuple):
    """A person's status, and when they last did something (ms)."""

    status_msg: str | None
    active_ts: int


# --- receipts ------------------------------------------------------------------------

_RECEIPT = (
    "SELECT user_id, type, thread_id, event_id, read_order, ts, position FROM signals_receipts"
)


async def upsert_receipt(tx: Tx, institution_id: int, room_id: str, row: ReceiptRow) -> None:
    await tx.execute(
        "INSERT INTO signals_receipts (institution_id, room_id, user_id, type, thread_id,"
        " event_id, read_order, ts, position) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)"
        " ON CONFLICT (institution_id, room_id, user_id, type, thread_id) DO UPDATE SET"
        " event_id = excluded.event_id, read_order = excluded.read_order, ts = excluded.ts,"
        " position = excluded.position",
        institution_id,
        room_id,
        *row,
    )


async def select_receipts(
    tx: Tx, institution_id: int, room_id: str, since: int
) -> list[ReceiptRow]:
    """Receipts of a room that changed after a position, in order of change."""
    return await tx.rows(
        ReceiptRow,
        _RECEIPT
        + " WHERE institution_id = $1 AND room_id = $2 AND position > $3 ORDER BY position",
        institution_id,
        room_id,
        since,
    )


class RoomReceiptRow(NamedTuple):
    """A receipt and its room; `ts` in milliseconds."""

    room_id: str
    user_id: str
    type: str
    thread_id: str
    event_id: str
    read_order: int
    ts: int
    position: int

    @property
    def receipt(self) -> ReceiptRow:
        return ReceiptRow(*self[1:])


async def select_receipts_of_rooms(
    tx: Tx, institution_id: int, room_ids: list[str], since: int
) -> list[RoomReceiptRow]:
    """Receipts of several rooms that changed after a position, in order of change."""
    return await tx.rows(
        RoomReceiptRow,
        "SELECT room_id, user_id, type, thread_id, event_id, read_order, ts, position"
        " FROM signals_receipts"
        " WHERE institution_id = $1 AND room_id = ANY($2) AND position > $3 ORDER BY position",
        institution_id,
        room_ids,
        since,
    )


async def select_receipt(
    tx: Tx, institution_id: int, room_id: str, user_id: str, type_: str, thread_id: str
) -> int | None:
    """The room order that a receipt has read up to, or None."""
    return await tx.value(
        int,
        "SELECT read_order FROM signals_receipts WHERE institution_id = $1 AND room_id = $2"
        " AND user_id = $3 AND type = $4 AND thread_id = $5",
        institution_id,
        room_id,
        user_id,
        type_,
        thread_id,
    )


async def select_own_receipts(
    tx: Tx, institution_id: int, room_id: str, user_id: str
) -> list[ReceiptRow]:
    return await tx.rows(
        ReceiptRow,
        _RECEIPT + " WHERE institution_id = $1 AND room_id = $2 AND user_id = $3",
        institution_id,
        room_id,
        user_id,
    )


# --- what counts ---------------------------------------------------------------------


async def upsert_exception(tx: Tx, institution_id: int, room_nid: int, row: ExceptionRow) -> None:
    await tx.execute(
        "INSERT INTO signals_exceptions (institution_id, room_nid, event_order, sender, thread,"
        " typed, counted, highlighted) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)"
        " ON CONFLICT (institution_id, room_nid, event_order) DO UPDATE SET"
        " counted = excluded.counted, highlighted = excluded.highlighted",
        institution_id,
        room_nid,
        *row,
    )


async def select_exception(
    tx: Tx, institution_id: int, room_nid: int, event_order: int
) -> ExceptionRow | None:
    rows = await select_exceptions(tx, institution_id, room_nid, event_order - 1, event_order)
    return rows[0] if rows else None


async def delete_exception(tx: Tx, institution_id: int, room_nid: int, event_order: int) -> None:
    await tx.execute(
        "DELETE FROM signals_exceptions"
        " WHERE institution_id = $1 AND room_nid = $2 AND event_order = $3",
        institution_id,
        room_nid,
        event_order,
    )


async def select_exceptions(
    tx: Tx, institution_id: int, room_nid: int, after: int, until: int
) -> list[ExceptionRow]:
    """Exceptions with after < event_order <= until, oldest first."""
    return await tx.rows(
        ExceptionRow,
        "SELECT event_order, sender, thread, typed, counted, highlighted FROM signals_exceptions"
        " WHERE institution_id = $1 AND room_nid = $2 AND event_order > $3 AND event_order <= $4"
        " ORDER BY event_order",
        institution_id,
        room_nid,
        after,
        until,
    )


_SINGLE = "event_order, user_id, sender, thread, typed, notified, highlighted"


async def insert_singles(
    tx: Tx, institution_id: int, room_nid: int, rows: Iterable[SingleRow]
) -> None:
    await tx.insert_many(
        "signals_singles",
        ("institution_id", "room_nid", *SingleRow._fields),
        [(institution_id, room_nid, *row) for row in rows],
    )


async def delete_singles(tx: Tx, institution_id: int, room_nid: int, event_order: int) -> None:
    await tx.execute(
        "DELETE FROM signals_singles"
        " WHERE institution_id = $1 AND room_nid = $2 AND event_order = $3",
        institution_id,
        room_nid,
        event_order,
    )


async def select_singles(
    tx: Tx, institution_id: int, room_nid: int, after: int, until: int
) -> list[SingleRow]:
    """Everyone's with after < event_order <= until, oldest first."""
    return await tx.rows(
        SingleRow,
        f"SELECT {_SINGLE} FROM signals_singles WHERE institution_id = $1 AND room_nid = $2"
        " AND event_order > $3 AND event_order <= $4 ORDER BY event_order",
        institution_id,
        room_nid,
        after,
        until,
    )


async def select_own_singles(
    tx: Tx, institution_id: int, room_nid: int, user_id: str, after: int, until: int
) -> list[SingleRow]:
    """One user's with after < event_order <= until, oldest first."""
    return await tx.rows(
        SingleRow,
        f"SELECT {_SINGLE} FROM signals_singles WHERE institution_id = $1 AND room_nid = $2"
        " AND user_id = $3 AND event_order > $4 AND event_order <= $5 ORDER BY event_order",
        institution_id,
        room_nid,
        user_id,
        after,
        until,
    )


class OrderRow(NamedTuple):
    event_order: int


async def select_singled(
    tx: Tx,
    institution_id: int,
    user_id: str,
    room_nids: list[int],
    before: int,
    limit: int,
) -> list[int]:
    """Orders of events that notify one user in particular, newest first."""
    rows = await tx.rows(
        OrderRow,
        "SELECT event_order FROM signals_singles WHERE institution_id = $1 AND user_id = $2"
        " AND room_nid = ANY($3) AND event_order < $4 AND notified = 1"
        " ORDER BY event_order DESC LIMIT $5",
        institution_id,
        user_id,
        room_nids,
        before,
        limit,
    )
    return [row.event_order for row in rows]


async def select_highlighted(
    tx: Tx, institution_id: int, room_nids: list[int], before: int, limit: int
) -> list[int]:
    """Orders of events that highlight to everyone, newest first."""
    rows = await tx.rows(
        OrderRow,
        "SELECT event_order FROM signals_exceptions WHERE institution_id = $1"
        " AND room_nid = ANY($2) AND event_order < $3 AND highlighted > 0"
        " ORDER BY event_order DESC LIMIT $4",
        institution_id,
        room_nids,
        before,
        limit,
    )
    return [row.event_order for row in rows]


async def select_hearing(tx: Tx, institution_id: int, user_id: str) -> list[HearingRow]:
    return await tx.rows(
        HearingRow,
        "SELECT room_id, hears FROM signals_hearing WHERE institution_id = $1 AND user_id = $2",
        institution_id,
        user_id,
    )


async def replace_hearing(
    tx: Tx, institution_id: int, user_id: str, rows: Iterable[HearingRow]
) -> None:
    await tx.execute(
        "DELETE FROM signals_hearing WHERE institution_id = $1 AND user_id = $2",
        institution_id,
        user_id,
    )
    await tx.insert_many(
        "signals_hearing",
        ("institution_id", "user_id", "room_id", "hears"),
        [(institution_id, user_id, *row) for row in rows],
    )


# --- presence ------------------------------------------------------------------------


async def upsert_presence(tx: Tx, institution_id: int, user_id: str, row: PresenceRow) -> None:
    await tx.execute(
        "INSERT INTO signals_presence (institution_id, user_id, status_msg, active_ts)"
        " VALUES ($1, $2, $3, $4) ON CONFLICT (institution_id, user_id) DO UPDATE SET"
        " status_msg = excluded.status_msg, active_ts = excluded.active_ts",
        institution_id,
        user_id,
        *row,
    )


async def select_presence(tx: Tx, institution_id: int, user_id: str) -> PresenceRow | None:
    return await tx.row(
        PresenceRow,
        "SELECT status_msg, active_ts FROM signals_presence"
        " WHERE institution_id = $1 AND user_id = $2",
        institution_id,
        user_id,
    )
