"""SQL on accounts, devices, sessions and the tokens around them."""

from typing import NamedTuple

from depesha.io.tx import Tx


class UserRow(NamedTuple):
    """An account. `appservice` made it, if any; flags are 0 or 1."""

    user_id: str
    password_hash: str | None
    is_guest: int
    is_admin: int
    is_locked: int
    is_suspended: int
    is_deactivated: int
    appservice: str | None
    created_ts: int


class SessionRow(NamedTuple):
    """An access token with its session, its device and the flags of its account."""

    user_id: str
    device_id: str
    session_id: int
    expires_ts: int | None
    is_unused: int
    is_guest: int
    is_admin: int
    is_locked: int
    is_suspended: int


class TokenRow(NamedTuple):
    """An access token of a session, as hashes."""

    token_hash: bytes
    user_id: str
    device_id: str
    session_id: int
    refresh_hash: bytes | None
    expires_ts: int | None
    is_unused: int


class DeviceRow(NamedTuple):
    """A device, and when it was last seen."""

    device_id: str
    display_name: str | None
    last_seen_ts: int | None
    last_seen_ip: str | None
    user_agent: str | None


_USER = (
    "SELECT user_id, password_hash, is_guest, is_admin, is_locked, is_suspended,"
    " is_deactivated, appservice, created_ts FROM accounts_users WHERE institution_id = $1"
)

_SESSION = (
    "SELECT s.user_id, s.device_id, s.session_id, s.expires_ts, s.is_unused,"
    " u.is_guest, u.is_admin, u.is_locked, u.is_suspended"
    " FROM accounts_sessions s JOIN accounts_users u"
    " ON u.institution_id = s.institution_id AND u.user_id = s.user_id"
    " WHERE s.institution_id = $1"
)

_DEVICE = (
    "SELECT device_id, display_name, last_seen_ts, last_seen_ip, user_agent"
    " FROM accounts_devices WHERE institution_id = $1 AND user_id = $2"
)


# --- accounts ------------------------------------------------------------------------


async def select_user(tx: Tx, institution_id: int, user_id: str) -> UserRow | None:
    return await tx.row(UserRow, _USER + " AND user_id = $2", institution_id, user_id)


async def insert_user(tx: Tx, institution_id: int, user: UserRow) -> None:
    await tx.execute(
        "INSERT INTO accounts_users (institution_id, user_id, password_hash, is_guest, is_admin,"
        " is_locked, is_suspended, is_deactivated, appservice, created_ts)"
        " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
        institution_id,
        *user,
    )


# --- sessions ------------------------------------------------------------------------


async def select_session(tx: Tx, institution_id: int, token_hash: bytes) -> SessionRow | None:
    return await tx.row(SessionRow, _SESSION + " AND s.token_hash = $2", institution_id, token_hash)


async def insert_session(tx: Tx, institution_id: int, token: TokenRow) -> None:
    await tx.execute(
        "INSERT INTO accounts_sessions (institution_id, token_hash, user_id, device_id,"
        " session_id, refresh_hash, expires_ts, is_unused) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
        institution_id,
        *token,
    )


async def delete_sessions(tx: Tx, institution_id: int, user_id: str, device_ids: list[str]) -> None:
    """End the sessions of these devices."""
    await tx.execute(
        "DELETE FROM accounts_sessions"
        " WHERE institution_id = $1 AND user_id = $2 AND device_id = ANY($3)",
        institution_id,
        user_id,
        device_ids,
    )


# --- devices -------------------------------------------------------------------------


async def select_device(
    tx: Tx, institution_id: int, user_id: str, device_id: str
) -> DeviceRow | None:
    return await tx.row(
        DeviceRow, _DEVICE + " AND device_id = $3", institution_id, user_id, device_id
    )


async def select_devices(tx: Tx, institution_id: int, user_id: str) -> list[DeviceRow]:
    """All devices of the user, oldest first."""
    return await tx.rows(
        DeviceRow, _DEVICE + " ORDER BY created_ts, device_id", institution_id, user_id
    )


async def insert_device(
    tx: Tx,
    institution_id: int,
    user_id: str,
    device_id: str,
    display_name: str | None,
    created_ts: int,
) -> None:
    await tx.execute(
        "INSERT INTO accounts_devices (institution_id, user_id, device_id, display_name,"
        " created_ts) VALUES ($1, $2, $3, $4, $5)",
        institution_id,
        user_id,
        device_id,
        display_name,
        created_ts,
    )


async def delete_devices(tx: Tx, institution_id: int, user_id: str, device_ids: list[str]) -> None:
    await tx.execute(
        "DELETE FROM accounts_devices"
        " WHERE institution_id = $1 AND user_id = $2 AND device_id = ANY($3)",
        institution_id,
        user_id,
        device_ids,
    )
