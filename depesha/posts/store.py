"""SQL on posts, their rosters, and who is in a chat because of one."""

from collections.abc import Iterable
from typing import NamedTuple

from depesha.io.tx import Tx


class PostRow(NamedTuple):
    """A post; `keeps` and `serves` are 0 or 1."""

    user_id: str
    unit_id: int
    name: str
    inherits: str
    keeps: int
    serves: int


class ShiftRow(NamedTuple):
    """Somebody's time in a post, in milliseconds; until 0: without an end."""

    user_id: str
    holder: str
    since_ts: int
    until_ts: int


class SeatRow(NamedTuple):
    """Who is in a chat because they hold a post."""

    room_id: str
    holder: str


_POST = (
    "SELECT user_id, unit_id, name, inherits, keeps, serves FROM posts_named"
    " WHERE institution_id = $1"
)
_SHIFT = "SELECT user_id, holder, since_ts, until_ts FROM posts_shifts WHERE institution_id = $1"


async def select_all(tx: Tx, institution_id: int) -> list[PostRow]:
    return await tx.rows(PostRow, _POST, institution_id)


async def select_post(tx: Tx, institution_id: int, user_id: str) -> PostRow | None:
    return await tx.row(PostRow, _POST + " AND user_id = $2", institution_id, user_id)


async def upsert_post(tx: Tx, institution_id: int, row: PostRow) -> None:
    await tx.execute(
        "INSERT INTO posts_named"
        " (institution_id, user_id, unit_id, name, inherits, keeps, serves)"
        " VALUES ($1, $2, $3, $4, $5, $6, $7)"
        " ON CONFLICT (institution_id, user_id) DO UPDATE SET unit_id = excluded.unit_id,"
        " name = excluded.name, inherits = excluded.inherits, keeps = excluded.keeps,"
        " serves = excluded.serves",
        institution_id,
        *row,
    )


async def delete_post(tx: Tx, institution_id: int, user_id: str) -> None:
    """The post, its roster, and who is anywhere because of it."""
    await tx.execute(
        "DELETE FROM posts_named WHERE institution_id = $1 AND user_id = $2",
        institution_id,
        user_id,
    )
    await tx.execute(
        "DELETE FROM posts_shifts WHERE institution_id = $1 AND user_id = $2",
        institution_id,
        user_id,
    )
    await tx.execute(
        "DELETE FROM posts_seats WHERE institution_id = $1 AND user_id = $2",
        institution_id,
        user_id,
    )


# --- rosters -------------------------------------------------------------------------


async def select_shifts(tx: Tx, institution_id: int) -> list[ShiftRow]:
    return await tx.rows(ShiftRow, _SHIFT + " ORDER BY since_ts, holder", institution_id)


async def select_shifts_of(tx: Tx, institution_id: int, user_id: str) -> list[ShiftRow]:
    """The roster of a post."""
    return await tx.rows(
        ShiftRow,
        _SHIFT + " AND user_id = $2 ORDER BY since_ts, holder",
        institution_id,
        user_id,
    )


async def select_held(tx: Tx, institution_id: int, holder: str) -> list[ShiftRow]:
    """Somebody's times, in whatever post."""
    return await tx.rows(ShiftRow, _SHIFT + " AND holder = $2", institution_id, holder)


async def replace_shifts(
    tx: Tx, institution_id: int, user_id: str, rows: Iterable[ShiftRow]
) -> None:
    """Let this be the roster of a post."""
    await tx.execute(
        "DELETE FROM posts_shifts WHERE institution_id = $1 AND user_id = $2",
        institution_id,
        user_id,
    )
    await tx.insert_many(
        "posts_shifts",
        ("institution_id", "user_id", "holder", "since_ts", "until_ts"),
        [(institution_id, *row) for row in rows],
    )


# --- seats ---------------------------------------------------------------------------


async def select_seats(tx: Tx, institution_id: int, user_id: str) -> list[SeatRow]:
    """Who is in which chat because of a post."""
    return await tx.rows(
        SeatRow,
        "SELECT room_id, holder FROM posts_seats WHERE institution_id = $1 AND user_id = $2",
        institution_id,
        user_id,
    )


async def select_seated(tx: Tx, institution_id: int, user_id: str, room_id: str) -> list[SeatRow]:
    """Who is in a chat because of a post."""
    return await tx.rows(
        SeatRow,
        "SELECT room_id, holder FROM posts_seats"
        " WHERE institution_id = $1 AND user_id = $2 AND room_id = $3",
        institution_id,
        user_id,
        room_id,
    )


async def insert_seat(tx: Tx, institution_id: int, user_id: str, seat: SeatRow) -> None:
    await tx.execute(
        "INSERT INTO posts_seats (institution_id, user_id, room_id, holder)"
        " VALUES ($1, $2, $3, $4)",
        institution_id,
        user_id,
        *seat,
    )


async def delete_seat(tx: Tx, institution_id: int, user_id: str, seat: SeatRow) -> None:
    await tx.execute(
        "DELETE FROM posts_seats"
        " WHERE institution_id = $1 AND user_id = $2 AND room_id = $3 AND holder = $4",
        institution_id,
        user_id,
        *seat,
    )
