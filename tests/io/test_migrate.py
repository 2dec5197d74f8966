"""`io.migrate`: what is applied, in which order, and what is refused."""

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest

from depesha.io.db import Db, Tx, open_db
from depesha.io.migrate import MigrationError, find_migrations, migrate

Write = Callable[[str, str], Path]

DESKS = """\
-- Desks; and what stands on them.
CREATE TABLE first_desks (
    id INTEGER NOT NULL PRIMARY KEY,
    name TEXT NOT NULL,  -- an INTEGER; would be odd
    picture BLOB,
    height REAL NOT NULL DEFAULT 0.7
) STRICT, WITHOUT ROWID;

CREATE INDEX first_desks_name ON first_desks (name);  -- by name
"""


@pytest.fixture
def write(tmp_path: Path) -> Write:
    def write(name: str, text: str) -> Path:
        """Lay down a file `slice/name` as a migration; the root of them all."""
        slice_name, _, file = name.partition("/")
        path = tmp_path / "program" / slice_name / "schema" / file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        return tmp_path / "program"

    return write


class Desk(NamedTuple):
    name: str
    picture: bytes
    height: float


async def use_desks(tx: Tx) -> list[Desk]:
    for id, name in enumerate(["я", "Я", "a", "B", "ё"]):
        desk = (2**40 + id, name, b"\x00", 0.1)
        await tx.insert_many("first_desks", ("id", "name", "picture", "height"), [desk])
    return await tx.rows(Desk, "SELECT name, picture, height FROM first_desks ORDER BY name")


async def test_one_text_makes_the_same_table_on_both_engines(db: Db, write: Write):
    await migrate(db, write("first/20261124T2030_desks.sql", DESKS))
    desks = await db.write(use_desks)
    assert desks == [Desk(name, b"\x00", 0.1) for name in sorted(["я", "Я", "a", "B", "ё"])]


async def test_they_are_applied_once_by_minute_then_slice(db: Db, write: Write):
    write("second/20261124T2030_desks.sql", "CREATE TABLE second_desks (id INTEGER);")
    write("first/20261124T2031_chairs.sql", "ALTER TABLE first_desks ADD COLUMN chairs INTEGER;")
    root = write("first/20261124T2030_desks.sql", DESKS)
    everything = [
        "first/20261124T2030_desks",
        "second/20261124T2030_desks",
        "first/20261124T2031_chairs",
    ]
    assert await migrate(db, root) == everything
    assert await migrate(db, root) == []
    write("second/20261123T0000_late.sql", "CREATE TABLE second_late (id INTEGER);")
    assert await migrate(db, root) == ["second/20261123T0000_late"]


async def test_a_file_may_be_for_one_engine(db: Db, write: Write):
    write("first/20261124T2030_desks.sqlite.sql", "CREATE TABLE sqlite_desks_ (id INTEGER);")
    write("first/20261124T2030_desks.postgresql.sql", "CREATE TABLE desks (tags BIGINT[]);")
    root = write("first/20261124T2031_more.postgresql.sql", "CREATE TABLE more (id BIGINT);")
    applied = {"sqlite": ["first/20261124T2030_desks"]}
    applied["postgresql"] = [*applied["sqlite"], "first/20261124T2031_more"]
    found = [migration.name for migration in find_migrations(db.engine, root)]
    assert found == applied[db.engine]


@pytest.mark.parametrize("change", ["edit", "remove"])
async def test_history_is_not_to_be_changed(db: Db, write: Write, change: str):
    root = write("first/20261124T2030_desks.sql", DESKS)
    await migrate(db, root)
    if change == "edit":
        write("first/20261124T2030_desks.sql", DESKS.replace("0.7", "0.8"))
    else:
        (root / "first" / "schema" / "20261124T2030_desks.sql").unlink()
    write("first/20261124T2031_new.sql", "CREATE TABLE new_ (id INTEGER);")
    with pytest.raises(MigrationError, match="first/20261124T2030_desks"):
        await migrate(db, root)


async def test_one_that_fails_leaves_nothing(db: Db, write: Write):
    write("first/20261124T2030_desks.sql", DESKS)
    root = write("first/20261124T2031_wrong.sql", "CREATE TABLE first_desks (id INTEGER);")
    with pytest.raises(Exception, match="already exists"):
        await migrate(db, root)
    (root / "first" / "schema" / "20261124T2031_wrong.sql").unlink()
    assert await migrate(db, root) == ["first/20261124T2030_desks"]


@pytest.mark.parametrize("name", ["desks.sql", "2026_desks.sql", "20261124T2030_Desks.sql"])
def test_a_name_without_a_minute_is_refused(write: Write, name: str):
    with pytest.raises(MigrationError, match=name):
        find_migrations("sqlite", write(f"first/{name}", DESKS))


async def test_servers_that_start_together_take_turns(postgres_url: str, write: Write):
    root = write("first/20261124T2030_desks.sql", DESKS)
    servers = [await open_db(postgres_url) for _ in range(3)]
    applied = await asyncio.gather(*(migrate(server, root) for server in servers))
    for server in servers:
        await server.close()
    assert sorted(applied) == [[], [], ["first/20261124T2030_desks"]]


async def test_the_program_s_own_are_applied(db: Db):
    assert len(await migrate(db)) == len(find_migrations(db.engine))
    assert await migrate(db) == []


SEATS = """\
CREATE TABLE first_seats (
    institution_id INTEGER NOT NULL,
    number INTEGER NOT NULL,
    owner TEXT,
    carving TEXT,
    PRIMARY KEY (institution_id, number)
) STRICT, WITHOUT ROWID;

CREATE INDEX first_seats_owner ON first_seats (institution_id, owner) WHERE owner IS NOT NULL;
"""


class Step(NamedTuple):
    id: int
    parent: int
    unused: int
    detail: str


async def explain(tx: Tx, where: str) -> str:
    sql = f"EXPLAIN QUERY PLAN SELECT * FROM first_seats WHERE institution_id = $1 AND {where}"
    return "; ".join(step.detail for step in await tx.rows(Step, sql, 1, "x"))


async def test_sqlite_takes_the_index_rather_than_the_whole_institution(tmp_path, write: Write):
    root = write("first/20261124T2030_seats.sql", SEATS)
    for _ in ("new", "opened again"):
        db = await open_db(str(tmp_path / "seats.sqlite"))
        try:
            await migrate(db, root)
            for ask in (db.read, db.write):
                assert "first_seats_owner" in await ask(explain, "owner = $2")
                assert "number=?" in await ask(explain, "number = $2")
        finally:
            await db.close()
