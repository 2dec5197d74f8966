"""SQL on accounts, devices, sessions and the tokens around them."""

from collections.abc import Iterable
from typing import NamedTuple

from depesha.base.rights import Grant, Role
from depesha.io.tx import Tx


class UserRow(NamedTuple):
    """An account. `appservice` made it, if any; flags are 0 or 1."""

    user_id: str
    password_hash: str | None
    is_guest: int
    is_locked: int
    is_suspended: int
    is_deactivated: int
    is_erased: int
    appservice: str | None
    created_ts: int


class RoleRow(NamedTuple):
    """A role that somebody has; `unit_id` is 0 for the whole institution."""

    user_id: str
    role: str
    unit_id: int
    granted_by: str
    granted_ts: int


def grants_in(rows: Iterable[RoleRow]) -> list[Grant]:
    """The roles that the rows give."""
    return [Grant(Role(row.role), row.unit_id) for row in rows]


class SessionRow(NamedTuple):
    """An access token with its session, its device and the flags of its account."""

    user_id: str
    device_id: str
    session_id: int
    expires_ts: int | None
    is_unused: int
    client: str | None
    begun_ts: int
    is_guest: int
    is_locked: int
    is_suspended: int


class TokenRow(NamedTuple):
    """An access token of a session, as hashes. `client`: the OAuth 2.0 client it is for."""

    token_hash: bytes
    user_id: str
    device_id: str
    session_id: int
    refresh_hash: bytes | None
    expires_ts: int | None
    is_unused: int
    client: str | None
    begun_ts: int


class RefreshRow(NamedTuple):
    """The token that a refresh token belongs to."""

    token_hash: bytes
    user_id: str
    device_id: str
    session_id: int
    is_unused: int
    client: str | None
    begun_ts: int
    is_locked: int


class TokenDevice(NamedTuple):
    """The session that a token belongs to."""

    user_id: str
    device_id: str
    session_id: int


class ClientId(NamedTuple):
    """The id of an OAuth 2.0 client."""

    client: str


class NamedDevice(NamedTuple):
    """A device of an account; a single row without a device for an account that has none."""

    user_id: str
    device_id: str | None
    display_name: str | None


class DeviceRow(NamedTuple):
    """A device, and when and from where it was last seen."""

    device_id: str
    display_name: str | None
    last_seen_ts: int | None
    last_seen_ip: str | None
    user_agent: str | None


class DeviceId(NamedTuple):
    """The id of a device."""

    device_id: str


class RegistrationTokenRow(NamedTuple):
    """A token that lets `uses_allowed` people register (None: any number) until `expires_ts`."""

    token: str
    uses_allowed: int | None
    uses: int
    expires_ts: int | None


class UiaRow(NamedTuple):
    """User-interactive authentication under way; `completed` are stages joined by blanks."""

    operation: str
    sealed: bytes
    completed: str
    token: str


_USER = (
    "SELECT user_id, password_hash, is_guest, is_locked, is_suspended,"
    " is_deactivated, is_erased, appservice, created_ts FROM accounts_users"
    " WHERE institution_id = $1"
)

_SESSION = (
    "SELECT s.user_id, s.device_id, s.session_id, s.expires_ts, s.is_unused,"
    " s.client, s.begun_ts, u.is_guest, u.is_locked, u.is_suspended"
    " FROM accounts_sessions s JOIN accounts_users u"
    " ON u.institution_id = s.institution_id AND u.user_id = s.user_id"
    " WHERE s.institution_id = $1"
)

_ADMISSION = (
    "SELECT token, uses_allowed, uses, expires_ts FROM accounts_registration_tokens"
    " WHERE institution_id = $1"
)

_USABLE_ADMISSION = (
    _ADMISSION + " AND (uses_allowed IS NULL OR uses < uses_allowed)"
    " AND (expires_ts IS NULL OR expires_ts > $2)"
)

_DEVICE = (
    "SELECT device_id, display_name, last_seen_ts, last_seen_ip, user_agent"
    " FROM accounts_devices WHERE institution_id = $1 AND user_id = $2"
)


# --- accounts ------------------------------------------------------------------------


async def select_user(tx: Tx, institution_id: int, user_id: str) -> UserRow | None:
    return await tx.row(UserRow, _USER + " AND user_id = $2", institution_id, user_id)


