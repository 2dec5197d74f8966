"""SQL on aliases, the directory, people who are leaving, and delayed events."""

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


class UserRow(NamedTuple):
    user_id: str


class DelayedRow(NamedTuple):
    """A delayed event; `content` and `error` are JSON, times are ms."""

    delay_id: str
    user_id: str
    device_id: str
    room_id: str
    type: str
    state_key: str | None
    content: str
    txn_id: str
    delay_ms: int
    since_ts: int
    finalised_ts: int | None = None
    event_id: str | None = None
    error: str | None = None
    sticky_ms: int | None = None


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


async def update_published_rooms(tx: Tx, institution_id: int, old: str, new: str) -> None:
    """Let a room that nobody has published yet take the places of another in all lists."""
    await tx.execute(
        "UPDATE rooms_published SET room_id = $3 WHERE institution_id = $1 AND room_id = $2",
        institution_id,
        old,
        new,
    )


async def select_published(
    tx: Tx, institution_id: int, network_id: str | None
) -> list[PublishedRow]:
    """The rooms of one list; those of all lists, perhaps twice, without a network."""
    return await tx.rows(
        PublishedRow,
        "SELECT room_id FROM rooms_published"
        " WHERE institution_id = $1 AND (network_id = $2 OR CAST($3 AS INTEGER) = 1)",
        institution_id,
        network_id or "",
        int(network_id is None),
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


# --- people who are leaving ----------------------------------------------------------


async def insert_leaving(tx: Tx, institution_id: int, user_id: str) -> None:
    await tx.execute(
        "INSERT INTO rooms_leaving (institution_id, user_id) VALUES ($1, $2)"
        " ON CONFLICT (institution_id, user_id) DO NOTHING",
        institution_id,
        user_id,
    )


async def delete_leaving(tx: Tx, institution_id: int, user_id: str) -> None:
    await tx.execute(
        "DELETE FROM rooms_leaving WHERE institution_id = $1 AND user_id = $2",
        institution_id,
        user_id,
    )


async def select_leaving(tx: Tx, institution_id: int) -> list[UserRow]:
    return await tx.rows(
        UserRow, "SELECT user_id FROM rooms_leaving WHERE institution_id = $1", institution_id
    )


# --- delayed events ------------------------------------------------------------------

_DELAYED = (
    "SELECT delay_id, user_id, device_id, room_id, type, state_key, content, txn_id, delay_ms,"
    " since_ts, finalised_ts, event_id, error, sticky_ms FROM rooms_delayed"
    " WHERE institution_id = $1"
)


async def insert_delayed(tx: Tx, institution_id: int, row: DelayedRow) -> None:
    await tx.execute(
        "INSERT INTO rooms_delayed (institution_id, delay_id, user_id, device_id, room_id, type,"
        " state_key, content, txn_id, delay_ms, since_ts, finalised_ts, event_id, error, sticky_ms,"
        " due_ts) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)",
        institution_id,
        *row,
        row.since_ts + row.delay_ms,
    )


async def select_delayed(tx: Tx, institution_id: int, delay_id: str) -> DelayedRow | None:
    return await tx.row(DelayedRow, _DELAYED + " AND delay_id = $2", institution_id, delay_id)


async def select_delayed_by_txn(
    tx: Tx, institution_id: int, user_id: str, device_id: str, room_id: str, txn_id: str
) -> str | None:
    """The id of the delayed event that this transaction has made."""
    return await tx.value(
        str,
        "SELECT delay_id FROM rooms_delayed WHERE institution_id = $1 AND user_id = $2"
        " AND device_id = $3 AND room_id = $4 AND txn_id = $5",
        institution_id,
        user_id,
        device_id,
        room_id,
        txn_id,
    )


async def select_scheduled(tx: Tx, institution_id: int, user_id: str) -> list[DelayedRow]:
    """A user's delayed events that are yet to be sent, the next one first."""
    return await tx.rows(
        DelayedRow,
        _DELAYED + " AND user_id = $2 AND finalised_ts IS NULL ORDER BY due_ts, delay_id",
        institution_id,
        user_id,
    )


async def select_due(tx: Tx, institution_id: int, now: int, limit: int) -> list[DelayedRow]:
    return await tx.rows(
        DelayedRow,
        _DELAYED + " AND finalised_ts IS NULL AND due_ts <= $2 ORDER BY due_ts, delay_id LIMIT $3",
        institution_id,
        now,
        limit,
    )


async def select_next_due(tx: Tx, institution_id: int) -> int | None:
    """When the next delayed event is due, in ms."""
    return await tx.value(
        int,
        "SELECT due_ts FROM rooms_delayed WHERE institution_id = $1 AND finalised_ts IS NULL"
        " ORDER BY due_ts LIMIT 1",
        institution_id,
    )


async def update_restarted(tx: Tx, institution_id: int, delay_id: str, now: int) -> None:
    await tx.execute(
        "UPDATE rooms_delayed SET since_ts = $3, due_ts = $3 + delay_ms"
        " WHERE institution_id = $1 AND delay_id = $2",
        institution_id,
        delay_id,
        now,
    )


async def update_finalised(
    tx: Tx,
    institution_id: int,
    delay_id: str,
    now: int,
    event_id: str | None,
    error: str | None,
) -> None:
    await tx.execute(
        "UPDATE rooms_delayed SET finalised_ts = $3, event_id = $4, error = $5"
        " WHERE institution_id = $1 AND delay_id = $2 AND finalised_ts IS NULL",
        institution_id,
        delay_id,
        now,
        event_id,
        error,
    )


async def update_overtaken(
    tx: Tx,
    institution_id: int,
    key: tuple[str, str, str],
    sender: str,
    now: int,
    error: str,
) -> None:
    """Finalise what others than `sender` have delayed for a room's state (type and key)."""
    await tx.execute(
        "UPDATE rooms_delayed SET finalised_ts = $6, error = $7 WHERE institution_id = $1"
        " AND room_id = $2 AND type = $3 AND state_key = $4 AND user_id <> $5"
        " AND finalised_ts IS NULL",
        institution_id,
        *key,
        sender,
        now,
        error,
    )


async def delete_finalised(tx: Tx, institution_id: int, before: int) -> None:
    await tx.execute(
        "DELETE FROM rooms_delayed WHERE institution_id = $1 AND finalised_ts < $2",
        institution_id,
        before,
    )


async def delete_delayed_of(tx: Tx, institution_id: int, user_id: str) -> None:
    await tx.execute(
        "DELETE FROM rooms_delayed WHERE institution_id = $1 AND user_id = $2",
        institution_id,
        user_id,
    )


# --- groups of units -----------------------------------------------------------------


class GroupRow(NamedTuple):
    """A basic group, and the unit that it is of."""

    room_id: str
    unit_id: int
    is_whole: int


class MovedRow(NamedTuple):
    """Somebody whose place has changed; an empty id is everybody."""

    user_id: str
    position: int


async def upsert_group(tx: Tx, institution_id: int, row: GroupRow) -> None:
    await tx.execute(
        "INSERT INTO rooms_groups (institution_id, room_id, unit_id, is_whole)"
        " VALUES ($1, $2, $3, $4) ON CONFLICT (institution_id, room_id)"
        " DO UPDATE SET unit_id = excluded.unit_id, is_whole = excluded.is_whole",
        institution_id,
        *row,
    )


async def select_groups(tx: Tx, institution_id: int) -> list[GroupRow]:
    return await tx.rows(
        GroupRow,
        "SELECT room_id, unit_id, is_whole FROM rooms_groups WHERE institution_id = $1"
        " ORDER BY room_id",
        institution_id,
    )


async def upsert_moved(tx: Tx, institution_id: int, user_id: str, position: int) -> None:
    await tx.execute(
        "INSERT INTO rooms_moved (institution_id, user_id, position) VALUES ($1, $2, $3)"
        " ON CONFLICT (institution_id, user_id) DO UPDATE SET position = excluded.position",
        institution_id,
        user_id,
        position,
    )


async def select_moved(tx: Tx, institution_id: int) -> list[MovedRow]:
    return await tx.rows(
        MovedRow,
        "SELECT user_id, position FROM rooms_moved WHERE institution_id = $1",
        institution_id,
    )


async def delete_moved(tx: Tx, institution_id: int, user_id: str, position: int) -> None:
    """Unless something has changed again since."""
    await tx.execute(
        "DELETE FROM rooms_moved WHERE institution_id = $1 AND user_id = $2 AND position = $3",
        institution_id,
        user_id,
        position,
    )


# --- requests to invite a unit -------------------------------------------------------


class UnitInviteRow(NamedTuple):
    """A request that people of a unit may be invited into a room; `ts` in milliseconds.

    `outcome` is empty while it waits, else "approved", with how many were `invited`, or "refused",
    with the `reason`.
    """

    request_id: str
    room_id: str
    unit_id: int
    sender: str
    message: str
    ts: int
    outcome: str = ""
    reason: str = ""
    invited: int = 0


_UNIT_INVITE = (
    "SELECT request_id, room_id, unit_id, sender, message, ts, outcome, reason, invited"
    " FROM rooms_unit_invites WHERE institution_id = $1"
)


async def insert_unit_invite(tx: Tx, institution_id: int, row: UnitInviteRow) -> None:
    await tx.execute(
        "INSERT INTO rooms_unit_invites"
        " (institution_id, request_id, room_id, unit_id, sender, message, ts, outcome, reason,"
        " invited) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
        institution_id,
        *row,
    )


async def select_unit_invite(tx: Tx, institution_id: int, request_id: str) -> UnitInviteRow | None:
    return await tx.row(
        UnitInviteRow, _UNIT_INVITE + " AND request_id = $2", institution_id, request_id
    )


async def find_unit_invite(
    tx: Tx, institution_id: int, room_id: str, unit_id: int
) -> UnitInviteRow | None:
    """The request of a room and a unit, whether or not it waits."""
    return await tx.row(
        UnitInviteRow,
        _UNIT_INVITE + " AND room_id = $2 AND unit_id = $3",
        institution_id,
        room_id,
        unit_id,
    )


async def select_unit_invites_of(tx: Tx, institution_id: int, sender: str) -> list[UnitInviteRow]:
    """What somebody has asked for, the first request first."""
    return await tx.rows(
        UnitInviteRow,
        _UNIT_INVITE + " AND sender = $2 ORDER BY ts, request_id",
        institution_id,
        sender,
    )


async def select_unit_invites_for(
    tx: Tx, institution_id: int, unit_ids: list[int], limit: int
) -> list[UnitInviteRow]:
    """What waits to be decided on of some units, the first request first."""
    return await tx.rows(
        UnitInviteRow,
        _UNIT_INVITE + " AND unit_id = ANY($2) AND outcome = '' ORDER BY ts, request_id LIMIT $3",
        institution_id,
        unit_ids,
        limit,
    )


async def update_unit_invite(
    tx: Tx, institution_id: int, request_id: str, outcome: str, reason: str, invited: int
) -> None:
    await tx.execute(
        "UPDATE rooms_unit_invites SET outcome = $3, reason = $4, invited = $5"
        " WHERE institution_id = $1 AND request_id = $2",
        institution_id,
        request_id,
        outcome,
        reason,
        invited,
    )


async def delete_unit_invite(tx: Tx, institution_id: int, request_id: str) -> bool:
    """False when it is gone already."""
    count = await tx.execute(
        "DELETE FROM rooms_unit_invites WHERE institution_id = $1 AND request_id = $2",
        institution_id,
        request_id,
    )
    return count > 0
