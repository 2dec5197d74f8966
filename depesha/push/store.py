"""SQL on push rules and pushers."""

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
