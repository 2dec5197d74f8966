"""Who was an administrator before there were roles is an owner after the migration."""

import shutil
from pathlib import Path

import depesha
from depesha.accounts import store
from depesha.io.db import open_db
from depesha.io.migrate import find_migrations, migrate
from depesha.io.tx import Tx

ROLES = "20261127T1535_roles.sql"


def before_roles(folder: Path) -> Path:
    """The migrations made before there were roles."""
    source = Path(depesha.__file__).parent
    for path in source.glob("*/schema/*.sql"):
        if path.name[:13] < ROLES[:13]:
            target = folder / path.relative_to(source)
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(path, target)
    return folder


async def insert_old(tx: Tx) -> None:
    for user_id, is_admin in (("@root:x", 1), ("@anna:x", 0)):
        await tx.execute(
            "INSERT INTO accounts_users (institution_id, user_id, is_guest, is_admin, is_locked,"
            " is_suspended, is_deactivated, is_erased, created_ts)"
            " VALUES (1, $1, 0, $2, 0, 0, 0, 0, 7)",
            user_id,
            is_admin,
        )


async def test_administrators_become_owners(empty_db_url: str, tmp_path: Path) -> None:
    db = await open_db(empty_db_url)
    try:
        old = before_roles(tmp_path / "old")
        assert f"accounts/{ROLES[:-4]}" not in {m.name for m in find_migrations(db.engine, old)}
        await migrate(db, old)
        await db.write(insert_old)
        assert f"accounts/{ROLES[:-4]}" in await migrate(db)
        (role,) = await db.read(store.select_roles, 1)
        assert (role.user_id, role.role, role.unit_id) == ("@root:x", "owner", 0)
        user = await db.read(store.select_user, 1, "@anna:x")
        assert user is not None
        assert user.created_ts == 7
    finally:
        await db.close()
