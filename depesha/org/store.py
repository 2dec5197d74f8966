"""SQL on the tree, its people, their deputies, and who has talked to whom."""

from collections.abc import Iterable
from typing import NamedTuple

from depesha.io.tx import Tx


class UnitRow(NamedTuple):
    """A level; `parent_id` is 0 for an organisation."""

    unit_id: int
    parent_id: int
    kind: str
    name: str
    manager: str | None
    rights: int | None
    accepts: str


class PersonRow(NamedTuple):
    """What a card tells of an employee; texts may be empty."""

    user_id: str
    number: str = ""
    name: str = ""
    room: str = ""
    phone: str = ""
    photo: str = ""
    is_imported: int = 0


class PostRow(NamedTuple):
    """A position of a person in a level."""

    user_id: str
    unit_id: int
    title: str


class AbsenceRow(NamedTuple):
    """Who stands in for somebody, in milliseconds since the epoch."""

    user_id: str
    deputy: str
    since_ts: int
    until_ts: int


class KnownRow(NamedTuple):
    user_id: str
    other_id: str


_UNIT = (
    "SELECT unit_id, parent_id, kind, name, manager, rights, accepts FROM org_units"
    " WHERE institution_id = $1"
)
_POST = "SELECT user_id, unit_id, title FROM org_posts WHERE institution_id = $1"
_PERSON = (
    "SELECT user_id, number, name, room, phone, photo, is_imported FROM org_people"
    " WHERE institution_id = $1"
)
_ABSENCE = "SELECT user_id, deputy, since_ts, until_ts FROM org_absences WHERE institution_id = $1"

# --- levels --------------------------------------------------------------------------


async def select_units(tx: Tx, institution_id: int) -> list[UnitRow]:
    return await tx.rows(UnitRow, _UNIT, institution_id)


async def select_unit(tx: Tx, institution_id: int, unit_id: int) -> UnitRow | None:
    return await tx.row(UnitRow, _UNIT + " AND unit_id = $2", institution_id, unit_id)


async def upsert_unit(tx: Tx, institution_id: int, unit: UnitRow) -> None:
    await tx.execute(
        "INSERT INTO org_units"
        " (institution_id, unit_id, parent_id, kind, name, manager, rights, accepts)"
        " VALUES ($1, $2, $3, $4, $5, $6, $7, $8)"
        " ON CONFLICT (institution_id, unit_id) DO UPDATE SET parent_id = excluded.parent_id,"
        " kind = excluded.kind, name = excluded.name, manager = excluded.manager,"
        " rights = excluded.rights, accepts = excluded.accepts",
        institution_id,
        *unit,
    )


async def delete_unit(tx: Tx, institution_id: int, unit_id: int) -> None:
    await tx.execute(
        "DELETE FROM org_units WHERE institution_id = $1 AND unit_id = $2", institution_id, unit_id
    )


# --- people --------------------------------------------------------------------------


async def select_people(tx: Tx, institution_id: int) -> list[PersonRow]:
    return await tx.rows(PersonRow, _PERSON, institution_id)


async def select_person(tx: Tx, institution_id: int, user_id: str) -> PersonRow | None:
    return await tx.row(PersonRow, _PERSON + " AND user_id = $2", institution_id, user_id)


async def select_listed(tx: Tx, institution_id: int, cells: list[str]) -> list[PersonRow]:
    """Those who have one of these as their name or personnel number."""
    return await tx.rows(
        PersonRow, _PERSON + " AND (name = ANY($2) OR number = ANY($2))", institution_id, cells
    )


async def select_cards(tx: Tx, institution_id: int, user_ids: list[str]) -> list[PersonRow]:
    return await tx.rows(PersonRow, _PERSON + " AND user_id = ANY($2)", institution_id, user_ids)


