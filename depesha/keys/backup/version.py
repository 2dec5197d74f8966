"""Versions of a user's backup."""

from depesha.base.canonical import Content, canonical, embed
from depesha.base.errors import MatrixError, invalid_param, not_found
from depesha.io.tx import Tx
from depesha.keys.backup import store
from depesha.keys.record import Keys

_DIGITS = 18


def unknown_version() -> MatrixError:
    return not_found("Unknown backup version")


def find_version(text: str) -> int | None:
    """The number of a version, or None when there can be no such one."""
    is_number = text.isascii() and text.isdigit() and len(text) <= _DIGITS
    return int(text) if is_number and not text.startswith("0") else None


async def select_live(tx: Tx, institution_id: int, user_id: str, text: str) -> store.Backup:
    """The version, unless it was deleted; 404 M_NOT_FOUND."""
    version = find_version(text)
    row = await store.select_backup(tx, institution_id, user_id, version) if version else None
    if row is None or row.is_deleted:
        raise unknown_version()
    return row


async def select_writable(tx: Tx, institution_id: int, user_id: str, text: str) -> store.Backup:
    """The version, if keys may be written to it.

    Raises 404 M_NOT_FOUND without any backup, and 403 M_WRONG_ROOM_KEYS_VERSION with the
    `current_version` for any other than the newest.
    """
    current = await store.select_current_backup(tx, institution_id, user_id)
    if current is None:
        raise unknown_version()
    if current.version != find_version(text):
        fields = {"current_version": str(current.version)}
        raise MatrixError(403, "M_WRONG_ROOM_KEYS_VERSION", "Wrong backup version", fields)
    return current


async def create_backup(keys: Keys, user_id: str, algorithm: str, auth_data: Content) -> str:
    """The new version, which takes the place of the one before."""

    async def plan(tx: Tx) -> int:
        return await store.insert_backup(
            tx, keys.institution_id, user_id, algorithm, canonical(auth_data)
        )

    return str(await keys.spine.db.write(plan))


async def access_backup(keys: Keys, user_id: str, version: str | None) -> Content:
    """What is said of a version (None: the newest); 404 M_NOT_FOUND."""

    async def select(tx: Tx) -> store.Backup:
        if version is not None:
            return await select_live(tx, keys.institution_id, user_id, version)
        row = await store.select_current_backup(tx, keys.institution_id, user_id)
        if row is None:
            raise not_found("No current backup version")
        return row

    row = await keys.spine.db.read(select)
    return {
        "algorithm": row.algorithm,
        "auth_data": embed(row.auth_data),
        "count": row.total,
        "etag": str(row.etag),
        "version": str(row.version),
    }


async def update_backup(
    keys: Keys, user_id: str, version: str, algorithm: str, auth_data: Content
) -> None:
    """Replace the `auth_data`; 400 M_INVALID_PARAM for another algorithm, 404 M_NOT_FOUND."""

    async def plan(tx: Tx) -> None:
        row = await select_live(tx, keys.institution_id, user_id, version)
        if row.algorithm != algorithm:
            raise invalid_param("Algorithm does not match")
        body = canonical(auth_data)
        await store.update_auth_data(tx, keys.institution_id, user_id, row.version, body)

    await keys.spine.db.write(plan)


async def delete_backup(keys: Keys, user_id: str, version: str) -> None:
    """Delete a version with its keys, once more if need be; 404 M_NOT_FOUND if it never was."""

    async def plan(tx: Tx) -> None:
        number = find_version(version)
        row = (
            await store.select_backup(tx, keys.institution_id, user_id, number) if number else None
        )
        if row is None:
            raise unknown_version()
        if not row.is_deleted:
            await store.update_backup_deleted(tx, keys.institution_id, user_id, row.version)

    await keys.spine.db.write(plan)
