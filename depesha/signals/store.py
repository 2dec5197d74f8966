"""SQL on receipts, and the counting of events."""

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
    ts: int
    position: int


async def select_receipts_of_rooms(
    tx: Tx, institution_id: int, room_ids: list[str], since: int
) -> list[RoomReceiptRow]:
    """Receipts of several rooms that changed after a position, in order of change."""
    return await tx.rows(
        RoomReceiptRow,
        "SELECT room_id, user_id, type, thread_id, event_id, ts, position FROM signals_receipts"
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
