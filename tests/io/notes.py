"""A table to write to, and what can be done with it."""

from typing import NamedTuple

from depesha.io.db import Tx


class Note(NamedTuple):
    id: int
    text: str | None
    data: bytes | None = None


class Refused(Exception):
    """What a plan of a test raises on purpose."""


async def create_notes(tx: Tx) -> None:
    integer, blob = ("INTEGER", "BLOB") if tx.engine == "sqlite" else ("BIGINT", "BYTEA")
    await tx.execute(f"CREATE TABLE notes (id {integer} PRIMARY KEY, text TEXT, data {blob})")


async def insert_note(tx: Tx, id: int, text: str | None = None) -> int:
    await tx.execute("INSERT INTO notes (id, text) VALUES ($1, $2)", id, text)
    return id


async def insert_note_and_refuse(tx: Tx, id: int) -> int:
    await insert_note(tx, id, "refused")
    raise Refused


async def select_notes(tx: Tx) -> list[Note]:
    return await tx.rows(Note, "SELECT id, text, data FROM notes ORDER BY id")


async def select_ids(tx: Tx) -> list[int]:
    return [note.id for note in await select_notes(tx)]
