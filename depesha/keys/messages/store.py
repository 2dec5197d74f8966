"""SQL on messages that wait for devices."""

from typing import NamedTuple

from depesha.io.tx import Tx


class Ends(NamedTuple):
    """Positions of the first and the last message of a queue."""

    first: int | None
    last: int | None


class Message(NamedTuple):
    """A waiting message, as the JSON of an event."""

    position: int
    body: bytes


class Queued(NamedTuple):
    """A message for one device, as the JSON of an event."""

    user_id: str
    device_id: str
    position: int
    body: bytes


async def insert_messages(tx: Tx, institution_id: int, messages: list[Queued]) -> None:
    columns = ("institution_id", "user_id", "device_id", "position", "body")
    rows = [(institution_id, *message) for message in messages]
    await tx.insert_many("keys_to_device", columns, rows)


async def select_ends(tx: Tx, institution_id: int, user_id: str, device_id: str) -> Ends:
    found = await tx.row(
        Ends,
        "SELECT MIN(position), MAX(position) FROM keys_to_device"
        " WHERE institution_id = $1 AND user_id = $2 AND device_id = $3",
        institution_id,
        user_id,
        device_id,
    )
    return found or Ends(None, None)


async def select_messages(
    tx: Tx, institution_id: int, user_id: str, device_id: str, after: int, until: int, limit: int
) -> list[Message]:
    """The first `limit` messages in (after, until], oldest first."""
    return await tx.rows(
        Message,
        "SELECT position, body FROM keys_to_device"
        " WHERE institution_id = $1 AND user_id = $2 AND device_id = $3"
        " AND position > $4 AND position <= $5 ORDER BY position LIMIT $6",
        institution_id,
        user_id,
        device_id,
        after,
        until,
        limit,
    )


async def delete_messages(
    tx: Tx, institution_id: int, user_id: str, device_id: str, until: int
) -> int:
    """How many there were up to `until`."""
    return await tx.execute(
        "DELETE FROM keys_to_device"
        " WHERE institution_id = $1 AND user_id = $2 AND device_id = $3 AND position <= $4",
        institution_id,
        user_id,
        device_id,
        until,
    )


async def delete_message(
    tx: Tx, institution_id: int, user_id: str, device_id: str, position: int
) -> None:
    await tx.execute(
        "DELETE FROM keys_to_device"
        " WHERE institution_id = $1 AND user_id = $2 AND device_id = $3 AND position = $4",
        institution_id,
        user_id,
        device_id,
        position,
    )


async def select_queued(
    tx: Tx, institution_id: int, user_ids: list[str], after: int, until: int
) -> list[Queued]:
    """Messages in (after, until] for devices of these users, oldest first."""
    return await tx.rows(
        Queued,
        "SELECT user_id, device_id, position, body FROM keys_to_device"
        " WHERE institution_id = $1 AND user_id = ANY($2) AND position > $3 AND position <= $4"
        " ORDER BY position",
        institution_id,
        user_ids,
        after,
        until,
    )


async def insert_sent(
    tx: Tx, institution_id: int, user_id: str, device_id: str, txn: str, ts: int
) -> bool:
    """False when this transaction has been carried out before."""
    count = await tx.execute(
        "INSERT INTO keys_sent (institution_id, user_id, device_id, txn, ts)"
        " VALUES ($1, $2, $3, $4, $5)"
        " ON CONFLICT (institution_id, user_id, device_id, txn) DO NOTHING",
        institution_id,
        user_id,
        device_id,
        txn,
        ts,
    )
    return count > 0


async def delete_sent(
    tx: Tx, institution_id: int, user_id: str, device_id: str, before_ts: int
) -> None:
    await tx.execute(
        "DELETE FROM keys_sent"
        " WHERE institution_id = $1 AND user_id = $2 AND device_id = $3 AND ts < $4",
        institution_id,
        user_id,
        device_id,
        before_ts,
    )
