"""Opening the institution of an installation."""

import asyncio
import stat
from pathlib import Path

import pytest

from depesha.base.config import ConfigError
from depesha.eventlog.institution import Institution
from depesha.io.db import open_db
from depesha.tenants import open_institution
from tests.harness.clock import TestClock
from tests.harness.server import config_for


async def open_in(folder: Path, db_url: str, **settings: object) -> Institution:
    """The institution as a server would open it."""
    db = await open_db(db_url)
    try:
        return await open_institution(db, config_for(folder, db_url, **settings), TestClock())
    finally:
        await db.close()


async def test_the_institution_and_its_key_stay(tmp_path: Path, db_url: str) -> None:
    first = await open_in(tmp_path, db_url)
    again = await open_in(tmp_path, db_url)
    assert (first.id, first.server_name) == (again.id, again.server_name)
    assert first.signer.public_key == again.signer.public_key
    assert first.signer.key_id == again.signer.key_id
    assert first.signer.key_id.startswith("ed25519:")


async def test_the_key_is_for_its_owner(tmp_path: Path, db_url: str) -> None:
    await open_in(tmp_path, db_url)
    assert stat.S_IMODE((tmp_path / "signing.key").stat().st_mode) == 0o600


async def test_another_name_is_refused(tmp_path: Path, db_url: str) -> None:
    await open_in(tmp_path, db_url)
    with pytest.raises(ConfigError, match=r"belongs to depesha\.test"):
        await open_in(tmp_path, db_url, server_name="other.test")
    await open_in(tmp_path, db_url)


@pytest.mark.parametrize("line", ["", "ed25519 1", "rsa 1 AAAA", "ed25519 1 AAAA", "ed25519 1 ***"])
async def test_a_key_that_is_none_is_refused(tmp_path: Path, db_url: str, line: str) -> None:
    await open_in(tmp_path, db_url)
    key = tmp_path / "signing.key"
    good = key.read_text()
    key.write_text(line)
    with pytest.raises(ConfigError, match="signing key"):
        await open_in(tmp_path, db_url)
    key.write_text(good)
    await open_in(tmp_path, db_url)


async def test_workers_that_start_together_have_one_key(postgres_url: str, tmp_path: Path) -> None:
    from depesha.io.migrate import migrate  # noqa: PLC0415

    db = await open_db(postgres_url)
    await migrate(db)
    await db.close()
    found = await asyncio.gather(*(open_in(tmp_path, postgres_url) for _ in range(4)))
    assert len({institution.signer.public_key for institution in found}) == 1
