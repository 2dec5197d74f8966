"""`io.db`: what a transaction can say, and what it keeps."""

import asyncio
import sqlite3
from pathlib import Path

import pytest

from depesha.io.db import Conflict, Db, Tx, Unavailable, open_db
from depesha.io.sqlite import copy_database
from tests.io.notes import (
    Note,
    Refused,
    create_notes,
    insert_note,
    insert_note_and_refuse,
    select_ids,
    select_notes,
)


@pytest.fixture(autouse=True)
async def notes(db: Db) -> None:
    await db.write(create_notes)


async def insert_three(tx: Tx) -> None:
    rows = [Note(1, "one", b"\x00\xff"), Note(2, "два", b""), Note(3, None, None)]
    await tx.insert_many("notes", Note._fields, rows)


async def test_rows_come_back_as_they_were_written(db: Db):
    await db.write(insert_three)
    expected = [Note(1, "one", b"\x00\xff"), Note(2, "два", b""), Note(3, None, None)]
    assert await db.read(select_notes) == expected
    assert await db.scan(select_notes) == expected


async def test_row_and_value_are_none_when_there_is_none(db: Db):
    await db.write(insert_three)

    async def ask(tx: Tx, id: int) -> tuple[Note | None, str | None]:
        row = await tx.row(Note, "SELECT id, text, data FROM notes WHERE id = $1", id)
        return row, await tx.value(str, "SELECT text FROM notes WHERE id = $1", id)

    assert await db.read(ask, 1) == (Note(1, "one", b"\x00\xff"), "one")
    assert await db.read(ask, 3) == (Note(3, None, None), None)
    assert await db.read(ask, 4) == (None, None)


async def test_a_value_of_another_type_is_a_bug(db: Db):
    await db.write(insert_three)

    async def ask(tx: Tx) -> str | None:
        return await tx.value(str, "SELECT id FROM notes WHERE id = $1", 1)

    with pytest.raises(TypeError):
        await db.read(ask)


@pytest.mark.parametrize(
    ("where", "arg", "found"),
    [
        ("id = ANY($1)", [1, 3, 9], [1, 3]),
        ("id = ANY($1)", [], []),
        ("id <> ALL($1)", [1, 3, 9], [2]),
        ("id <> ALL($1)", [], [1, 2, 3]),
        ("text = ANY($1)", ["one", 'q"uote'], [1]),
        ("text = ANY($1)", ["два"], [2]),
    ],
)
async def test_lists_are_arguments(db: Db, where: str, arg: list[int] | list[str], found: list):
    await db.write(insert_three)

    async def ask(tx: Tx) -> list[int]:
        rows = await tx.rows(
            Note, f"SELECT id, text, data FROM notes WHERE {where} ORDER BY id", arg
        )
        return [row.id for row in rows]

    assert await db.read(ask) == found


async def test_execute_counts_rows(db: Db):
    await db.write(insert_three)

    async def change(tx: Tx) -> tuple[int, int]:
        updated = await tx.execute("UPDATE notes SET text = $1 WHERE id > $2", "x", 1)
        return updated, await tx.execute("DELETE FROM notes WHERE id = $1", 9)

    assert await db.write(change) == (2, 0)


async def test_casts_and_returning_are_one_text(db: Db):
    await db.write(insert_three)

    async def change(tx: Tx) -> int | None:
        return await tx.value(
            int,
            "INSERT INTO notes (id) VALUES (CAST($1 AS INTEGER) + 1)"
            " ON CONFLICT (id) DO UPDATE SET text = NULL RETURNING id",
            2**40,
        )

    async def total(tx: Tx) -> int | None:
        return await tx.value(int, "SELECT CAST(SUM(id) AS INTEGER) FROM notes")

    assert await db.write(change) == 2**40 + 1
    assert await db.read(total) == 2**40 + 1 + 6


async def test_insert_many_takes_a_suffix_and_nothing(db: Db):
    await db.write(insert_three)

    async def again(tx: Tx, rows: list[Note]) -> None:
        await tx.insert_many("notes", Note._fields, rows, "ON CONFLICT DO NOTHING")

    await db.write(again, [Note(3, "again"), Note(4, "four")])
    await db.write(again, [])
    assert [(note.id, note.text) for note in await db.read(select_notes)][2:] == [
        (3, None),
        (4, "four"),
    ]


async def test_a_taken_key_is_a_conflict_and_ends_the_transaction(db: Db):
    await db.write(insert_note, 1, "one")

    async def swallow(tx: Tx) -> None:
        await insert_note(tx, 2, "two")
        with pytest.raises(Conflict):
            await insert_note(tx, 1, "again")

    with pytest.raises(Conflict):
        await db.write(insert_note, 1, "again")
    with pytest.raises(RuntimeError, match="has failed before"):
        await db.write(swallow)
    assert await db.read(select_ids) == [1]