async def select_guests(tx: Tx, institution_id: int, user_ids: list[str]) -> list[UserRow]:
    """Those of the users who are guests."""
    return await tx.rows(
        UserRow, _USER + " AND user_id = ANY($2) AND is_guest = 1", institution_id, user_ids
    )


async def insert_user(tx: Tx, institution_id: int, user: UserRow) -> None:
    await tx.execute(
        "INSERT INTO accounts_users (institution_id, user_id, password_hash, is_guest,"
        " is_locked, is_suspended, is_deactivated, is_erased, appservice, created_ts)"
        " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
        institution_id,
        *user,
    )


async def select_users_of(tx: Tx, institution_id: int, user_ids: list[str]) -> list[UserRow]:
    """The accounts of these users, in the order of their ids."""
    return await tx.rows(
        UserRow, _USER + " AND user_id = ANY($2) ORDER BY user_id", institution_id, user_ids
    )


async def select_users(tx: Tx, institution_id: int, after: str, limit: int) -> list[UserRow]:
    """Accounts whose id is greater than `after`, in the order of their ids."""
    return await tx.rows(
        UserRow,
        _USER + " AND user_id > $2 ORDER BY user_id LIMIT $3",
        institution_id,
        after,
        limit,
    )


async def select_people(tx: Tx, institution_id: int, after: str, limit: int) -> list[UserRow]:
    """Accounts of people, not of guests or services, that have not ended; after an id, by id."""
    return await tx.rows(
        UserRow,
        _USER + " AND user_id > $2 AND is_guest = 0 AND is_deactivated = 0 AND appservice IS NULL"
        " ORDER BY user_id LIMIT $3",
        institution_id,
        after,
        limit,
    )


async def update_password(
    tx: Tx, institution_id: int, user_id: str, password_hash: str | None
) -> None:
    await tx.execute(
        "UPDATE accounts_users SET password_hash = $3 WHERE institution_id = $1 AND user_id = $2",
        institution_id,
        user_id,
        password_hash,
    )


async def update_guest(tx: Tx, institution_id: int, user_id: str, password_hash: str) -> None:
    """A guest becomes a person with a password."""
    await tx.execute(
        "UPDATE accounts_users SET is_guest = 0, password_hash = $3"
        " WHERE institution_id = $1 AND user_id = $2",
        institution_id,
        user_id,
        password_hash,
    )


async def update_flags(tx: Tx, institution_id: int, user: UserRow) -> None:
    """Write down whether the user is locked, suspended."""
    await tx.execute(
        "UPDATE accounts_users SET is_locked = $3, is_suspended = $4"
        " WHERE institution_id = $1 AND user_id = $2",
        institution_id,
        user.user_id,
        user.is_locked,
        user.is_suspended,
    )


async def update_deactivated(tx: Tx, institution_id: int, user_id: str, is_erased: int) -> None:
    """Nobody will sign in again."""
    await tx.execute(
        "UPDATE accounts_users SET is_deactivated = 1, password_hash = NULL,"
        " is_erased = $3 WHERE institution_id = $1 AND user_id = $2",
        institution_id,
        user_id,
        is_erased,
    )


# --- roles ---------------------------------------------------------------------------

_ROLE = (
    "SELECT user_id, role, unit_id, granted_by, granted_ts FROM accounts_roles"
    " WHERE institution_id = $1"
)


async def select_roles(tx: Tx, institution_id: int) -> list[RoleRow]:
    return await tx.rows(RoleRow, _ROLE + " ORDER BY user_id, role, unit_id", institution_id)


async def select_roles_of(tx: Tx, institution_id: int, user_ids: list[str]) -> list[RoleRow]:
    return await tx.rows(RoleRow, _ROLE + " AND user_id = ANY($2)", institution_id, user_ids)


async def select_holder(
    tx: Tx, institution_id: int, user_id: str
) -> tuple[UserRow | None, list[RoleRow]]:
    """An account and its roles."""
    user = await select_user(tx, institution_id, user_id)
    return user, await select_roles_of(tx, institution_id, [user_id])


async def insert_role(tx: Tx, institution_id: int, row: RoleRow) -> None:
    await tx.execute(
        "INSERT INTO accounts_roles (institution_id, user_id, role, unit_id, granted_by,"
        " granted_ts) VALUES ($1, $2, $3, $4, $5, $6)",
        institution_id,
        *row,
    )


async def delete_role(tx: Tx, institution_id: int, user_id: str, role: str, unit_id: int) -> None:
    await tx.execute(
        "DELETE FROM accounts_roles WHERE institution_id = $1 AND user_id = $2 AND role = $3"
        " AND unit_id = $4",
        institution_id,
        user_id,
        role,
        unit_id,
    )


