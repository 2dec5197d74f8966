"""SQL on what application services are to be told."""

from typing import NamedTuple

from depesha.io.tx import Tx


class Collected(NamedTuple):
    """How far the log has been looked through for a service."""

    service_id: str
    position: int


class Transaction(NamedTuple):
    """What has been sent and not acknowledged."""

    txn_id: str
    body: bytes


class Item(NamedTuple):
    """Something to be told; texts are empty where the kind has none."""

    position: int
    kind: str
    user_id: str
    device_id: str
    room_id: str


async def insert_service(tx: Tx, institution_id: int, service_id: str, collected: int) -> None:
    """Begin to collect for a service, unless that has begun before."""
    await tx.execute(
        "INSERT INTO bots_services (institution_id, service_id, collected) VALUES ($1, $2, $3)"
        " ON CONFLICT (institution_id, service_id) DO NOTHING",
        institution_id,
        service_id,
        collected,
    )


async def select_collected(tx: Tx, institution_id: int) -> list[Collected]:
    return await tx.rows(
        Collected,
        "SELECT service_id, collected FROM bots_services WHERE institution_id = $1",
        institution_id,
    )


async def update_collected(
    tx: Tx, institution_id: int, service_ids: list[str], position: int
) -> None:
    await tx.execute(
        "UPDATE bots_services SET collected = $3"
        " WHERE institution_id = $1 AND service_id = ANY($2) AND collected < $3",
        institution_id,
        service_ids,
        position,
    )


async def insert_items(tx: Tx, institution_id: int, items: list[tuple[str, Item]]) -> None:
    """Queue items, each for the service whose id stands before it."""
    columns = (
        *("institution_id", "service_id", "position", "kind"),
        *("user_id", "device_id", "room_id"),
    )
    rows = [(institution_id, service_id, *item) for service_id, item in items]
    await tx.insert_many("bots_queue", columns, rows)


async def select_items(tx: Tx, institution_id: int, service_id: str, limit: int) -> list[Item]:
    """The first items of a queue, oldest first."""
    return await tx.rows(
        Item,
        "SELECT position, kind, user_id, device_id, room_id FROM bots_queue"
        " WHERE institution_id = $1 AND service_id = $2 ORDER BY position LIMIT $3",
        institution_id,
        service_id,
        limit,
    )


async def delete_items(tx: Tx, institution_id: int, service_id: str, until: int) -> None:
    await tx.execute(
        "DELETE FROM bots_queue WHERE institution_id = $1 AND service_id = $2 AND position <= $3",
        institution_id,
        service_id,
        until,
    )


async def select_transaction(tx: Tx, institution_id: int, service_id: str) -> Transaction | None:
    return await tx.row(
        Transaction,
        "SELECT txn_id, body FROM bots_services"
        " WHERE institution_id = $1 AND service_id = $2 AND txn_id IS NOT NULL",
        institution_id,
        service_id,
    )


async def update_transaction(
    tx: Tx, institution_id: int, service_id: str, transaction: Transaction
) -> None:
    await tx.execute(
        "UPDATE bots_services SET txn_id = $3, body = $4"
        " WHERE institution_id = $1 AND service_id = $2",
        institution_id,
        service_id,
        *transaction,
    )


async def update_acknowledged(tx: Tx, institution_id: int, service_id: str) -> None:
    await tx.execute(
        "UPDATE bots_services SET txn_id = NULL, body = NULL"
        " WHERE institution_id = $1 AND service_id = $2",
        institution_id,
        service_id,
    )
