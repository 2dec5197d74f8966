"""`Db.write`: who shares a commit, who fails alone, and what is there afterwards."""

import asyncio
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from depesha.io.db import Conflict, Db, Tx, Unavailable, open_db
from tests.io.notes import (
    Refused,
    create_notes,
    insert_note,
    insert_note_and_refuse,
    select_ids,
)


@pytest.fixture
async def notes(db: Db) -> Db:
    await db.write(create_notes)
    return db


async def test_each_fails_alone(notes: Db):
    outcomes = await asyncio.gather(
        notes.write(insert_note, 1),
        notes.write(insert_note_and_refuse, 2),
        notes.write(insert_note, 1),
        notes.write(insert_note, 3),
        return_exceptions=True,
    )
    assert [outcomes[0], outcomes[3]] == [1, 3]
    assert [type(outcome) for outcome in outcomes[1:3]] == [Refused, Conflict]
    assert await notes.read(select_ids) == [1, 3]


async def test_all_thens_come_before_any_caller_and_in_order(notes: Db):
    log: list[str] = []

    async def write(id: int) -> None:
        await notes.write(insert_note, id, then=lambda id: log.append(f"then {id}"))
        log.append(f"caller {id}")

    await asyncio.gather(*map(write, range(5)))
    assert log == [f"then {id}" for id in range(5)] + [f"caller {id}" for id in range(5)]


async def test_memory_is_told_of_nothing_that_was_refused(notes: Db):
    told: list[int] = []
    for plan in (insert_note_and_refuse, insert_note):
        await asyncio.gather(notes.write(plan, 1, then=told.append), return_exceptions=True)
    assert told == [1]


async def test_a_then_that_raises_is_told_to_its_caller_alone(
    notes: Db, caplog: pytest.LogCaptureFixture
):
    def refuse(_id: int) -> None:
        raise Refused

    outcomes = await asyncio.gather(
        notes.write(insert_note, 1, then=refuse),
        notes.write(insert_note, 2),
        return_exceptions=True,
    )
    assert [type(outcome) for outcome in outcomes] == [Refused, int]
    assert await notes.read(select_ids) == [1, 2]
    assert "what follows a commit failed" in caplog.text


async def test_the_hook_runs_once_a_batch_and_its_scratch_lives_as_long(notes: Db):
    batches: list[list[int]] = []

    async def begin(tx: Tx) -> None:
        assert tx.scratch == {}
        batches.append([])
        tx.scratch["batch"] = batches[-1]

    async def plan(tx: Tx, id: int) -> None:
        assert tx.scratch["batch"] is batches[-1]
        batches[-1].append(await insert_note(tx, id))

    notes.before_batch = begin
    await asyncio.gather(*(notes.write(plan, id) for id in range(70)))
    assert [id for batch in batches for id in batch] == list(range(70))
    assert len(batches[0]) > 1
    assert max(map(len, batches)) <= 64


async def test_a_hook_that_raises_fails_who_began_and_nobody_after(notes: Db):
    async def refuse(tx: Tx) -> None:
        await insert_note(tx, 7)
        notes.before_batch = None
        raise Refused

    notes.before_batch = refuse
    outcomes = await asyncio.gather(
        notes.write(insert_note, 1), notes.write(insert_note, 2), return_exceptions=True
    )
    assert [type(outcome) for outcome in outcomes] == [Refused, int]
    assert await notes.read(select_ids) == [2]


async def create_pairs(tx: Tx) -> None:
    await create_notes(tx)
    integer = "INTEGER" if tx.engine == "sqlite" else "BIGINT"
    await tx.execute(
        f"CREATE TABLE pairs (id {integer} REFERENCES notes (id) DEFERRABLE INITIALLY DEFERRED)"
    )


async def test_a_commit_that_fails_fails_everybody_in_it(db: Db):
    """A reference to nothing is noticed at the commit."""
    await db.write(create_pairs)

    async def dangle(tx: Tx) -> None:
        await tx.execute("INSERT INTO pairs (id) VALUES ($1)", 99)

    told: list[str] = []
    outcomes = await asyncio.gather(
        db.write(insert_note, 1, then=lambda _: told.append("then")),
        db.write(dangle, on_abort=lambda: told.append("abort")),
        db.write(insert_note_and_refuse, 2, on_abort=lambda: told.append("refused")),
        return_exceptions=True,
    )
    assert outcomes[0] is outcomes[1]
    assert isinstance(outcomes[0], Exception)
    assert isinstance(outcomes[2], Refused)
    assert told == ["abort"]
    assert await db.read(select_ids) == []
    assert await db.write(insert_note, 3) == 3


async def test_a_caller_that_went_away_in_time_has_written_nothing(notes: Db):
    first, second = (asyncio.ensure_future(notes.write(insert_note, id)) for id in (1, 2))
    await asyncio.sleep(0)
    second.cancel()
    assert await first == 1
    assert await notes.read(select_ids) == [1]


async def test_a_caller_that_goes_away_later_has_written_and_memory_knows(notes: Db):
    told: list[int] = []

    async def plan(tx: Tx) -> int:
        caller.cancel()
        return await insert_note(tx, 1)

    caller = asyncio.ensure_future(notes.write(plan, then=told.append))
    await asyncio.wait([caller])
    assert caller.cancelled()
    await notes.write(insert_note, 2)
    assert told == [1]
    assert await notes.read(select_ids) == [1, 2]