@pytest.mark.parametrize("value", ["a\x00b", "\ud800", 2**63])
async def test_what_no_engine_keeps_is_a_value_error(db: Db, value: int | str):
    async def insert(tx: Tx) -> None:
        column = "id" if isinstance(value, int) else "text"
        await tx.execute(f"UPDATE notes SET {column} = $1", value)

    async def insert_many(tx: Tx) -> None:
        row = (value, "") if isinstance(value, int) else (1, value)
        await tx.insert_many("notes", ("id", "text"), [row])

    for fn in (insert, insert_many):
        with pytest.raises(ValueError, match="cannot keep"):
            await db.write(fn)
    assert await db.read(select_ids) == []


@pytest.mark.parametrize("text", ["a\x00b", "\ud800"])
async def test_what_no_engine_keeps_cannot_be_asked_for(db: Db, text: str):
    async def ask(tx: Tx) -> int | None:
        return await tx.value(int, "SELECT COUNT(*) FROM notes WHERE text = ANY($1)", [text])

    with pytest.raises(ValueError, match="cannot keep"):
        await db.read(ask)


async def test_a_refused_plan_leaves_nothing(db: Db):
    with pytest.raises(Refused):
        await db.write(insert_note_and_refuse, 1)
    assert await db.read(select_ids) == []


async def test_reading_cannot_write(db: Db):
    for read in (db.read, db.scan):
        with pytest.raises(Exception, match=r"read-?only"):
            await read(insert_note, 1)
    assert await db.read(select_ids) == []


async def test_one_read_sees_one_state(db: Db):
    """A scan that began before a write sees nothing of it to its end."""
    loop = asyncio.get_running_loop()
    began, goes_on = asyncio.Event(), asyncio.Event()

    async def scan(tx: Tx) -> tuple[list[int], list[int]]:
        before = await select_ids(tx)
        if tx.engine == "sqlite":
            loop.call_soon_threadsafe(began.set)
            asyncio.run_coroutine_threadsafe(goes_on.wait(), loop).result()
        else:
            began.set()
            await goes_on.wait()
        return before, await select_ids(tx)

    async with asyncio.TaskGroup() as tasks:
        scanning = tasks.create_task(db.scan(scan))
        await began.wait()
        await db.write(insert_note, 1)
        goes_on.set()
    assert scanning.result() == ([], [])
    assert await db.read(select_ids) == [1]


async def test_like_tells_case_apart(db: Db):
    await db.write(insert_note, 1, "Straße")

    async def ask(tx: Tx, pattern: str) -> int | None:
        return await tx.value(int, "SELECT COUNT(*) FROM notes WHERE text LIKE $1", pattern)

    assert await db.read(ask, "Str%") == 1
    assert await db.read(ask, "str%") == 0


class TestSqlite:
    """What only a file can do."""

    @pytest.fixture
    def empty_db_url(self, tmp_path: Path) -> str:
        return str(tmp_path / "depesha.sqlite")

    async def test_a_second_server_is_kept_away(self, db: Db, empty_db_url: str):
        with pytest.raises(Unavailable):
            await open_db(empty_db_url)

    async def test_a_function_that_suspends_is_a_bug(self, db: Db):
        async def suspend(_tx: Tx) -> None:
            await asyncio.sleep(0)

        for call in (db.read, db.scan, db.write):
            with pytest.raises(RuntimeError, match="awaited something"):
                await call(suspend)

    async def test_a_tool_at_work_on_the_file_is_waited_for(self, db: Db, empty_db_url: str):
        tool = sqlite3.connect(empty_db_url, isolation_level=None)
        tool.execute("BEGIN IMMEDIATE")
        writing = asyncio.create_task(db.write(insert_note, 1))
        for _ in range(100):
            await asyncio.sleep(0)
            assert not writing.done()
        tool.execute("COMMIT")
        tool.close()
        assert await writing == 1

    async def test_a_full_disk_is_a_database_that_is_away(self, db: Db):
        pages = 0

        async def fill(tx: Tx, id: int) -> None:
            await insert_note(tx, id, "x" * 100_000)

        async def limit(tx: Tx) -> None:
            nonlocal pages
            pages = await tx.value(int, "PRAGMA page_count") or 0
            await tx.execute(f"PRAGMA max_page_count = {pages + 1}")

        async def widen(tx: Tx) -> None:
            await tx.execute("PRAGMA max_page_count = 1000000")

        await db.write(limit)
        for ids in ((1,), (2, 3)):
            outcomes = await asyncio.gather(
                *(db.write(fill, id) for id in ids), return_exceptions=True
            )
            assert [type(outcome) for outcome in outcomes] == [Unavailable] * len(ids)
        await db.write(widen)
        await db.write(fill, 4)
        assert await db.read(select_ids) == [4]

    async def test_a_copy_is_a_database(self, db: Db, empty_db_url: str, tmp_path: Path):
        await db.write(insert_note, 1, "kept")
        copy_database(Path(empty_db_url), tmp_path / "copy.sqlite")
        copy = await open_db(str(tmp_path / "copy.sqlite"))
        assert await copy.read(select_notes) == [Note(1, "kept")]
        await copy.close()
