"""An open database of each engine."""

from collections.abc import AsyncIterator

import pytest

from depesha.io.db import Db, open_db


@pytest.fixture
async def db(empty_db_url: str) -> AsyncIterator[Db]:
    db = await open_db(empty_db_url)
    yield db
    await db.close()
