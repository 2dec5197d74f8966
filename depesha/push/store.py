"""SQL on push rules and pushers."""

from collections.abc import Iterable
from typing import NamedTuple

from depesha.io.tx import Tx


class ChoicesRow(NamedTuple):
    """A user's choices as JSON, and the position of their last change."""

    choices: str
    position: int


class UserChoicesRow(NamedTuple):
    """A user's choices as JSON."""

    user_id: str
    choices: str


class PusherRow(NamedTuple):
    """A pusher; `pusher` is JSON, `since_ts` in milliseconds."""

    user_id: str
    app_id: str
    pushkey: str
    device_id: str
    pusher: str
    since_ts: int

    @property
    def key(self) -> "PusherKey":
        return PusherKey(self.user_id, self.app_id, self.pushkey)


async def select_choices(tx: Tx, institution_id: int, user_id: str) -> ChoicesRow | None:
    return await tx.row(
        ChoicesRow,
        "SELECT choices, position FROM push_choices WHERE institution_id = $1 AND user_id = $2",
        institution_id,
        user_id,
    )


async def select_all_choices(
    tx: Tx, institution_id: int, user_ids: list[str]
) -> list[UserChoicesRow]:
    """The choices of those users who have changed anything."""
    return await tx.rows(
        UserChoicesRow,
        "SELECT user_id, choices FROM push_choices WHERE institution_id = $1 AND user_id = ANY($2)",
        institution_id,
        user_ids,
    )


async def upsert_choices(
    tx: Tx, institution_id: int, user_id: str, choices: str, position: int
) -> None:
    await tx.execute(
        "INSERT INTO push_choices (institution_id, user_id, choices, position)"
        " VALUES ($1, $2, $3, $4) ON CONFLICT (institution_id, user_id)"
        " DO UPDATE SET choices = excluded.choices, position = excluded.position",
        institution_id,
        user_id,
        choices,
        position,
    )


async def upsert_pusher(tx: Tx, institution_id: int, row: PusherRow) -> None:
    await tx.execute(
        "INSERT INTO push_pushers (institution_id, user_id, app_id, pushkey, device_id, pusher,"
        " since_ts) VALUES ($1, $2, $3, $4, $5, $6, $7)"
        " ON CONFLICT (institution_id, user_id, app_id, pushkey)"
        " DO UPDATE SET device_id = excluded.device_id, pusher = excluded.pusher",
        institution_id,
        *row,
    )


async def count_pushers(tx: Tx, institution_id: int, user_id: str) -> int:
    found = await tx.value(
        int,
        "SELECT COUNT(*) FROM push_pushers WHERE institution_id = $1 AND user_id = $2",
        institution_id,
        user_id,
    )
    return found or 0


async def delete_pusher(
    tx: Tx, institution_id: int, user_id: str, app_id: str, pushkey: str
) -> None:
    await tx.execute(
        "DELETE FROM push_pushers WHERE institution_id = $1 AND user_id = $2 AND app_id = $3"
        " AND pushkey = $4",
        institution_id,
        user_id,
        app_id,
        pushkey,
    )


async def delete_others(
    tx: Tx, institution_id: int, user_id: str, app_id: str, pushkey: str
) -> None:
    """Remove the same key of the same application from everyone else."""
    await tx.execute(
        "DELETE FROM push_pushers WHERE institution_id = $1 AND user_id <> $2 AND app_id = $3"
        " AND pushkey = $4",
        institution_id,
        user_id,
        app_id,
        pushkey,
    )


async def delete_device_pushers(tx: Tx, institution_id: int, user_id: str, device_id: str) -> None:
    await tx.execute(
        "DELETE FROM push_pushers WHERE institution_id = $1 AND user_id = $2 AND device_id = $3",
        institution_id,
        user_id,
        device_id,
    )


async def select_pushers(tx: Tx, institution_id: int) -> list[PusherRow]:
    return await tx.rows(
        PusherRow,
        "SELECT user_id, app_id, pushkey, device_id, pusher, since_ts FROM push_pushers"
        " WHERE institution_id = $1",
        institution_id,
    )


# --- what is due ---------------------------------------------------------------------


class PusherKey(NamedTuple):
    """Which pusher."""

    user_id: str
    app_id: str
    pushkey: str


class DueRow(NamedTuple):
    """A notification that has not been taken, and when it was first tried (ms)."""

    event_position: int
    since_ts: int


async def insert_due(tx: Tx, institution_id: int, rows: Iterable[tuple[PusherKey, DueRow]]) -> None:
    await tx.insert_many(
        "push_due",
        ("institution_id", *PusherKey._fields, *DueRow._fields),
        [(institution_id, *key, *row) for key, row in rows],
        " ON CONFLICT (institution_id, user_id, app_id, pushkey, event_position) DO NOTHING",
    )


async def select_due_keys(tx: Tx, institution_id: int) -> list[PusherKey]:
    """Pushers for which something is due."""
    return await tx.rows(
        PusherKey,
        "SELECT DISTINCT user_id, app_id, pushkey FROM push_due WHERE institution_id = $1",
        institution_id,
    )


async def select_due(tx: Tx, institution_id: int, key: PusherKey) -> list[DueRow]:
    """What is due to a pusher, oldest first."""
    return await tx.rows(
        DueRow,
        "SELECT event_position, since_ts FROM push_due WHERE institution_id = $1"
        " AND user_id = $2 AND app_id = $3 AND pushkey = $4 ORDER BY event_position",
        institution_id,
        *key,
    )


async def delete_due(tx: Tx, institution_id: int, key: PusherKey, until: int) -> None:
    """Forget what is due of events up to a position."""
    await tx.execute(
        "DELETE FROM push_due WHERE institution_id = $1"
        " AND user_id = $2 AND app_id = $3 AND pushkey = $4 AND event_position <= $5",
        institution_id,
        *key,
        until,
    )