async def upsert_person(tx: Tx, institution_id: int, person: PersonRow) -> None:
    await tx.execute(
        "INSERT INTO org_people"
        " (institution_id, user_id, number, name, room, phone, photo, is_imported)"
        " VALUES ($1, $2, $3, $4, $5, $6, $7, $8)"
        " ON CONFLICT (institution_id, user_id) DO UPDATE SET number = excluded.number,"
        " name = excluded.name, room = excluded.room, phone = excluded.phone,"
        " photo = excluded.photo, is_imported = excluded.is_imported",
        institution_id,
        *person,
    )


async def delete_person(tx: Tx, institution_id: int, user_id: str) -> None:
    """Everything that is kept of an employee but whom they have talked to."""
    await tx.execute(
        "DELETE FROM org_people WHERE institution_id = $1 AND user_id = $2",
        institution_id,
        user_id,
    )
    await tx.execute(
        "DELETE FROM org_posts WHERE institution_id = $1 AND user_id = $2",
        institution_id,
        user_id,
    )
    await tx.execute(
        "DELETE FROM org_absences WHERE institution_id = $1 AND user_id = $2",
        institution_id,
        user_id,
    )


async def select_posts(tx: Tx, institution_id: int) -> list[PostRow]:
    return await tx.rows(PostRow, _POST, institution_id)


async def select_posts_of(tx: Tx, institution_id: int, user_ids: list[str]) -> list[PostRow]:
    return await tx.rows(PostRow, _POST + " AND user_id = ANY($2)", institution_id, user_ids)


async def select_posts_in(tx: Tx, institution_id: int, unit_id: int) -> list[PostRow]:
    return await tx.rows(PostRow, _POST + " AND unit_id = $2", institution_id, unit_id)


async def upsert_post(tx: Tx, institution_id: int, post: PostRow) -> None:
    await tx.execute(
        "INSERT INTO org_posts (institution_id, user_id, unit_id, title) VALUES ($1, $2, $3, $4)"
        " ON CONFLICT (institution_id, user_id, unit_id) DO UPDATE SET title = excluded.title",
        institution_id,
        *post,
    )


async def delete_post(tx: Tx, institution_id: int, user_id: str, unit_id: int) -> bool:
    """True when the person had such a position."""
    count = await tx.execute(
        "DELETE FROM org_posts WHERE institution_id = $1 AND user_id = $2 AND unit_id = $3",
        institution_id,
        user_id,
        unit_id,
    )
    return count > 0


# --- deputies ------------------------------------------------------------------------


async def select_absences(tx: Tx, institution_id: int) -> list[AbsenceRow]:
    return await tx.rows(AbsenceRow, _ABSENCE, institution_id)


async def select_absences_of(tx: Tx, institution_id: int, user_id: str) -> list[AbsenceRow]:
    return await tx.rows(AbsenceRow, _ABSENCE + " AND user_id = $2", institution_id, user_id)


async def replace_absences(
    tx: Tx, institution_id: int, user_id: str, rows: Iterable[AbsenceRow]
) -> None:
    """Let these be the person's absences."""
    await tx.execute(
        "DELETE FROM org_absences WHERE institution_id = $1 AND user_id = $2",
        institution_id,
        user_id,
    )
    await tx.insert_many(
        "org_absences",
        ("institution_id", "user_id", "deputy", "since_ts", "until_ts"),
        [(institution_id, *row) for row in rows],
    )


# --- who has talked to whom ----------------------------------------------------------


async def select_known(tx: Tx, institution_id: int) -> list[KnownRow]:
    return await tx.rows(
        KnownRow,
        "SELECT user_id, other_id FROM org_known WHERE institution_id = $1",
        institution_id,
    )


async def insert_known(tx: Tx, institution_id: int, user_id: str, other_id: str) -> bool:
    """False when that is known already."""
    count = await tx.execute(
        "INSERT INTO org_known (institution_id, user_id, other_id)"
        " VALUES ($1, $2, $3), ($1, $3, $2)"
        " ON CONFLICT (institution_id, user_id, other_id) DO NOTHING",
        institution_id,
        user_id,
        other_id,
    )
    return count > 0