async def delete_roles_of(tx: Tx, institution_id: int, user_id: str) -> None:
    await tx.execute(
        "DELETE FROM accounts_roles WHERE institution_id = $1 AND user_id = $2",
        institution_id,
        user_id,
    )


# --- sessions ------------------------------------------------------------------------


async def select_session(tx: Tx, institution_id: int, token_hash: bytes) -> SessionRow | None:
    return await tx.row(SessionRow, _SESSION + " AND s.token_hash = $2", institution_id, token_hash)


async def insert_session(tx: Tx, institution_id: int, token: TokenRow) -> None:
    await tx.execute(
        "INSERT INTO accounts_sessions (institution_id, token_hash, user_id, device_id,"
        " session_id, refresh_hash, expires_ts, is_unused, client, begun_ts)"
        " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
        institution_id,
        *token,
    )


async def select_refresh(tx: Tx, institution_id: int, refresh_hash: bytes) -> RefreshRow | None:
    return await tx.row(
        RefreshRow,
        "SELECT s.token_hash, s.user_id, s.device_id, s.session_id, s.is_unused, s.client,"
        " s.begun_ts, u.is_locked"
        " FROM accounts_sessions s JOIN accounts_users u"
        " ON u.institution_id = s.institution_id AND u.user_id = s.user_id"
        " WHERE s.institution_id = $1 AND s.refresh_hash = $2",
        institution_id,
        refresh_hash,
    )


async def select_token(tx: Tx, institution_id: int, token_hash: bytes) -> TokenDevice | None:
    """The session whose access token or refresh token this is."""
    return await tx.row(
        TokenDevice,
        "SELECT user_id, device_id, session_id FROM accounts_sessions"
        " WHERE institution_id = $1 AND (token_hash = $2 OR refresh_hash = $2)",
        institution_id,
        token_hash,
    )


async def select_session_id(
    tx: Tx, institution_id: int, user_id: str, device_id: str
) -> int | None:
    """The session of a device."""
    return await tx.value(
        int,
        "SELECT session_id FROM accounts_sessions"
        " WHERE institution_id = $1 AND user_id = $2 AND device_id = $3",
        institution_id,
        user_id,
        device_id,
    )


async def select_clients(tx: Tx, institution_id: int) -> list[ClientId]:
    """The OAuth 2.0 clients that have a session."""
    return await tx.rows(
        ClientId,
        "SELECT DISTINCT client FROM accounts_sessions"
        " WHERE institution_id = $1 AND client IS NOT NULL",
        institution_id,
    )


