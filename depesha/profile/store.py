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


class PersonRow(NamedTuple):
    """Somebody who may be found, with the words of name and id."""

    user_id: str
    words: str


class ShownRow(NamedTuple):
    """A field that a search shows; `value` is JSON."""

    user_id: str
    name: str
    value: str


class ChangeRow(NamedTuple):
    """A field that changed."""

    user_id: str
    name: str


class UntoldRow(NamedTuple):
    """A field whose change the user's rooms have not heard of."""

    user_id: str
    name: str


class RoomRow(NamedTuple):
    room_id: str


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


async def is_value(tx: Tx, institution_id: int, name: str, value: str) -> bool:
    """True when somebody has this value (JSON) in a field."""
    found = await tx.value(
        int,
        "SELECT 1 FROM profile_fields WHERE institution_id = $1 AND name = $2 AND value = $3"
        " LIMIT 1",
        institution_id,
        name,
        value,
    )
    return found is not None


async def delete_field(tx: Tx, institution_id: int, user_id: str, name: str) -> bool:
    """True when the field was there."""
    count = await tx.execute(
        "DELETE FROM profile_fields WHERE institution_id = $1 AND user_id = $2 AND name = $3",
        institution_id,
        user_id,
        name,
    )
    return count > 0


async def delete_kept(tx: Tx, institution_id: int, user_id: str) -> None:
    """Everything that a user said or kept here."""
    await tx.execute(
        "DELETE FROM profile_fields WHERE institution_id = $1 AND user_id = $2",
        institution_id,
        user_id,
    )
    await tx.execute(
        "DELETE FROM profile_untold WHERE institution_id = $1 AND user_id = $2",
        institution_id,
        user_id,
    )
    await tx.execute(
        "DELETE FROM profile_account_data WHERE institution_id = $1 AND user_id = $2",
        institution_id,
        user_id,
    )
    await tx.execute(
        "DELETE FROM profile_filters WHERE institution_id = $1 AND user_id = $2",
        institution_id,
        user_id,
    )


# --- fields that rooms have yet to hear of -------------------------------------------


async def insert_untold(tx: Tx, institution_id: int, user_id: str, name: str) -> None:
    await tx.execute(
        "INSERT INTO profile_untold (institution_id, user_id, name) VALUES ($1, $2, $3)"
        " ON CONFLICT (institution_id, user_id, name) DO NOTHING",
        institution_id,
        user_id,
        name,
    )


async def delete_untold(tx: Tx, institution_id: int, user_id: str, name: str) -> None:
    await tx.execute(
        "DELETE FROM profile_untold WHERE institution_id = $1 AND user_id = $2 AND name = $3",
        institution_id,
        user_id,
        name,
    )


async def select_untold(tx: Tx, institution_id: int) -> list[UntoldRow]:
    return await tx.rows(
        UntoldRow,
        "SELECT user_id, name FROM profile_untold WHERE institution_id = $1",
        institution_id,
    )


# --- people --------------------------------------------------------------------------


async def is_person(tx: Tx, institution_id: int, user_id: str) -> bool:
    found = await tx.value(
        int,
        "SELECT 1 FROM profile_people WHERE institution_id = $1 AND user_id = $2",
        institution_id,
        user_id,
    )
    return found is not None


async def insert_person(
    tx: Tx, institution_id: int, user_id: str, words: list[str], parts: set[str]
) -> None:
    await tx.execute(
        "INSERT INTO profile_people (institution_id, user_id, words) VALUES ($1, $2, $3)",
        institution_id,
        user_id,
        " ".join(words),
    )
    await tx.insert_many(
        "profile_parts",
        ("institution_id", "part", "user_id"),
        [(institution_id, part, user_id) for part in sorted(parts)],
    )


async def delete_person(tx: Tx, institution_id: int, user_id: str) -> None:
    """Let nobody find a user."""
    await tx.execute(
        "DELETE FROM profile_parts WHERE institution_id = $1 AND user_id = $2",
        institution_id,
        user_id,
    )
    await tx.execute(
        "DELETE FROM profile_people WHERE institution_id = $1 AND user_id = $2",
        institution_id,
        user_id,
    )


