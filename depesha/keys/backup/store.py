"""SQL on key backups."""

from typing import NamedTuple

from depesha.io.tx import Tx
from depesha.keys.rules import Rank


class Backup(NamedTuple):
    """A version; `total` is the number of its keys."""

    version: int
    algorithm: str
    auth_data: bytes
    etag: int
    total: int
    is_deleted: int


class Session(NamedTuple):
    """The key of a Megolm session; `body` is its `session_data`."""

    room_id: str
    session_id: str
    is_verified: int
    first_index: int
    forwarded_count: int
    body: bytes

    @property
    def rank(self) -> Rank:
        return Rank(bool(self.is_verified), self.first_index, self.forwarded_count)


_BACKUP = (
    "SELECT version, algorithm, auth_data, etag, count, is_deleted FROM keys_backups"
    " WHERE institution_id = $1 AND user_id = $2"
)

_SESSION = (
    "SELECT room_id, session_id, is_verified, first_index, forwarded_count, body"
    " FROM keys_backup_sessions WHERE institution_id = $1 AND user_id = $2 AND version = $3"
)


async def select_backup(tx: Tx, institution_id: int, user_id: str, version: int) -> Backup | None:
    """The version, also when it was deleted."""
    return await tx.row(Backup, _BACKUP + " AND version = $3", institution_id, user_id, version)


async def select_current_backup(tx: Tx, institution_id: int, user_id: str) -> Backup | None:
    """The newest version that was not deleted."""
    return await tx.row(
        Backup,
        _BACKUP + " AND is_deleted = 0 ORDER BY version DESC LIMIT 1",
        institution_id,
        user_id,
    )


async def insert_backup(
    tx: Tx, institution_id: int, user_id: str, algorithm: str, auth_data: bytes
) -> int:
    """The new version."""
    version = await tx.value(
        int,
        "INSERT INTO keys_backups (institution_id, user_id, version, algorithm, auth_data, etag,"
        " count, is_deleted) VALUES ($1, $2, (SELECT COALESCE(MAX(version), 0) + 1"
        " FROM keys_backups WHERE institution_id = $1 AND user_id = $2), $3, $4, 0, 0, 0)"
        " RETURNING version",
        institution_id,
        user_id,
        algorithm,
        auth_data,
    )
    return version or 0


async def update_auth_data(
    tx: Tx, institution_id: int, user_id: str, version: int, auth_data: bytes
) -> None:
    await tx.execute(
        "UPDATE keys_backups SET auth_data = $4"
        " WHERE institution_id = $1 AND user_id = $2 AND version = $3",
        institution_id,
        user_id,
        version,
        auth_data,
    )


async def update_backup_deleted(tx: Tx, institution_id: int, user_id: str, version: int) -> None:
    """Delete the version and its keys; the number stays."""
    await tx.execute(
        "UPDATE keys_backups SET is_deleted = 1, auth_data = $4"
        " WHERE institution_id = $1 AND user_id = $2 AND version = $3",
        institution_id,
        user_id,
        version,
        b"{}",
    )
    await tx.execute(
        "DELETE FROM keys_backup_sessions"
        " WHERE institution_id = $1 AND user_id = $2 AND version = $3",
        institution_id,
        user_id,
        version,
    )


async def delete_backups_of(tx: Tx, institution_id: int, user_id: str) -> None:
    """Delete all versions with their keys."""
    for sql in (
        "DELETE FROM keys_backup_sessions WHERE institution_id = $1 AND user_id = $2",
        "DELETE FROM keys_backups WHERE institution_id = $1 AND user_id = $2",
    ):
        await tx.execute(sql, institution_id, user_id)


async def update_contents(
    tx: Tx, institution_id: int, user_id: str, version: int, etag: int, count: int
) -> None:
    """The version has other keys than before."""
    await tx.execute(
        "UPDATE keys_backups SET etag = $4, count = $5"
        " WHERE institution_id = $1 AND user_id = $2 AND version = $3",
        institution_id,
        user_id,
        version,
        etag,
        count,
    )


async def select_sessions(
    tx: Tx,
    institution_id: int,
    user_id: str,
    version: int,
    room_id: str | None,
    session_id: str | None,
) -> list[Session]:
    """Keys of a version: all, those of a room, or one."""
    if room_id is None:
        return await tx.rows(Session, _SESSION, institution_id, user_id, version)
    if session_id is None:
        sql = _SESSION + " AND room_id = $4"
        return await tx.rows(Session, sql, institution_id, user_id, version, room_id)
    return await tx.rows(
        Session,
        _SESSION + " AND room_id = $4 AND session_id = $5",
        institution_id,
        user_id,
        version,
        room_id,
        session_id,
    )


async def select_sessions_named(
    tx: Tx, institution_id: int, user_id: str, version: int, room_id: str, session_ids: list[str]
) -> list[Session]:
    return await tx.rows(
        Session,
        _SESSION + " AND room_id = $4 AND session_id = ANY($5)",
        institution_id,
        user_id,
        version,
        room_id,
        session_ids,
    )


async def upsert_sessions(
    tx: Tx, institution_id: int, user_id: str, version: int, sessions: list[Session]
) -> None:
    columns = (
        *("institution_id", "user_id", "version", "room_id", "session_id"),
        *("is_verified", "first_index", "forwarded_count", "body"),
    )
    rows = [(institution_id, user_id, version, *session) for session in sessions]
    await tx.insert_many(
        "keys_backup_sessions",
        columns,
        rows,
        "ON CONFLICT (institution_id, user_id, version, room_id, session_id) DO UPDATE SET"
        " is_verified = excluded.is_verified, first_index = excluded.first_index,"
        " forwarded_count = excluded.forwarded_count, body = excluded.body",
    )


async def delete_sessions(
    tx: Tx,
    institution_id: int,
    user_id: str,
    version: int,
    room_id: str | None,
    session_id: str | None,
) -> int:
    """How many keys were deleted: all, those of a room, or one."""
    sql = (
        "DELETE FROM keys_backup_sessions"
        " WHERE institution_id = $1 AND user_id = $2 AND version = $3"
    )
    if room_id is None:
        return await tx.execute(sql, institution_id, user_id, version)
    if session_id is None:
        return await tx.execute(
            sql + " AND room_id = $4", institution_id, user_id, version, room_id
        )
    return await tx.execute(
        sql + " AND room_id = $4 AND session_id = $5",
        institution_id,
        user_id,
        version,
        room_id,
        session_id,
    )
