"""SQL on aliases and the directory."""

from typing import NamedTuple

from depesha.io.tx import Tx


class AliasRow(NamedTuple):
    """An alias and who made it."""

    alias: str
    room_id: str
    creator: str


class PublishedRow(NamedTuple):
    """A room in the directory."""

    room_id: str


async def insert_alias(tx: Tx, institution_id: int, row: AliasRow) -> None:
    await tx.execute(
        "INSERT INTO rooms_aliases (institution_id, alias, room_id, creator)"
        " VALUES ($1, $2, $3, $4)",
        institution_id,
        *row,
    )


async def select_alias(tx: Tx, institution_id: int, alias: str) -> AliasRow | None:
    return await tx.row(
        AliasRow,
        "SELECT alias, room_id, creator FROM rooms_aliases"
        " WHERE institution_id = $1 AND alias = $2",
        institution_id,
        alias,
    )


async def select_aliases(tx: Tx, institution_id: int, room_id: str) -> list[AliasRow]:
    return await tx.rows(
        AliasRow,
        "SELECT alias, room_id, creator FROM rooms_aliases"
        " WHERE institution_id = $1 AND room_id = $2 ORDER BY alias",
        institution_id,
        room_id,
    )


async def delete_alias(tx: Tx, institution_id: int, alias: str) -> None:
    await tx.execute(
        "DELETE FROM rooms_aliases WHERE institution_id = $1 AND alias = $2",
        institution_id,
        alias,
    )


async def update_alias_rooms(tx: Tx, institution_id: int, old: str, new: str) -> None:
    """Let all aliases of one room lead to another."""
    await tx.execute(
        "UPDATE rooms_aliases SET room_id = $3 WHERE institution_id = $1 AND room_id = $2",
        institution_id,
        old,
        new,
    )


async def insert_published(tx: Tx, institution_id: int, network_id: str, room_id: str) -> None:
    await tx.execute(
        "INSERT INTO rooms_published (institution_id, network_id, room_id) VALUES ($1, $2, $3)"
        " ON CONFLICT (institution_id, network_id, room_id) DO NOTHING",
        institution_id,
        network_id,
        room_id,
    )


async def delete_published(tx: Tx, institution_id: int, network_id: str, room_id: str) -> None:
    await tx.execute(
        "DELETE FROM rooms_published"
        " WHERE institution_id = $1 AND network_id = $2 AND room_id = $3",
        institution_id,
        network_id,
        room_id,
    )


async def select_published(tx: Tx, institution_id: int, network_id: str) -> list[PublishedRow]:
    return await tx.rows(
        PublishedRow,
        "SELECT room_id FROM rooms_published WHERE institution_id = $1 AND network_id = $2",
        institution_id,
        network_id,
    )


async def is_published(tx: Tx, institution_id: int, network_id: str, room_id: str) -> bool:
    found = await tx.value(
        int,
        "SELECT 1 FROM rooms_published"
        " WHERE institution_id = $1 AND network_id = $2 AND room_id = $3",
        institution_id,
        network_id,
        room_id,
    )
    return found is not None
