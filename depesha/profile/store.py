"""SQL on profiles, account data and filters."""

from typing import NamedTuple

from depesha.io.tx import Tx


class FieldRow(NamedTuple):
    """A profile field; `value` is JSON."""

    name: str
    value: str


class DataRow(NamedTuple):
    """Account data; `room_id` is empty when global, `content` JSON or None when deleted."""

    room_id: str
    type: str
    content: str | None


class UserRow(NamedTuple):
    """Somebody found."""

    user_id: str


async def select_fields(tx: Tx, institution_id: int, user_id: str) -> list[FieldRow]:
    return await tx.rows(
        FieldRow,
        "SELECT name, value FROM profile_fields WHERE institution_id = $1 AND user_id = $2",
        institution_id,
        user_id,
    )


async def upsert_field(tx: Tx, institution_id: int, user_id: str, name: str, value: str) -> None:
    await tx.execute(
        "INSERT INTO profile_fields (institution_id, user_id, name, value)"
        " VALUES ($1, $2, $3, $4) ON CONFLICT (institution_id, user_id, name)"
        " DO UPDATE SET value = excluded.value",
        institution_id,
        user_id,
        name,
        value,
    )


async def delete_field(tx: Tx, institution_id: int, user_id: str, name: str) -> None:
    await tx.execute(
        "DELETE FROM profile_fields WHERE institution_id = $1 AND user_id = $2 AND name = $3",
        institution_id,
        user_id,
        name,
    )


async def delete_person(tx: Tx, institution_id: int, user_id: str) -> None:
    """Everything that a profile told."""
    for table in ("profile_fields", "profile_people"):
        await tx.execute(
            f"DELETE FROM {table} WHERE institution_id = $1 AND user_id = $2",
            institution_id,
            user_id,
        )


async def insert_person(tx: Tx, institution_id: int, user_id: str, searched: str) -> None:
    """Make somebody findable, who may be so already."""
    await tx.execute(
        "INSERT INTO profile_people (institution_id, user_id, searched) VALUES ($1, $2, $3)"
        " ON CONFLICT (institution_id, user_id) DO NOTHING",
        institution_id,
        user_id,
        searched,
    )


async def upsert_person(tx: Tx, institution_id: int, user_id: str, searched: str) -> None:
    await tx.execute(
        "INSERT INTO profile_people (institution_id, user_id, searched) VALUES ($1, $2, $3)"
        " ON CONFLICT (institution_id, user_id) DO UPDATE SET searched = excluded.searched",
        institution_id,
        user_id,
        searched,
    )


async def select_people(tx: Tx, institution_id: int, pattern: str, limit: int) -> list[UserRow]:
    """Users whose searched text is LIKE the pattern (with `!` as the escape)."""
    return await tx.rows(
        UserRow,
        "SELECT user_id FROM profile_people WHERE institution_id = $1"
        " AND searched LIKE $2 ESCAPE '!' ORDER BY user_id LIMIT $3",
        institution_id,
        pattern,
        limit,
    )


async def upsert_data(
    tx: Tx,
    institution_id: int,
    user_id: str,
    room_id: str,
    type_: str,
    content: str | None,
    position: int,
) -> None:
    await tx.execute(
        "INSERT INTO profile_account_data"
        " (institution_id, user_id, room_id, type, content, position)"
        " VALUES ($1, $2, $3, $4, $5, $6)"
        " ON CONFLICT (institution_id, user_id, room_id, type)"
        " DO UPDATE SET content = excluded.content, position = excluded.position",
        institution_id,
        user_id,
        room_id,
        type_,
        content,
        position,
    )


async def select_data(
    tx: Tx, institution_id: int, user_id: str, room_id: str, type_: str
) -> str | None:
    """The JSON of one account data, or None."""
    return await tx.value(
        str,
        "SELECT content FROM profile_account_data WHERE institution_id = $1 AND user_id = $2"
        " AND room_id = $3 AND type = $4",
        institution_id,
        user_id,
        room_id,
        type_,
    )


async def select_data_since(tx: Tx, institution_id: int, user_id: str, since: int) -> list[DataRow]:
    """Account data that changed after a position, of all rooms, oldest change first."""
    return await tx.rows(
        DataRow,
        "SELECT room_id, type, content FROM profile_account_data WHERE institution_id = $1"
        " AND user_id = $2 AND position > $3 ORDER BY position",
        institution_id,
        user_id,
        since,
    )


async def select_room_data(
    tx: Tx, institution_id: int, user_id: str, room_ids: list[str]
) -> list[DataRow]:
    """All account data of the given rooms."""
    return await tx.rows(
        DataRow,
        "SELECT room_id, type, content FROM profile_account_data WHERE institution_id = $1"
        " AND user_id = $2 AND room_id = ANY($3)",
        institution_id,
        user_id,
        room_ids,
    )


async def insert_filter(tx: Tx, institution_id: int, user_id: str, content: str) -> int:
    """The id of the filter: that of an equal one, if there is one."""
    same = await tx.value(
        int,
        "SELECT filter_id FROM profile_filters WHERE institution_id = $1 AND user_id = $2"
        " AND content = $3",
        institution_id,
        user_id,
        content,
    )
    if same is not None:
        return same
    filter_id = await tx.value(
        int,
        "SELECT COUNT(*) FROM profile_filters WHERE institution_id = $1 AND user_id = $2",
        institution_id,
        user_id,
    )
    await tx.execute(
        "INSERT INTO profile_filters (institution_id, user_id, filter_id, content)"
        " VALUES ($1, $2, $3, $4)",
        institution_id,
        user_id,
        filter_id or 0,
        content,
    )
    return filter_id or 0


async def select_filter(tx: Tx, institution_id: int, user_id: str, filter_id: int) -> str | None:
    return await tx.value(
        str,
        "SELECT content FROM profile_filters WHERE institution_id = $1 AND user_id = $2"
        " AND filter_id = $3",
        institution_id,
        user_id,
        filter_id,
    )
