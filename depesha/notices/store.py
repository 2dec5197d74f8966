"""SQL on the rooms of server notices, and on what is urgent."""

from typing import NamedTuple

from depesha.io.tx import Tx


async def select_room(tx: Tx, institution_id: int, user_id: str) -> str | None:
    """The room in which the user is told notices."""
    return await tx.value(
        str,
        "SELECT room_id FROM notices_rooms WHERE institution_id = $1 AND user_id = $2",
        institution_id,
        user_id,
    )


async def insert_room(tx: Tx, institution_id: int, user_id: str, room_id: str) -> None:
    await tx.execute(
        "INSERT INTO notices_rooms (institution_id, user_id, room_id) VALUES ($1, $2, $3)",
        institution_id,
        user_id,
        room_id,
    )


# --- what is urgent ------------------------------------------------------------------


class AckRow(NamedTuple):
    """Who has acknowledged an urgent message, and when (ms)."""

    user_id: str
    ts: int


class SubstitutedRow(NamedTuple):
    """A deputy who was told of an urgent message in somebody's place, when (ms), and how."""

    user_id: str
    deputy: str
    notice_id: str
    ts: int


async def insert_ack(tx: Tx, institution_id: int, event_id: str, user_id: str, ts: int) -> bool:
    """False when the person has acknowledged it before."""
    count = await tx.execute(
        "INSERT INTO notices_acks (institution_id, event_id, user_id, ts) VALUES ($1, $2, $3, $4)"
        " ON CONFLICT (institution_id, event_id, user_id) DO NOTHING",
        institution_id,
        event_id,
        user_id,
        ts,
    )
    return count > 0


async def select_acks(tx: Tx, institution_id: int, event_id: str) -> list[AckRow]:
    """The acknowledgements of one message, the first one first."""
    return await tx.rows(
        AckRow,
        "SELECT user_id, ts FROM notices_acks WHERE institution_id = $1 AND event_id = $2"
        " ORDER BY ts, user_id",
        institution_id,
        event_id,
    )


async def insert_substituted(
    tx: Tx, institution_id: int, event_id: str, row: SubstitutedRow
) -> None:
    await tx.execute(
        "INSERT INTO notices_substituted"
        " (institution_id, event_id, user_id, deputy, notice_id, ts)"
        " VALUES ($1, $2, $3, $4, $5, $6)",
        institution_id,
        event_id,
        *row,
    )


async def select_substituted(tx: Tx, institution_id: int, event_id: str) -> list[SubstitutedRow]:
    """Deputies who were told of one message."""
    return await tx.rows(
        SubstitutedRow,
        "SELECT user_id, deputy, notice_id, ts FROM notices_substituted"
        " WHERE institution_id = $1 AND event_id = $2 ORDER BY user_id, deputy",
        institution_id,
        event_id,
    )