async def update_used(tx: Tx, institution_id: int, token_hash: bytes) -> None:
    """Mark a token as used, and end the ones that it replaces."""
    await tx.execute(
        "UPDATE accounts_sessions SET is_unused = 0 WHERE institution_id = $1 AND token_hash = $2",
        institution_id,
        token_hash,
    )
    await tx.execute(
        "DELETE FROM accounts_sessions WHERE institution_id = $1 AND token_hash <> $2"
        " AND session_id = ("
        " SELECT session_id FROM accounts_sessions WHERE institution_id = $1 AND token_hash = $2)",
        institution_id,
        token_hash,
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


async def select_named_devices(
    tx: Tx, institution_id: int, user_ids: list[str]
) -> list[NamedDevice]:
    """The devices of those of the users who have an account that is not deactivated."""
    return await tx.rows(
        NamedDevice,
        "SELECT u.user_id, d.device_id, d.display_name FROM accounts_users u"
        " LEFT JOIN accounts_devices d"
        " ON d.institution_id = u.institution_id AND d.user_id = u.user_id"
        " WHERE u.institution_id = $1 AND u.user_id = ANY($2) AND u.is_deactivated = 0"
        " ORDER BY u.user_id, d.created_ts, d.device_id",
        institution_id,
        user_ids,
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


async def update_device_name(
    tx: Tx, institution_id: int, user_id: str, device_id: str, display_name: str | None
) -> None:
    await tx.execute(
        "UPDATE accounts_devices SET display_name = $4"
        " WHERE institution_id = $1 AND user_id = $2 AND device_id = $3",
        institution_id,
        user_id,
        device_id,
        display_name,
    )


async def update_seen(
    tx: Tx, institution_id: int, user_id: str, device_id: str, seen: tuple[int, str, str]
) -> None:
    """Write down when (ms), from which address and by which program a device was seen."""
    await tx.execute(
        "UPDATE accounts_devices SET last_seen_ts = $4, last_seen_ip = $5, user_agent = $6"
        " WHERE institution_id = $1 AND user_id = $2 AND device_id = $3",
        institution_id,
        user_id,
        device_id,
        *seen,
    )


async def delete_devices(
    tx: Tx, institution_id: int, user_id: str, device_ids: list[str]
) -> list[str]:
    """Forget these devices; the ids of those that there were."""
    rows = await tx.rows(
        DeviceId,
        "DELETE FROM accounts_devices"
        " WHERE institution_id = $1 AND user_id = $2 AND device_id = ANY($3) RETURNING device_id",
        institution_id,
        user_id,
        device_ids,
    )
    return [row.device_id for row in rows]


# --- tickets -------------------------------------------------------------------------


async def insert_ticket(
    tx: Tx, institution_id: int, ticket_hash: bytes, kind: str, user_id: str, expires_ts: int
) -> None:
    await tx.execute(
        "INSERT INTO accounts_tickets (institution_id, ticket_hash, kind, user_id, expires_ts)"
        " VALUES ($1, $2, $3, $4, $5)",
        institution_id,
        ticket_hash,
        kind,
        user_id,
        expires_ts,
    )


async def select_ticket(
    tx: Tx, institution_id: int, ticket_hash: bytes, kind: str, now_ms: int
) -> str | None:
    """Whose ticket it is, or None."""
    return await tx.value(
        str,
        "SELECT user_id FROM accounts_tickets WHERE institution_id = $1 AND ticket_hash = $2"
        " AND kind = $3 AND expires_ts > $4",
        institution_id,
        ticket_hash,
        kind,
        now_ms,
    )


async def delete_ticket(
    tx: Tx, institution_id: int, ticket_hash: bytes, kind: str, now_ms: int
) -> str | None:
    """Use a ticket up: whose it was, or None."""
    return await tx.value(
        str,
        "DELETE FROM accounts_tickets WHERE institution_id = $1 AND ticket_hash = $2"
        " AND kind = $3 AND expires_ts > $4 RETURNING user_id",
        institution_id,
        ticket_hash,
        kind,
        now_ms,
    )


async def insert_tickets_of_sessions(
    tx: Tx, institution_id: int, user_id: str, kind: str, expires_ts: int
) -> None:
    """A ticket for each access token of the user."""
    await tx.execute(
        "INSERT INTO accounts_tickets (institution_id, ticket_hash, kind, user_id, expires_ts)"
        " SELECT institution_id, token_hash, $3, user_id, $4 FROM accounts_sessions"
        " WHERE institution_id = $1 AND user_id = $2",
        institution_id,
        user_id,
        kind,
        expires_ts,
    )


async def delete_tickets_of(tx: Tx, institution_id: int, user_id: str) -> None:
    await tx.execute(
        "DELETE FROM accounts_tickets WHERE institution_id = $1 AND user_id = $2",
        institution_id,
        user_id,
    )


# --- registration tokens -------------------------------------------------------------


async def select_registration_tokens(tx: Tx, institution_id: int) -> list[RegistrationTokenRow]:
    return await tx.rows(
        RegistrationTokenRow, _ADMISSION + " ORDER BY created_ts, token", institution_id
    )


async def select_any_usable_token(
    tx: Tx, institution_id: int, now_ms: int
) -> RegistrationTokenRow | None:
    """A token that could be used now."""
    return await tx.row(
        RegistrationTokenRow, _USABLE_ADMISSION + " LIMIT 1", institution_id, now_ms
    )


async def select_usable_token(
    tx: Tx, institution_id: int, now_ms: int, token: str
) -> RegistrationTokenRow | None:
    """The token, if it could be used now."""
    return await tx.row(
        RegistrationTokenRow, _USABLE_ADMISSION + " AND token = $3", institution_id, now_ms, token
    )


async def update_token_uses(tx: Tx, institution_id: int, token: str) -> None:
    """Count one more use."""
    await tx.execute(
        "UPDATE accounts_registration_tokens SET uses = uses + 1"
        " WHERE institution_id = $1 AND token = $2",
        institution_id,
        token,
    )


async def insert_registration_token(
    tx: Tx, institution_id: int, row: RegistrationTokenRow, created_ts: int
) -> None:
    """Raises Conflict when there is such a token."""
    await tx.execute(
        "INSERT INTO accounts_registration_tokens"
        " (institution_id, token, uses_allowed, uses, expires_ts, created_ts)"
        " VALUES ($1, $2, $3, $4, $5, $6)",
        institution_id,
        *row,
        created_ts,
    )


async def delete_registration_token(tx: Tx, institution_id: int, token: str) -> bool:
    """False when there was no such token."""
    deleted = await tx.execute(
        "DELETE FROM accounts_registration_tokens WHERE institution_id = $1 AND token = $2",
        institution_id,
        token,
    )
    return deleted > 0


# --- user-interactive authentication -------------------------------------------------


async def insert_uia(
    tx: Tx, institution_id: int, session_hash: bytes, row: UiaRow, expires_ts: int
) -> None:
    await tx.execute(
        "INSERT INTO accounts_uia"
        " (institution_id, session_hash, operation, sealed, completed, token, expires_ts)"
        " VALUES ($1, $2, $3, $4, $5, $6, $7)",
        institution_id,
        session_hash,
        *row,
        expires_ts,
    )


async def select_uia(
    tx: Tx, institution_id: int, session_hash: bytes, now_ms: int
) -> UiaRow | None:
    return await tx.row(
        UiaRow,
        "SELECT operation, sealed, completed, token FROM accounts_uia"
        " WHERE institution_id = $1 AND session_hash = $2 AND expires_ts > $3",
        institution_id,
        session_hash,
        now_ms,
    )


async def update_uia(
    tx: Tx, institution_id: int, session_hash: bytes, completed: str, token: str
) -> None:
    await tx.execute(
        "UPDATE accounts_uia SET completed = $3, token = $4"
        " WHERE institution_id = $1 AND session_hash = $2",
        institution_id,
        session_hash,
        completed,
        token,
    )


async def delete_uia(tx: Tx, institution_id: int, session_hash: bytes) -> bool:
    """End it; False when somebody else has ended it before."""
    deleted = await tx.execute(
        "DELETE FROM accounts_uia WHERE institution_id = $1 AND session_hash = $2",
        institution_id,
        session_hash,
    )
    return deleted > 0


async def delete_oldest_uia(tx: Tx, institution_id: int, most: int) -> None:
    """Keep the newest `most`."""
    await tx.execute(
        "DELETE FROM accounts_uia WHERE institution_id = $1 AND expires_ts <= ("
        " SELECT expires_ts FROM accounts_uia WHERE institution_id = $1"
        " ORDER BY expires_ts DESC LIMIT 1 OFFSET $2)",
        institution_id,
        most,
    )


async def delete_expired(tx: Tx, institution_id: int, now_ms: int) -> None:
    """Forget tickets and interactive authentication that are over."""
    await tx.execute(
        "DELETE FROM accounts_tickets WHERE institution_id = $1 AND expires_ts <= $2",
        institution_id,
        now_ms,
    )
    await tx.execute(
        "DELETE FROM accounts_uia WHERE institution_id = $1 AND expires_ts <= $2",
        institution_id,
        now_ms,
    )


# --- policies ------------------------------------------------------------------------


class PolicyRow(NamedTuple):
    """What is asked of those with a role; times in milliseconds."""

    role: str
    second_factor: int
    least_password: int | None
    session_ms: int | None
    idle_ms: int | None


async def select_policies(tx: Tx, institution_id: int) -> list[PolicyRow]:
    return await tx.rows(
        PolicyRow,
        "SELECT role, second_factor, least_password, session_ms, idle_ms FROM accounts_policies"
        " WHERE institution_id = $1 ORDER BY role",
        institution_id,
    )


async def upsert_policy(tx: Tx, institution_id: int, row: PolicyRow) -> None:
    await tx.execute(
        "INSERT INTO accounts_policies (institution_id, role, second_factor, least_password,"
        " session_ms, idle_ms) VALUES ($1, $2, $3, $4, $5, $6)"
        " ON CONFLICT (institution_id, role) DO UPDATE SET"
        " second_factor = excluded.second_factor, least_password = excluded.least_password,"
        " session_ms = excluded.session_ms, idle_ms = excluded.idle_ms",
        institution_id,
        *row,
    )


async def delete_policy(tx: Tx, institution_id: int, role: str) -> int:
    """How many there were."""
    return await tx.execute(
        "DELETE FROM accounts_policies WHERE institution_id = $1 AND role = $2",
        institution_id,
        role,
    )
