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


class UrgentRow(NamedTuple):
    """An urgent message, and its place in the log."""

    room_id: str
    position: int
    event_id: str
    sender: str


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


async def insert_urgent(tx: Tx, institution_id: int, row: UrgentRow) -> None:
    await tx.execute(
        "INSERT INTO notices_urgent (institution_id, room_id, position, event_id, sender)"
        " VALUES ($1, $2, $3, $4, $5)",
        institution_id,
        *row,
    )


async def select_awaiting(
    tx: Tx, institution_id: int, user_id: str, room_ids: list[str], limit: int
) -> list[UrgentRow]:
    """Urgent messages of others in these rooms, the latest first.

    Those that the person has acknowledged are left out.
    """
    return await tx.rows(
        UrgentRow,
        "SELECT u.room_id, u.position, u.event_id, u.sender FROM notices_urgent u"
        " WHERE u.institution_id = $1 AND u.room_id = ANY($2) AND u.sender <> $3"
        " AND NOT EXISTS (SELECT 1 FROM notices_acks k WHERE k.institution_id = u.institution_id"
        " AND k.event_id = u.event_id AND k.user_id = $3)"
        " ORDER BY u.position DESC LIMIT $4",
        institution_id,
        room_ids,
        user_id,
        limit,
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


# --- official notices ----------------------------------------------------------------


class OfficialRow(NamedTuple):
    """An official notice; `target` is JSON, `ts` in milliseconds."""

    notice_id: str
    sender: str
    kind: str
    body: str
    target: str
    ts: int
    is_spread: int
    signed: str


class AddressedRow(NamedTuple):
    """How far a notice has come with one person; `acked_ts` and `delivered_ts` in milliseconds.

    `position` is None until it is sent, 0 for who can be told nothing.
    """

    user_id: str
    room_id: str
    position: int | None
    delivered_ts: int | None
    acked_ts: int | None


class UserRow(NamedTuple):
    user_id: str


class WaitingRow(NamedTuple):
    """The last notice that no device of somebody has taken, by its position."""

    user_id: str
    position: int


_OFFICIAL = (
    "SELECT notice_id, sender, kind, body, target, ts, is_spread, signed FROM notices_official"
    " WHERE institution_id = $1"
)


async def insert_official(tx: Tx, institution_id: int, row: OfficialRow) -> None:
    await tx.execute(
        "INSERT INTO notices_official"
        " (institution_id, notice_id, sender, kind, body, target, ts, is_spread, signed)"
        " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        institution_id,
        *row,
    )


async def select_official(tx: Tx, institution_id: int, notice_id: str) -> OfficialRow | None:
    return await tx.row(OfficialRow, _OFFICIAL + " AND notice_id = $2", institution_id, notice_id)


async def select_officials(
    tx: Tx, institution_id: int, before: int, limit: int
) -> list[OfficialRow]:
    """Notices sent before a time (ms), the latest first."""
    return await tx.rows(
        OfficialRow,
        _OFFICIAL + " AND ts < $2 ORDER BY ts DESC, notice_id LIMIT $3",
        institution_id,
        before,
        limit,
    )


async def update_spread(tx: Tx, institution_id: int, notice_id: str) -> None:
    await tx.execute(
        "UPDATE notices_official SET is_spread = 1 WHERE institution_id = $1 AND notice_id = $2",
        institution_id,
        notice_id,
    )


async def insert_addressed(
    tx: Tx, institution_id: int, notice_id: str, user_ids: list[str]
) -> None:
    """Write down people whom a notice is to reach, but for those who are written down already."""
    for user_id in user_ids:
        await tx.execute(
            "INSERT INTO notices_addressed"
            " (institution_id, notice_id, user_id, room_id, event_id)"
            " VALUES ($1, $2, $3, '', '')"
            " ON CONFLICT (institution_id, notice_id, user_id) DO NOTHING",
            institution_id,
            notice_id,
            user_id,
        )


async def select_unsent(
    tx: Tx, institution_id: int, notice_id: str, after: str, limit: int
) -> list[UserRow]:
    """People to whom a notice is yet to be sent, in the order of their ids."""
    return await tx.rows(
        UserRow,
        "SELECT user_id FROM notices_addressed WHERE institution_id = $1 AND notice_id = $2"
        " AND user_id > $3 AND position IS NULL ORDER BY user_id LIMIT $4",
        institution_id,
        notice_id,
        after,
        limit,
    )


async def update_sent(
    tx: Tx,
    institution_id: int,
    notice_id: str,
    user_id: str,
    place: tuple[str, str, int],
) -> None:
    """Note the room, the event and the position by which somebody is told; 0: by none."""
    await tx.execute(
        "UPDATE notices_addressed SET room_id = $4, event_id = $5, position = $6"
        " WHERE institution_id = $1 AND notice_id = $2 AND user_id = $3",
        institution_id,
        notice_id,
        user_id,
        *place,
    )


async def select_waiting(tx: Tx, institution_id: int) -> list[WaitingRow]:
    return await tx.rows(
        WaitingRow,
        "SELECT user_id, MAX(position) FROM notices_addressed WHERE institution_id = $1"
        " AND position > 0 AND delivered_ts IS NULL GROUP BY user_id",
        institution_id,
    )


async def update_delivered(
    tx: Tx, institution_id: int, user_id: str, position: int, ts: int
) -> None:
    """A device of somebody has taken everything up to a position."""
    await tx.execute(
        "UPDATE notices_addressed SET delivered_ts = $4 WHERE institution_id = $1"
        " AND user_id = $2 AND position > 0 AND position <= $3 AND delivered_ts IS NULL",
        institution_id,
        user_id,
        position,
        ts,
    )


async def select_addressed(
    tx: Tx, institution_id: int, notice_id: str, after: str, limit: int
) -> list[AddressedRow]:
    """How far a notice has come, by people in the order of their ids."""
    return await tx.rows(
        AddressedRow,
        "SELECT a.user_id, a.room_id, a.position, a.delivered_ts, k.ts"
        " FROM notices_addressed a LEFT JOIN notices_acks k"
        " ON k.institution_id = a.institution_id AND k.event_id = a.event_id"
        " AND k.user_id = a.user_id"
        " WHERE a.institution_id = $1 AND a.notice_id = $2 AND a.user_id > $3"
        " ORDER BY a.user_id LIMIT $4",
        institution_id,
        notice_id,
        after,
        limit,
    )