async def test_closing_finishes_what_waits(empty_db_url: str):
    db = await open_db(empty_db_url)
    await db.write(create_notes)
    waiting = asyncio.gather(*(db.write(insert_note, id) for id in range(200)))
    await asyncio.sleep(0)
    await db.close()
    assert await waiting == list(range(200))
    with pytest.raises(RuntimeError, match="closed"):
        await db.write(insert_note, 1)


class TestPostgres:
    """What can only happen to a connection."""

    @pytest.fixture
    def empty_db_url(self, postgres_url: str) -> str:
        return postgres_url

    @staticmethod
    async def end_other_connections(tx: Tx) -> None:
        await tx.rows(
            _Ended,
            "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity"
            " WHERE pid <> pg_backend_pid() AND datname = current_database()",
        )

    async def test_a_connection_lost_at_rest_is_replaced(self, notes: Db, empty_db_url: str):
        other = await open_db(empty_db_url)
        await notes.read(select_ids)
        await other.read(self.end_other_connections)
        await other.close()
        assert await notes.write(insert_note, 1) == 1
        assert await notes.read(select_ids) == [1]

    async def test_a_connection_lost_at_work_fails_its_batch_alone(
        self, notes: Db, empty_db_url: str
    ):
        other = await open_db(empty_db_url)

        async def lose(tx: Tx) -> int:
            await insert_note(tx, 2)
            await other.read(self.end_other_connections)
            return await insert_note(tx, 3)

        aborted: list[int] = []
        outcomes = await asyncio.gather(
            notes.write(insert_note, 1, on_abort=lambda: aborted.append(1)),
            notes.write(lose),
            *(notes.write(insert_note, 10 + id) for id in range(100)),
            return_exceptions=True,
        )
        await other.close()
        assert [type(outcome) for outcome in outcomes[:2]] == [Unavailable, Unavailable]
        assert aborted == [1]
        assert outcomes[2:] == list(range(10, 110))
        assert await notes.read(select_ids) == list(range(10, 110))

    async def test_a_server_that_is_not_there(self, tmp_path: Path):
        with pytest.raises(Unavailable):
            await open_db(f"postgresql:///nothing?host={tmp_path}&user=nobody")


class _Ended(NamedTuple):
    ended: bool


class _Step(NamedTuple):
    """One plan of a random run: what it does, and the turns of the loop before it."""

    kind: str
    turns: int


async def _append(tx: Tx, id: int, kind: str) -> int:
    place = await tx.value(int, "SELECT COUNT(*) FROM notes")
    await tx.execute("INSERT INTO notes (id, text) VALUES ($1, $2)", id, f"{place:05}")
    if kind == "conflict":
        await insert_note(tx, id)
    if kind == "raise":
        raise Refused
    return id


async def _by_place(tx: Tx) -> list[int]:
    rows = await tx.rows(_Id, "SELECT id FROM notes ORDER BY text")
    return [row.id for row in rows]


class _Id(NamedTuple):
    id: int


async def _run(url: str, steps: list[_Step]) -> tuple[list[int], list[int], list[int]]:
    """What was acknowledged, what memory was told, and what is there, each in order."""
    acknowledged: list[int] = []
    told: list[int] = []

    async def write(id: int, kind: str) -> None:
        try:
            acknowledged.append(await db.write(_append, id, kind, then=told.append))
        except (Refused, Conflict):
            assert kind in ("raise", "conflict")

    db = await open_db(url)
    async with asyncio.TaskGroup() as tasks:
        for id, step in enumerate(steps):
            for _ in range(step.turns):
                await asyncio.sleep(0)
            task = tasks.create_task(write(id, step.kind))
            if step.kind == "cancel":
                tasks.create_task(_cancel_soon(task.cancel))
    # A caller that went away may have left its work on its way to the disk.
    await db.close()
    db = await open_db(url)
    there = await db.read(_by_place)
    await db.close()
    return acknowledged, told, there


async def _cancel_soon(cancel: Callable[[], bool]) -> None:
    await asyncio.sleep(0)
    cancel()


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(
        st.builds(
            _Step,
            st.sampled_from(["write", "write", "raise", "conflict", "cancel"]),
            st.integers(0, 4),
        ),
        max_size=80,
    )
)
def test_exactly_what_succeeded_is_there_and_memory_was_told_in_order(
    empty_db_url: str, steps: list[_Step]
):
    async def prepare(tx: Tx) -> None:
        await tx.execute("DROP TABLE IF EXISTS notes")
        await create_notes(tx)

    async def run() -> tuple[list[int], list[int], list[int]]:
        db = await open_db(empty_db_url)
        await db.write(prepare)
        await db.close()
        return await _run(empty_db_url, steps)

    acknowledged, told, there = asyncio.run(run())
    assert told == there
    cancelled = {id for id, step in enumerate(steps) if step.kind == "cancel"}
    assert [id for id in there if id not in cancelled] == [
        id for id in acknowledged if id not in cancelled
    ]
    assert sorted(acknowledged) == acknowledged
    written = {id for id, step in enumerate(steps) if step.kind == "write"}
    assert written <= set(there) <= written | cancelled


async def test_what_was_acknowledged_is_there_after_kill_9(empty_db_url: str):
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "tests.io.endless_writer",
        empty_db_url,
        stdout=asyncio.subprocess.PIPE,
    )
    assert process.stdout is not None
    lines = [await process.stdout.readline() for _ in range(500)]
    process.send_signal(signal.SIGKILL)
    lines += (await process.stdout.read()).splitlines(keepends=True)
    await process.wait()
    acknowledged = {int(line) for line in lines if line.endswith(b"\n")}
    db = await open_db(empty_db_url)
    there = set(await db.read(select_ids))
    await db.close()
    assert len(acknowledged) >= 500
    assert acknowledged <= there