async def select_people(
    tx: Tx, institution_id: int, piece: str, limit: int, offset: int = 0
) -> list[PersonRow]:
    """People of whom a word has the piece, those first whose words it is nearest to."""
    return await tx.rows(
        PersonRow,
        "SELECT p.user_id, p.words FROM profile_people p JOIN (SELECT user_id FROM profile_parts"
        " WHERE institution_id = $1 AND part >= $2 AND part < $3"
        " ORDER BY part, user_id LIMIT $4 OFFSET $5) f ON f.user_id = p.user_id"
        " WHERE p.institution_id = $1",
        institution_id,
        piece,
        piece + _LAST,
        limit,
        offset,
    )


async def select_people_of(tx: Tx, institution_id: int, user_ids: list[str]) -> list[PersonRow]:
    """Those of the users who may be found."""
    return await tx.rows(
        PersonRow,
        "SELECT user_id, words FROM profile_people WHERE institution_id = $1 AND user_id = ANY($2)",
        institution_id,
        user_ids,
    )


_LAST = chr(0x10FFFF)
"""Behind every letter."""


async def select_shown(tx: Tx, institution_id: int, user_ids: list[str]) -> list[ShownRow]:
    """Names and pictures of the users."""
    return await tx.rows(
        ShownRow,
        "SELECT user_id, name, value FROM profile_fields WHERE institution_id = $1"
        " AND user_id = ANY($2) AND name IN ('displayname', 'avatar_url')",
        institution_id,
        user_ids,
    )


async def select_values(tx: Tx, institution_id: int, user_ids: list[str]) -> list[ShownRow]:
    """All fields of the users."""
    return await tx.rows(
        ShownRow,
        "SELECT user_id, name, value FROM profile_fields WHERE institution_id = $1"
        " AND user_id = ANY($2)",
        institution_id,
        user_ids,
    )


async def upsert_change(
    tx: Tx, institution_id: int, user_id: str, name: str, position: int
) -> None:
    await tx.execute(
        "INSERT INTO profile_changes (institution_id, user_id, name, position)"
        " VALUES ($1, $2, $3, $4) ON CONFLICT (institution_id, user_id, name)"
        " DO UPDATE SET position = excluded.position",
        institution_id,
        user_id,
        name,
        position,
    )


async def select_changes(tx: Tx, institution_id: int, since: int, until: int) -> list[ChangeRow]:
    """Fields whose last change was in (since, until]."""
    return await tx.rows(
        ChangeRow,
        "SELECT user_id, name FROM profile_changes"
        " WHERE institution_id = $1 AND position > $2 AND position <= $3 ORDER BY position",
        institution_id,
        since,
        until,
    )


async def insert_public_room(tx: Tx, institution_id: int, room_id: str) -> None:
    await tx.execute(
        "INSERT INTO profile_public_rooms (institution_id, room_id) VALUES ($1, $2)"
        " ON CONFLICT (institution_id, room_id) DO NOTHING",
        institution_id,
        room_id,
    )


async def delete_public_room(tx: Tx, institution_id: int, room_id: str) -> None:
    await tx.execute(
        "DELETE FROM profile_public_rooms WHERE institution_id = $1 AND room_id = $2",
        institution_id,
        room_id,
    )


async def select_public_rooms(tx: Tx, institution_id: int) -> list[RoomRow]:
    return await tx.rows(
        RoomRow,
        "SELECT room_id FROM profile_public_rooms WHERE institution_id = $1",
        institution_id,
    )


# --- account data --------------------------------------------------------------------


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


async def measure_data(tx: Tx, institution_id: int, user_id: str) -> int:
    """How many characters all account data of a user has."""
    found = await tx.value(
        int,
        "SELECT SUM(LENGTH(content)) FROM profile_account_data"
        " WHERE institution_id = $1 AND user_id = $2",
        institution_id,
        user_id,
    )
    return found or 0


# --- filters -------------------------------------------------------------------------


async def measure_filters(tx: Tx, institution_id: int, user_id: str) -> int:
    """How many characters all kept filters of a user have."""
    found = await tx.value(
        int,
        "SELECT SUM(LENGTH(content)) FROM profile_filters"
        " WHERE institution_id = $1 AND user_id = $2",
        institution_id,
        user_id,
    )
    return found or 0


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
