"""SQL on requests for contact, blocks, policies, and invitations that are held."""

from typing import NamedTuple

from depesha.io.tx import Tx


class RequestRow(NamedTuple):
    """A request for contact; `unit_id` 0: the person decides; `ts` in milliseconds."""

    sender: str
    target: str
    unit_id: int
    message: str
    state: str
    ts: int


class OtherRow(NamedTuple):
    other_id: str


class HeldRow(NamedTuple):
    """An invitation by a stranger."""

    room_id: str
    sender: str


_REQUEST = (
    "SELECT sender, target, unit_id, message, state, ts FROM contacts_requests"
    " WHERE institution_id = $1"
)

# --- requests ------------------------------------------------------------------------


async def insert_request(tx: Tx, institution_id: int, row: RequestRow) -> bool:
    """False when there is such a request already."""
    count = await tx.execute(
        "INSERT INTO contacts_requests"
        " (institution_id, sender, target, unit_id, message, state, ts)"
        " VALUES ($1, $2, $3, $4, $5, $6, $7)"
        " ON CONFLICT (institution_id, sender, target) DO NOTHING",
        institution_id,
        *row,
    )
    return count > 0


async def select_request(
    tx: Tx, institution_id: int, sender: str, target: str
) -> RequestRow | None:
    return await tx.row(
        RequestRow, _REQUEST + " AND sender = $2 AND target = $3", institution_id, sender, target
    )


async def select_sent(tx: Tx, institution_id: int, sender: str) -> list[RequestRow]:
    """Requests that somebody has sent and not taken back."""
    return await tx.rows(
        RequestRow,
        _REQUEST + " AND sender = $2 AND state <> 'withdrawn' ORDER BY ts, target",
        institution_id,
        sender,
    )


async def select_pending(
    tx: Tx, institution_id: int, target: str, unit_ids: list[int], limit: int
) -> list[RequestRow]:
    """Requests on which a person decides: those to them, and those to people of the levels."""
    return await tx.rows(
        RequestRow,
        _REQUEST + " AND state = 'pending'"
        " AND (target = $2 AND unit_id = 0 OR unit_id <> 0 AND unit_id = ANY($3))"
        " ORDER BY ts, sender, target LIMIT $4",
        institution_id,
        target,
        unit_ids,
        limit,
    )


async def update_state(tx: Tx, institution_id: int, sender: str, target: str, state: str) -> None:
    await tx.execute(
        "UPDATE contacts_requests SET state = $4"
        " WHERE institution_id = $1 AND sender = $2 AND target = $3",
        institution_id,
        sender,
        target,
        state,
    )


async def delete_request(tx: Tx, institution_id: int, sender: str, target: str) -> bool:
    """True when there was one."""
    count = await tx.execute(
        "DELETE FROM contacts_requests WHERE institution_id = $1 AND sender = $2 AND target = $3",
        institution_id,
        sender,
        target,
    )
    return count > 0


async def delete_all_of(tx: Tx, institution_id: int, user_id: str) -> None:
    """Forget what an account that has ended asked, refused and was asked."""
    await tx.execute(
        "DELETE FROM contacts_requests WHERE institution_id = $1 AND (sender = $2 OR target = $2)",
        institution_id,
        user_id,
    )
    await tx.execute(
        "DELETE FROM contacts_blocked WHERE institution_id = $1 AND user_id = $2",
        institution_id,
        user_id,
    )
    await tx.execute(
        "DELETE FROM contacts_policies WHERE institution_id = $1 AND user_id = $2",
        institution_id,
        user_id,
    )
    await tx.execute(
        "DELETE FROM contacts_held WHERE institution_id = $1 AND user_id = $2",
        institution_id,
        user_id,
    )


# --- blocks and policies -------------------------------------------------------------


async def select_blocked(tx: Tx, institution_id: int, user_id: str) -> list[OtherRow]:
    return await tx.rows(
        OtherRow,
        "SELECT other_id FROM contacts_blocked WHERE institution_id = $1 AND user_id = $2"
        " ORDER BY other_id",
        institution_id,
        user_id,
    )


async def is_blocked(tx: Tx, institution_id: int, user_id: str, other_id: str) -> bool:
    found = await tx.value(
        int,
        "SELECT 1 FROM contacts_blocked"
        " WHERE institution_id = $1 AND user_id = $2 AND other_id = $3",
        institution_id,
        user_id,
        other_id,
    )
    return found is not None


async def select_blocking(
    tx: Tx, institution_id: int, user_ids: list[str], other_id: str
) -> list[OtherRow]:
    """Those of the users who block another."""
    return await tx.rows(
        OtherRow,
        "SELECT user_id FROM contacts_blocked"
        " WHERE institution_id = $1 AND user_id = ANY($2) AND other_id = $3",
        institution_id,
        user_ids,
        other_id,
    )


async def insert_blocked(tx: Tx, institution_id: int, user_id: str, other_id: str) -> None:
    await tx.execute(
        "INSERT INTO contacts_blocked (institution_id, user_id, other_id) VALUES ($1, $2, $3)"
        " ON CONFLICT (institution_id, user_id, other_id) DO NOTHING",
        institution_id,
        user_id,
        other_id,
    )


async def delete_blocked(tx: Tx, institution_id: int, user_id: str, other_id: str) -> None:
    await tx.execute(
        "DELETE FROM contacts_blocked WHERE institution_id = $1 AND user_id = $2 AND other_id = $3",
        institution_id,
        user_id,
        other_id,
    )


async def select_policy(tx: Tx, institution_id: int, user_id: str) -> str | None:
    """What the person does with strangers, if they ever said so."""
    return await tx.value(
        str,
        "SELECT strangers FROM contacts_policies WHERE institution_id = $1 AND user_id = $2",
        institution_id,
        user_id,
    )


async def upsert_policy(tx: Tx, institution_id: int, user_id: str, strangers: str) -> None:
    await tx.execute(
        "INSERT INTO contacts_policies (institution_id, user_id, strangers) VALUES ($1, $2, $3)"
        " ON CONFLICT (institution_id, user_id) DO UPDATE SET strangers = excluded.strangers",
        institution_id,
        user_id,
        strangers,
    )


# --- invitations by strangers --------------------------------------------------------


async def insert_held(tx: Tx, institution_id: int, user_id: str, held: HeldRow) -> None:
    await tx.execute(
        "INSERT INTO contacts_held (institution_id, user_id, room_id, sender)"
        " VALUES ($1, $2, $3, $4) ON CONFLICT (institution_id, user_id, room_id) DO NOTHING",
        institution_id,
        user_id,
        *held,
    )


async def delete_held(tx: Tx, institution_id: int, user_id: str, room_id: str) -> bool:
    """True when such an invitation was held."""
    count = await tx.execute(
        "DELETE FROM contacts_held WHERE institution_id = $1 AND user_id = $2 AND room_id = $3",
        institution_id,
        user_id,
        room_id,
    )
    return count > 0


async def select_held(tx: Tx, institution_id: int, user_id: str) -> list[HeldRow]:
    return await tx.rows(
        HeldRow,
        "SELECT room_id, sender FROM contacts_held WHERE institution_id = $1 AND user_id = $2"
        " ORDER BY room_id",
        institution_id,
        user_id,
    )
